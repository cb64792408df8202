//! RD608 environment-unknown: env.py could not be run.

use crate::evidence::Observed;
use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD608",
    name: "environment-unknown",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "env.py could not be run, so its configuration is unknown",
    explanation: Explanation {
        what: "env.py raised, its models do not import, or it was not run.",
        why: "Which database, which version table and which filters the module uses is then unknown, and a required unknown refuses.",
        example: "```text\nModuleNotFoundError: No module named 'app'\n```",
        remedy: "Make `alembic current` work in the module's folder, then look again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| {
            let why = match &module.described {
                Observed::Seen(_) => return None,
                Observed::Unavailable { why } => why.as_str(),
                Observed::NotAsked => "it was not run",
            };
            // Without an interpreter there is one reason, not two.
            module.interpreter.seen()?;
            Some(
                RULE.finding("env.py", format!("env.py cannot be used as it is: {why}"))
                    .of(&module.module.name)
                    .at(&Location::of_file(module.module.env_py()))
                    .remedy("mend what is named, so that alembic works in the module's folder, then look again")
                    .next(format!(
                        "cd {} && alembic current",
                        module.module.directory.display()
                    )),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_failing_env_py_is_refused_with_its_error() {
        let mut stage = Stage::one();
        stage.first().described = Observed::Unavailable {
            why: "ModuleNotFoundError: No module named 'app'".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD608"]);
        assert!(stage.only("RD608").message.ends_with("'app'"));
    }

    #[test]
    fn one_that_runs_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
