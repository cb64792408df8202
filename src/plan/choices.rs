//! What the user decides at `plan`; part of the digest.

use serde::{Deserialize, Serialize};

/// Where the baseline comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The baseline builds exactly what the old chain built.
    #[default]
    Chain,
    /// What the models say, plus carried objects.
    Models,
}

/// What the baseline is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// The old chain, replayed on an empty database.
    #[default]
    Replay,
    /// The live schema, where the old chain does not replay: the weaker proof.
    Live,
}

/// What becomes of the live database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Rows stay; the version table is stamped with the baseline.
    #[default]
    Keep,
    /// Dumped, emptied of the module's objects, built again from the baseline.
    Recreate,
    /// The version table is dropped and left away.
    Unversioned,
}

/// The baseline's identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionIdChoice {
    /// A new random one.
    #[default]
    New,
    /// The old head's.
    ReuseHead,
    /// This one.
    Given(String),
}

/// All choices of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Where the baseline comes from.
    pub source: Source,
    /// What the baseline is held against where the old chain does not replay.
    #[serde(default)]
    pub reference: Reference,
    /// What becomes of the live database.
    pub strategy: Strategy,
    /// The baseline's identifier.
    pub revision_id: RevisionIdChoice,
    /// The baseline's message; `initial_schema` unless set.
    pub message: Option<String>,
    /// Why the reset is made.
    pub reason: Option<String>,
    /// Objects to leave out of the baseline, as `kind name`.
    pub leave_out: Vec<String>,
    /// Whether everything that the models do not say may go; only for [`Source::Models`].
    #[serde(default)]
    pub accept_losses: bool,
    /// Whether models ahead of the chain become a second revision.
    pub with_model_changes: bool,
    /// Databases whose rows may be changed or given up by the statements that bring them in line: by
    /// name, or by the whole label where two share a name.
    #[serde(default)]
    pub accept_destructive: Vec<String>,
}

/// The most letters of a revision's identifier: `alembic_version.version_num` has room for 32.
const LONGEST_IDENTIFIER: usize = 32;

impl Choices {
    /// Why no plan can be made with these choices whatever the project is, if so.
    pub fn problem(&self) -> Option<String> {
        if self.accept_losses && self.source == Source::Chain {
            return Some(
                "losses are accepted as a whole only where the models are the source".to_owned(),
            );
        }
        let message = self.message.as_deref().unwrap_or("initial_schema");
        if message.trim().is_empty() {
            return Some("the message is empty".to_owned());
        }
        for (what, text) in [
            ("message", Some(message)),
            ("reason", self.reason.as_deref()),
        ] {
            if text.is_some_and(|text| text.contains(char::is_control)) {
                return Some(format!("the {what} is one line without control characters"));
            }
        }
        let RevisionIdChoice::Given(id) = &self.revision_id else {
            return None;
        };
        if id.is_empty() {
            return Some("the identifier is empty".to_owned());
        }
        if id.chars().count() > LONGEST_IDENTIFIER {
            return Some(format!(
                "an identifier has up to {LONGEST_IDENTIFIER} characters: alembic_version holds no \
                 more"
            ));
        }
        // Alembic forbids some, paths and commands the others.
        let is_fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let wrong = id.chars().find(|letter| !is_fine(*letter));
        let is_word = matches!(id.as_str(), "base" | "head" | "heads" | "current");
        match wrong {
            Some(letter) => Some(format!(
                "an identifier has letters, digits, `_` and `.` only, not {letter:?}"
            )),
            None if is_word => Some(format!("{id} means something else to Alembic")),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_one_that_alembic_and_its_table_can_hold() {
        let problem = |id: &str| {
            let choices = Choices {
                revision_id: RevisionIdChoice::Given(id.to_owned()),
                ..Choices::default()
            };
            choices.problem()
        };
        for fine in [
            "a",
            "base_1",
            "2026.11.22",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for wrong in [
            "",
            "a-b",
            "a+1",
            "a:b",
            "a@b",
            "a b",
            "a/b",
            "é",
            "heads",
            "0123456789abcdef0123456789abcdef0",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn message_and_reason_are_one_line() {
        let with = |message: Option<&str>, reason: Option<&str>| {
            let choices = Choices {
                message: message.map(str::to_owned),
                reason: reason.map(str::to_owned),
                ..Choices::default()
            };
            choices.problem()
        };
        assert_eq!(with(None, None), None);
        assert_eq!(with(Some("first"), Some("why not")), None);
        assert!(with(Some(" "), None).is_some());
        assert!(with(Some("a\nb"), None).is_some());
        assert!(with(None, Some("a\u{1b}")).is_some());
    }
}
