//! What comes in and what goes out: messages to `update`, commands from it. Pure data.
//!
//! Made by `run` and `session`, read by `update`; the other way round for commands.

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::KeyCode;

use crate::engine::{Depth, Ended};
use crate::error::Failure;
use crate::events::Event;
use crate::journal::Run;
use crate::report::operations::Does;

use super::model::{Planned, Previewed, Surveyed, Wish};

/// A key with the modifiers that change its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which; letters carry their shift.
    pub code: KeyCode,
    /// With Ctrl.
    pub control: bool,
}

impl Key {
    /// A key alone.
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            control: false,
        }
    }

    /// A letter, digit or sign.
    pub const fn sign(sign: char) -> Self {
        Self::plain(KeyCode::Char(sign))
    }

    /// A letter with Ctrl.
    pub const fn control(letter: char) -> Self {
        Self {
            code: KeyCode::Char(letter),
            control: true,
        }
    }
}

/// What the mouse did, at a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button.
    Click,
    /// The wheel, away from the user.
    WheelUp,
    /// The wheel, towards the user.
    WheelDown,
}

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something, at this column and row.
    Mouse(Mouse, u16, u16),
    /// Text was pasted in one piece.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// This much time has passed since the start. Comes while something runs.
    Tick(Duration),
    /// The dialog has been drawn, and what was typed before is dropped.
    Armed,
    /// The engine says something.
    Event(Event),
    /// A survey ended.
    Surveyed(Result<Box<Surveyed>, Failure>),
    /// A rehearsal ended.
    Planned(Result<Box<Planned>, Failure>),
    /// A reset, an undo or a resumption ended.
    Ended(Result<Ended, Failure>),
    /// The past runs, newest first.
    Runs(Result<Vec<Run>, Failure>),
    /// What an undo would do.
    Previewed(Result<Box<Previewed>, Failure>),
    /// A file was read, or not.
    Source(PathBuf, Result<Source, String>),
    /// What can be corrected without judgement.
    Proposed(Proposed),
    /// It was written, or not; in one line.
    Corrected(Result<String, Failure>),
    /// Something small happened that is worth a line.
    Notice(String),
    /// A signal asks for the end.
    Stop,
}

/// A file of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its text.
    pub text: String,
    /// What it does, where it is a revision.
    pub does: Does,
}

/// Corrections that can be made without judgement, as they would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposed {
    /// Their diffs, line by line.
    pub diff: Vec<String>,
    /// How many they are, and in how many files.
    pub words: String,
    /// What is left to a person, and why.
    pub left: Vec<String>,
}

/// What the session is asked to do, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Look; a full survey runs env.py.
    Survey(Depth),
    /// Remember that env.py of this project may be run.
    Consent,
    /// Rehearse and plan.
    Plan(Wish),
    /// Execute the plan with this digest. Only after the typed confirmation.
    Reset(String),
    /// List the past runs.
    Runs,
    /// What of the findings can be corrected without judgement?
    Propose,
    /// Write the corrections that were shown. Only after they were.
    Correct,
    /// What would an undo of this run do?
    Preview(String),
    /// Take this run back. Only after the typed confirmation.
    Undo(String),
    /// Go on with the open run. Only after the typed confirmation.
    Resume(String),
}

/// What `update` wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hand a request to the session.
    Ask(Ask),
    /// Ask what runs to stop at the next safe place.
    Cancel,
    /// Draw, drop what was typed before, then send [`Message::Armed`].
    DropTypeAhead,
    /// Put a text on the clipboard of the terminal.
    Copy(String),
    /// Open a file at a line in the user's editor.
    Edit(PathBuf, usize),
    /// Read a file.
    Read(PathBuf),
    /// Stop like any other job of the shell.
    Suspend,
    /// Leave.
    Quit,
}
