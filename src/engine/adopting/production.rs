//! What looks like production is proven, and left to a person.

use super::place::{base_of, own_rows};
use super::{Case, strings};
use crate::engine::Engine;
use crate::error::Failure;
use crate::evidence::{AskedFor, DatabaseEvidence, Evidence, ModuleEvidence, Observed};
use crate::model::text::{safe, safe_lines};
use crate::model::{Host, Target};
use crate::report::replace_rows;
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
        Err(Failure::refused(
            "it can be brought home, but it looks like production, where redistill writes nothing",
        )
        .with_detail(safe_lines(&all.join("\n")))
        .with_hint(format!("why: redistill explain {}", first.code))
        .with_hint(format!(
            "by hand, once it is at the old head: {}",
            safe(&by_hand(case, evidence))
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

/// What stamps it: `--purge` would take the rows of other chains away.
fn by_hand(case: &Case<'_>, evidence: &DatabaseEvidence) -> String {
    let base = strings(&base_of(case.lineage, case.lineage.present()));
    let own = own_rows(case, evidence);
    if own.len() == evidence.version_table.rows.len() {
        return format!("alembic stamp --purge {}", base.join(" "));
    }
    format!(
        "{} (other chains have rows in this table: no --purge)",
        replace_rows(&evidence.version_table.name, &own, &base)
    )
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
