//! RD235 database-not-looked-at: it is not known whether a neighbour stands at our revisions.

use super::holding::{neighbours, owner};
use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD235",
    name: "database-not-looked-at",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "databases on the server could not be looked at",
    explanation: Explanation {
        what: "Other databases on the module's server could not be searched for revisions of this chain: the role may not connect to them, may not read their version tables, or there are too many.",
        why: "On a shared server that is how it should be, so it does not refuse. It is no proof either: one of them may be a colleague's copy.",
        example: "```text\ndb.internal:5432 / wiki: the role dev may not connect to it\n```",
        remedy: "Ask who uses them. One that matters is named under `[environments]` with a role that may read its version table; it is then looked at, and required.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut unseen: Vec<String> = Vec::new();
    for neighbour in neighbours(case) {
        match &neighbour.looked {
            _ if owner(case, neighbour.identity.as_ref()).is_some() => {}
            Observed::Unavailable { why } => unseen.push(format!("{}: {why}", neighbour.label)),
            Observed::NotAsked => unseen.push(format!("{}: nobody looked", neighbour.label)),
            Observed::Seen(place) => {
                let unread = place.unread();
                unseen.extend(
                    unread.map(|(table, why)| format!("{table} in {}: {why}", place.label)),
                );
            }
        }
    }
    for (server, why) in &case.evidence.holders.unlisted {
        unseen.push(format!(
            "{server}: its databases could not be listed: {why}"
        ));
    }
    if unseen.is_empty() {
        return Vec::new();
    }
    let finding = RULE
        .finding(
            "databases",
            "not every other database of the server could be searched for these revisions",
        )
        .remedy("ask who uses them; one that matters is named under [environments]")
        .next("redistill explain RD235");
    vec![unseen.into_iter().fold(finding, Finding::seen)]
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::{Stage, neighbour};

    #[test]
    fn what_was_not_looked_into_is_warned_of() {
        let mut stage = Stage::one();
        let mut closed = neighbour("wiki", &[]);
        closed.looked = Observed::Unavailable {
            why: "the role dev may not connect to it".to_owned(),
        };
        stage.neighbour(closed);
        let unlisted = ("db:5432".to_owned(), "no answer in time".to_owned());
        stage.evidence.holders.unlisted.push(unlisted);
        assert_eq!(stage.codes(), ["RD235"]);
        assert_eq!(stage.only("RD235").evidence.len(), 2);
    }

    #[test]
    fn what_was_looked_into_is_not() {
        let mut stage = Stage::one();
        stage.neighbour(neighbour("wiki", &[]));
        assert!(stage.codes().is_empty());
    }
}
