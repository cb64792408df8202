//! The verdict's work: every rule over everything that was seen.

use super::finding::Finding;
use super::registry::registry;
use super::rule::{Case, Needs, Scope};
use super::sources::Sources;
use super::{history, waiver};
use crate::evidence::Evidence;

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
    let idle = waiver::apply(&case, &mut findings);
    findings.extend(idle.into_iter().map(history::waiver_mismatch::idle));
    findings.sort_by_cached_key(Finding::order);
    findings.dedup();
    findings
}
