//! Words that every part of the guided run uses: prose, failures, and what runs, line by line.

use super::Guide;
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
    pub(super) talk: &'a dyn Talk,
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
