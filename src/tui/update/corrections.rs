//! Corrections that need no judgement: shown first, written by a key of their own, looked at again.

use crossterm::event::KeyCode;

use super::super::message::{Ask, Command, Key, Proposed};
use super::super::model::{Model, Overlay};
use super::{actions, ask};
use crate::error::Failure;

/// How far a page of the diffs is.
const PAGE: usize = 10;

/// The session says what can be corrected.
pub(super) fn proposed(model: &mut Model, proposed: Proposed) -> Vec<Command> {
    if proposed.diff.is_empty() {
        let why = proposed.left.first().cloned().unwrap_or_default();
        model.notice = Some(format!("nothing can be corrected from here: {why}"));
        return Vec::new();
    }
    // Another dialog is being read.
    if model.overlay.is_some() {
        return Vec::new();
    }
    ask(
        model,
        Overlay::Corrections {
            proposed,
            offset: 0,
        },
    )
}

/// A key while they are shown. The letter that writes is not the one that led here.
pub(super) fn key(model: &mut Model, key: Key, proposed: Proposed, offset: usize) -> Vec<Command> {
    let last = proposed.diff.len().saturating_sub(1);
    let offset = match key.code {
        KeyCode::Up => offset.saturating_sub(1),
        KeyCode::Down => (offset + 1).min(last),
        KeyCode::PageUp => offset.saturating_sub(PAGE),
        KeyCode::PageDown => (offset + PAGE).min(last),
        KeyCode::Char('w') if !key.control && !model.is_too_small() => {
            model.overlay = None;
            return vec![Command::Ask(Ask::Correct)];
        }
        _ => offset,
    };
    model.overlay = Some(Overlay::Corrections { proposed, offset });
    Vec::new()
}

/// They were written, or not.
pub(super) fn corrected(model: &mut Model, outcome: Result<String, Failure>) -> Vec<Command> {
    match outcome {
        Ok(words) => {
            model.notice = Some(words);
            if model.work.is_none() {
                return actions::recheck(model);
            }
        }
        Err(failure) => model.notice = Some(failure.message),
    }
    Vec::new()
}
