//! RD113 transaction-pooler: each transaction may run in another server process.

use super::on_signals;
use crate::evidence::{Observed, Pooling};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD113",
    name: "transaction-pooler",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the connection goes through a pooler that hands on every transaction",
    explanation: Explanation {
        what: "Two transactions of one connection ran in two server processes, or two open \
               connections shared one: `pg_backend_pid()` tells it.",
        why: "What the reset holds between its statements (locks, the proof that it is still the \
              same server) is lost from one transaction to the next, and who is really connected \
              to the database cannot be seen.",
        example: "```text\npostgresql://app@localhost:6432/shop   # PgBouncer, pool_mode = transaction\n```",
        remedy: "Give the URL that leads to the server itself, usually the same host with port 5432.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        if database.pooling != Observed::Seen(Pooling::Transactions) {
            return Vec::new();
        }
        let message = format!("{} is reached through a transaction pooler", database.label);
        vec![
            RULE.finding(&database.label, message)
                .seen("pg_backend_pid() does not belong to one connection")
                .remedy("give env.py a direct URL, without the pooler, then look again")
                .next("redistill check"),
        ]
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Observed, Pooling};
    use crate::rules::stage::Stage;

    #[test]
    fn a_transaction_pooler_is_refused() {
        let mut stage = Stage::one();
        stage.database().pooling = Observed::Seen(Pooling::Transactions);
        assert_eq!(stage.codes(), ["RD113"]);
    }

    #[test]
    fn a_direct_connection_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
