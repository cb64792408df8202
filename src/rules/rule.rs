//! A rule: its facts, its documentation and its check, in one value in one file.

use std::borrow::Cow;

use super::finding::{Finding, LineEdit, Remedy, Severity};
use super::sources::{ModuleSources, Sources};
use crate::evidence::{Evidence, GitEvidence, ModuleEvidence};

/// What a rule looks at; the first digit of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// `RD1xx`: production data.
    Production,
    /// `RD2xx`: shared history and the version table.
    History,
    /// `RD3xx`: tables, keys, types.
    Schema,
    /// `RD4xx`: env.py, settings, URLs.
    Environment,
    /// `RD5xx`: messages of revisions.
    Message,
    /// `RD6xx`: the project's files and its chain.
    Project,
}

impl Family {
    /// The digit after `RD`.
    pub const fn digit(self) -> char {
        match self {
            Self::Production => '1',
            Self::History => '2',
            Self::Schema => '3',
            Self::Environment => '4',
            Self::Message => '5',
            Self::Project => '6',
        }
    }
}

/// What must have been looked at for a rule to have an opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Files and git only: runs under `check --static`, too.
    Files,
    /// The database, or env.py run by its interpreter.
    World,
}

/// How far the survey went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No project code was run and no connection opened, by the user's wish; what needs them is not
    /// judged.
    Static,
    /// Everything was to be looked at: what was not seen is unknown, and a required unknown refuses.
    Full,
}

/// A rule's documentation, in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// What it finds.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// The pattern, as code or output.
    pub example: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// A rule.
pub struct Rule {
    /// `RD301`.
    pub code: &'static str,
    /// Kebab-case; states the pattern found.
    pub name: &'static str,
    /// What it looks at.
    pub family: Family,
    /// What each of its findings weighs.
    pub severity: Severity,
    /// What must have been looked at.
    pub needs: Needs,
    /// One sentence.
    pub summary: &'static str,
    /// The documentation.
    pub explanation: Explanation,
    /// The check. Pure.
    pub check: fn(&Case<'_>) -> Vec<Finding>,
}

impl Rule {
    /// A finding of this rule.
    pub fn finding(&self, subject: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            code: Cow::Borrowed(self.code),
            name: Cow::Borrowed(self.name),
            severity: self.severity,
            module: None,
            subject: subject.into(),
            message: message.into(),
            evidence: Vec::new(),
            location: None,
            remedy: Remedy::default(),
            waived: None,
        }
    }
}

/// What a check is given.
pub struct Case<'a> {
    /// What the survey observed.
    pub evidence: &'a Evidence,
    /// What the source files say.
    pub sources: &'a Sources,
    /// How far the survey went.
    pub scope: Scope,
}

impl<'a> Case<'a> {
    /// The repository around the project and those inside it; none where git could not answer.
    pub fn repositories(&self) -> impl Iterator<Item = &'a GitEvidence> {
        let seen = self.evidence.git.seen().map(GitEvidence::all);
        seen.into_iter().flatten()
    }

    /// The modules with what their files say, in order.
    pub fn modules(&self) -> impl Iterator<Item = (&'a ModuleEvidence, &'a ModuleSources)> {
        self.evidence
            .modules
            .iter()
            .map(|module| (module, self.sources.of(&module.module.name)))
    }
}

/// A line of the file that a location points at, with a part of it replaced.
pub(super) fn replaced(
    location: &crate::model::Location,
    from: &str,
    to: &str,
) -> Option<LineEdit> {
    let head: String = location
        .source_line
        .chars()
        .take(location.column.saturating_sub(1))
        .collect();
    let rest = location
        .source_line
        .strip_prefix(&head)?
        .strip_prefix(from)?;
    Some(LineEdit {
        path: location.path.clone(),
        line: location.line,
        before: vec![location.source_line.clone()],
        after: vec![format!("{head}{to}{rest}")],
    })
}
