//! RD411 offline-url-missing: one of the two modes has no URL.

use crate::python::env::Modes;
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD411",
    name: "offline-url-missing",
    family: Family::Environment,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "env.py gives a URL online only, and reads the empty setting offline",
    explanation: Explanation {
        what: "Every URL is given inside of `run_migrations_online`; `run_migrations_offline` reads `sqlalchemy.url`, which \
               the settings file leaves empty or as the template's placeholder.",
        why: "`alembic upgrade head --sql` fails, or writes SQL for another dialect.",
        example: "```python\ndef run_migrations_offline():\n    url = config.get_main_option(\"sqlalchemy.url\")\n```",
        remedy: "Set the URL before both, right after `config = context.config`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some(env) = &sources.env else { continue };
        let is_set = sources
            .url
            .as_ref()
            .is_some_and(|url| !url.is_placeholder());
        let (Some(used), Some(setting)) = (&env.offline_use, env.url_settings.first()) else {
            continue;
        };
        if env.modes == Modes::Both || is_set || env.url_elsewhere {
            continue;
        }
        let mut finding = RULE
            .finding(
                "sqlalchemy.url",
                format!(
                    "the URL is given online only, on line {}; offline nothing sets it",
                    setting.location.line
                ),
            )
            .of(&module.module.name)
            .at(used)
            .remedy("set the URL once, before both modes");
        // What a function computed for itself is not known at module level.
        let is_plain = setting.written.contains('.') && !setting.written.contains(['(', '{']);
        if let Some(config) = env.config.as_ref().filter(|_| is_plain) {
            finding = finding.edit(LineEdit {
                path: env.path.clone(),
                line: config.line + 1,
                before: Vec::new(),
                after: vec![format!(
                    "config.set_main_option(\"sqlalchemy.url\", {})",
                    setting.written
                )],
            });
        }
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::UrlLine;
    use crate::rules::stage::Stage;

    const ENV: &str = "config = context.config\n\ndef run_migrations_offline():\n    \
        context.configure(url=config.get_main_option('sqlalchemy.url'))\n\n\
        def run_migrations_online():\n    engine = create_engine(settings.url)\n\n\
        run_migrations_online()\n";

    #[test]
    fn a_url_for_one_mode_is_found_with_the_line_for_both() {
        let mut stage = Stage::one();
        stage.env("shop", ENV);
        let finding = stage.only("RD411");
        assert_eq!(finding.location.unwrap().line, 4);
        let edit = finding.remedy.diff.unwrap();
        assert_eq!(edit.line, 2);
        assert_eq!(
            edit.after,
            ["config.set_main_option(\"sqlalchemy.url\", settings.url)"]
        );
        assert_eq!(stage.codes(), ["RD411"]);
    }

    #[test]
    fn a_url_in_the_settings_or_for_both_is_fine() {
        let mut stage = Stage::one();
        stage.env("shop", ENV);
        stage.facts("shop").url = Some(UrlLine::read(
            "/p/shop/alembic.ini",
            3,
            "postgresql+psycopg://localhost/shop",
        ));
        assert!(stage.codes().is_empty());
        for other in [
            ENV.replace("config.get_main_option('sqlalchemy.url')", "settings.url"),
            format!("{ENV}x = 1\n").replace(
                "config = context.config\n",
                "config = context.config\nconfig.set_main_option('sqlalchemy.url', settings.url)\n",
            ),
        ] {
            let mut stage = Stage::one();
            stage.env("shop", &other);
            assert!(stage.codes().is_empty(), "{other}");
        }
    }
}
