//! Carries the script out: asks, calls the engine, shows what came of it.
//!
//! ```text
//! planning    rehearsal, plan, what may be lost     reading    what is shown on demand
//! tell        words that every part uses             pace       how often a replay is told
//! ```

mod pace;
mod planning;
mod reading;
mod tell;

use std::sync::atomic::{AtomicBool, Ordering};

use super::ask::{Person, Talk};
use super::question::Answer;
use super::script::{Beginning, Checked, End, Order, RunOutcome, Script};
use crate::engine::{Depth, Destructive, Ended, Engine, Fixes, Preview, Request, Survey};
use crate::error::{Failure, Kind};
use crate::evidence::Evidence;
use crate::exit::Exit;
use crate::journal::Run;
use crate::model::text::{line, safe};
use crate::plan::{Plan, PlannedModule, Purpose};
use crate::report::{self, Paint, Report, own_tests};
use crate::rules::Finding;

/// Goes through the checklist with the person at the terminal; where it is verbose, with what the
/// project's code prints.
pub fn run(request: Request, is_verbose: bool, cancel: &AtomicBool) -> Result<Exit, Failure> {
    let teller = tell::Teller::new(&Person, is_verbose);
    let engine = Engine::new(request, &teller, cancel);
    Guide {
        talk: &Person,
        engine,
        cancel,
        seen: Seen::default(),
    }
    .go()
}

struct Guide<'a> {
    talk: &'a dyn Talk,
    engine: Engine<'a>,
    cancel: &'a AtomicBool,
    seen: Seen,
}

/// What was shown last.
#[derive(Default)]
struct Seen {
    /// The plan.
    plan: Option<Plan>,
    /// What was rehearsed for it, or without coming to a plan.
    modules: Vec<PlannedModule>,
    /// What the last check saw.
    evidence: Option<Evidence>,
    /// What it found.
    findings: Vec<Finding>,
    /// The corrections.
    fixes: Fixes,
    /// The undo.
    back: Option<Preview>,
    /// Statements that may lose something, as they were shown.
    agreed: Vec<Destructive>,
    /// Whether tests of the project's own did not pass at the end of a reset.
    is_untested: bool,
}

impl Guide<'_> {
    fn go(mut self) -> Result<Exit, Failure> {
        let root = self.engine.root().display().to_string();
        let begun = self.beginning()?;
        self.say(&format!("redistill, guided: {}\n", safe(&root)));
        self.say("Type ? for more about a question, < to go back, quit to leave.\n\n");
        if begun.open.is_some() {
            self.interrupted()?;
        }
        let mut script = Script::new(begun);
        loop {
            let order = script.order();
            if let Order::End(end) = order {
                return Ok(self.end(end));
            }
            self.follow(&mut script, order);
            // Ctrl-C ends what runs, not the conversation.
            self.cancel.store(false, Ordering::Relaxed);
        }
    }

    /// Does what the script orders, and tells it what came of it.
    fn follow(&mut self, script: &mut Script, order: Order) {
        match order {
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
                let checked = self.check();
                script.checked(checked);
            }
            Order::Propose => {
                let is_something = self.propose();
                script.proposed(is_something);
            }
            Order::Correct => {
                self.correct();
                script.corrected();
            }
            Order::Plan => {
                let outcome = self.make_plan(script);
                script.planned(outcome);
            }
            Order::Show(part) => {
                self.show(&part);
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
            Order::End(_) => {}
        }
    }

    fn end(&self, end: End) -> Exit {
        match end {
            End::Done if self.seen.is_untested => Exit::Refused,
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

    /// What is known before the first question.
    fn beginning(&self) -> Result<Beginning, Failure> {
        let runs = self.engine.runs()?;
        let is_reset = |run: &&Run| run.plan.purpose == Purpose::Reset;
        let is_done = |run: &&Run| report::past::standing(run) == "done";
        let name = |run: &Run| run.id().to_owned();
        let resets = || runs.iter().filter(is_reset);
        Ok(Beginning {
            open: self.engine.open_run()?.as_ref().map(name),
            past: resets().filter(is_done).map(name).collect(),
            runs: resets().map(name).collect(),
            is_agreed: self.engine.is_agreed(),
        })
    }

    /// Both ways out of an open run, a sentence each.
    fn interrupted(&self) -> Result<(), Failure> {
        if let Some(run) = self.engine.open_run()? {
            let moment = report::past::moment(&run);
            self.say(&format!(
                "The run {}, begun {moment}, was interrupted.\n",
                run.id()
            ));
            for sentence in report::past::Ways::of(&run).sentences() {
                self.prose(&safe(&sentence));
            }
        }
        Ok(())
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
        self.seen.back = Some(preview);
        true
    }

    fn undo(&mut self) -> RunOutcome {
        let Some(preview) = self.seen.back.take() else {
            return RunOutcome::NotBegun;
        };
        let ended = self.engine.undo(&preview);
        self.told(ended)
    }

    fn check(&mut self) -> Checked {
        self.seen.findings.clear();
        if let Err(failure) = self.engine.agree() {
            self.prose(&format!("asked again next time: {}", failure.message));
        }
        match self.engine.survey(Depth::Full) {
            Ok(survey) => self.judged(survey),
            Err(failure) => {
                self.failure(&failure);
                Checked::default()
            }
        }
    }

    fn judged(&mut self, survey: Survey) -> Checked {
        let assessment = self.engine.assess(&survey, Depth::Full);
        let report = Report::new(&survey.evidence, &assessment.findings);
        self.say(&report::text::render(&report, Paint::Coloured));
        for obstacle in &survey.obstacles {
            self.say(&format!("  {}\n", safe(obstacle)));
        }
        for trouble in survey.troubles.values() {
            self.failure(trouble);
        }
        let is_whole = survey.obstacles.is_empty() && survey.troubles.is_empty();
        let evidence = survey.evidence;
        let findings = assessment.findings;
        let can_waive = |finding: &Finding| report::waiver(finding, &evidence).is_some();
        let checked = Checked {
            verdict: is_whole.then_some(assessment.verdict),
            modules: evidence
                .modules
                .iter()
                .map(|seen| seen.module.name.0.clone())
                .collect(),
            can_correct: findings
                .iter()
                .any(|finding| finding.remedy.is_safe && finding.remedy.diff.is_some()),
            can_waive: findings.iter().any(can_waive),
        };
        self.seen.findings = findings;
        self.seen.evidence = Some(evidence);
        checked
    }

    fn execute(&mut self) -> RunOutcome {
        let Some(plan) = self.seen.plan.take() else {
            return RunOutcome::NotBegun;
        };
        // The reset looks at the plan's modules alone.
        let all = self.engine.narrow(Vec::new());
        let ended = self.engine.reset(&plan);
        self.engine.narrow(all);
        match ended {
            Ok(ended) => {
                self.say(&report::plan::summary(&plan));
                self.say(&format!("undo: redistill undo {}\n", ended.id));
                self.tell_tests(&ended);
                RunOutcome::Done
            }
            Err(failure) => self.ended_badly(&failure),
        }
    }

    /// What the project's own tests came to, and what is left to a person.
    fn tell_tests(&mut self, ended: &Ended) {
        if let Ok(run) = self.engine.run(&ended.id).as_ref()
            && ended.outcome == "done"
        {
            for line in own_tests::lines(run) {
                self.say(&format!("{line}\n"));
            }
            for line in own_tests::output(run) {
                self.say(&format!("  {line}\n"));
            }
        }
        self.seen.is_untested = ended.is_untested;
        for sentence in &ended.by_hand {
            self.say(&format!("  by hand: {}\n", safe(sentence)));
        }
    }

    fn take_back(&mut self) -> Result<Ended, Failure> {
        let preview = self.engine.preview_undo(None)?;
        self.engine.undo(&preview)
    }

    fn told(&mut self, ended: Result<Ended, Failure>) -> RunOutcome {
        match ended {
            Ok(ended) => {
                self.say(&format!("{}: {}\n", ended.id, ended.outcome));
                self.tell_tests(&ended);
                RunOutcome::Done
            }
            Err(failure) => self.ended_badly(&failure),
        }
    }

    fn ended_badly(&self, failure: &Failure) -> RunOutcome {
        self.failure(failure);
        // The journal knows, whatever the failure is called.
        match self.engine.open_run() {
            Ok(Some(run)) => {
                for sentence in report::past::Ways::of(&run).sentences() {
                    self.prose(&safe(&sentence));
                }
                RunOutcome::HalfWay(run.id().to_owned())
            }
            Ok(None) if failure.kind != Kind::HalfWay => RunOutcome::NotBegun,
            _ => RunOutcome::HalfWay(String::new()),
        }
    }
}
