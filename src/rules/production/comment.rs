//! RD103 production-comment: somebody wrote prod or live beside the database's name.

use super::{DISPOSABLE_MARK, is_marked_production, production_word};
use crate::model::quote_identifier;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD103",
    name: "production-comment",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the comment on the database speaks of production",
    explanation: Explanation {
        what: "The comment on the database has one of the words prod, production, prd, live, \
               primary, master.",
        why: "The comment is where people and tools leave such a remark, and nobody leaves it on a \
              database that may be reset.",
        example: "```sql\nCOMMENT ON DATABASE shop IS 'live since May';\n```",
        remedy: "Point the module at a development database. If the comment is out of date, change \
                 it: `COMMENT ON DATABASE … IS 'redistill: disposable'`. The words count even where the \
                 comment denies them (“not production”), and beside a mark: a doubt refuses.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        let Some(comment) = &database.comment else {
            continue;
        };
        // The mark has a rule of its own.
        let Some(word) = production_word(comment).filter(|_| !is_marked_production(comment)) else {
            continue;
        };
        findings.push(
            RULE.finding(
                &database.label,
                format!("the comment on {} has the word “{word}”", database.label),
            )
            .of(&module.module.name)
            .seen(format!("comment on the database: {comment}"))
            .remedy(
                "point the module at a development database; if the comment is wrong, its owner \
                 replaces it",
            )
            .next(format!(
                "COMMENT ON DATABASE {} IS '{DISPOSABLE_MARK}'",
                quote_identifier(&database.identity.database)
            )),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_comment_about_production_is_refused() {
        let mut stage = Stage::one();
        stage.database().comment = Some("LIVE since May".to_owned());
        assert_eq!(stage.codes(), ["RD103"]);
    }

    #[test]
    fn a_mark_beside_it_does_not_help() {
        let mut stage = Stage::one();
        stage.database().comment = Some("the live shop\nredistill: disposable".to_owned());
        assert_eq!(stage.codes(), ["RD103"]);
    }

    #[test]
    fn another_comment_is_not() {
        let mut stage = Stage::one();
        stage.database().comment = Some("product catalogue, for delivery".to_owned());
        assert!(stage.codes().is_empty());
    }
}
