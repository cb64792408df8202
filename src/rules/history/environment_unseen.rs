//! RD232 environment-unseen: a configured environment could not be looked at.

use super::holding::{modules_of, owner};
use crate::evidence::{EnvironmentEvidence, Observed};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD232",
    name: "environment-unseen",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "an environment of the configuration could not be looked at",
    explanation: Explanation {
        what: "An environment that `[environments]` names could not be reached, its variable is not set, or its version table may not be read.",
        why: "Whether it stands at this history is then unknown, and a required unknown refuses. It cannot be waived: a waiver says that a fact is known and accepted.",
        example: "```text\nstaging: the variable STAGING_URL is not set\n```",
        remedy: "Set the variable, open the way (tunnel, VPN), or give the role SELECT on the version table. An environment that is gone is taken out of the configuration.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let environments = case.evidence.holders.environments.iter();
    environments
        .filter(|environment| !modules_of(case, environment).is_empty())
        .filter_map(|environment| {
            let (why, remedy) = unseen(case, environment)?;
            Some(
                RULE.finding(
                    &environment.name,
                    format!(
                        "whether the environment {} stands at this history is unknown: {why}",
                        environment.name
                    ),
                )
                .at(&environment.location)
                .remedy(remedy)
                .next(next(environment)),
            )
        })
        .collect()
}

/// Why something of it was not seen, and what helps.
fn unseen(case: &Case<'_>, environment: &EnvironmentEvidence) -> Option<(String, &'static str)> {
    const REACH: &str =
        "make it reachable from here, or take it out of [environments] if it is gone";
    match &environment.looked {
        Observed::Unavailable { why } => Some((why.clone(), REACH)),
        Observed::NotAsked => Some(("nobody looked".to_owned(), REACH)),
        Observed::Seen(place) if owner(case, place.identity.as_ref()).is_some() => None,
        Observed::Seen(place) => {
            let (table, why) = place.unread().next()?;
            let remedy = "let the role read it: GRANT SELECT on the version table";
            Some((format!("{table} in {}: {why}", place.label), remedy))
        }
    }
}

fn next(environment: &EnvironmentEvidence) -> String {
    match (&environment.variable, &environment.looked) {
        (Some(name), Observed::Unavailable { why }) if why.contains("is not set") => {
            format!("export {name}=postgresql://USER@HOST:PORT/DATABASE")
        }
        _ => "redistill check".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::{Stage, environment, place};

    #[test]
    fn what_was_not_seen_is_refused() {
        let mut unset = environment("staging", place("staging", &[]));
        unset.looked = Observed::Unavailable {
            why: "the variable STAGING_URL is not set".to_owned(),
        };
        let mut unasked = unset.clone();
        unasked.looked = Observed::NotAsked;
        let mut unread = place("staging", &[]);
        unread.version_tables[0].1 = Observed::Unavailable {
            why: "the role may not read it".to_owned(),
        };
        for wrong in [unset, unasked, environment("staging", unread)] {
            let mut stage = Stage::one();
            stage.environment(wrong);
            assert_eq!(stage.codes(), ["RD232"]);
        }
    }

    #[test]
    fn what_was_seen_is_not() {
        let mut stage = Stage::one();
        stage.environment(environment("staging", place("staging", &[])));
        assert!(stage.codes().is_empty());
    }
}
