//! RD106 subscription-present: a database of the server subscribes to another one.

use super::{on_server_signs, rows_in};
use crate::evidence::Signals;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD106",
    name: "subscription-present",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "a database of the server subscribes to another one",
    explanation: Explanation {
        what: "`pg_subscription` has rows: a database of this server receives the rows of another one by logical replication. The list is the whole server's.",
        why: "What arrives by subscription is live data of somebody else, and a reset would break the stream.",
        example: "```sql\nSELECT count(*) FROM pg_subscription;  -- 1\n```",
        remedy: "Point the module at a development database, or drop the subscription with `DROP SUBSCRIPTION …`.",
    },
    check,
};

const WORDS: (&str, &str, &str) = (
    "has subscriptions",
    "point the module at a development server, or drop a subscription that nobody needs",
    "SELECT d.datname, s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid",
);

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_server_signs(case, &RULE, WORDS, signs)
}

/// What was seen, in words.
fn signs(signals: &Signals) -> Vec<String> {
    rows_in("pg_subscription", &signals.subscriptions)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_subscriber_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.subscriptions = Observed::Seen(2);
        assert_eq!(stage.codes(), ["RD106"]);
    }

    #[test]
    fn none_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
