//! A finding: one rule's result, as data. Reports render it; nothing here decides.

use std::borrow::Cow;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::{Location, ModuleName};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The reset does not happen.
    Refuse,
    /// Something is wrong or will break; the reset may happen.
    Warn,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// `refuse`, `warn`, `note`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Warn => "warn",
            Self::Note => "note",
        }
    }
}

/// Lines of a file that would be other ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineEdit {
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1, where it begins.
    pub line: usize,
    /// The lines that go; none where lines are only added before `line`.
    pub before: Vec<String>,
    /// The lines that come.
    pub after: Vec<String>,
}

/// What would make a finding go away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// In words.
    pub text: String,
    /// The next command to type, where one helps.
    pub command: Option<String>,
    /// The corrected lines, where they can be shown.
    pub diff: Option<LineEdit>,
    /// Whether `check --fix` may make them: right without a decision, and without a migration.
    #[serde(default)]
    pub is_safe: bool,
}

/// One rule's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `RD301`.
    pub code: Cow<'static, str>,
    /// `foreign-key-type-mismatch`.
    pub name: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// The module, where it concerns one.
    pub module: Option<ModuleName>,
    /// What it is about: a column, a type, a revision, a database.
    pub subject: String,
    /// What was found, one sentence without a period. May hold foreign text as it is; reports
    /// escape it.
    pub message: String,
    /// What was seen: the row, the ref, the setting.
    pub evidence: Vec<String>,
    /// Where.
    pub location: Option<Location>,
    /// What would change the answer.
    pub remedy: Remedy,
    /// That the team lives with it, by the committed configuration.
    #[serde(default)]
    pub waived: Option<Waived>,
}

/// A waiver that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Why the team lives with it.
    pub reason: String,
    /// The last day on which it counts.
    pub until: NaiveDate,
}

impl Finding {
    /// Names the module.
    #[must_use]
    pub fn of(mut self, module: &ModuleName) -> Self {
        self.module = Some(module.clone());
        self
    }

    /// Points at a place.
    #[must_use]
    pub fn at(mut self, location: &Location) -> Self {
        self.location = Some(location.clone());
        self
    }

    /// Adds something that was seen.
    #[must_use]
    pub fn seen(mut self, what: impl Into<String>) -> Self {
        self.evidence.push(what.into());
        self
    }

    /// Says what would change the answer.
    #[must_use]
    pub fn remedy(mut self, text: impl Into<String>) -> Self {
        self.remedy.text = text.into();
        self
    }

    /// Names the next command.
    #[must_use]
    pub fn next(mut self, command: impl Into<String>) -> Self {
        self.remedy.command = Some(command.into());
        self
    }

    /// Shows the corrected lines.
    #[must_use]
    pub fn edit(mut self, edit: LineEdit) -> Self {
        self.remedy.diff = Some(edit);
        self
    }

    /// Shows the corrected lines, which `check --fix` may write: right without a decision.
    #[must_use]
    pub fn fix(mut self, edit: LineEdit) -> Self {
        self.remedy.is_safe = true;
        self.edit(edit)
    }

    /// Whether it stands in the way of a reset.
    pub fn refuses(&self) -> bool {
        self.severity == Severity::Refuse && self.waived.is_none()
    }

    /// What findings are sorted by: the heavy ones first, then by rule, module and place.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (
            self.severity,
            self.code.clone(),
            self.module.clone(),
            self.location.clone(),
            self.subject.clone(),
            self.message.clone(),
        )
    }
}

/// The fold of all findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing stands in the way.
    Clear,
    /// Something is wrong; read it before going on.
    Caution,
    /// The reset does not happen.
    Refused,
}

impl Verdict {
    /// Folds findings; notes alone leave it clear. A waived refusal is a reason for caution.
    pub fn of(findings: &[Finding]) -> Self {
        findings
            .iter()
            .map(|finding| match finding.severity {
                Severity::Refuse if finding.waived.is_none() => Self::Refused,
                Severity::Refuse | Severity::Warn => Self::Caution,
                Severity::Note => Self::Clear,
            })
            .max()
            .unwrap_or(Self::Clear)
    }

    /// `clear`, `caution`, `refused`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Caution => "caution",
            Self::Refused => "refused",
        }
    }
}
