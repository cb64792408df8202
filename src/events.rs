//! What every face hears while something runs. Pure data.

use serde::{Deserialize, Serialize};

use crate::model::ModuleName;

/// The twelve items of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// 1
    Survey,
    /// 2
    ProductionData,
    /// 3
    SharedHistory,
    /// 4
    Lint,
    /// 5
    Rehearse,
    /// 6
    Confirm,
    /// 7
    Archive,
    /// 8
    Note,
    /// 9
    DropVersionTable,
    /// 10
    ClearFiles,
    /// 11
    Autogenerate,
    /// 12
    Test,
}

impl Item {
    /// All items in order.
    pub const ALL: [Self; 12] = [
        Self::Survey,
        Self::ProductionData,
        Self::SharedHistory,
        Self::Lint,
        Self::Rehearse,
        Self::Confirm,
        Self::Archive,
        Self::Note,
        Self::DropVersionTable,
        Self::ClearFiles,
        Self::Autogenerate,
        Self::Test,
    ];

    /// The item's number, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The item's name, as every face shows it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Survey => "Survey",
            Self::ProductionData => "Production data",
            Self::SharedHistory => "Shared history",
            Self::Lint => "Lint",
            Self::Rehearse => "Rehearse",
            Self::Confirm => "Confirm",
            Self::Archive => "Archive",
            Self::Note => "Note",
            Self::DropVersionTable => "Drop alembic_version",
            Self::ClearFiles => "Clear the files",
            Self::Autogenerate => "Autogenerate",
            Self::Test => "Test",
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// An item of the checklist begins.
    ItemStarted {
        /// Which.
        item: Item,
    },
    /// It ended well.
    ItemFinished {
        /// Which.
        item: Item,
        /// In a few words.
        summary: String,
    },
    /// It ended badly.
    ItemFailed {
        /// Which.
        item: Item,
        /// Why.
        why: String,
    },
    /// A module is in this phase of the rehearsal: `replay`, `draft`, `build`, `cycle`, `compare`.
    Phase {
        /// The module.
        module: ModuleName,
        /// The phase.
        phase: String,
    },
    /// A revision was applied (or taken back) on scratch.
    Revision {
        /// The module.
        module: ModuleName,
        /// The identifier.
        revision: String,
        /// Its place, from 1.
        index: usize,
        /// How many there are.
        total: usize,
    },
    /// A line that a child process printed, already escaped.
    Output {
        /// The module.
        module: ModuleName,
        /// The line.
        line: String,
    },
    /// The steps that are about to run, all of them, before the first starts.
    StepsDeclared {
        /// One title a step.
        titles: Vec<String>,
    },
    /// A step begins (or begins again after an interruption).
    StepStarted {
        /// Its index.
        index: usize,
    },
    /// A step is done.
    StepFinished {
        /// Its index.
        index: usize,
        /// What it did, in a few words.
        receipt: String,
        /// Whether the journal said so, and nothing was run now.
        replayed: bool,
    },
    /// A step failed.
    StepFailed {
        /// Its index.
        index: usize,
        /// Why.
        why: String,
    },
    /// A remark for the person who watches.
    Remark {
        /// The text.
        text: String,
    },
}

/// A listener. Cannot fail and cannot stop the run.
pub trait Observer: Send + Sync {
    /// Hears one event.
    fn on_event(&self, event: &Event);
}

/// Hears nothing.
pub struct Deaf;

impl Observer for Deaf {
    fn on_event(&self, _event: &Event) {}
}
