//! What the project's own tests came to: recorded with the end of their step.

use serde::{Deserialize, Serialize};

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestsEnd {
    /// They passed.
    Passed,
    /// They failed.
    Failed,
    /// It ended well, or said so itself, but no test ran: none was collected, or all were skipped.
    NothingRan,
    /// It took longer than it may.
    TimedOut,
    /// It was stopped while it ran.
    Stopped,
    /// It could not be started.
    NotStarted,
    /// However they ended, Alembic does not agree afterwards as it did before them.
    InDoubt,
}

impl TestsEnd {
    /// `passed`, `failed` …
    pub const fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NothingRan => "no test ran",
            Self::TimedOut => "took too long",
            Self::Stopped => "stopped",
            Self::NotStarted => "not started",
            Self::InDoubt => "what the reset left is in doubt",
        }
    }
}

/// What the tests of one module came to. Foreign text in it holds no password and is escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestsRan {
    /// How it ended.
    pub end: TestsEnd,
    /// In a few words: `3 passed in 0.12s`, `exit code 1: 1 failed`.
    pub detail: String,
    /// The last lines that it printed.
    pub last: Vec<String>,
}

impl TestsRan {
    /// Whether tests ran, and all passed.
    pub fn passed(&self) -> bool {
        self.end == TestsEnd::Passed
    }

    /// `passed: 3 passed in 0.12s`.
    pub fn words(&self) -> String {
        match self.detail.as_str() {
            "" => self.end.words().to_owned(),
            detail => format!("{}: {detail}", self.end.words()),
        }
    }
}
