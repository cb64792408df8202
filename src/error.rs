//! The one failure that leaves the library: what went wrong, what kind it is, what to type next.

use std::fmt;
use std::path::PathBuf;

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
    /// The file of the project where it happened, and the line in it, from 1. The message names
    /// them, too.
    pub at: Option<(PathBuf, usize)>,
}

impl Failure {
    /// A failure without detail and hints.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
            hints: Vec::new(),
            at: None,
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

    /// Several as one, none of none: the first one's kind and message, everybody else's under what
    /// it saw, and all hints. A defect goes before all others, then somebody's no, which is no
    /// news of the others.
    pub fn together(failures: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all: Vec<Self> = failures.into_iter().collect();
        for alone in [Kind::Cancelled, Kind::Bug] {
            if let Some(at) = all.iter().position(|failure| failure.kind == alone) {
                all.swap(0, at);
            }
        }
        let mut all = all.into_iter();
        let mut first = all.next()?;
        if first.kind == Kind::Cancelled {
            return Some(first);
        }
        let mut said = vec![first.message.clone()];
        let mut seen: Vec<String> = first.detail.take().into_iter().collect();
        for other in all {
            if !said.contains(&other.message) {
                seen.push(format!("also: {}", other.message));
                seen.extend(other.detail);
                said.push(other.message);
            }
            for hint in other.hints {
                if !first.hints.contains(&hint) {
                    first.hints.push(hint);
                }
            }
        }
        first.detail = (!seen.is_empty()).then(|| seen.join("\n"));
        Some(first)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_failures_tell_all_that_each_saw() {
        let shop = Failure::untouched("shop: 0003 fails")
            .with_detail("no such table")
            .with_hint("mend it");
        let billing = Failure::refused("billing: 0007 fails")
            .with_detail("no such column")
            .with_hint("mend it")
            .with_hint("or leave it out");
        let together = Failure::together([shop.clone(), billing.clone(), shop.clone()]).unwrap();
        assert_eq!(together.kind, Kind::Untouched);
        assert_eq!(together.message, "shop: 0003 fails");
        assert_eq!(
            together.detail.as_deref(),
            Some("no such table\nalso: billing: 0007 fails\nno such column")
        );
        assert_eq!(together.hints, ["mend it", "or leave it out"]);

        assert_eq!(Failure::together([shop.clone()]), Some(shop.clone()));
        assert_eq!(Failure::together([]), None);
        let no = Failure::new(Kind::Cancelled, "cancelled");
        assert_eq!(Failure::together([shop.clone(), no.clone()]), Some(no));
        let bug = Failure::new(Kind::Bug, "a rehearsal broke off");
        let together = Failure::together([shop, bug]).unwrap();
        assert_eq!(together.kind, Kind::Bug);
        assert!(together.detail.unwrap().contains("shop: 0003 fails"));
    }
}
