//! RD605 no-interpreter: nothing to run env.py with.

use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD605",
    name: "no-interpreter",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "no Python interpreter with Alembic was found for a module",
    explanation: Explanation {
        what: "Neither the configuration, `$VIRTUAL_ENV`, a `.venv` folder, the project's manager nor PATH leads to a Python that has Alembic.",
        why: "The rehearsal runs the project's own env.py and Alembic; without them nothing can be proven.",
        example: "```text\n/usr/bin/python3: No module named alembic\n```",
        remedy: "Create the project's environment, or name one: `redistill check --python PATH`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| {
            let why = match &module.interpreter {
                Observed::Seen(_) => return None,
                Observed::Unavailable { why } => why.as_str(),
                Observed::NotAsked => "none was looked for",
            };
            Some(
                RULE.finding(
                    "interpreter",
                    format!("no Python interpreter with Alembic was found: {why}"),
                )
                .of(&module.module.name)
                .remedy("create the project's environment, or name an interpreter")
                .next("redistill check --python PATH"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn no_interpreter_is_refused() {
        let mut stage = Stage::one();
        stage.first().interpreter = Observed::Unavailable {
            why: "no python3 on PATH".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD605"]);
    }

    #[test]
    fn one_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
