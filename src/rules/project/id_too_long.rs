//! RD623 revision-id-too-long: an identifier that the version table cannot hold.

use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// `version_num VARCHAR(32)` (`alembic.runtime.migration`).
const LONGEST: usize = 32;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD623",
    name: "revision-id-too-long",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision's identifier does not fit the version table",
    explanation: Explanation {
        what: "The identifier has more than 32 characters, and the version table's column was not seen to be wider.",
        why: "Alembic creates `version_num VARCHAR(32)`: the upgrade runs, then fails with `value too long for type \
              character varying(32)` when it writes down where it is.",
        example: "```python\nrevision = \"20260907_add_currency_to_orders_table\"\n```",
        remedy: "Shorten the identifier, here and in the `down_revision` that names it. A reset replaces it by one that fits.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let room = module
            .database
            .seen()
            .filter(|database| database.version_table.exists)
            .and_then(|database| {
                let mut columns = database.version_table.columns.iter();
                columns.find(|column| column.name == "version_num")
            })
            .map_or(LONGEST, |column| width(&column.data_type));
        for revision in &module.chain.revisions {
            let length = revision.id.0.chars().count();
            if length <= room {
                continue;
            }
            findings.push(
                RULE.finding(
                    &revision.id.0,
                    format!("{} has {length} characters; version_num holds {room}", revision.id),
                )
                .of(&module.module.name)
                .at(&Location {
                    line: revision.line,
                    ..Location::of_file(&revision.path)
                })
                .remedy(format!(
                    "shorten the identifier to {room} characters, here and in the down_revision that names it"
                )),
            );
        }
    }
    findings
}

/// `character varying(32)` → 32; a type without a length holds everything.
fn width(data_type: &str) -> usize {
    data_type
        .split_once('(')
        .and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok())
        .unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use crate::evidence::Column;
    use crate::rules::stage::Stage;

    fn stage(length: usize) -> Stage {
        let mut stage = Stage::one();
        let id = "a".repeat(length);
        stage.chain(
            "shop",
            &[&format!("revision = '{id}'\ndown_revision = None\n")],
        );
        stage
    }

    #[test]
    fn thirty_three_are_too_many() {
        let finding = stage(33).only("RD623");
        assert_eq!(finding.location.unwrap().line, 1);
        assert!(
            finding
                .message
                .ends_with("has 33 characters; version_num holds 32")
        );
    }

    #[test]
    fn what_fits_or_was_made_to_fit_is_fine() {
        assert!(stage(32).codes().is_empty());
        let mut stage = stage(40);
        stage.database().version_table.columns = vec![Column {
            name: "version_num".to_owned(),
            data_type: "character varying(255)".to_owned(),
            not_null: true,
        }];
        assert!(stage.codes().is_empty());
    }
}
