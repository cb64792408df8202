//! The items, in the order of the review: one table that evaluation, questions and reports read.

use serde::Serialize;

use super::evaluate;
use super::{Evaluation, Facts};

/// A part of the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Models and revisions.
    CodeQuality,
    /// Up, down, up.
    Testing,
    /// What is written down.
    Documentation,
    /// Backups, locks, indexes.
    Database,
    /// What is agreed on.
    Deployment,
}

impl Section {
    /// `Code quality`, …
    pub const fn title(self) -> &'static str {
        match self {
            Self::CodeQuality => "Code quality",
            Self::Testing => "Testing",
            Self::Documentation => "Documentation",
            Self::Database => "Database",
            Self::Deployment => "Deployment",
        }
    }
}

/// An item.
pub struct Item {
    /// What `--sign` and answer files name it by.
    pub key: &'static str,
    /// Its section.
    pub section: Section,
    /// What is asked, as a statement.
    pub title: &'static str,
    pub(super) evaluate: fn(&Facts<'_>) -> Evaluation,
}

const fn item(
    section: Section,
    key: &'static str,
    title: &'static str,
    evaluate: fn(&Facts<'_>) -> Evaluation,
) -> Item {
    Item {
        key,
        section,
        title,
        evaluate,
    }
}

/// All items.
pub static ITEMS: [Item; 20] = [
    item(
        Section::CodeQuality,
        "foreign-keys",
        "Foreign keys match the keys they refer to",
        evaluate::foreign_keys,
    ),
    item(
        Section::CodeQuality,
        "enum-cleanup",
        "Every ENUM type is dropped in a downgrade",
        evaluate::enum_cleanup,
    ),
    item(
        Section::CodeQuality,
        "messages",
        "Messages follow the convention",
        evaluate::messages,
    ),
    item(
        Section::CodeQuality,
        "hard-coded-values",
        "Settings come from the environment, not from code",
        evaluate::hard_coded_values,
    ),
    item(
        Section::Testing,
        "upgrade",
        "Upgrade from nothing to the head",
        evaluate::upgrade,
    ),
    item(
        Section::Testing,
        "rollback",
        "Rollback to nothing leaves nothing",
        evaluate::rollback,
    ),
    item(
        Section::Testing,
        "repeatability",
        "The second upgrade builds the same",
        evaluate::repeatability,
    ),
    item(
        Section::Testing,
        "integration-tests",
        "The integration tests pass",
        evaluate::integration_tests,
    ),
    item(
        Section::Documentation,
        "documented",
        "The change is documented",
        evaluate::documented,
    ),
    item(
        Section::Documentation,
        "breaking-changes",
        "Breaking changes are marked",
        evaluate::breaking_changes,
    ),
    item(
        Section::Documentation,
        "deployment-steps",
        "The deployment steps are written down",
        evaluate::deployment_steps,
    ),
    item(
        Section::Documentation,
        "rollback-procedure",
        "The rollback procedure is known and works",
        evaluate::rollback_procedure,
    ),
    item(
        Section::Database,
        "backup",
        "The backup procedure is verified",
        evaluate::backup,
    ),
    item(
        Section::Database,
        "restore",
        "The restore procedure was tested",
        evaluate::restore,
    ),
    item(
        Section::Database,
        "performance",
        "The impact on performance was assessed",
        evaluate::performance,
    ),
    item(
        Section::Database,
        "indexes",
        "The index strategy was reviewed",
        evaluate::indexes,
    ),
    item(
        Section::Deployment,
        "staging",
        "It was deployed to staging",
        evaluate::asked,
    ),
    item(
        Section::Deployment,
        "production-backup",
        "Production was backed up",
        evaluate::asked,
    ),
    item(
        Section::Deployment,
        "maintenance-window",
        "The maintenance window is agreed on",
        evaluate::asked,
    ),
    item(
        Section::Deployment,
        "rollback-plan",
        "There is a plan for rolling back",
        evaluate::asked,
    ),
];

/// The item of a key.
pub fn find(key: &str) -> Option<&'static Item> {
    ITEMS.iter().find(|item| item.key == key)
}
