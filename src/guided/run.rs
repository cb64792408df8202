//! Carries the script out: asks, calls the engine, shows what came of it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ask::{Person, Talk, WIDTH};
use super::question::Answer;
use super::script::{End, Order, Part, PlanOutcome, RunOutcome, Script};
use crate::engine::{Depth, Ended, Engine, Planned, Request};
use crate::error::{Failure, Kind};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::model::text::{safe, safe_lines, wrapped};
use crate::plan::Plan;
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
    }
    .go()
}

struct Guide<'a> {
    talk: &'a dyn Talk,
    engine: Engine<'a>,
    cancel: &'a AtomicBool,
    /// The plan that was shown last.
    plan: Option<Plan>,
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
        let mut script = Script::new(open.is_some());
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
                Order::Check => script.checked(self.check()),
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

    fn check(&self) -> Option<Verdict> {
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
            is_whole.then_some(assessment.verdict)
        });
        assessed.unwrap_or_else(|failure| {
            self.failure(&failure);
            None
        })
    }

    fn make_plan(&mut self, script: &Script) -> PlanOutcome {
        self.plan = None;
        let planned = match self.engine.plan(&script.choices) {
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
                let names = databases(&plan);
                self.plan = Some(plan);
                PlanOutcome::Planned(names)
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

    fn show(&self, part: Part) {
        let Some(plan) = &self.plan else {
            return;
        };
        let mut text = String::new();
        match part {
            Part::Effects => report::plan::effects(&mut text, plan),
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
