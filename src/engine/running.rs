//! `reset`, `resume`, `undo`, `log`: everything that runs a plan.

use std::collections::BTreeMap;

use super::tester::OwnAlembic;
use super::{Depth, Engine, Survey, failures, plans};
use crate::error::{Failure, Kind};
use crate::events::{Event, Item};
use crate::execute;
use crate::journal::{self, Cause, Direction, JournalError, Lock, Outcome, Run, TakenBack};
use crate::model::text::{safe, safe_lines};
use crate::model::{Branch, Chain, Module, ModuleName, Target};
use crate::plan::{self, Plan, Purpose};
use crate::report::own_tests;
use crate::report::plan::DIGEST_DIGITS;
use crate::rules::Finding;
use crate::steps::{Clients, Tester, World};
use crate::system::clock;
use crate::undo::Undo;

/// How a run ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The run.
    pub id: String,
    /// `done`, `undone`.
    pub outcome: &'static str,
    /// What is left to a person, sentence by sentence.
    pub by_hand: Vec<String>,
    /// Whether tests of the project's own were run and did not pass.
    pub is_untested: bool,
}

/// What an undo will do.
pub struct Preview {
    /// The run that is taken back.
    pub run: Run,
    /// The inverse steps; none for an open run, which simply goes back the way it came.
    pub undo: Option<Undo>,
}

impl Engine<'_> {
    /// Finds the plan with this digest, for this project.
    pub fn find_plan(&self, digest: &str) -> Result<Plan, Failure> {
        let plan = plans::find(digest)?;
        if plan.root != self.request.root {
            return Err(Failure::refused(format!(
                "the plan was made for {}, not for {}",
                safe(&plan.root.display().to_string()),
                safe(&self.request.root.display().to_string())
            ))
            .with_hint("make a plan for this project: redistill plan"));
        }
        Ok(plan)
    }

    /// Forgets a plan that nobody will execute.
    pub fn forget(&self, plan: &Plan) {
        plans::forget(plan);
    }

    /// Executes a plan, or refuses because the world is not the one it was made for.
    pub fn reset(&mut self, plan: &Plan) -> Result<Ended, Failure> {
        self.request.only = plan.modules.iter().map(|m| m.module.0.clone()).collect();
        let lock = self.lock()?;
        self.refuse_open_run()?;
        self.refuse_second_run(plan)?;
        let survey = self.survey(Depth::Full)?;
        let assessment = self.assess(&survey, Depth::Full);
        let refusing: Vec<&Finding> = assessment
            .findings
            .iter()
            .filter(|finding| finding.refuses())
            .collect();
        self.compare_basis(plan, &survey)?;
        if let [first, ..] = &refusing[..] {
            let all: Vec<String> = refusing
                .iter()
                .map(|f| format!("{} {}: {}", f.code, f.name, f.message))
                .collect();
            return Err(Failure::refused("refused: something new stands in the way")
                .with_detail(safe_lines(&all.join("\n")))
                .with_hint(format!("redistill explain {}", first.code)));
        }
        if let Some(trouble) = survey.troubles.values().next() {
            return Err(trouble.clone());
        }
        let databases = by_label(survey.targets);
        let tester = OwnAlembic {
            engine: self,
            modules: survey.evidence.modules,
            planned: plan.modules.clone(),
        };
        let world = self.world(&databases, &tester);
        let summary = format!("plan {}", &plan.digest()[..plans::FEWEST_DIGITS]);
        self.observer.on_event(&Event::ItemFinished {
            item: Item::Confirm,
            summary,
        });
        let again = format!("redistill reset --plan {}", &plan.digest()[..DIGEST_DIGITS]);
        let outcome = execute::begin(&lock, plan, &world, self.observer, self.cancel)
            .map_err(|error| failures::beginning(&error, &again))?;
        plans::forget(plan);
        let ended = ended(&plan.id, &outcome)?;
        Ok(self.with_tests(ended))
    }

    /// Adds what is left to a person where tests of the project's own did not pass.
    fn with_tests(&self, ended: Ended) -> Ended {
        // The journal was written a moment ago; whatever became of it, the reset is done.
        let Ok(run) = self.run(&ended.id) else {
            return ended;
        };
        Ended {
            by_hand: own_tests::by_hand(&run),
            is_untested: !own_tests::all_passed(&run),
            ..ended
        }
    }

    /// Goes on with the open run.
    pub fn resume(&mut self) -> Result<Ended, Failure> {
        let lock = self.lock()?;
        let run = self.open_run()?.ok_or_else(nothing_open)?;
        self.go_on(&lock, &run, None)
    }

    /// What `undo` would do to a run; the open one, or the one named.
    pub fn preview_undo(&mut self, id: Option<&str>) -> Result<Preview, Failure> {
        let run = self.run_to_undo(id)?;
        if run.is_open() {
            return Ok(Preview { run, undo: None });
        }
        let (databases, tester) = self.reach(&run.plan)?;
        let world = self.world(&databases, &tester);
        let undo = execute::undo_plan(&run, &world).map_err(|error| failures::execution(&error))?;
        Ok(Preview {
            run,
            undo: Some(undo),
        })
    }

    /// Takes a run back.
    pub fn undo(&mut self, preview: &Preview) -> Result<Ended, Failure> {
        let lock = self.lock()?;
        let Some(undo) = &preview.undo else {
            let direction = match preview.run.plan.purpose {
                Purpose::Reset => Direction::Back,
                // Taking back is what it was doing.
                Purpose::Undo(_) => Direction::Forward,
            };
            return self.go_on(&lock, &preview.run, Some(direction));
        };
        let (databases, tester) = self.reach(&preview.run.plan)?;
        let world = self.world(&databases, &tester);
        let again = format!("redistill undo {}", preview.run.id());
        let outcome = execute::begin(&lock, &undo.plan, &world, self.observer, self.cancel)
            .map_err(|error| failures::beginning(&error, &again))?;
        let ended = ended(preview.run.id(), &outcome)?;
        Ok(Ended {
            outcome: "undone",
            by_hand: undo.by_hand.clone(),
            ..ended
        })
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<Run>, Failure> {
        let mut runs = journal::runs(&self.files, &self.request.root)
            .map_err(|error| failures::journal(&error))?;
        runs.sort_by(|a, b| (&b.at, b.id()).cmp(&(&a.at, a.id())));
        Ok(runs)
    }

    /// One run.
    pub fn run(&self, id: &str) -> Result<Run, Failure> {
        self.runs()?
            .into_iter()
            .find(|run| run.id() == id)
            .ok_or_else(|| {
                Failure::usage(format!("there is no run {}", safe(id)))
                    .with_hint("see the past resets: redistill log")
            })
    }

    /// The run that was interrupted, if there is one.
    pub fn open_run(&self) -> Result<Option<Run>, Failure> {
        // An undo that is open is newer than the reset that it takes back.
        Ok(self.runs()?.into_iter().find(Run::is_open))
    }

    fn refuse_open_run(&self) -> Result<(), Failure> {
        match self.open_run()? {
            Some(run) => Err(Failure::new(
                Kind::HalfWay,
                format!("the run {} was interrupted and is still open", run.id()),
            )
            .with_hint("go on with it: redistill resume")
            .with_hint("or take it back: redistill undo")),
            None => Ok(()),
        }
    }

    /// A plan names its run, its archive and its note: it can be executed once.
    fn refuse_second_run(&self, plan: &Plan) -> Result<(), Failure> {
        match self.runs()?.into_iter().find(|run| run.id() == plan.id) {
            Some(run) => Err(Failure::refused(format!(
                "the plan was executed already, or another one of the same day: run {}",
                run.id()
            ))
            .with_hint("make a new plan: redistill plan")
            .with_hint(format!(
                "see what that run did: redistill show {}",
                run.id()
            ))),
            None => Ok(()),
        }
    }

    fn run_to_undo(&self, id: Option<&str>) -> Result<Run, Failure> {
        if let Some(id) = id {
            return self.run(id);
        }
        if let Some(run) = self.open_run()? {
            return Ok(run);
        }
        let last = self.runs()?.into_iter().find(|run| {
            run.plan.purpose == Purpose::Reset
                && run.outcome == Some(Outcome::Done)
                && run.taken_back == TakenBack::No
        });
        let failure = Failure::usage("no run is open: name the run that is to be taken back");
        Err(match last {
            Some(run) => failure.with_hint(format!("the last one: redistill undo {}", run.id())),
            None => failure.with_hint("see the past resets: redistill log"),
        })
    }

    fn go_on(
        &mut self,
        lock: &Lock,
        run: &Run,
        direction: Option<Direction>,
    ) -> Result<Ended, Failure> {
        let (databases, tester) = self.reach(&run.plan)?;
        let world = self.world(&databases, &tester);
        let outcome = execute::resume(
            lock,
            run.id(),
            direction,
            &world,
            self.observer,
            self.cancel,
        )
        .map_err(|error| failures::execution(&error))?;
        match (&outcome, &run.plan.purpose) {
            (Outcome::Done, Purpose::Undo(of)) => Ok(Ended {
                id: of.clone(),
                outcome: "undone",
                by_hand: Vec::new(),
                is_untested: false,
            }),
            // Going back was what was asked for, or what it was doing when it was stopped.
            (Outcome::AsBefore { .. }, _)
                if direction == Some(Direction::Back) || run.direction == Direction::Back =>
            {
                Ok(Ended {
                    id: run.id().to_owned(),
                    outcome: "as before",
                    by_hand: Vec::new(),
                    is_untested: false,
                })
            }
            _ => Ok(self.with_tests(ended(run.id(), &outcome)?)),
        }
    }

    fn lock(&self) -> Result<Lock, Failure> {
        Lock::take(&self.files, &self.request.root).map_err(|error| match error {
            JournalError::Busy { .. } => failures::journal(&error),
            _ => Failure::untouched(safe(&error.to_string()).into_owned())
                .with_hint("see that the project's folder can be written to"),
        })
    }

    /// The connections of a plan's databases, found anew: a plan holds no secrets.
    fn reach<'e>(
        &'e self,
        plan: &Plan,
    ) -> Result<(BTreeMap<String, Target>, OwnAlembic<'e, 'e>), Failure> {
        let mut modules = Vec::new();
        let mut databases = BTreeMap::new();
        for (module, chain) in self.planned(plan)? {
            let seen = self.seen(module, chain, Depth::Full);
            if needs_databases(plan) {
                let known: Vec<&str> = plan
                    .databases()
                    .into_iter()
                    .map(|database| database.label.as_str())
                    .collect();
                let target = self.locate_among(&seen, &known)?;
                databases.insert(target.to_string(), target);
            }
            modules.push(seen);
        }
        Ok((
            databases,
            OwnAlembic {
                engine: self,
                modules,
                planned: plan.modules.clone(),
            },
        ))
    }

    /// The modules of a plan, as they are now. A branch is one by its name: its files may be gone.
    fn planned(&self, plan: &Plan) -> Result<Vec<(Module, Chain)>, Failure> {
        let mut found = Vec::new();
        for (module, chain) in self.discover()?.modules {
            let is_named = |planned: &&plan::PlannedModule| planned.module == module.name;
            if plan.modules.is_empty() || plan.modules.iter().any(|one| is_named(&one)) {
                found.push((module, chain));
                continue;
            }
            let branches = plan.modules.iter().map(|planned| &planned.module);
            for name in branches.filter(|name| name.environment() == module.name.0) {
                let label = name.0[module.name.0.len() + 1..].to_owned();
                let branch = Branch {
                    name: label,
                    revisions: Vec::new(),
                    others: Vec::new(),
                };
                let module = Module {
                    name: name.clone(),
                    branch: Some(branch),
                    ..module.clone()
                };
                found.push((module, chain.clone()));
            }
        }
        Ok(found)
    }

    pub(super) fn world<'w>(
        &'w self,
        databases: &'w BTreeMap<String, Target>,
        tester: &'w dyn Tester,
    ) -> World<'w> {
        World {
            root: self.request.root.clone(),
            files: &self.files,
            databases,
            tester,
            dumper: Some(self),
            clients: Clients::Refuse,
            now: clock::now(),
        }
    }

    /// Takes the plan's basis again and names what differs.
    fn compare_basis(&self, plan: &Plan, survey: &Survey) -> Result<(), Failure> {
        let inventories = self.inventories(&survey.evidence)?;
        let now = plan::basis(&survey.evidence, &inventories);
        let mut different: Vec<String> = Vec::new();
        for key in plan.basis.keys().chain(now.keys()) {
            let line = match (plan.basis.get(key), now.get(key)) {
                (Some(then), Some(now)) if then == now => continue,
                (Some(_), None) => format!("{key}: gone or not to be seen"),
                (None, Some(_)) => format!("{key}: new"),
                (Some(then), Some(now)) if key.starts_with("version rows") => {
                    format!("{key}: {then:?} became {now:?}")
                }
                _ => format!("{key}: changed"),
            };
            different.push(safe(&line).into_owned());
        }
        different.sort();
        different.dedup();
        if different.is_empty() {
            return Ok(());
        }
        Err(
            Failure::refused("the world changed since the plan was made")
                .with_detail(different.join("\n"))
                .with_hint(
                    "nothing has changed through redistill; make a new plan: redistill plan",
                ),
        )
    }
}

fn by_label(targets: BTreeMap<ModuleName, Target>) -> BTreeMap<String, Target> {
    targets
        .into_values()
        .map(|target| (target.to_string(), target))
        .collect()
}

fn needs_databases(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| {
        matches!(
            step,
            plan::Step::VersionTables { .. }
                | plan::Step::RebuildDatabase { .. }
                | plan::Step::RestoreDatabase { .. }
                | plan::Step::Test {
                    database: Some(_),
                    ..
                }
        )
    })
}

/// What the executor's outcome means to the user.
fn ended(id: &str, outcome: &Outcome) -> Result<Ended, Failure> {
    match outcome {
        Outcome::Done => Ok(Ended {
            id: id.to_owned(),
            outcome: "done",
            by_hand: Vec::new(),
            is_untested: false,
        }),
        Outcome::AsBefore {
            cause: Cause::Cancelled,
        } => Err(Failure::new(
            Kind::Cancelled,
            "cancelled; everything is as it was before",
        )),
        Outcome::AsBefore {
            cause: Cause::Failed { error, .. },
        } => Err(
            Failure::untouched(format!("{}; everything is as it was before", safe(error)))
                .with_hint("mend it, then: redistill plan"),
        ),
        Outcome::AsBefore {
            cause: Cause::Recovered,
        } => Ok(Ended {
            id: id.to_owned(),
            outcome: "as before",
            by_hand: Vec::new(),
            is_untested: false,
        }),
    }
}

fn nothing_open() -> Failure {
    Failure::usage("no run is open; there is nothing to resume")
        .with_hint("see the past resets: redistill log")
}
