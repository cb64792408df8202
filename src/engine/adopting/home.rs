//! The way home: from generation to generation, upgraded, proven, stamped.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::lineage::differences;
use super::place::{base_of, differs, live_catalog};
use super::{Case, strings};
use crate::engine::surveying::observe_tenants;
use crate::engine::tester::OwnAlembic;
use crate::engine::{Engine, failures};
use crate::error::Failure;
use crate::evidence::{Described, VersionTable};
use crate::model::text::safe;
use crate::model::{ModuleName, QualifiedName, quote_identifier};
use crate::plan::{self, TableAction, VersionTableChange};
use crate::steps::{self, Clients, World};
use crate::worker::WalkRequest;

/// An upgrade may rewrite large tables.
const UPGRADE_LIMIT: Duration = Duration::from_hours(12);

impl Engine<'_> {
    /// From one generation to the next: to the head, proven equal to the next one's base, stamped.
    pub(super) fn walk_home(
        &self,
        case: &Case<'_>,
        from: usize,
        stands: &mut Vec<String>,
    ) -> Result<usize, Failure> {
        let lineage = case.lineage;
        let mut applied = 0;
        for index in from..lineage.present() {
            let generation = &lineage.generations[index];
            let heads: Vec<String> = strings(&generation.chain.effective_heads());
            if sorted(stands) != sorted(&heads) {
                applied += Self::upgrade(case, index)?;
                *stands = heads;
            }
            let next = base_of(lineage, index + 1);
            let reference = lineage.catalog(index + 1, &next)?;
            let found = differences(&reference, &live_catalog(case)?, &BTreeSet::new());
            if !found.is_empty() {
                return Err(differs(
                    &format!(
                        "at {} it is not what the baseline builds",
                        stands.join(", ")
                    ),
                    &found,
                )
                .with_hint(
                    "its version rows were left as they are; mend the differences, then give \
                     the command again",
                ));
            }
            let goal = strings(&next);
            self.stamp(case, stands, &goal)?;
            *stands = goal;
        }
        Ok(applied)
    }

    /// Runs an archived chain to its heads on the database itself.
    fn upgrade(case: &Case<'_>, index: usize) -> Result<usize, Failure> {
        let subject = case.lineage.subject();
        let request = WalkRequest {
            scratch: &case.target,
            to: "heads",
            version_locations: case.lineage.generations[index].locations.clone(),
        };
        // What the chain does to the server is to be done there.
        let mut module = subject.request();
        module.ground = None;
        // In a version table that chains share, the others' rows are none of this one's.
        module.is_beside = true;
        let walked = subject.call_within(UPGRADE_LIMIT, |call| {
            subject.worker.upgrade(&module, &request, call)
        });
        walked.map(|walk| walk.applied.len()).map_err(|error| {
            failures::worker(&case.seen.module.name, &error).with_hint(
                "the database stands at the last revision that went through (alembic's own \
                 transactions); mend the cause, then give the command again",
            )
        })
    }

    pub(super) fn stamp(
        &self,
        case: &Case<'_>,
        from: &[String],
        to: &[String],
    ) -> Result<(), Failure> {
        let name = &case.seen.module.name;
        // Taken again: an upgrade has changed the rows, and may have made the table.
        let tenants = case
            .seen
            .described
            .seen()
            .map_or(&[][..], Described::tenants);
        let evidence = observe_tenants(name, &case.target, case.table, tenants, case.tables)?;
        let changes: Vec<VersionTableChange> = evidence
            .version_tables()
            .map(|table| change(name, table, from, to))
            .collect();
        let database = plan::reference_to(&evidence);
        let databases = BTreeMap::from([(database.label.clone(), case.target.clone())]);
        let tester = OwnAlembic {
            engine: self,
            planned: Vec::new(),
            modules: Vec::new(),
        };
        let world = World {
            clients: Clients::Report,
            ..self.world(&databases, &tester)
        };
        steps::stamp(&database, &changes, &world)
            .map(drop)
            .map_err(|error| {
                Failure::untouched(safe(&error.to_string()).into_owned())
                    .with_hint("its version rows are as they were; give the command again")
            })
    }
}

/// The rows of one version table; those of other chains stay.
fn change(
    module: &ModuleName,
    table: &VersionTable,
    from: &[String],
    to: &[String],
) -> VersionTableChange {
    VersionTableChange {
        module: module.clone(),
        table: table.name.clone(),
        expect: table.rows.clone(),
        exists: table.exists,
        definition: vec![version_table_definition(&table.name)],
        action: if table.exists {
            TableAction::ReplaceRows {
                remove: from.to_vec(),
                insert: to.to_vec(),
            }
        } else {
            TableAction::Create { rows: to.to_vec() }
        },
    }
}

/// Alembic's own (`alembic/ddl/impl.py`, `version_table_impl`).
fn version_table_definition(table: &QualifiedName) -> String {
    format!(
        "CREATE TABLE {} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {} PRIMARY KEY \
         (version_num))",
        table.quoted(),
        quote_identifier(&format!("{}_pkc", table.name))
    )
}

fn sorted(rows: &[String]) -> Vec<&String> {
    let mut rows: Vec<&String> = rows.iter().collect();
    rows.sort();
    rows
}
