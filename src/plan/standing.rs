//! Where a live database stands, and what may be stamped into it. Pure.

use super::draft::DraftError;
use super::{PlannedModule, RevisionIdChoice, Strategy};
use crate::evidence::{Evidence, ModuleEvidence, VersionTable};

/// Whether a module's live database is where the strategy needs it to be. Part of [`draft`], and
/// asked on its own before the differences are judged.
pub fn may_stamp(
    evidence: &Evidence,
    planned: &PlannedModule,
    strategy: Strategy,
) -> Result<(), DraftError> {
    let seen = evidence
        .modules
        .iter()
        .find(|seen| seen.module.name == planned.module);
    match seen.and_then(|seen| Some((seen, seen.database.seen()?))) {
        Some((seen, database)) => database
            .version_tables()
            .try_for_each(|table| check_at_head(strategy, planned, seen, table)),
        None => Err(DraftError::NotSeen {
            module: planned.module.clone(),
            what: "the database",
        }),
    }
}

pub(super) fn check_at_head(
    strategy: Strategy,
    planned: &PlannedModule,
    seen: &ModuleEvidence,
    table: &VersionTable,
) -> Result<(), DraftError> {
    let own = own_rows(seen, table);
    // A head that another revision depends on has no row.
    let effective = seen.chain.effective_heads();
    let mut heads: Vec<String> = effective.iter().map(ToString::to_string).collect();
    heads.sort();
    if strategy != Strategy::Keep || own == heads {
        return Ok(());
    }
    let shown = |rows: &[String]| match rows {
        [] => "no revision".to_owned(),
        rows => rows.join(", "),
    };
    let is_tenant = seen
        .database
        .seen()
        .is_some_and(|database| !database.tenants.is_empty());
    let tenant = if is_tenant {
        format!(" in {}", table.name)
    } else {
        String::new()
    };
    Err(DraftError::NotAtHead {
        module: planned.module.clone(),
        rows: shown(&own) + &tenant,
        heads: shown(&heads),
    })
}

/// The rows of the version table that belong to the module's own chain, sorted.
pub(super) fn own_rows(seen: &ModuleEvidence, table: &VersionTable) -> Vec<String> {
    let mut rows: Vec<String> = table
        .rows
        .iter()
        .filter(|row| {
            seen.chain
                .revisions
                .iter()
                .any(|revision| revision.id.0 == **row)
        })
        .cloned()
        .collect();
    rows.sort();
    rows
}

/// Checks that `reuse-head` may be chosen for a rehearsed module.
pub fn may_reuse_head(choice: &RevisionIdChoice, module: &PlannedModule) -> Result<(), DraftError> {
    let is_fine =
        module.old_heads.len() == 1 && module.lost.is_empty() && module.accepted.is_empty();
    if *choice == RevisionIdChoice::ReuseHead && !is_fine {
        return Err(DraftError::CannotReuseHead {
            module: module.module.clone(),
        });
    }
    Ok(())
}
