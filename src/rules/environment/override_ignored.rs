//! RD410 url-override-ignored: a URL from the environment is read, and another one wins.

use crate::python::env::{EnvFacts, Origin, UrlSetting};
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD410",
    name: "url-override-ignored",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "env.py takes a URL from the environment and then sets another one",
    explanation: Explanation {
        what: "`sqlalchemy.url` is set from an environment variable or from `-x`, and a later line sets it again, on no \
               condition, from somewhere else.",
        why: "`SQLALCHEMY_URL=… alembic upgrade head` then runs against another database than the one that was asked for.",
        example: "```python\nconfig.set_main_option(\"sqlalchemy.url\", os.environ[\"SQLALCHEMY_URL\"])\n\
                  config.set_main_option(\"sqlalchemy.url\", settings.database.sync_url)\n```",
        remedy: "Decide in one line:\n\n```python\nurl = os.environ.get(\"SQLALCHEMY_URL\") or settings.database.sync_url\n\
                 config.set_main_option(\"sqlalchemy.url\", url)\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some((given, winner)) = sources.env.as_ref().and_then(overruled) else {
            continue;
        };
        let mut finding = RULE
            .finding(
                "sqlalchemy.url",
                format!(
                    "the URL from the environment on line {} is overruled on line {}",
                    given.location.line, winner.location.line
                ),
            )
            .of(&module.module.name)
            .at(&winner.location)
            .remedy("set the URL once: the environment's, or else the settings'");
        let line = &winner.location.source_line;
        if let Some(at) = line
            .find(&winner.written)
            .filter(|_| given.literal.is_none())
        {
            let (before, after) = (&line[..at], &line[at + winner.written.len()..]);
            let first = given
                .written
                .replace("environ[", "environ.get(")
                .replace(']', ")");
            finding = finding.edit(LineEdit {
                path: winner.location.path.clone(),
                line: winner.location.line,
                before: vec![line.clone()],
                after: vec![format!("{before}{first} or {}{after}", winner.written)],
            });
        }
        findings.push(finding);
    }
    findings
}

/// An override, and the unconditional setting after it that takes its place.
fn overruled(env: &EnvFacts) -> Option<(&UrlSetting, &UrlSetting)> {
    let settings: Vec<&UrlSetting> = env
        .url_settings
        .iter()
        .filter(|setting| setting.at_module_level && setting.through_config)
        .collect();
    let at = settings
        .iter()
        .position(|setting| setting.origin == Origin::Caller)?;
    let winner = settings[at + 1..]
        .iter()
        .rfind(|setting| !setting.is_conditional && setting.origin == Origin::Project)?;
    Some((settings[at], winner))
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    fn stage(lines: &[&str]) -> Stage {
        let mut stage = Stage::one();
        let text: String = lines
            .iter()
            .map(|line| line.replace("SET(", "config.set_main_option('sqlalchemy.url', ") + "\n")
            .collect();
        stage.env(
            "shop",
            &format!("import os\nconfig = context.config\n{text}"),
        );
        stage
    }

    #[test]
    fn a_later_line_that_wins_is_found() {
        let finding =
            stage(&["SET(os.environ['SQLALCHEMY_URL'])", "SET(settings.url)"]).only("RD410");
        let edit = finding.remedy.diff.unwrap();
        assert_eq!(edit.line, 4);
        assert_eq!(
            edit.after,
            [
                "config.set_main_option('sqlalchemy.url', os.environ.get('SQLALCHEMY_URL') or settings.url)"
            ]
        );
        let by_name = [
            "url = os.getenv('X')",
            "if url:",
            "    SET(url)",
            "SET(settings.url)",
        ];
        assert_eq!(stage(&by_name).only("RD410").location.unwrap().line, 6);
    }

    #[test]
    fn one_line_a_condition_and_the_environment_last_are_fine() {
        for lines in [
            &["SET(os.environ.get('X') or settings.url)"][..],
            &["url = os.environ.get('X') or settings.url", "SET(url)"],
            &[
                "SET(settings.url)",
                "if 'X' in os.environ:",
                "    SET(os.environ['X'])",
            ],
            &[
                "SET(os.environ['X'])",
                "if offline:",
                "    SET(settings.url)",
            ],
            &["SET(settings.url)"],
        ] {
            assert!(stage(lines).codes().is_empty(), "{lines:?}");
        }
    }
}
