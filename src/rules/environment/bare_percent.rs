//! RD405 unescaped-percent: `ConfigParser` takes it for an interpolation.

use crate::rules::finding::LineEdit;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::has_bare_percent;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD405",
    name: "unescaped-percent",
    family: Family::Environment,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a percent sign in the URL is not doubled",
    explanation: Explanation {
        what: "The URL in the settings file, or a literal one that env.py hands to `set_main_option`, has a single `%`, as percent-encoded passwords have.",
        why: "ConfigParser reads `%` as the start of an interpolation and raises `invalid interpolation syntax`.",
        example: "```ini\nsqlalchemy.url = postgresql://app:p%40ss@db/shop\n```",
        remedy: "Double it: `p%%40ss`; in env.py: `url.replace(\"%\", \"%%\")`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        if let Some(url) = sources.url.as_ref().filter(|url| url.has_bare_percent) {
            findings.push(
                RULE.finding("sqlalchemy.url", "a % in the URL is not doubled")
                    .of(&module.module.name)
                    .at(&url.location)
                    .remedy("write %% for each % of the URL"),
            );
        }
        for setting in sources.env.iter().flat_map(|env| &env.url_settings) {
            let bare = setting.literal.as_deref().is_some_and(has_bare_percent);
            if !setting.through_config || !bare {
                continue;
            }
            let line = &setting.location.source_line;
            let mut finding = RULE
                .finding("sqlalchemy.url", "a % in the URL is not doubled")
                .of(&module.module.name)
                .at(&setting.location)
                .remedy("write %% for each % of the URL");
            if line.contains(&setting.written) {
                let edit = LineEdit {
                    path: setting.location.path.clone(),
                    line: setting.location.line,
                    before: vec![line.clone()],
                    after: vec![line.replace('%', "%%")],
                };
                // Where some are doubled already, which ones are meant needs a reader.
                finding = if line.contains("%%") {
                    finding.edit(edit)
                } else {
                    finding.fix(edit)
                };
            }
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::UrlLine;
    use crate::rules::stage::Stage;

    #[test]
    fn a_single_percent_is_found_in_both_places() {
        let mut stage = Stage::one();
        stage.facts("shop").url = Some(UrlLine::read(
            "/p/shop/alembic.ini",
            4,
            "postgresql://app@db/sh%20op",
        ));
        assert_eq!(stage.codes(), ["RD405"]);
        let mut stage = Stage::one();
        stage.env(
            "shop",
            "config.set_main_option('sqlalchemy.url', 'postgresql://a@b/c%20d')\n",
        );
        assert_eq!(stage.codes(), ["RD405"]);
    }

    #[test]
    fn doubled_ones_interpolations_and_expressions_are_not() {
        for value in ["postgresql://a@b/c%%20d", "sqlite:///%(here)s/x"] {
            let mut stage = Stage::one();
            stage.facts("shop").url = Some(UrlLine::read("/p/shop/alembic.ini", 4, value));
            assert!(stage.codes().is_empty(), "{value}");
        }
        let mut stage = Stage::one();
        stage.env(
            "shop",
            "config.set_main_option('sqlalchemy.url', url.replace('%', '%%'))\n",
        );
        assert!(stage.codes().is_empty());
    }
}
