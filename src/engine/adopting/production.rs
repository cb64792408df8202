//! What looks like production is proven, and left to a person.

use super::Case;
use super::place::{base_of, own_rows};
use crate::engine::Engine;
use crate::error::Failure;
use crate::evidence::{AskedFor, DatabaseEvidence, Evidence, ModuleEvidence, Observed};
use crate::model::text::{safe, safe_lines, without_passwords};
use crate::model::{Host, RevisionId, Target};
use crate::report::calling::{self, Calling};
use crate::rules::{self, Scope, Severity, Sources};
use crate::survey::variables;

impl Engine<'_> {
    pub(super) fn is_production(&self, seen: &ModuleEvidence) -> bool {
        !self.production_findings(seen.clone()).is_empty()
    }

    /// Production is proven, and left to a person.
    pub(super) fn refuse_production(
        &self,
        case: &Case<'_>,
        evidence: &DatabaseEvidence,
    ) -> Result<(), Failure> {
        let mut seen = case.seen.clone();
        seen.database = Observed::Seen(evidence.clone());
        if let Observed::Seen(described) = &mut seen.described {
            described.asked_for = vec![asked_for(&case.target)];
        }
        let findings = self.production_findings(seen);
        let [first, ..] = &findings[..] else {
            return Ok(());
        };
        let all: Vec<String> = findings
            .iter()
            .map(|finding| format!("{} {}: {}", finding.code, finding.name, finding.message))
            .collect();
        let present = case.lineage.present();
        let old = match present.checked_sub(1) {
            Some(before) => case.lineage.generations[before].chain.effective_heads(),
            None => own_rows(case, evidence)
                .into_iter()
                .map(RevisionId)
                .collect(),
        };
        Err(Failure::refused(
            "it can be brought home, but it looks like production, where redistill writes nothing",
        )
        .with_detail(safe_lines(&all.join("\n")))
        .with_hint(format!("why: redistill explain {}", first.code))
        .with_hint(format!(
            "by hand, once it is at the old head: {}",
            stamp_line(case, evidence, &old)
        )))
    }

    fn production_findings(&self, seen: ModuleEvidence) -> Vec<rules::Finding> {
        let evidence = Evidence {
            variables: variables::observe(),
            ..Evidence::of(self.request.root.clone(), vec![seen])
        };
        rules::assess(&evidence, &Sources::default(), Scope::Full)
            .into_iter()
            .filter(|finding| {
                finding.code.starts_with("RD1") && finding.severity == Severity::Refuse
            })
            .collect()
    }
}

/// What stamps a database by hand, from these rows; those of other modules stay.
pub(super) fn stamp_line(
    case: &Case<'_>,
    evidence: &DatabaseEvidence,
    from: &[RevisionId],
) -> String {
    let base = base_of(case.lineage, case.lineage.present());
    if own_rows(case, evidence).len() == evidence.version_table.rows.len() {
        let calling = Calling {
            root: case.root,
            module: &case.seen.module,
            x: &case.lineage.subject().x,
        };
        let line = calling.line(&format!("stamp --purge {}", calling::words(&base)));
        return safe(&without_passwords(&line)).into_owned();
    }
    // `--purge` would take the neighbours' rows with it.
    let statements = match base.first() {
        Some(base) if !from.is_empty() => calling::replaced(case.table, from, base),
        _ => calling::inserted(case.table, &base).into_iter().collect(),
    };
    let statements = safe(&statements.join(" ")).into_owned();
    format!("psql -1 -c {}", calling::word(&statements))
}

/// What the project's own env.py would have asked for, had it named this database.
fn asked_for(target: &Target) -> AskedFor {
    let host = match &target.host {
        Host::Tcp(host) => host.clone(),
        Host::Socket(folder) => folder.display().to_string(),
    };
    AskedFor {
        driver: String::new(),
        is_async: false,
        host: Some(host),
        port: Some(target.port.to_string()),
        database: Some(target.database.clone()),
        user: Some(target.user.clone()),
        password: None,
        other: Vec::new(),
    }
}
