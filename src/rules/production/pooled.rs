//! RD117 pooling-unclear: something may stand between redistill and the server.

use super::on_signals;
use crate::evidence::{Observed, Pooling};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD117",
    name: "pooling-unclear",
    family: Family::Production,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "a pooler may stand before the server",
    explanation: Explanation {
        what: "The server process of a new connection is older than the connection, so that \
               something keeps processes for others; or no second connection could be made to find \
               out.",
        why: "Behind a pooler the addresses of clients are the pooler's, and those that wait in it \
              are not to be seen at all. Each transaction of the reset proves again that it talks \
              to the same process, so this alone does not refuse.",
        example: "```text\npostgresql://app@localhost:6432/shop   # PgBouncer, pool_mode = session\n```",
        remedy: "Give the URL that leads to the server itself.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        let seen = match &database.pooling {
            Observed::Seen(Pooling::Kept) => "the server process is older than the connection",
            Observed::Seen(_) => return Vec::new(),
            Observed::Unavailable { why } => why.as_str(),
            Observed::NotAsked => "nobody asked",
        };
        let message = format!("{} may be reached through a pooler", database.label);
        vec![
            RULE.finding(&database.label, message)
                .seen(seen)
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
    fn what_may_be_a_pooler_is_warned_about() {
        let mut stage = Stage::one();
        stage.database().pooling = Observed::Seen(Pooling::Kept);
        assert_eq!(stage.codes(), ["RD117"]);
        stage.database().pooling = Observed::Unavailable {
            why: "too many connections for role \"dev\"".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD117"]);
    }

    #[test]
    fn a_direct_connection_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
