//! RD111 publication-present: the database publishes its changes.

use super::{is_disposable, on_signals, rows_in};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD111",
    name: "publication-present",
    family: Family::Production,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "the database publishes its changes",
    explanation: Explanation {
        what: "`pg_publication` has rows: others may receive the changes of this database by logical replication.",
        why: "A publication alone is a weak sign; a subscriber would see the tables change.",
        example: "```sql\nSELECT count(*) FROM pg_publication;  -- 1\n```",
        remedy: "See who subscribes, or drop the publication with `DROP PUBLICATION …`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        // A weak sign: the owner's own word outranks it.
        if is_disposable(database) {
            return Vec::new();
        }
        rows_in("pg_publication", &database.signals.publications)
            .map(|seen| {
                let message = format!("{} has publications", database.label);
                RULE.finding(&database.label, message)
                    .seen(seen)
                    .remedy("see who subscribes, or drop the publication")
                    .next("SELECT pubname FROM pg_publication")
            })
            .into_iter()
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_publisher_is_warned_about() {
        let mut stage = Stage::one();
        stage.database().signals.publications = Observed::Seen(1);
        assert_eq!(stage.codes(), ["RD111"]);
    }

    #[test]
    fn a_mark_outranks_it() {
        let mut stage = Stage::one();
        stage.database().signals.publications = Observed::Seen(1);
        stage.database().comment = Some("redistill: disposable".to_owned());
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn none_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
