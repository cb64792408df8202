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
            // The place has a line of its own.
            let inside = format!("{}/", case.evidence.root.display());
            let why = why.replace(&inside, "");
            let env = Location::of_file(module.module.env_py());
            Some(
                RULE.finding("env.py", format!("env.py cannot be used as it is: {why}"))
                    .of(&module.module.name)
                    .at(module.stopped_at.as_ref().unwrap_or(&env))
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
    use super::*;
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
    fn it_is_shown_where_it_stopped() {
        let mut stage = Stage::one();
        let directory = stage.first().module.directory.clone();
        let settings = directory.join("app/settings.py");
        stage.first().described = Observed::Unavailable {
            why: format!("no URL at {}:7", settings.display()),
        };
        stage.first().stopped_at = Some(Location {
            line: 7,
            ..Location::of_file(&settings)
        });
        let finding = stage.only("RD608");
        assert_eq!(finding.location.as_ref().unwrap().line, 7);
        let inside = settings.strip_prefix(&stage.evidence.root).unwrap();
        let told = format!("at {}:7", inside.display());
        assert!(finding.message.ends_with(&told), "{}", finding.message);
    }

    #[test]
    fn one_that_runs_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
