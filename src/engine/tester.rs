//! The project's own Alembic, as the test step asks it.

use std::time::Duration;

use super::Engine;
use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::ModuleEvidence;
use crate::journal::{TestsEnd, TestsRan};
use crate::model::{Chain, ModuleName, RevisionId, Target, TestCommand};
use crate::plan::PlannedModule;
use crate::steps::{Inspection, Tester};
use crate::survey::{branches, chain};
use crate::worker::{InspectRequest, ModuleRequest};

const INSPECT_LIMIT: Duration = Duration::from_mins(5);

/// The project's own Alembic, for the test step.
pub(super) struct OwnAlembic<'e, 'a> {
    pub engine: &'e Engine<'a>,
    pub modules: Vec<ModuleEvidence>,
    /// What the plan says of them.
    pub planned: Vec<PlannedModule>,
}

impl OwnAlembic<'_, '_> {
    /// The chain as the files have it now, and of a branch that alone.
    fn present(&self, seen: &ModuleEvidence) -> Chain {
        let whole = chain::read(&seen.module, &self.engine.files);
        let Some(branch) = &seen.module.branch else {
            return whole;
        };
        let planned = self
            .planned
            .iter()
            .filter(|one| one.module == seen.module.name);
        let known: BTreeSet<&str> = planned
            .flat_map(|one| one.revisions.iter().chain([&one.baseline_id]))
            .chain(&branch.revisions)
            .map(|id| id.0.as_str())
            .collect();
        let own: Vec<RevisionId> = branches::around(&whole, &known);
        let revisions = whole.revisions.into_iter();
        Chain::new(
            revisions.filter(|one| own.contains(&one.id)).collect(),
            whole.unreadable,
        )
    }
}

impl Tester for OwnAlembic<'_, '_> {
    fn inspect(
        &self,
        module: &ModuleName,
        database: Option<&Target>,
    ) -> Result<Inspection, String> {
        let seen = self
            .modules
            .iter()
            .find(|seen| seen.module.name == *module)
            .ok_or_else(|| format!("the module {module} is not there any more"))?;
        let Some(target) = database else {
            let heads = self.present(seen).heads();
            let heads = heads.iter().map(ToString::to_string).collect();
            return Ok(Inspection {
                heads,
                ..Inspection::default()
            });
        };
        let worker = self
            .engine
            .worker_of(seen)
            .map_err(|failure| failure.message)?;
        let mut request = ModuleRequest::from(&seen.module);
        request.x = self.engine.x_of(module);
        if seen.module.branch.is_some() {
            let present = self.present(seen).revisions.into_iter();
            request.revisions = present.map(|one| one.id).collect();
        }
        let asked = InspectRequest {
            target,
            read_only: true,
            version_locations: Vec::new(),
        };
        // A test that has begun is finished, whatever keys are pressed.
        let never = std::sync::atomic::AtomicBool::new(false);
        let call = crate::worker::Call {
            cancel: &never,
            ..self.engine.call(INSPECT_LIMIT)
        };
        let inspected = worker
            .inspect(&request, &asked, &call)
            .map_err(|error| error.to_string())?;
        match inspected.check_error {
            Some(error) => Err(format!("alembic check: {error}")),
            None => Ok(Inspection {
                current: inspected.current,
                heads: inspected.heads,
                differences: inspected.differences,
            }),
        }
    }

    fn run_tests(
        &self,
        module: &ModuleName,
        tests: &TestCommand,
        databases: &BTreeMap<String, Target>,
    ) -> TestsRan {
        let seen = self.modules.iter().find(|seen| seen.module.name == *module);
        let secrets = databases.values().filter_map(|one| one.password.as_ref());
        match seen {
            Some(seen) => self
                .engine
                .run_tests(seen, tests, &secrets.collect::<Vec<_>>()),
            None => TestsRan {
                end: TestsEnd::NotStarted,
                detail: format!("the module {module} is not there any more"),
                last: Vec::new(),
            },
        }
    }
}
