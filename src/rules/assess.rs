//! The verdict's work: every rule over everything that was seen.

use std::borrow::Cow;
use std::path::Path;

use super::finding::{Finding, LineEdit};
use super::registry::registry;
use super::rule::{Case, Needs, Scope};
use super::sources::Sources;
use super::suppression::{self, Suppressed};
use super::{history, waiver};
use crate::evidence::Evidence;
use crate::python::contents::hide_secrets;

/// The findings after the project's suppressions.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What stands, heaviest first.
    pub findings: Vec<Finding>,
    /// What was set aside, with the reasons, in the same order.
    pub suppressed: Vec<Suppressed>,
}

/// Runs every rule and sets aside what the project suppresses.
pub fn judge(evidence: &Evidence, sources: &Sources, scope: Scope) -> Judged {
    let case = Case {
        evidence,
        sources,
        scope,
    };
    let (mut findings, suppressed) = suppression::apply(&case, assess(evidence, sources, scope));
    findings.sort_by_cached_key(Finding::order);
    findings.dedup();
    Judged {
        findings,
        suppressed,
    }
}

/// Runs every rule and gives the findings, heaviest first, in a stable order; suppressions are not
/// looked at.
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
        let remedy = &mut finding.remedy;
        let edit = remedy.diff.as_ref();
        remedy.is_safe &= edit.is_some_and(|edit| !is_revision(evidence, &edit.path));
    }
    let idle = waiver::apply(&case, &mut findings);
    findings.extend(idle.into_iter().map(history::waiver_mismatch::idle));
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

/// Whether a file belongs to a chain. It may have been applied, so changing it is never safe.
fn is_revision(evidence: &Evidence, path: &Path) -> bool {
    evidence.modules.iter().any(|seen| {
        let mut folders = seen.module.version_locations.iter();
        let mut revisions = seen.chain.revisions.iter();
        folders.any(|folder| path.starts_with(folder))
            || revisions.any(|revision| revision.path == path)
    })
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

    const TABLES: &str = "
class Account(Base):
    __tablename__ = 'accounts'
    id = Column(Uuid, primary_key=True)
class Key(Base):
    __tablename__ = 'keys'
    account = Column(Integer, ForeignKey('accounts.id'))
";

    #[test]
    fn a_correction_of_a_model_is_safe_and_one_of_a_revision_is_not() {
        let mut stage = Stage::one();
        stage.models("shop", TABLES);
        assert!(stage.only("RD301").remedy.is_safe);
        let folder = "/p/shop/app".into();
        stage.first().module.version_locations.push(folder);
        let remedy = stage.only("RD301").remedy;
        assert!(remedy.diff.is_some() && !remedy.is_safe);
    }
}
