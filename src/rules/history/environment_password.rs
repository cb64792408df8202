//! RD237 password-in-environment: the configuration holds a password.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD237",
    name: "password-in-environment",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "an environment of the configuration is written with its password",
    explanation: Explanation {
        what: "A URL under `[environments]` holds a password.",
        why: "The configuration is committed, so everyone with the repository can read it, for ever.",
        example: "```toml\n[environments]\nstaging = { url = \"postgresql://app:secret@staging/app\" }\n```",
        remedy: "Take the URL from a variable, `staging = { url_env = \"STAGING_URL\" }`, or leave the password to `~/.pgpass`. Change the password: it is in the history.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let environments = case.evidence.holders.environments.iter();
    environments
        .filter(|environment| environment.has_written_password)
        .map(|environment| {
            RULE.finding(
                &environment.name,
                format!(
                    "the password of the environment {} is written in the configuration",
                    environment.name
                ),
            )
            .at(&environment.location)
            .remedy(format!(
                "take the URL from a variable, {} = {{ url_env = \"…\" }}, and change the password",
                environment.name
            ))
            .next("redistill explain RD237")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, environment, place};

    #[test]
    fn a_written_password_is_warned_of() {
        let mut stage = Stage::one();
        let mut staging = environment("staging", place("staging", &[]));
        staging.has_written_password = true;
        stage.environment(staging);
        assert_eq!(stage.codes(), ["RD237"]);
    }

    #[test]
    fn a_variable_is_not() {
        let mut stage = Stage::one();
        stage.environment(environment("staging", place("staging", &[])));
        assert!(stage.codes().is_empty());
    }
}
