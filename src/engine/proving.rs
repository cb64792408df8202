//! The dump of a database, made and proven when the plan is made: what cannot be brought back is
//! said before anybody decides, not in the middle of the reset.
//!
//! Called at planning. The trial dump lies in the temporary folder, for the owner alone, and goes; what
//! a kill leaves there goes at the next start.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::{Engine, Survey, failures};
use crate::error::Failure;
use crate::events::Event;
use crate::model::Target;
use crate::model::text::{bytes, elapsed, safe};
use crate::plan::{Rebuild, Strategy, place_of};
use crate::rehearse::{self, TrialFolder};
use crate::steps::try_dump;
use crate::system::{ReadFiles as _, WriteFiles as _, tree};

impl Engine<'_> {
    /// Dumps every database that is to be dumped, and tries out on scratch what will be done to it.
    pub(super) fn prove_dumps(
        &self,
        survey: &Survey,
        rebuilds: &mut BTreeMap<String, Rebuild>,
        strategy: Strategy,
    ) -> Result<(), Failure> {
        for (place, rebuild) in rebuilds {
            let target = survey.evidence.modules.iter().find_map(|seen| {
                let is_there = seen.database.seen().map(place_of).as_ref() == Some(place);
                survey.targets.get(&seen.module.name).filter(|_| is_there)
            });
            if let Some(target) = target {
                refuse_other_owners(target, rebuild, strategy)?;
                rebuild.dump_size = self.try_out(target, rebuild, strategy)?;
            }
        }
        Ok(())
    }

    fn try_out(
        &self,
        target: &Target,
        rebuild: &Rebuild,
        strategy: Strategy,
    ) -> Result<u64, Failure> {
        let label = target.to_string();
        let failed = |why: String| failures::unproven(&label, &why, strategy);
        let folder = TrialFolder::make().map_err(|error| failed(error.to_string()))?;
        refuse_no_room(target, folder.path(), &label, strategy)?;
        let started = Instant::now();
        let file = folder.path().join("dump.sql");
        self.files
            .write_new(&file, b"", 0o600)
            .map_err(|error| failed(error.to_string()))?;
        let dumped =
            rehearse::dump(target, rebuild, &file).map_err(|error| failed(error.to_string()))?;
        try_dump(self, target, rebuild, &dumped, &|| self.files.open(&file)).map_err(failed)?;
        let size = self
            .files
            .stat(&file)
            .map_err(|error| failed(error.to_string()))?
            .map_or(0, |stat| stat.size);
        let text = format!(
            "{}: dumped ({}), and all of it tried out and brought back on a scratch database, in {}",
            safe(&label),
            bytes(size),
            elapsed(started.elapsed())
        );
        self.observer.on_event(&Event::Remark { text });
        Ok(size)
    }
}

/// The server's own count is no less than what a dump without indexes takes, as a rule.
fn refuse_no_room(
    target: &Target,
    folder: &Path,
    label: &str,
    strategy: Strategy,
) -> Result<(), Failure> {
    let needed = rehearse::size(target).map_err(|error| failures::dump(&error, strategy))?;
    let free = tree::free_space(folder).unwrap_or(u64::MAX);
    if free >= needed {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{}: a dump may take {}, and {} are free in the temporary folder",
        safe(label),
        bytes(needed),
        bytes(free)
    ))
    .with_hint("make room, or name another temporary folder in TMPDIR; then: redistill plan"))
}

fn refuse_other_owners(
    target: &Target,
    rebuild: &Rebuild,
    strategy: Strategy,
) -> Result<(), Failure> {
    let others = rehearse::of_other_owners(target, &rebuild.own)
        .map_err(|error| failures::dump(&error, strategy))?;
    if others.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{}: the role {} may not change all of the modules' objects",
        safe(&target.to_string()),
        safe(&target.user)
    ))
    .with_detail(safe(&others.join(", ")).into_owned())
    .with_hint("connect as a role that owns them, or leave the database as it is: redistill plan --strategy unversioned"))
}
