//! The thread on which the engine works: requests in, answers and events out.
//!
//! Started by `run`. It keeps the plan and the preview that were shown, so that what is executed is
//! what was seen.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;

use super::message::{Ask, Message, Proposed};
use super::model::{Outline, Planned, Previewed, Surveyed, Wish};
use super::run::Bell;
use crate::engine::{self, Depth, Ended, Engine, Fixes, Preview, Request};
use crate::error::Failure;
use crate::events::{Event, Observer};
use crate::model::text::count;
use crate::plan::Plan;
use crate::report::{self, Paint};
use crate::rules::Finding;

/// Room for the deepest Python expression.
pub(super) const STACK: usize = 16 << 20;

/// The thread, from outside.
pub struct Session {
    asks: Option<Sender<Ask>>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts it.
    pub fn start(request: Request, bell: Bell, cancel: Arc<AtomicBool>) -> std::io::Result<Self> {
        let (asks, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .stack_size(STACK)
            .spawn(move || work(request, &bell, &cancel, &inbox))?;
        Ok(Self {
            asks: Some(asks),
            thread: Some(thread),
        })
    }

    /// Hands it a request; whether it is still there.
    pub fn ask(&self, ask: Ask) -> bool {
        self.asks
            .as_ref()
            .is_some_and(|asks| asks.send(ask).is_ok())
    }

    /// Whether it broke off.
    pub fn is_gone(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// Waits for its end: children and scratch databases go first.
    pub fn end(&mut self) {
        self.asks = None;
        if let Some(thread) = self.thread.take() {
            // A panic was told by the hook already.
            let _ = thread.join();
        }
    }
}

/// Passes the engine's events on.
struct Ear(Bell);

impl Observer for Ear {
    fn on_event(&self, event: &Event) {
        self.0.ring(Message::Event(event.clone()));
    }
}

/// What was shown, to be executed.
#[derive(Default)]
struct Shown {
    plan: Option<Plan>,
    preview: Option<Preview>,
    findings: Vec<Finding>,
    fixes: Fixes,
}

fn work(request: Request, bell: &Bell, cancel: &AtomicBool, inbox: &Receiver<Ask>) {
    let ear = Ear(bell.clone());
    let mut engine = Engine::new(request, &ear, cancel);
    let mut shown = Shown::default();
    // The loop wakes up once more when this thread is gone, whatever ended it.
    let _last = LastWord(bell.clone());
    while let Ok(ask) = inbox.recv() {
        if let Some(message) = answer(&mut engine, &mut shown, ask) {
            bell.ring(message);
        }
    }
}

struct LastWord(Bell);

impl Drop for LastWord {
    fn drop(&mut self) {
        self.0.wake();
    }
}

fn answer(engine: &mut Engine<'_>, shown: &mut Shown, ask: Ask) -> Option<Message> {
    Some(match ask {
        Ask::Survey(depth) => {
            let survey = survey(engine, depth);
            if let Ok(survey) = &survey {
                shown.findings.clone_from(&survey.findings);
            }
            Message::Surveyed(survey.map(Box::new))
        }
        Ask::Propose => {
            shown.fixes = engine.fixes(&shown.findings);
            Message::Proposed(proposed(&shown.fixes, engine.root()))
        }
        Ask::Correct => Message::Corrected(correct(engine, &std::mem::take(&mut shown.fixes))),
        Ask::Consent => {
            let failure = engine.agree().err()?;
            Message::Notice(format!("asked again next time: {}", failure.message))
        }
        Ask::Plan(wish) => {
            let since = Instant::now();
            let planned = plan(engine, &wish);
            let planned = planned.map(|planned| {
                shown.plan = planned.plan.as_ref().ok().cloned();
                shown.findings.clone_from(&planned.assessment.findings);
                Box::new(Planned {
                    wish,
                    lacking: planned.lacking(),
                    destructive: planned.destructive,
                    findings: planned.assessment.findings,
                    // In a plan they have their places in the project.
                    modules: match &planned.plan {
                        Ok(plan) => plan.modules.clone(),
                        Err(_) => planned.modules,
                    },
                    plan: planned.plan,
                    took: since.elapsed(),
                    digest: OnceLock::new(),
                })
            });
            Message::Planned(planned)
        }
        Ask::Reset(digest) => Message::Ended(reset(engine, shown, &digest)),
        Ask::Runs => Message::Runs(engine.runs()),
        Ask::Preview(id) => Message::Previewed(preview(engine, shown, &id).map(Box::new)),
        Ask::Undo(id) => Message::Ended(undo(engine, shown, &id)),
        Ask::Resume(_) => Message::Ended(engine.resume()),
    })
}

/// Rehearses the wanted modules; the next survey looks at all again.
fn plan(engine: &mut Engine<'_>, wish: &Wish) -> Result<engine::Planned, Failure> {
    if wish.only.is_empty() {
        return engine.plan(&wish.choices);
    }
    let all = engine.narrow(wish.only.clone());
    let planned = engine.plan(&wish.choices);
    engine.narrow(all);
    planned
}

fn survey(engine: &Engine<'_>, depth: Depth) -> Result<Surveyed, Failure> {
    let survey = engine.survey(depth)?;
    let assessment = engine.assess(&survey, depth);
    let modules = survey.evidence.modules.iter();
    let outlines = modules.map(|seen| Outline::of(&seen.chain)).collect();
    Ok(Surveyed {
        depth,
        is_agreed: engine.is_agreed(),
        findings: assessment.findings,
        verdict: assessment.verdict,
        obstacles: survey.obstacles,
        troubles: survey.troubles.into_iter().collect(),
        evidence: survey.evidence,
        outlines,
    })
}

/// The corrections in lines.
fn proposed(fixes: &Fixes, root: &Path) -> Proposed {
    let shown = |path: &Path| {
        let path = path.strip_prefix(root).unwrap_or(path);
        path.display().to_string()
    };
    let mut diff = Vec::new();
    for file in &fixes.files {
        let [before, after] =
            [&file.before, &file.after].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let text = report::diff::unified(&shown(&file.path), &before, &after, Paint::Plain);
        diff.extend(text.lines().map(str::to_owned));
    }
    let left = fixes.left.iter().map(|left| {
        let path = shown(&left.path);
        format!("{} {path}:{}: {}", left.code, left.line, left.why)
    });
    Proposed {
        diff,
        words: corrections(fixes),
        left: left.collect(),
    }
}

/// `2 corrections in 1 file`.
fn corrections(fixes: &Fixes) -> String {
    let total = fixes.files.iter().map(|file| file.mended.len()).sum();
    format!(
        "{} in {}",
        count(total, "correction"),
        count(fixes.files.len(), "file")
    )
}

/// Writes what was shown, or refuses because a file has changed since.
fn correct(engine: &Engine<'_>, fixes: &Fixes) -> Result<String, Failure> {
    engine.write_fixes(fixes)?;
    Ok(format!("written: {}", corrections(fixes)))
}

/// Executes the plan that was shown, by the way that `reset --plan` takes.
fn reset(engine: &mut Engine<'_>, shown: &mut Shown, digest: &str) -> Result<Ended, Failure> {
    let plan = match shown.plan.take() {
        Some(plan) if plan.digest() == digest => plan,
        _ => engine.find_plan(digest)?,
    };
    // The reset looks at the plan's modules alone; the survey after it at all of them again.
    let all = engine.narrow(Vec::new());
    let ended = engine.reset(&plan);
    engine.narrow(all);
    ended
}

fn preview(engine: &mut Engine<'_>, shown: &mut Shown, id: &str) -> Result<Previewed, Failure> {
    let preview = engine.preview_undo(Some(id))?;
    let told = Previewed {
        id: id.to_owned(),
        plan: preview.undo.as_ref().map(|undo| undo.plan.clone()),
        kept: preview
            .undo
            .as_ref()
            .map(|undo| undo.kept.clone())
            .unwrap_or_default(),
        by_hand: preview
            .undo
            .as_ref()
            .map(|undo| undo.by_hand.clone())
            .unwrap_or_default(),
    };
    shown.preview = Some(preview);
    Ok(told)
}

/// Takes back what was shown; an open run has nothing to show and goes back the way it came.
fn undo(engine: &mut Engine<'_>, shown: &mut Shown, id: &str) -> Result<Ended, Failure> {
    let preview = match shown.preview.take() {
        Some(preview) if preview.run.id() == id => preview,
        _ => engine.preview_undo(Some(id))?,
    };
    engine.undo(&preview)
}
