//! RD404 password-in-ini: a secret in a file that git keeps.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD404",
    name: "password-in-ini",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a password is written into the settings file",
    explanation: Explanation {
        what: "`sqlalchemy.url` in alembic.ini or pyproject.toml carries a password.",
        why: "The file is committed: everybody who has the repository, or ever had it, has the password.",
        example: "```ini\nsqlalchemy.url = postgresql://app:s3cret@db/shop\n```",
        remedy: "Take the URL out of the file and set it in env.py from the application's settings or from `SQLALCHEMY_URL`; change the password.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some(url) = sources
            .url
            .as_ref()
            .filter(|url| url.has_password && !url.is_placeholder())
        else {
            continue;
        };
        findings.push(
            RULE.finding(
                "sqlalchemy.url",
                "a password is written into the settings file",
            )
            .of(&module.module.name)
            .at(&url.location)
            .seen(format!("sqlalchemy.url = {}", url.value))
            .remedy("set the URL in env.py from the application's settings; change the password"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::UrlLine;
    use crate::rules::stage::Stage;

    fn stage(value: &str) -> Stage {
        let mut stage = Stage::one();
        stage.facts("shop").url = Some(UrlLine::read("/p/shop/alembic.ini", 4, value));
        stage
    }

    #[test]
    fn a_password_is_found_and_never_shown() {
        let stage = stage("postgresql://app:s3cret@db/shop");
        assert_eq!(stage.codes(), ["RD404"]);
        let json = serde_json::to_string(&stage.findings()).unwrap();
        assert!(json.contains("app:***@db") && !json.contains("s3cret"));
    }

    #[test]
    fn the_placeholder_and_a_url_without_password_are_not() {
        assert!(
            stage("driver://user:pass@localhost/dbname")
                .codes()
                .is_empty()
        );
        assert!(stage("postgresql://app@db/shop").codes().is_empty());
    }
}
