//! RD112 production-signal-unknown: a sign of production could not be looked for.

use super::on_signals;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD112",
    name: "production-signal-unknown",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "a sign of production could not be looked for",
    explanation: Explanation {
        what: "One of the questions that tell a production server from a development one was not answered.",
        why: "A check that could not run is never a pass.",
        example: "```text\npermission denied for view pg_stat_replication\n```",
        remedy: "Let the role see it with `GRANT pg_monitor TO role`, then check again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        database
            .signals
            .unknown()
            .into_iter()
            .map(|(signal, why)| {
                let message = format!("{}: {signal} could not be seen", database.label);
                RULE.finding(&database.label, message)
                    .seen(why)
                    .remedy("let the role see it")
                    .next(format!("GRANT pg_monitor TO \"{}\"", database.role))
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn an_unanswered_question_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.slots = Observed::Unavailable {
            why: "permission denied".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD112"]);
    }

    #[test]
    fn seen_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
