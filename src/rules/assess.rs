//! The verdict's work: every rule over everything that was seen.

use super::finding::Finding;
use super::registry::registry;
use super::rule::{Case, Needs, Scope};
use super::sources::Sources;
use super::suppression::{self, Suppressed};
use crate::evidence::Evidence;

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
    findings.sort_by_cached_key(Finding::order);
    findings.dedup();
    findings
}
