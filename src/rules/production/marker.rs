//! RD101 production-marker: the database says so itself.

use super::is_marked_production;
use crate::model::quote_identifier;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD101",
    name: "production-marker",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the database is marked as production",
    explanation: Explanation {
        what: "The comment on the database carries the mark `redistill: production`.",
        why: "Somebody has said that this database must never be reset. The mark is final: no flag, \
              no waiver and no other mark outranks it.",
        example: "```sql\nCOMMENT ON DATABASE shop IS 'redistill: production';\n```",
        remedy: "Point the module at a development database. If the mark is wrong, take it off by \
                 hand with `COMMENT ON DATABASE … IS NULL` as the database's owner.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        if let Some(comment) = &database.comment
            && is_marked_production(comment)
        {
            findings.push(
                RULE.finding(
                    &database.label,
                    format!("{} is marked as production", database.label),
                )
                .of(&module.module.name)
                .seen(format!("comment on the database: {comment}"))
                .remedy(
                    "point the module at a development database; if the mark is wrong, its owner \
                     lifts it by hand",
                )
                .next(format!(
                    "COMMENT ON DATABASE {} IS NULL",
                    quote_identifier(&database.identity.database)
                )),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_marked_database_is_refused() {
        let mut stage = Stage::one();
        stage.database().comment = Some("redistill: production".to_owned());
        assert_eq!(stage.codes(), ["RD101"]);
    }

    #[test]
    fn a_disposable_one_is_not() {
        let mut stage = Stage::one();
        stage.database().comment = Some("redistill: disposable".to_owned());
        assert!(stage.codes().is_empty());
    }
}
