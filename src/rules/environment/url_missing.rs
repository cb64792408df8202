//! RD401 url-missing: Alembic is given no database.

use crate::model::{Flavour, Location};
use crate::python::env::EnvFacts;
use crate::rules::finding::LineEdit;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD401",
    name: "url-missing",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "neither the settings file nor env.py gives a database URL",
    explanation: Explanation {
        what: "`sqlalchemy.url` is absent, empty or the template's placeholder, env.py reads it, and nothing sets it.",
        why: "Every Alembic command of the module fails, or works only where somebody has set the URL by hand.",
        example: "```ini\nsqlalchemy.url = driver://user:pass@localhost/dbname\n```",
        remedy: "Take the URL from the application's settings, before the migrations run, with a synchronous driver:\n\n```python\nconfig.set_main_option(\"sqlalchemy.url\", settings.database.sync_url)\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some(env) = &sources.env else { continue };
        let is_given = sources
            .url
            .as_ref()
            .is_some_and(|url| !url.is_placeholder())
            || !env.url_settings.is_empty()
            || env.url_elsewhere
            || module.module.flavour == Flavour::FlaskMigrate
            || module
                .described
                .seen()
                .is_some_and(|described| !described.asked_for.is_empty());
        let Some(used) = env.url_uses.first() else {
            continue;
        };
        if is_given {
            continue;
        }
        let mut finding = RULE
            .finding(
                "sqlalchemy.url",
                "no database URL: env.py reads sqlalchemy.url and nothing sets it",
            )
            .of(&module.module.name)
            .at(used)
            .remedy("set the URL from the application's settings, before the migrations run");
        if let Some(edit) = correction(env) {
            finding = finding.edit(edit);
        }
        match &sources.url {
            Some(url) => {
                let shown = url.location.path.strip_prefix(&case.evidence.root);
                let file = shown.unwrap_or(&url.location.path).display();
                finding = finding.seen(format!(
                    "{file}:{}: sqlalchemy.url = {}",
                    url.location.line, url.value
                ));
            }
            None => finding = finding.seen("the settings have no sqlalchemy.url"),
        }
        findings.push(finding);
    }
    findings
}

/// The line goes after the assignment of `config`, which every template has.
fn correction(env: &EnvFacts) -> Option<LineEdit> {
    let config: &Location = env.config.as_ref()?;
    Some(LineEdit {
        path: env.path.clone(),
        line: config.line + 1,
        before: Vec::new(),
        after: vec![
            "config.set_main_option(\"sqlalchemy.url\", settings.database.sync_url)".to_owned(),
        ],
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::UrlLine;
    use crate::rules::stage::Stage;

    const ENV: &str = "
config = context.config
def run_migrations_online():
    connectable = engine_from_config(config.get_section('alembic'))
run_migrations_online()
";

    fn stage(env: &str) -> Stage {
        let mut stage = Stage::one();
        stage.first().described = Observed::Unavailable {
            why: "env.py failed".to_owned(),
        };
        stage.env("shop", env);
        stage.facts("shop").url = Some(UrlLine {
            location: crate::model::Location::of_file("/p/shop/alembic.ini"),
            value: "driver://user:pass@localhost/dbname".to_owned(),
            has_password: true,
            has_bare_percent: false,
        });
        stage
    }

    #[test]
    fn the_placeholder_alone_is_found_with_the_missing_line() {
        let finding = stage(ENV).only("RD401");
        assert_eq!(finding.location.unwrap().line, 4);
        assert_eq!(finding.remedy.diff.unwrap().line, 3);
        assert!(finding.evidence[0].starts_with("shop/alembic.ini:1: "));
    }

    #[test]
    fn a_url_from_anywhere_is_enough() {
        for line in [
            "config.set_main_option('sqlalchemy.url', settings.url)\n",
            "configure(config)\n",
            "section['sqlalchemy.url'] = url\n",
        ] {
            let stage = stage(&format!("{line}{ENV}"));
            assert!(!stage.codes().contains(&"RD401".to_owned()), "{line}");
        }
        let mut stage = stage(ENV);
        if let Some(url) = &mut stage.facts("shop").url {
            url.value = "postgresql+psycopg://localhost/shop".to_owned();
            url.has_password = false;
        }
        assert!(!stage.codes().contains(&"RD401".to_owned()));
    }
}
