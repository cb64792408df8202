//! Which waivers count, and what they do to findings.
//!
//! Called by `assess` once all rules have spoken. A waived finding stays a finding with its weight;
//! only the verdict passes it over. What may be waived is a list, not a family: production data is
//! never on it, and neither is anything that is unknown (`docs/design/0007-other-holders.md`).

use std::collections::BTreeSet;

use super::finding::{Finding, Waived};
use super::registry::find;
use super::rule::{Case, Needs, Scope};
use crate::evidence::{Observed, Waiver};
use crate::model::RevisionId;

/// The findings that a team may accept: facts about a shared history that are seen and known.
const WAIVABLE: &[&str] = &[
    "RD201", "RD202", "RD213", "RD221", "RD224", "RD231", "RD233",
];

/// Whether a finding of this code may be waived, if it is known and the entry is whole.
pub fn is_waivable(code: &str) -> bool {
    WAIVABLE.contains(&code)
}

/// Why a waiver does not count, in words that follow "the waiver of RD201".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Void {
    /// It may not be given at all, or lacks a part.
    NotAllowed(String),
    /// The file is not committed as it stands.
    NotCommitted(String),
    /// Its last day has passed.
    Expired(String),
    /// It was given for something else.
    DoesNotMatch(String),
}

/// Whether a waiver counts, before it is known what it meets.
pub fn judge(case: &Case<'_>, waiver: &Waiver) -> Result<Waived, Void> {
    may_be_given(waiver)?;
    match &case.evidence.waivers.committed {
        Observed::Seen(true) => {}
        Observed::Seen(false) => {
            let why = "stands in a file that is not committed as it is";
            return Err(Void::NotCommitted(why.to_owned()));
        }
        Observed::Unavailable { why } => {
            let why =
                format!("stands in a file of which git cannot say that it is committed: {why}");
            return Err(Void::NotCommitted(why));
        }
        Observed::NotAsked => {
            let why = "stands in a file that nobody looked for in git";
            return Err(Void::NotCommitted(why.to_owned()));
        }
    }
    let Some(until) = waiver.until else {
        return Err(Void::NotAllowed("has no end date".to_owned()));
    };
    if until < case.evidence.waivers.today {
        return Err(Void::Expired(format!("ended on {until}")));
    }
    fits_heads(case, waiver)?;
    Ok(Waived {
        reason: waiver.reason.trim().to_owned(),
        until,
    })
}

fn may_be_given(waiver: &Waiver) -> Result<(), Void> {
    let refused = |why: &str| Err(Void::NotAllowed(why.to_owned()));
    let Some(rule) = find(&waiver.finding).filter(|rule| rule.code == waiver.finding) else {
        return refused("names no rule by its code");
    };
    if rule.family == super::rule::Family::Production {
        return refused(
            "is not possible: findings about production data cannot be waived, mark the database \
             instead",
        );
    }
    if !WAIVABLE.contains(&rule.code) {
        return refused("is not possible: only known facts about a shared history can be waived");
    }
    if waiver.reason.trim().is_empty() {
        return refused("gives no reason");
    }
    if waiver.until.is_none() {
        return refused("has no end date");
    }
    if waiver.heads.is_empty() {
        return refused("names no head that it was given for");
    }
    Ok(())
}

/// The heads that were waived are those of today: new revisions are a new decision.
fn fits_heads(case: &Case<'_>, waiver: &Waiver) -> Result<(), Void> {
    let modules = case.evidence.modules.iter();
    let looked_at = modules.map(|seen| (&seen.module.name, seen.chain.heads()));
    let others = case.evidence.unselected.iter();
    let others = others.map(|other| (&other.name, other.heads.clone()));
    let mut heads: BTreeSet<RevisionId> = BTreeSet::new();
    let mut is_known = waiver.module.is_none();
    for (name, own) in looked_at.chain(others) {
        if waiver.module.as_ref().is_none_or(|wanted| wanted == name) {
            is_known = true;
            heads.extend(own);
        }
    }
    if !is_known {
        return Err(Void::DoesNotMatch(
            "names a module that does not exist".to_owned(),
        ));
    }
    let given: BTreeSet<RevisionId> = waiver.heads.iter().cloned().collect();
    if given == heads {
        return Ok(());
    }
    let listed = |ids: &BTreeSet<RevisionId>| {
        let ids: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
        ids.join(", ")
    };
    Err(Void::DoesNotMatch(format!(
        "was given for the head {}, and the head is {}",
        listed(&given),
        listed(&heads)
    )))
}

/// Marks what is waived. Gives the waivers that met nothing.
pub fn apply<'a>(case: &Case<'a>, findings: &mut [Finding]) -> Vec<&'a Waiver> {
    let mut idle = Vec::new();
    for waiver in &case.evidence.waivers.given {
        let Ok(waived) = judge(case, waiver) else {
            continue;
        };
        let mut has_met = false;
        for finding in findings
            .iter_mut()
            .filter(|found| meets(case, waiver, found))
        {
            finding.waived = Some(waived.clone());
            has_met = true;
        }
        if !has_met && could_meet(case, waiver) {
            idle.push(waiver);
        }
    }
    idle
}

/// In a project of one module, what is about the project is about the module.
fn meets(case: &Case<'_>, waiver: &Waiver, finding: &Finding) -> bool {
    let is_only = case.evidence.modules.len() + case.evidence.unselected.len() == 1;
    finding.code == waiver.finding
        && match (&waiver.module, &finding.module) {
            (Some(wanted), Some(module)) => wanted == module,
            (Some(_), None) => is_only,
            (None, _) => true,
        }
}

/// Whether the rule had its say about the module: else nothing can be concluded from its silence.
fn could_meet(case: &Case<'_>, waiver: &Waiver) -> bool {
    let was_judged = find(&waiver.finding)
        .is_some_and(|rule| case.scope == Scope::Full || rule.needs == Needs::Files);
    let is_left_out = case
        .evidence
        .unselected
        .iter()
        .any(|other| waiver.module.as_ref() == Some(&other.name));
    was_judged && !is_left_out
}
