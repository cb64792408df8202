//! Whoever else may stand at the modules' revisions: configured environments, the other databases
//! of the servers. Part of the survey of `check`, `plan` and `reset`, never of a static one.

use std::sync::atomic::Ordering;

use super::{Address, Engine, EnvironmentRequest, Survey};
use crate::error::Failure;
use crate::evidence::{
    DatabaseEvidence, EnvironmentEvidence, Evidence, NeighbourDatabase, Observed, Place, Waivers,
};
use crate::model::text::safe;
use crate::model::{ModuleName, Target};
use crate::survey::{git, holders, mentions};
use crate::system::{clock, connect, environment};

impl Engine<'_> {
    /// A module that is misspelt would silently not be looked for.
    pub(super) fn check_environments(&self, modules: &[&str]) -> Result<(), Failure> {
        for request in &self.request.environments {
            let known = |name: &String| modules.contains(&name.as_str());
            if let Some(name) = request.modules.iter().find(|name| !known(name)) {
                return Err(Failure::usage(format!(
                    "the environment {} of the configuration has a module {}, and there is none \
                     of that name",
                    safe(&request.name),
                    safe(name)
                ))
                .with_hint(format!("the modules are: {}", safe(&modules.join(", ")))));
            }
        }
        Ok(())
    }

    /// The configured environments before anybody looked.
    pub(super) fn environments(&self) -> Vec<EnvironmentEvidence> {
        let requests = self.request.environments.iter();
        requests
            .map(|request| environment_evidence(request, Observed::NotAsked))
            .collect()
    }

    /// What the configuration waives. Git is asked only where it waives something.
    pub(super) fn waivers(&self) -> Waivers {
        let path = self.request.configuration.as_deref();
        let committed = match path.filter(|_| !self.request.waivers.is_empty()) {
            Some(path) => git::is_committed(path, &self.files),
            None => Observed::NotAsked,
        };
        Waivers {
            given: self.request.waivers.clone(),
            committed,
            today: clock::now().date_naive(),
        }
    }

    /// Looks at every configured environment and at the neighbours of every module's database.
    pub(super) fn look_at_holders(&self, survey: &mut Survey) {
        let ids = ids(&survey.evidence);
        let requests = &self.request.environments;
        survey.evidence.holders.environments = std::thread::scope(|scope| {
            let threads: Vec<_> = requests
                .iter()
                .map(|request| scope.spawn(|| look_at(request, &ids)))
                .collect();
            threads
                .into_iter()
                .zip(requests)
                .map(|(thread, request)| {
                    let looked = thread.join().unwrap_or_default();
                    environment_evidence(request, looked)
                })
                .collect()
        });
        self.look_at_neighbours(survey, &ids);
        let own: Vec<&Target> = survey.targets.values().collect();
        let mentions = mentions::find(&survey.evidence, &own, &self.files);
        survey.evidence.holders.mentions = mentions;
    }

    /// The other databases, each looked into once, by the first module's role that may.
    fn look_at_neighbours(&self, survey: &mut Survey, ids: &[String]) {
        let mut found: Vec<NeighbourDatabase> = Vec::new();
        let mut asked: Vec<(String, String, String)> = Vec::new();
        let mut unlisted = Vec::new();
        for (module, target, database) in own_databases(survey) {
            if self.cancel.load(Ordering::Relaxed) {
                return;
            }
            let identity = &database.identity;
            let server = identity.system_identifier.clone();
            let key = (
                server,
                identity.postmaster_start.clone(),
                target.user.clone(),
            );
            if asked.contains(&key) {
                continue;
            }
            asked.push(key);
            let is_known = |there: &crate::model::Identity| {
                let is_module =
                    own_databases(survey).any(|(_, _, own)| own.identity.same_database(there));
                is_module
                    || found.iter().any(|known| {
                        known.looked.seen().is_some()
                            && known
                                .identity
                                .as_ref()
                                .is_some_and(|id| id.same_database(there))
                    })
            };
            match holders::neighbours(module, target, identity, ids, &is_known) {
                Ok(listed) => merge(&mut found, listed),
                Err(why) => unlisted.push((target.server(), why)),
            }
        }
        survey.evidence.holders.neighbours = found;
        survey.evidence.holders.unlisted = unlisted;
    }
}

fn merge(found: &mut Vec<NeighbourDatabase>, listed: Vec<NeighbourDatabase>) {
    for new in listed {
        let same = |known: &&mut NeighbourDatabase| match (&known.identity, &new.identity) {
            (Some(known), Some(new)) => known.same_database(new),
            _ => false,
        };
        match found.iter_mut().find(same) {
            Some(known) if known.looked.seen().is_none() => *known = new,
            Some(_) => {}
            None => found.push(new),
        }
    }
}

/// The modules whose own database was seen, with the way there.
fn own_databases(
    survey: &Survey,
) -> impl Iterator<Item = (&ModuleName, &Target, &DatabaseEvidence)> {
    survey.evidence.modules.iter().filter_map(|seen| {
        let name = &seen.module.name;
        Some((name, survey.targets.get(name)?, seen.database.seen()?))
    })
}

/// The revisions of the modules that are looked at.
fn ids(evidence: &Evidence) -> Vec<String> {
    let mut ids: Vec<String> = evidence
        .modules
        .iter()
        .flat_map(|seen| seen.chain.revisions.iter().map(|known| known.id.0.clone()))
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn look_at(request: &EnvironmentRequest, ids: &[String]) -> Observed<Place> {
    let unavailable = |why: String| Observed::Unavailable { why };
    let url = match &request.address {
        Address::Written(url) => url.expose().to_owned(),
        Address::Variable(name) => match environment::variable(name) {
            Some(url) => url,
            None => return unavailable(format!("the variable {name} is not set")),
        },
    };
    let target = match connect::parse_url(&url) {
        Ok(target) => target,
        Err(error) => return unavailable(format!("its URL leads nowhere: {error}")),
    };
    match holders::place(&target, ids, request.version_table.as_deref()) {
        Ok(place) => Observed::Seen(place),
        Err(why) => unavailable(why),
    }
}

fn environment_evidence(
    request: &EnvironmentRequest,
    looked: Observed<Place>,
) -> EnvironmentEvidence {
    let has_password = |url: &str| {
        connect::asked_by_url(url)
            .is_ok_and(|asked| asked.password.is_some_and(|p| !p.expose().is_empty()))
    };
    EnvironmentEvidence {
        name: request.name.clone(),
        variable: match &request.address {
            Address::Variable(name) => Some(name.clone()),
            Address::Written(_) => None,
        },
        has_written_password: match &request.address {
            Address::Variable(_) => false,
            Address::Written(url) => has_password(url.expose()),
        },
        modules: request.modules.iter().cloned().map(ModuleName).collect(),
        location: request.location.clone(),
        looked,
    }
}
