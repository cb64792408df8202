//! The one failure that leaves the library: what went wrong, what kind it is, what to type next.

use std::fmt;

use crate::exit::Exit;

/// How a run ended badly; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A verdict refused, or the world is not the one that the plan was made for.
    Refused,
    /// The command line or the configuration cannot be followed.
    Usage,
    /// Something failed before anything of the user's changed.
    Untouched,
    /// A run stopped half-way; its journal is open.
    HalfWay,
    /// The user said no, or pressed Ctrl-C, before anything changed.
    Cancelled,
    /// A defect of redistill.
    Bug,
}

impl Kind {
    /// The exit code of `product.md`'s table.
    pub const fn exit(self) -> Exit {
        match self {
            Self::Refused => Exit::Refused,
            Self::Usage => Exit::Usage,
            Self::Untouched => Exit::Failed,
            Self::HalfWay => Exit::HalfWay,
            Self::Cancelled => Exit::Cancelled,
            Self::Bug => Exit::Bug,
        }
    }
}

/// A failure as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: Kind,
    /// What happened: one sentence without a period, foreign text already escaped.
    pub message: String,
    /// What was seen: output of a child, a source line, the differing rows. May be several lines.
    pub detail: Option<String>,
    /// What to do next, each one sentence; commands stand at the end of it.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without detail and hints.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
            hints: Vec::new(),
        }
    }

    /// Something failed before anything changed.
    pub fn untouched(message: impl Into<String>) -> Self {
        Self::new(Kind::Untouched, message)
    }

    /// The command line or configuration cannot be followed.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A refusal.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Adds what was seen.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
