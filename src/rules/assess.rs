//! The verdict's work: every rule over everything that was seen.

use std::borrow::Cow;

use super::finding::{Finding, LineEdit};
use super::registry::registry;
use super::rule::{Case, Needs, Scope};
use super::sources::Sources;
use crate::evidence::Evidence;
use crate::python::contents::hide_secrets;

/// Runs every rule and gives the findings, heaviest first, in a stable order.
///
/// With [`Scope::Static`] the rules that need the database or env.py's own words are left out; with
/// [`Scope::Full`] their missing evidence is a finding itself.
pub fn assess(evidence: &Evidence, sources: &Sources, scope: Scope) -> Vec<Finding> {
    let case = Case {
        evidence,
        sources,
        scope,
    };
    let mut findings: Vec<Finding> = registry()
        .iter()
        .filter(|rule| scope == Scope::Full || rule.needs == Needs::Files)
        .flat_map(|rule| (rule.check)(&case))
        .collect();
    for finding in &mut findings {
        without_secrets(finding);
    }
    findings.sort_by_cached_key(Finding::order);
    findings.dedup();
    findings
}

/// A rule shows the line that it is about; a password in that line is nobody's business. A
/// correction of such a line would have to show it, and is left away.
fn without_secrets(finding: &mut Finding) {
    let hide = |text: &mut String| {
        if let Cow::Owned(hidden) = hide_secrets(text) {
            *text = hidden;
        }
    };
    hide(&mut finding.message);
    hide(&mut finding.subject);
    finding.evidence.iter_mut().for_each(hide);
    if let Some(location) = &mut finding.location {
        hide(&mut location.source_line);
    }
    let has_secret = |edit: &LineEdit| {
        let mut lines = edit.before.iter().chain(&edit.after);
        lines.any(|line| hide_secrets(line) != line.as_str())
    };
    finding.remedy.diff = finding.remedy.diff.take().filter(|edit| !has_secret(edit));
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn no_rule_shows_a_password_of_a_line() {
        let mut stage = Stage::one();
        stage.env(
            "shop",
            "config.set_main_option('sqlalchemy.url', 'postgresql+asyncpg://a:Geh%40im@db.shop.net/x')\n",
        );
        let findings = stage.findings();
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| finding.code.as_ref())
            .collect();
        assert_eq!(codes, ["RD402", "RD405", "RD620"]);
        let all = format!("{findings:?}");
        assert!(!all.contains("Geh") && all.contains("a:***@"), "{all}");
    }
}
