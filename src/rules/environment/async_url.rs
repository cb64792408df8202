//! RD402 async-url-in-sync-env: a driver that the engine cannot use.

use crate::rules::finding::LineEdit;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::is_async_url;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD402",
    name: "async-url-in-sync-env",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a synchronous env.py is given an asynchronous driver",
    explanation: Explanation {
        what: "env.py builds a synchronous engine, and its URL names an asynchronous driver: asyncpg, psycopg_async, aiopg.",
        why: "SQLAlchemy raises `MissingGreenlet` at the first connection.",
        example: "```python\nconfig.set_main_option(\"sqlalchemy.url\", settings.database.async_url)\n```",
        remedy: "Give Alembic the URL with psycopg or psycopg2, or write env.py from the `async` template.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some(env) = sources.env.as_ref().filter(|env| !env.is_async) else {
            continue;
        };
        for setting in &env.url_settings {
            // `url.replace("+asyncpg", "")` names the driver to take it out.
            let is_async = match &setting.literal {
                Some(url) => is_async_url(url),
                None => {
                    !setting.written.contains("replace(")
                        && (is_async_url(&setting.written) || names_async_url(&setting.written))
                }
            };
            if is_async {
                findings.push(
                    found(&setting.written)
                        .of(&module.module.name)
                        .at(&setting.location),
                );
            }
        }
        if let Some(url) = &sources.url
            && url.is_async()
            && env.url_settings.is_empty()
            && !env.url_elsewhere
        {
            let line = &url.location.source_line;
            let mut finding = found(&url.value).of(&module.module.name).at(&url.location);
            // A line with a password is shown redacted, and a redacted line is no correction.
            if !url.has_password {
                finding = finding.edit(LineEdit {
                    path: url.location.path.clone(),
                    line: url.location.line,
                    before: vec![line.clone()],
                    after: vec![
                        line.replace("+asyncpg", "+psycopg")
                            .replace("+psycopg_async", "+psycopg")
                            .replace("+aiopg", "+psycopg2"),
                    ],
                });
            }
            findings.push(finding);
        }
    }
    findings
}

/// `settings.async_url`, `ASYNC_DATABASE_URL`: named after what it is.
fn names_async_url(written: &str) -> bool {
    let last = written.rsplit('.').next().unwrap_or(written).to_lowercase();
    last.starts_with("async") && last.contains("url")
}

fn found(url: &str) -> Finding {
    RULE.finding(
        "sqlalchemy.url",
        format!("env.py builds a synchronous engine from an asynchronous URL: {url}"),
    )
    .remedy("use psycopg or psycopg2 for Alembic, or write env.py from the async template")
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const RUN: &str = "engine_from_config(config.get_section('alembic'))\n";

    #[test]
    fn an_asynchronous_url_is_found() {
        for value in [
            "'postgresql+asyncpg://localhost/shop'",
            "settings.database.async_url",
            "f'postgresql+asyncpg://{HOST}/shop'",
        ] {
            let mut stage = Stage::one();
            stage.env(
                "shop",
                &format!("config.set_main_option('sqlalchemy.url', {value})\n{RUN}"),
            );
            assert_eq!(stage.codes(), ["RD402"], "{value}");
        }
    }

    #[test]
    fn a_synchronous_url_and_an_asynchronous_env_are_fine() {
        for source in [
            "config.set_main_option('sqlalchemy.url', settings.sync_url)\n",
            "config.set_main_option('sqlalchemy.url', URL.replace('+asyncpg', ''))\n",
            "config.set_main_option('sqlalchemy.url', async_url)\nasync_engine_from_config(x)\n",
        ] {
            let mut stage = Stage::one();
            stage.env("shop", source);
            assert!(stage.codes().is_empty(), "{source}");
        }
    }
}
