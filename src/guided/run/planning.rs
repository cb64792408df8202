//! Rehearsal and plan, and what somebody must agree to before there is one.

use super::Guide;
use crate::engine::{Destructive, Planned};
use crate::error::Failure;
use crate::guided::script::{Named, PlanOutcome, Script};
use crate::model::text::{line, safe, safe_lines};
use crate::plan::{Carried, Plan, Statement};
use crate::report;

impl Guide<'_> {
    pub(super) fn make_plan(&mut self, script: &Script) -> PlanOutcome {
        self.seen.plan = None;
        self.seen.modules.clear();
        let planned = match self.rehearse(script) {
            Ok(planned) => planned,
            Err(failure) => {
                self.failure(&failure);
                return PlanOutcome::Failed {
                    is_rehearsed: false,
                };
            }
        };
        let lacking = self.lacking(&planned);
        let lost = lost(&planned);
        self.seen.modules = planned.modules;
        if !lacking.is_empty() {
            return self.ask_for(lacking);
        }
        match planned.plan {
            Ok(plan) => self.outline(plan),
            Err(failure) => {
                for module in &self.seen.modules {
                    self.say(&report::plan::module(module));
                }
                self.failure(&failure);
                if lost.is_empty() {
                    let is_rehearsed = !self.seen.modules.is_empty();
                    PlanOutcome::Failed { is_rehearsed }
                } else {
                    PlanOutcome::Loses(lost)
                }
            }
        }
    }

    /// Shows the plan, and with it in full what may be lost.
    fn outline(&mut self, plan: Plan) -> PlanOutcome {
        self.say("\n");
        self.say(&report::plan::outline(&plan));
        for (database, all) in plan.destructive() {
            self.say(&format!(
                "\nMay lose something in {}, as was agreed:\n{}",
                safe(&database.label),
                statements(all.into_iter())
            ));
        }
        let evidence = self.seen.evidence.iter();
        for sentence in evidence.flat_map(|seen| report::untouched(seen, &plan)) {
            self.prose(&safe(&sentence));
        }
        let outcome = PlanOutcome::Planned {
            names: self.names(&plan),
            carried: carried(&plan),
        };
        self.seen.plan = Some(plan);
        outcome
    }

    /// Rehearses the chosen modules; the next check looks at all again.
    fn rehearse(&mut self, script: &Script) -> Result<Planned, Failure> {
        if script.only.is_empty() {
            return self.engine.plan(&script.choices);
        }
        let all = self.engine.narrow(script.only.clone());
        let planned = self.engine.plan(&script.choices);
        self.engine.narrow(all);
        planned
    }

    /// What nobody has agreed to: nothing was typed for it, or for other statements.
    fn lacking(&self, planned: &Planned) -> Vec<Destructive> {
        let mut lacking = planned.lacking();
        if planned.plan.is_ok() || !lacking.is_empty() {
            let is_new = |one: &&Destructive| one.is_accepted && !self.is_known(one);
            lacking.extend(planned.destructive.iter().filter(is_new).cloned());
        }
        lacking
    }

    fn is_known(&self, one: &Destructive) -> bool {
        self.seen.agreed.iter().any(|agreed| {
            (&agreed.module, &agreed.database, &agreed.statements)
                == (&one.module, &one.database, &one.statements)
        })
    }

    /// Shows every statement; the names are asked for next.
    fn ask_for(&mut self, lacking: Vec<Destructive>) -> PlanOutcome {
        let mut names: Vec<Named> = Vec::new();
        for one in &lacking {
            self.say(&format!(
                "\nBringing {} in line for {} may lose something. It takes:\n{}",
                safe(&one.label),
                safe(&one.module.0),
                statements(one.statements.iter())
            ));
            let name = (one.database.clone(), one.label.clone());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.prose(
            "Or bring the database in line by hand, with a revision that keeps what is needed; or \
             build it again, giving its rows up, with the strategy recreate.",
        );
        // What is typed next is about these, and not about what was shown before.
        self.seen.agreed.retain(|old| {
            let is_same =
                |one: &Destructive| (&one.module, &one.database) == (&old.module, &old.database);
            !lacking.iter().any(is_same)
        });
        self.seen.agreed.extend(lacking);
        PlanOutcome::Lacking(names)
    }

    /// Every database that the plan changes, with its place; the project where it changes none.
    fn names(&self, plan: &Plan) -> Vec<Named> {
        let mut names: Vec<Named> = Vec::new();
        for database in plan.databases() {
            let place = format!("{}  ({})", database.label, database.identity);
            let name = (database.database.clone(), place);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            let root = self.engine.root();
            let project = root.file_name().unwrap_or(root.as_os_str());
            let place = format!("{}, files only", root.display());
            names.push((project.to_string_lossy().into_owned(), place));
        }
        names
    }
}

/// The statements as they would run, with what each settles and may lose.
fn statements<'a>(all: impl Iterator<Item = &'a Statement>) -> String {
    let mut text = String::new();
    for statement in all {
        for sql in safe_lines(&statement.sql).lines() {
            line!(text, "  {sql}");
        }
        line!(text, "      settles {}", safe(&statement.settles));
        if let Some(loses) = &statement.loses {
            line!(text, "      MAY LOSE {}", safe(loses));
        }
    }
    text
}

/// What the baselines carry, as `--leave-out` names it.
fn carried(plan: &Plan) -> Vec<String> {
    let modules = plan.modules.iter();
    modules
        .flat_map(|module| module.carried.iter().map(Carried::object))
        .collect()
}

/// What the baselines would lose, as `--leave-out` names it.
fn lost(planned: &Planned) -> Vec<String> {
    let mut objects: Vec<String> = Vec::new();
    for difference in planned.modules.iter().flat_map(|module| &module.lost) {
        let object = difference.object().to_string();
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    objects
}
