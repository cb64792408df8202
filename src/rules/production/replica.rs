//! RD105 replica-attached: other servers stream from this one, or it from them.

use super::{on_server_signs, rows_in};
use crate::evidence::Signals;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD105",
    name: "replica-attached",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "other servers stream from this one, or it from them",
    explanation: Explanation {
        what: "`pg_stat_replication`, `pg_replication_slots` or `pg_stat_wal_receiver` has rows.",
        why: "A scratch server has no standbys, no slots and no receivers: somebody takes copies of what is in it.",
        example: "```sql\nSELECT count(*) FROM pg_replication_slots;  -- 1\n```",
        remedy: "Point the module at a development server. A slot left over from an experiment is dropped with `SELECT pg_drop_replication_slot(…)`.",
    },
    check,
};

const WORDS: (&str, &str, &str) = (
    "is replicated",
    "point the module at a development server; a slot that an experiment left over is dropped with pg_drop_replication_slot",
    "SELECT slot_name, slot_type, active FROM pg_replication_slots",
);

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_server_signs(case, &RULE, WORDS, signs)
}

/// What was seen, in words.
fn signs(signals: &Signals) -> Vec<String> {
    [
        (&signals.replicas, "pg_stat_replication"),
        (&signals.slots, "pg_replication_slots"),
        (&signals.receivers, "pg_stat_wal_receiver"),
    ]
    .into_iter()
    .filter_map(|(count, view)| rows_in(view, count))
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_server_with_a_slot_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.slots = Observed::Seen(1);
        assert_eq!(stage.codes(), ["RD105"]);
    }

    #[test]
    fn a_server_of_its_own_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
