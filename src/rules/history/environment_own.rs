//! RD238 environment-is-own: a configured environment is the database that is reset.

use super::holding::owner;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD238",
    name: "environment-is-own",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "an environment of the configuration is a module's own database",
    explanation: Explanation {
        what: "An environment that `[environments]` names leads to the very database that a module's env.py connects to.",
        why: "It is no other holder: the reset brings it along. It may be a mistake, though: a variable of staging that is set to the development database hides staging.",
        example: "```text\nstaging: localhost:5432 / app, the database of api\n```",
        remedy: "Nothing, if it is meant. Else set the variable to the environment's own database.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let environments = case.evidence.holders.environments.iter();
    environments
        .filter_map(|environment| {
            let place = environment.looked.seen()?;
            let module = owner(case, place.identity.as_ref())?;
            Some(
                RULE.finding(
                    &environment.name,
                    format!(
                        "the environment {} is the database of module {module}: {}",
                        environment.name, place.label
                    ),
                )
                .at(&environment.location)
                .remedy("nothing if it is meant; else give the environment's own URL")
                .next("redistill explain RD238"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, environment, place};

    #[test]
    fn the_own_database_is_noted() {
        let mut stage = Stage::one();
        let mut own = place("own", &["shop_2"]);
        own.identity = Some(stage.database().identity.clone());
        stage.environment(environment("local", own));
        assert!(stage.only("RD238").message.contains("of module shop"));
    }

    #[test]
    fn another_one_is_not() {
        let mut stage = Stage::one();
        stage.environment(environment("staging", place("staging", &[])));
        assert!(stage.codes().is_empty());
    }
}
