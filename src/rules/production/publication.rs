//! RD111 publication-present: the database publishes its changes.

use super::{on_server_signs, rows_in};
use crate::evidence::Signals;
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

const WORDS: (&str, &str) = (
    "has publications",
    "see who subscribes to it, or drop it: DROP PUBLICATION …",
);

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_server_signs(case, &RULE, WORDS, signs)
}

/// What was seen, in words.
fn signs(signals: &Signals) -> Vec<String> {
    rows_in("pg_publication", &signals.publications)
        .into_iter()
        .collect()
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
    fn none_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
