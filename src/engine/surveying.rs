//! Survey and assessment: what is there, and what stands in the way.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Engine, failures};
use crate::error::Failure;
use crate::events::{Event, Item};
use crate::evidence::{
    DatabaseEvidence, Described, Evidence, Holders, ModuleEvidence, Observed, Unselected,
};
use crate::model::text::{count, safe, safe_lines};
use crate::model::{Chain, Module, ModuleName, QualifiedName, Target};
use crate::rules::{self, Crossing, Finding, Scope, Suppressed, Verdict};
use crate::survey::database::ObserveError;
use crate::survey::{branches, chain, database, git, interpreter, project, sources, variables};
use crate::system::{Session, clock};
use crate::worker::Call;

/// The modules of a survey, each with its chain.
pub(super) type Chains = Vec<(Module, Chain)>;

/// How long a live server may take to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

const LOCK_NOT_AVAILABLE: &str = "55P03";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// What a pooler answers that allows no transactions.
const PROTOCOL_VIOLATION: &str = "08P01";

/// How deep to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Files only: no project code, no connection.
    Static,
    /// env.py is run on scratch, the live databases are read.
    Full,
}

/// Whose databases are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// The modules' own.
    Modules,
    /// Configured environments and the servers' other databases, too.
    Everyone,
}

/// The modules with their chains, and what could not be followed.
#[derive(Clone, Debug)]
pub struct Discovered {
    /// By name.
    pub modules: Vec<(Module, Chain)>,
    /// The project's other modules, where only some were asked for.
    pub unselected: Vec<Unselected>,
    /// Sentences: configuration that cannot be followed, so that a reset would miss a module.
    pub obstacles: Vec<String>,
    /// The folders of the modules that were not asked for.
    pub others: Vec<PathBuf>,
}

/// What a survey saw, and how to reach what it saw.
pub struct Survey {
    /// The evidence.
    pub evidence: Evidence,
    /// The live databases, by module; with their secrets.
    pub targets: BTreeMap<ModuleName, Target>,
    /// Why a module's evidence is not complete, by module.
    pub troubles: BTreeMap<ModuleName, Failure>,
    /// As in [`Discovered`].
    pub obstacles: Vec<String>,
    /// As in [`Discovered`].
    pub others: Vec<PathBuf>,
}

/// A survey, judged.
pub struct Assessment {
    /// In a stable order.
    pub findings: Vec<Finding>,
    /// What the project sets aside, with its reasons; not part of the verdict.
    pub suppressed: Vec<Suppressed>,
    /// The foreign keys from one module's tables to another's; what order to build them in.
    pub crossings: Vec<Crossing>,
    /// Their fold.
    pub verdict: Verdict,
}

impl Engine<'_> {
    /// Finds the modules and reads their chains, statically.
    pub fn discover(&self) -> Result<Discovered, Failure> {
        let root = &self.request.root;
        let found = project::discover(root, &self.files, &self.request.named)
            .map_err(|error| failures::discovery(&error))?;
        let mut obstacles: Vec<String> = found
            .problems
            .iter()
            .filter(|problem| problem.weight == project::Weight::Refuses)
            .map(|problem| {
                let line = problem
                    .line
                    .map_or(String::new(), |line| format!(":{line}"));
                let path = failures::shown(root, &problem.path);
                format!("{path}{line}: {}", safe(&problem.why))
            })
            .collect();
        let mut modules = found.modules;
        let unknown = |name: &String| {
            let environment = ModuleName(name.clone());
            let environment = environment.environment();
            !modules
                .iter()
                .any(|module| module.name.0 == **name || module.name.0 == environment)
        };
        let names: Vec<&str> = modules.iter().map(|m| m.name.0.as_str()).collect();
        let are = format!("the modules are: {}", safe(&names.join(", ")));
        if let Some(name) = self.request.only.iter().find(|name| unknown(name)) {
            return Err(Failure::usage(format!("there is no module {}", safe(name))).with_hint(are));
        }
        // A module that is misspelt in the configuration would silently have no settings.
        if let Some(name) = self.request.modules.keys().find(|name| unknown(name)) {
            return Err(Failure::usage(format!(
                "the configuration has settings for a module {}, and there is none of that name",
                safe(name)
            ))
            .with_hint(are));
        }
        self.check_environments(&names)?;
        let only = &self.request.only;
        let left: Vec<Module> = modules
            .extract_if(.., |module| {
                let is_asked_for = |name: &String| {
                    let asked = ModuleName(name.clone());
                    asked == module.name || asked.environment() == module.name.0
                };
                !only.is_empty() && !only.iter().any(is_asked_for)
            })
            .collect();
        if modules.is_empty() {
            return Err(Failure::usage("no module of the project can be worked on")
                .with_detail(obstacles.join("\n"))
                .with_hint("mend the configuration, then: redistill check"));
        }
        let read = |module: Module| {
            let chain = chain::read(&module, &self.files);
            (module, chain)
        };
        let modules: Vec<(Module, Chain)> = modules.into_iter().map(read).collect();
        let left: Vec<(Module, Chain)> = left.into_iter().map(read).collect();
        let all: Vec<(&Module, &Chain)> =
            modules.iter().chain(&left).map(|(m, c)| (m, c)).collect();
        let entangled = branches::entangled(&all);
        obstacles.extend(entangled.iter().map(|why| safe(why).into_owned()));
        // Their rows in a shared version table are not a stranger's.
        let others = left
            .iter()
            .map(|(module, _)| module.directory.clone())
            .collect();
        let left = left.into_iter();
        let unselected = left
            .map(|(module, chain)| unselected(&module, chain))
            .collect();
        Ok(Discovered {
            modules,
            unselected,
            obstacles,
            others,
        })
    }

    /// The modules, those with independent branches as their branches; and the branches that were
    /// not asked for.
    pub(super) fn split(&self, modules: Chains) -> Result<(Chains, Vec<Unselected>), Failure> {
        let only = &self.request.only;
        let mut taken = Vec::new();
        let mut left = Vec::new();
        for (module, chain) in modules {
            let environment = module.name.clone();
            let is_whole = only.is_empty() || only.contains(&environment.0);
            let branches = branches::split(module, chain);
            let names: Vec<String> = branches.iter().map(|(one, _)| one.name.0.clone()).collect();
            let is_unknown = |name: &&String| {
                ModuleName((*name).clone()).environment() == environment.0
                    && **name != environment.0
                    && !names.contains(name)
            };
            if let Some(name) = only.iter().find(is_unknown) {
                let are = format!("the modules are: {}", safe(&names.join(", ")));
                let message = format!("there is no module {}", safe(name));
                return Err(Failure::usage(message).with_hint(are));
            }
            for (module, chain) in branches {
                if is_whole || only.contains(&module.name.0) {
                    taken.push((module, chain));
                } else {
                    left.push(unselected(&module, chain));
                }
            }
        }
        Ok((taken, left))
    }

    /// Gathers the evidence: of the modules, and of whoever else may hold their revisions.
    pub fn survey(&self, depth: Depth) -> Result<Survey, Failure> {
        self.gather(depth, Reach::Everyone)
    }

    /// The modules and their own databases only.
    pub(super) fn survey_modules(&self, depth: Depth) -> Result<Survey, Failure> {
        self.gather(depth, Reach::Modules)
    }

    fn gather(&self, depth: Depth, reach: Reach) -> Result<Survey, Failure> {
        self.observer
            .on_event(&Event::ItemStarted { item: Item::Survey });
        let mut discovered = self.discover()?;
        let (modules, left) = self.split(discovered.modules)?;
        discovered.modules = modules;
        discovered.unselected.extend(left);
        let root = self.request.root.clone();
        let chains: Vec<&Chain> = discovered.modules.iter().map(|(_, chain)| chain).collect();
        let git = git::observe(&root, &chains, &self.files, clock::now().timestamp());
        let mut survey = Survey {
            evidence: Evidence {
                root,
                git,
                modules: Vec::new(),
                unselected: discovered.unselected,
                holders: Holders {
                    environments: self.environments(),
                    ..Holders::default()
                },
                waivers: self.waivers(),
                variables: variables::observe(),
                own_tests: BTreeMap::new(),
            },
            targets: BTreeMap::new(),
            troubles: BTreeMap::new(),
            obstacles: discovered.obstacles,
            others: discovered.others,
        };
        for (module, chain) in discovered.modules {
            if let Some(tests) = self.configured_tests(&module) {
                survey.evidence.own_tests.insert(module.name.clone(), tests);
            }
            survey
                .evidence
                .modules
                .push(self.seen(module, chain, depth));
        }
        if depth == Depth::Full {
            self.run_environments(&mut survey);
            Self::look_at_databases(&mut survey);
        }
        if depth == Depth::Full && reach == Reach::Everyone {
            self.look_at_holders(&mut survey);
        }
        // What was stopped looks like what could not be seen, and must not be judged.
        if self.cancel.load(Ordering::Relaxed) {
            return Err(failures::cancelled());
        }
        let summary = count(survey.evidence.modules.len(), "module");
        self.observer.on_event(&Event::ItemFinished {
            item: Item::Survey,
            summary,
        });
        Ok(survey)
    }

    /// A module with its interpreter, before anything of it is run.
    pub(super) fn seen(&self, module: Module, chain: Chain, depth: Depth) -> ModuleEvidence {
        let surroundings: &dyn interpreter::Surroundings = match depth {
            Depth::Static => &interpreter::QuietSurroundings,
            Depth::Full => &interpreter::RealSurroundings,
        };
        let root = &self.request.root;
        let runner = self.asked(&module.name).and_then(|own| own.runner.as_ref());
        let interpreter = match runner {
            Some(runner) => interpreter::of_runner(runner, root, &self.files, surroundings),
            None => interpreter::find(
                &module.directory,
                root,
                self.given_python(&module.name).as_deref(),
                &self.files,
                surroundings,
            ),
        };
        ModuleEvidence {
            interpreter,
            ..ModuleEvidence::of(module, chain)
        }
    }

    fn given_python(&self, module: &ModuleName) -> Option<std::path::PathBuf> {
        let own = self.asked(module).and_then(|module| module.python.clone());
        own.or_else(|| self.request.python.clone())
    }

    /// Judges a survey.
    pub fn assess(&self, survey: &Survey, depth: Depth) -> Assessment {
        let mut sources = sources::gather(&survey.evidence, &survey.others, &self.files);
        sources.ignores.configured.clone_from(&self.request.ignores);
        sources.is_part = !self.request.only.is_empty();
        sources.convention = self.request.convention;
        let scope = match depth {
            Depth::Static => Scope::Static,
            Depth::Full => Scope::Full,
        };
        let judged = rules::judge(&survey.evidence, &sources, scope);
        Assessment {
            verdict: Verdict::of(&judged.findings),
            findings: judged.findings,
            suppressed: judged.suppressed,
            crossings: rules::crossings(&survey.evidence, &sources),
        }
    }

    pub(super) fn call(&self, limit: Duration) -> Call<'_> {
        Call {
            limit,
            cancel: self.cancel,
            on_event: &|_| {},
        }
    }

    /// Reads every live database, in one read-only transaction each.
    fn look_at_databases(survey: &mut Survey) {
        let tables = version_tables(&survey.evidence);
        for seen in &mut survey.evidence.modules {
            let name = &seen.module.name;
            let (Some(target), Some(table)) = (survey.targets.get(name), tables.get(name)) else {
                seen.database = Observed::Unavailable {
                    why: "env.py was not run to its end, so it was not looked at".to_owned(),
                };
                continue;
            };
            let others: Vec<QualifiedName> = tables
                .values()
                .filter(|other| *other != table)
                .cloned()
                .collect();
            let tenants = seen.described.seen().map_or(&[][..], Described::tenants);
            match observe_tenants(name, target, table, tenants, &others) {
                Ok(evidence) => seen.database = Observed::Seen(evidence),
                Err(failure) => {
                    seen.database = Observed::Unavailable {
                        why: failure.message.clone(),
                    };
                    survey.troubles.entry(name.clone()).or_insert(failure);
                }
            }
        }
    }
}

fn unselected(module: &Module, chain: Chain) -> Unselected {
    Unselected {
        name: module.name.clone(),
        heads: chain.heads(),
        revisions: chain.revisions.into_iter().map(|known| known.id).collect(),
    }
}

/// The resolved version table of every module that could be described.
pub(super) fn version_tables(evidence: &Evidence) -> BTreeMap<ModuleName, QualifiedName> {
    evidence
        .modules
        .iter()
        .filter_map(|seen| {
            let described = seen.described.seen()?;
            let schema = described.version_table_schema.as_ref();
            Some((
                seen.module.name.clone(),
                QualifiedName {
                    schema: schema.unwrap_or(&described.default_schema).clone(),
                    name: described.version_table.clone(),
                },
            ))
        })
        .collect()
}

/// Connects and looks; `tenants` are the version tables of the schemas beside the first.
pub(super) fn observe_tenants(
    name: &ModuleName,
    target: &Target,
    table: &QualifiedName,
    tenants: &[QualifiedName],
    others: &[QualifiedName],
) -> Result<DatabaseEvidence, Failure> {
    let session = Session::connect(target, CONNECT_LIMIT)
        .map_err(|error| failures::connect(name, target, &error))?;
    database::observe_tenants(&session, target, table, tenants, others)
        .map_err(|error| unobserved(name, &session, &error))
}

/// Why a database that answers could not be looked at, with who or what is in the way.
fn unobserved(name: &ModuleName, session: &Session, error: &ObserveError) -> Failure {
    let failure = Failure::refused(format!("{}: {}", safe(&name.0), safe(&error.to_string())));
    let sqlstate = match error {
        ObserveError::Sql(error) => error.sqlstate.as_deref(),
        ObserveError::Unidentified { .. } => Some(INSUFFICIENT_PRIVILEGE),
    };
    match sqlstate {
        Some(LOCK_NOT_AVAILABLE) => {
            let holders = database::exclusive_holders(session);
            Failure::refused(format!(
                "{}: another session holds a table, so the database cannot be looked at",
                safe(&name.0)
            ))
            .with_detail(safe_lines(&holders.join("\n")))
            .with_hint("let that session commit or end, then: redistill check")
        }
        Some(INSUFFICIENT_PRIVILEGE) => failure
            .with_hint("let the role see it: GRANT pg_monitor TO the role, then: redistill check"),
        Some(PROTOCOL_VIOLATION) => {
            failure.with_hint("give env.py a direct URL, without the pooler, then: redistill check")
        }
        _ => failure.with_hint("once the server answers that: redistill check"),
    }
}
