//! RD403 url-set-after-run: the URL comes too late.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD403",
    name: "url-set-after-run",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "env.py sets the URL after the migrations have run",
    explanation: Explanation {
        what: "Every `set_main_option(\"sqlalchemy.url\", …)` at module level stands below the call of `run_migrations_online()` or `run_migrations_offline()`.",
        why: "The migrations run against whatever the settings file says, or fail; the line below never has an effect.",
        example: "```python\nrun_migrations_online()\nconfig.set_main_option(\"sqlalchemy.url\", settings.database.sync_url)\n```",
        remedy: "Move the line up, right after `config = context.config`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some(env) = &sources.env else { continue };
        let Some(run) = env.runs.first() else {
            continue;
        };
        let is_late = |place: &crate::model::Location| place.line > run.line;
        let all_late = env
            .url_settings
            .iter()
            .all(|setting| setting.at_module_level && is_late(&setting.location));
        if let Some(first) = env.url_settings.first().filter(|_| all_late) {
            findings.push(
                RULE.finding(
                    "sqlalchemy.url",
                    format!(
                        "the URL is set on line {}, after the migrations have run on line {}",
                        first.location.line, run.line
                    ),
                )
                .of(&module.module.name)
                .at(&first.location)
                .remedy(format!("move the line up, above line {}", run.line)),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const SET: &str = "config.set_main_option('sqlalchemy.url', url)\n";

    #[test]
    fn a_url_below_the_run_is_found() {
        let mut stage = Stage::one();
        stage.env("shop", &format!("run_migrations_online()\n{SET}"));
        assert_eq!(stage.only("RD403").location.unwrap().line, 2);
        assert_eq!(stage.codes(), ["RD403"]);
    }

    #[test]
    fn one_above_it_or_in_the_function_is_not() {
        for source in [
            format!("{SET}run_migrations_online()\n"),
            format!("def run_migrations_online():\n    {SET}run_migrations_online()\n"),
        ] {
            let mut stage = Stage::one();
            stage.env("shop", &source);
            assert!(stage.codes().is_empty(), "{source}");
        }
    }
}
