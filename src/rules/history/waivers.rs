//! What the rules about waivers share.

use crate::evidence::Waiver;
use crate::rules::finding::Finding;
use crate::rules::rule::{Case, Rule};
use crate::rules::waiver::{Void, judge};

/// A finding for every waiver that does not count for the reason that `wanted` picks.
pub fn void(
    case: &Case<'_>,
    rule: &Rule,
    remedy: &str,
    wanted: fn(Void) -> Option<String>,
) -> Vec<Finding> {
    case.evidence
        .waivers
        .given
        .iter()
        .filter_map(|waiver| {
            let why = wanted(judge(case, waiver).err()?)?;
            Some(finding(rule, waiver, &why).remedy(remedy))
        })
        .collect()
}

/// What makes an agreement count, once its entry is written.
pub fn agreed(rule: &Rule) -> String {
    format!(
        "git add redistill.toml && git commit -m 'waive {}' redistill.toml",
        rule.code
    )
}

/// A finding about a waiver.
pub fn finding(rule: &Rule, waiver: &Waiver, why: &str) -> Finding {
    let finding = rule
        .finding(
            &waiver.finding,
            format!("the waiver of {} does not count: it {why}", waiver.finding),
        )
        .at(&waiver.location)
        .next(format!("redistill explain {}", rule.code));
    match &waiver.module {
        Some(module) => finding.of(module),
        None => finding,
    }
}
