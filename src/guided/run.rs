//! Carries the script out: asks, calls the engine, shows what came of it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ask::{Person, Talk, WIDTH};
use super::question::Answer;
use super::script::{End, Order, Part, PlanOutcome, RunOutcome, Script};
use crate::engine::{Depth, Ended, Engine, Planned, Preview, Request};
use crate::error::{Failure, Kind};
use crate::events::{Event, Observer};
use crate::evidence::Evidence;
use crate::exit::Exit;
use crate::model::text::{line, safe, safe_lines, wrapped};
use crate::plan::{Carried, Plan, Purpose};
use crate::report::{self, Paint, Report};
use crate::rules::Verdict;

/// Goes through the checklist with the person at the terminal.
pub fn run(request: Request, cancel: &AtomicBool) -> Result<Exit, Failure> {
    let teller = Teller { talk: &Person };
    let engine = Engine::new(request, &teller, cancel);
    Guide {
        talk: &Person,
        engine,
        cancel,
        plan: None,
        evidence: None,
        back: None,
    }
    .go()
}

struct Guide<'a> {
    talk: &'a dyn Talk,
    engine: Engine<'a>,
    cancel: &'a AtomicBool,
    /// The plan that was shown last.
    plan: Option<Plan>,
    /// What the last check saw.
    evidence: Option<Evidence>,
    /// The undo that was shown last.
    back: Option<Preview>,
}

impl Guide<'_> {
    fn go(mut self) -> Result<Exit, Failure> {
        let open = self.engine.open_run()?;
        let root = self.engine.root().display().to_string();
        self.say(&format!("redistill, guided: {}\n", safe(&root)));
        self.say("Type ? for more about a question, < to go back, quit to leave.\n\n");
        if let Some(open) = &open {
            self.say(&format!("The run {} was interrupted.\n", open.id()));
        }
        let past = self.past()?;
        let mut script = Script::new(open.is_some(), past);
        loop {
            match script.order() {
                Order::Ask(question) => match self.talk.ask(&question) {
                    None => script.answered(&Answer::Leave),
                    Some(line) => {
                        let answer = question.read(&line);
                        match &answer {
                            Answer::Help => self.prose(question.help),
                            Answer::Unclear(why) => self.prose(&safe(why)),
                            _ => {}
                        }
                        script.answered(&answer);
                    }
                },
                Order::Check => {
                    let verdict = self.check();
                    script.checked(verdict, self.modules());
                }
                Order::Plan => {
                    let outcome = self.make_plan(&script);
                    script.planned(outcome);
                }
                Order::Show(part) => {
                    self.show(part);
                    script.shown();
                }
                Order::Run => {
                    let outcome = self.execute();
                    script.ran(outcome);
                }
                Order::Resume => {
                    let ended = self.engine.resume();
                    script.ran(self.told(ended));
                }
                Order::TakeBack => {
                    let ended = self.take_back();
                    script.ran(self.told(ended));
                }
                Order::Preview(id) => {
                    let is_possible = self.preview(&id);
                    script.previewed(id, is_possible);
                }
                Order::Undo(_) => {
                    let outcome = self.undo();
                    script.ran(outcome);
                }
                Order::End(end) => return Ok(self.end(end)),
            }
            // Ctrl-C ends what runs, not the conversation.
            self.cancel.store(false, Ordering::Relaxed);
        }
    }

    fn end(&self, end: End) -> Exit {
        match end {
            End::Done => Exit::Done,
            End::Refused => {
                self.say("refused; nothing has changed\n");
                Exit::Refused
            }
            End::Left => {
                self.say("left; nothing has changed\n");
                Exit::Cancelled
            }
            End::HalfWay => {
                self.say("the run stays open; later: redistill resume, or redistill undo\n");
                Exit::HalfWay
            }
        }
    }

    /// The finished runs that can be taken back, newest first.
    fn past(&self) -> Result<Vec<String>, Failure> {
        let runs = self.engine.runs()?;
        let done = runs.iter().filter(|run| {
            run.plan.purpose == Purpose::Reset && report::past::standing(run) == "done"
        });
        Ok(done.map(|run| run.id().to_owned()).collect())
    }

    /// The modules that the last check saw.
    fn modules(&self) -> Vec<String> {
        self.evidence
            .iter()
            .flat_map(|evidence| &evidence.modules)
            .map(|seen| seen.module.name.0.clone())
            .collect()
    }

    /// Shows what taking a run back would do; whether it can be.
    fn preview(&mut self, id: &str) -> bool {
        let preview = match self.engine.preview_undo(Some(id)) {
            Ok(preview) => preview,
            Err(failure) => {
                self.failure(&failure);
                return false;
            }
        };
        let mut text = String::from("\n");
        if let Some(undo) = &preview.undo {
            report::plan::effects(&mut text, &undo.plan);
            for kept in &undo.kept {
                line!(text, "  stays: {}", safe(kept));
            }
            for sentence in &undo.by_hand {
                line!(text, "  by hand: {}", safe(sentence));
            }
        }
        self.say(&text);
        self.back = Some(preview);
        true
    }

    fn undo(&mut self) -> RunOutcome {
        let Some(preview) = self.back.take() else {
            return RunOutcome::NotBegun;
        };
        let ended = self.engine.undo(&preview);
        self.told(ended)
    }

    fn check(&mut self) -> Option<Verdict> {
        let assessed = self.engine.survey(Depth::Full).map(|survey| {
            let assessment = self.engine.assess(&survey, Depth::Full);
            let report = Report::new(&survey.evidence, &assessment.findings);
            self.say(&report::text::render(&report, Paint::Coloured));
            for obstacle in &survey.obstacles {
                self.say(&format!("  {obstacle}\n"));
            }
            for trouble in survey.troubles.values() {
                self.failure(trouble);
            }
            let is_whole = survey.obstacles.is_empty() && survey.troubles.is_empty();
            (is_whole.then_some(assessment.verdict), survey.evidence)
        });
        let assessed = assessed.map(|(verdict, evidence)| {
            self.evidence = Some(evidence);
            verdict
        });
        assessed.unwrap_or_else(|failure| {
            self.failure(&failure);
            None
        })
    }

    fn make_plan(&mut self, script: &Script) -> PlanOutcome {
        self.plan = None;
        let planned = match self.rehearse(script) {
            Ok(planned) => planned,
            Err(failure) => {
                self.failure(&failure);
                return PlanOutcome::Failed;
            }
        };
        let lost = lost(&planned);
        match planned.plan {
            Ok(plan) => {
                self.say("\n");
                self.say(&report::plan::outline(&plan));
                for sentence in self
                    .evidence
                    .iter()
                    .flat_map(|seen| report::untouched(seen, &plan))
                {
                    self.prose(&safe(&sentence));
                }
                let outcome = PlanOutcome::Planned {
                    databases: databases(&plan),
                    carried: carried(&plan),
                };
                self.plan = Some(plan);
                outcome
            }
            Err(failure) => {
                for module in &planned.modules {
                    self.say(&report::plan::module(module));
                }
                self.failure(&failure);
                PlanOutcome::Loses(lost)
            }
        }
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

    fn show(&self, part: Part) {
        let Some(plan) = &self.plan else {
            return;
        };
        let mut text = String::new();
        match part {
            Part::Effects => report::plan::effects(&mut text, plan),
            Part::Differences => text.push_str(&report::sides(plan)),
            Part::Baselines => {
                for module in &plan.modules {
                    text.push_str(&report::plan::module(module));
                }
            }
        }
        self.say(&text);
    }

    fn execute(&mut self) -> RunOutcome {
        let Some(plan) = self.plan.take() else {
            return RunOutcome::NotBegun;
        };
        match self.engine.reset(&plan) {
            Ok(ended) => {
                self.say(&report::plan::summary(&plan));
                self.say(&format!("undo: redistill undo {}\n", ended.id));
                RunOutcome::Done
            }
            Err(failure) => self.ended_badly(&failure),
        }
    }

    fn take_back(&mut self) -> Result<Ended, Failure> {
        let preview = self.engine.preview_undo(None)?;
        self.engine.undo(&preview)
    }

    fn told(&self, ended: Result<Ended, Failure>) -> RunOutcome {
        match ended {
            Ok(ended) => {
                self.say(&format!("{}: {}\n", ended.id, ended.outcome));
                for sentence in &ended.by_hand {
                    self.say(&format!("  by hand: {}\n", safe(sentence)));
                }
                RunOutcome::Done
            }
            Err(failure) => self.ended_badly(&failure),
        }
    }

    fn ended_badly(&self, failure: &Failure) -> RunOutcome {
        self.failure(failure);
        // The journal knows, whatever the failure is called.
        let is_open = self.engine.open_run().map_or(true, |run| run.is_some());
        if is_open || failure.kind == Kind::HalfWay {
            RunOutcome::HalfWay
        } else {
            RunOutcome::NotBegun
        }
    }

    fn failure(&self, failure: &Failure) {
        self.say("redistill:\n");
        self.prose(&failure.message);
        for line in failure.detail.iter().flat_map(|detail| detail.lines()) {
            self.say(&format!("  {line}\n"));
        }
        for hint in &failure.hints {
            self.prose(&format!("next: {hint}"));
        }
    }

    fn prose(&self, text: &str) {
        for line in wrapped(text, WIDTH) {
            self.say(&format!("  {line}\n"));
        }
    }

    fn say(&self, text: &str) {
        self.talk.say(text);
    }
}

/// The databases that the plan changes, each name once; two of one name are told apart by their
/// labels in the plan, and typed once.
fn databases(plan: &Plan) -> Vec<String> {
    let mut names = Vec::new();
    for database in plan.databases() {
        if !names.contains(&database.database) {
            names.push(database.database.clone());
        }
    }
    names
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

/// Says in words, line by line, what runs.
struct Teller<'a> {
    talk: &'a dyn Talk,
}

impl Observer for Teller<'_> {
    fn on_event(&self, event: &Event) {
        let line = match event {
            Event::ItemStarted { item } => {
                format!("item {}, {}: begins", item.number(), item.title())
            }
            Event::ItemFinished { item, summary } => {
                format!(
                    "item {}, {}: {}",
                    item.number(),
                    item.title(),
                    safe(summary)
                )
            }
            Event::ItemFailed { item, why } => {
                format!(
                    "item {}, {}: refused, {}",
                    item.number(),
                    item.title(),
                    safe(why)
                )
            }
            Event::Phase { module, phase } => format!("  {}: {phase}", safe(&module.0)),
            Event::StepFailed { why, .. } => format!("  failed: {}", safe_lines(why)),
            Event::Remark { text } => format!("  {}", safe(text)),
            Event::Revision { .. }
            | Event::Output { .. }
            | Event::StepsDeclared { .. }
            | Event::StepStarted { .. }
            | Event::StepFinished { .. } => return,
        };
        self.talk.say(&format!("{line}\n"));
    }
}
