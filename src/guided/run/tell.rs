//! Words that every part of the guided run uses: prose, failures, and what runs, line by line.

use std::sync::Mutex;
use std::time::Instant;

use super::Guide;
use super::pace::Pace;
use crate::error::Failure;
use crate::events::{Event, Observer};
use crate::guided::ask::{Talk, WIDTH};
use crate::model::text::{safe, safe_lines, wrapped};

impl Guide<'_> {
    pub(super) fn failure(&self, failure: &Failure) {
        self.say("redistill:\n");
        self.prose(&failure.message);
        for line in failure.detail.iter().flat_map(|detail| detail.lines()) {
            self.say(&format!("  {line}\n"));
        }
        for hint in &failure.hints {
            self.prose(&format!("next: {hint}"));
        }
    }

    pub(super) fn prose(&self, text: &str) {
        for line in wrapped(text, WIDTH) {
            self.say(&format!("  {line}\n"));
        }
    }

    pub(super) fn say(&self, text: &str) {
        self.talk.say(text);
    }
}

/// Says in words, line by line, what runs.
pub(super) struct Teller<'a> {
    talk: &'a dyn Talk,
    /// Whether what children print is shown, too.
    is_verbose: bool,
    since: Instant,
    pace: Mutex<Pace>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(talk: &'a dyn Talk, is_verbose: bool) -> Self {
        Self {
            talk,
            is_verbose,
            since: Instant::now(),
            pace: Mutex::default(),
        }
    }

    fn paced(&self, event: &Event) -> Option<String> {
        self.pace.lock().ok()?.line(event, self.since.elapsed())
    }
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
            Event::Phase { .. } | Event::Revision { .. } => match self.paced(event) {
                Some(line) => line,
                None => return,
            },
            Event::Output { module, line } if self.is_verbose => {
                format!("  {} | {}", safe(&module.0), safe(line))
            }
            Event::StepFailed { why, .. } => format!("  failed: {}", safe_lines(why)),
            Event::Remark { text } => format!("  {}", safe(text)),
            Event::Output { .. }
            | Event::StepsDeclared { .. }
            | Event::StepStarted { .. }
            | Event::StepFinished { .. } => return,
        };
        self.talk.say(&format!("{line}\n"));
    }
}
