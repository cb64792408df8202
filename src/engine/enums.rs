//! The ENUM types of the project: databases, models and revisions side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Depth, Engine, Survey, failures};
use crate::error::Failure;
use crate::evidence::{EnumType, Observed};
use crate::model::text::safe;
use crate::model::{ModuleName, Target};
use crate::report::enums::{Enums, Live};
use crate::survey::{enums, sources};
use crate::system::Session;

const LIMIT: Duration = Duration::from_secs(15);

impl Engine<'_> {
    /// Gathers them. With [`Depth::Static`] from the source alone; a database that cannot be seen
    /// is said to be so, and its trouble is in the survey.
    ///
    /// All modules are looked at, also where only some are asked for: whether a type may be dropped
    /// is the neighbours' matter, too.
    pub fn enums(&mut self, depth: Depth) -> Result<(Enums, Survey), Failure> {
        self.discover()?;
        let only = std::mem::take(&mut self.request.only);
        let survey = self.survey(depth);
        self.request.only = only;
        let mut survey = survey?;
        let facts = sources::gather(&survey.evidence, &survey.others, &self.files);
        let mut live = Live::new();
        let mut known: BTreeMap<String, Observed<Vec<EnumType>>> = BTreeMap::new();
        for seen in &survey.evidence.modules {
            let name = &seen.module.name;
            let types = match (&seen.database, survey.targets.get(name)) {
                (Observed::Seen(_), Some(target)) => known
                    .entry(target.to_string())
                    .or_insert_with(|| observe(name, target))
                    .clone(),
                (Observed::Unavailable { why }, _) => Observed::Unavailable { why: why.clone() },
                _ => Observed::NotAsked,
            };
            live.insert(name.clone(), types);
        }
        let mut enums = Enums::new(&survey.evidence, &facts, &live);
        if !self.request.only.is_empty() {
            let is_asked = |name: &ModuleName| self.request.only.contains(&name.0);
            survey.troubles.retain(|name, _| is_asked(name));
            enums
                .modules
                .retain(|module| self.request.only.contains(&module.name));
            enums.unclaimed.clear();
        }
        Ok((enums, survey))
    }
}

fn observe(name: &ModuleName, target: &Target) -> Observed<Vec<EnumType>> {
    let seen = Session::connect(target, LIMIT)
        .map_err(|error| failures::connect(name, target, &error).message)
        .and_then(|session| {
            enums::observe(&session).map_err(|error| safe(&error.to_string()).into_owned())
        });
    match seen {
        Ok(types) => Observed::Seen(types),
        Err(why) => Observed::Unavailable { why },
    }
}
