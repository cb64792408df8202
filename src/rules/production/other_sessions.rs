//! RD116 other-sessions: others are connected to the database.

use super::on_signals;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD116",
    name: "other-sessions",
    family: Family::Production,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "other clients are connected to the database",
    explanation: Explanation {
        what: "`pg_stat_activity` lists client sessions of this database that are not redistill's \
               own, by application, role, address and state.",
        why: "A development server has its application and its developer connected, so this alone \
              says little. The reset itself does not begin while anybody else is connected: what it \
              changes would change under their feet.",
        example: "```text\nbilling-worker, app, 10.0.0.7, idle\n```",
        remedy: "End them before the reset. If one of them is not yours, find out whose it is.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        let sessions = database
            .other_sessions
            .seen()
            .map_or(&[][..], Vec::as_slice);
        if sessions.is_empty() {
            return Vec::new();
        }
        let message = format!("other clients are connected to {}", database.label);
        let mut finding = RULE
            .finding(&database.label, message)
            .remedy("stop them before the reset, which does not begin while they are connected")
            .next(
                "SELECT pid, application_name, usename, client_addr FROM pg_stat_activity WHERE \
                 datname = current_database()",
            );
        finding.evidence = sessions.to_vec();
        vec![finding]
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::Verdict;
    use crate::rules::stage::Stage;

    #[test]
    fn they_are_listed_and_leave_the_verdict_clear() {
        let mut stage = Stage::one();
        let sessions = ["billing, app, 10.0.0.7, idle", "psql, ann, local, active"];
        stage.database().other_sessions = Observed::Seen(sessions.map(str::to_owned).to_vec());
        assert_eq!(stage.only("RD116").evidence, sessions);
        assert_eq!(Verdict::of(&stage.findings()), Verdict::Clear);
    }

    #[test]
    fn nobody_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
