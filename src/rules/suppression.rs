//! Setting findings aside: by a comment in the file, or by an `[[ignore]]` of the configuration.
//!
//! Called by [`super::judge`] after every rule has run. A finding that is set aside is kept with its
//! reason, counted and reported. What must not be set aside (production, shared history, a chain that
//! cannot be planned) stays, whatever a comment says; `RD640` to `RD642` judge the suppressions
//! themselves.

use std::path::PathBuf;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Severity};
use super::project::suppression_unused;
use super::registry::find;
use super::rule::{Case, Family, Needs, Rule, Scope};
use crate::evidence::Evidence;
use crate::model::Location;
use crate::python::IgnoreComment;

/// Everything that asks for findings to be set aside.
#[derive(Clone, Debug, Default)]
pub struct Ignores {
    /// In files of the project.
    pub comments: Vec<IgnoreComment>,
    /// In the configuration.
    pub configured: Vec<Ignore>,
}

/// One `[[ignore]]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Where it stands.
    pub location: Location,
    /// A rule's code or name, as written.
    pub code: String,
    /// The files, as a glob relative to the project; all, and findings without a place, if none.
    pub path: Option<String>,
    /// The module; all if none.
    pub module: Option<String>,
    /// Why; may be empty.
    pub reason: String,
}

/// What set a finding aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A comment in the file.
    Comment,
    /// The configuration.
    Configuration,
}

/// A finding that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What set it aside.
    pub by: Origin,
    /// Where that stands.
    pub at: Location,
    /// The reason it gives.
    pub reason: String,
}

/// Why findings of a rule cannot be set aside; none if they can.
///
/// A severity is asked for because a rule's findings may weigh differently.
pub fn forbidden(rule: &Rule, severity: Severity) -> Option<&'static str> {
    match (rule.family, severity) {
        (Family::Production, _) => Some("it speaks of production"),
        (Family::History, Severity::Refuse) => Some("it is a refusal about shared history"),
        (Family::Project, Severity::Refuse) => {
            Some("without an answer to it no plan could be right")
        }
        (Family::Project, _) if rule.code.starts_with("RD64") => {
            Some("it judges the suppressions themselves")
        }
        _ => None,
    }
}

/// The findings that stay, and those that are set aside.
pub(super) fn apply(case: &Case<'_>, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Suppressed>) {
    let mut entries = entries(case);
    let mut kept = Vec::new();
    let mut suppressed = Vec::new();
    for finding in findings {
        let is_free =
            find(&finding.code).is_some_and(|rule| forbidden(rule, finding.severity).is_none());
        let fitting = entries
            .iter_mut()
            .find(|entry| is_free && entry.fits(&finding, case.evidence));
        match fitting {
            Some(entry) => {
                entry.is_used = true;
                suppressed.push(Suppressed {
                    finding,
                    by: entry.by,
                    at: entry.at.clone(),
                    reason: entry.reason.to_owned(),
                });
            }
            None => kept.push(finding),
        }
    }
    let unused = entries
        .iter()
        .filter(|entry| !entry.is_used && is_judged(case, entry));
    kept.extend(unused.map(|entry| suppression_unused::found(entry.rule, entry.at)));
    (kept, suppressed)
}

/// One rule that one comment or table names, without fault.
struct Entry<'a> {
    rule: &'static Rule,
    by: Origin,
    at: &'a Location,
    reason: &'a str,
    reach: Reach<'a>,
    is_used: bool,
}

/// What it speaks of.
enum Reach<'a> {
    /// A line of its file, or the whole file.
    Line { line: usize, is_in_head: bool },
    /// The configuration's filters.
    Filtered {
        path: Option<GlobMatcher>,
        module: Option<&'a str>,
    },
}

impl Entry<'_> {
    fn fits(&self, finding: &Finding, evidence: &Evidence) -> bool {
        if finding.code != self.rule.code {
            return false;
        }
        let place = finding.location.as_ref();
        match &self.reach {
            Reach::Line { line, is_in_head } => place.is_some_and(|place| {
                let is_about_the_file = place.source_line.is_empty();
                place.path == self.at.path
                    && (place.line == *line || (is_about_the_file && *is_in_head))
            }),
            Reach::Filtered { path, module } => {
                let is_there = path.as_ref().is_none_or(|glob| {
                    place.is_some_and(|place| {
                        let relative = place.path.strip_prefix(&evidence.root);
                        glob.is_match(relative.unwrap_or(&place.path))
                    })
                });
                let is_theirs = module.is_none_or(|module| {
                    finding.module.as_ref().is_some_and(|own| own.0 == module)
                });
                is_there && is_theirs
            }
        }
    }
}

fn entries<'a>(case: &Case<'a>) -> Vec<Entry<'a>> {
    let ignores = &case.sources.ignores;
    let free = |name: &str| find(name).filter(|rule| forbidden(rule, rule.severity).is_none());
    let mut entries = Vec::new();
    for comment in &ignores.comments {
        if comment.fault.is_some() {
            continue;
        }
        for rule in comment.codes.iter().filter_map(|code| free(code)) {
            entries.push(Entry {
                rule,
                by: Origin::Comment,
                at: &comment.location,
                reason: &comment.reason,
                reach: Reach::Line {
                    line: comment.line,
                    is_in_head: comment.is_in_head,
                },
                is_used: false,
            });
        }
    }
    for ignore in &ignores.configured {
        let path = ignore.path.as_deref().map(glob).transpose();
        let (Some(rule), Ok(path), false) = (free(&ignore.code), path, is_blank(&ignore.reason))
        else {
            continue;
        };
        entries.push(Entry {
            rule,
            by: Origin::Configuration,
            at: &ignore.location,
            reason: ignore.reason.trim(),
            reach: Reach::Filtered {
                path,
                module: ignore.module.as_deref(),
            },
            is_used: false,
        });
    }
    entries
}

/// A glob of the configuration: `*` stays within a folder, `**` does not.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    let matcher = GlobBuilder::new(pattern).literal_separator(true).build()?;
    Ok(matcher.compile_matcher())
}

pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Whether "it sets nothing aside" could be said: its rule has run, over all that it may speak of.
fn is_judged(case: &Case<'_>, entry: &Entry<'_>) -> bool {
    let modules = &case.evidence.modules;
    let has_run = match entry.rule.needs {
        Needs::Files => true,
        Needs::World => {
            case.scope == Scope::Full
                && modules
                    .iter()
                    .all(|seen| seen.described.seen().is_some() && seen.database.seen().is_some())
        }
    };
    // A rule may see more in the world than in the files, even if it needs none of it.
    let is_whole = match &entry.reach {
        Reach::Line { .. } => true,
        Reach::Filtered { module, .. } => match module {
            Some(name) => modules.iter().any(|seen| seen.module.name.0 == *name),
            None => !case.sources.is_part,
        },
    };
    has_run && is_whole && (case.scope == Scope::Full || entry.rule.needs == Needs::Files)
}

/// Where a suppression is forbidden or malformed: for the rules that say so.
pub(super) fn named(ignores: &Ignores) -> impl Iterator<Item = (&str, &Location)> {
    let comments = ignores.comments.iter().flat_map(|comment| {
        comment
            .codes
            .iter()
            .map(|code| (code.as_str(), &comment.location))
    });
    let configured = ignores
        .configured
        .iter()
        .map(|ignore| (ignore.code.as_str(), &ignore.location));
    comments.chain(configured)
}

/// The location of an `[[ignore]]` at a line of the configuration.
pub fn configured_at(path: impl Into<PathBuf>, line: usize, source_line: &str) -> Location {
    Location {
        path: path.into(),
        line,
        column: 1,
        source_line: source_line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::stage::Stage;
    use crate::rules::{Scope, judge};

    const REVISION: &str = "
import sqlalchemy as sa
def upgrade():
    op.create_table('t', sa.Column('s', sa.Enum('A', name='status_enum'))){comment}
def downgrade():
    op.drop_table('t')
";

    fn stage(comment: &str) -> Stage {
        let mut stage = Stage::one();
        let source = REVISION.replace("{comment}", comment);
        stage.revision("shop", &source).comments("shop", &source);
        stage
    }

    fn ignore(code: &str, path: Option<&str>, module: Option<&str>) -> Ignore {
        Ignore {
            location: configured_at("/p/redistill.toml", 3, "[[ignore]]"),
            code: code.to_owned(),
            path: path.map(str::to_owned),
            module: module.map(str::to_owned),
            reason: "kept for the old clients".to_owned(),
        }
    }

    /// The codes that stay, and those that are set aside.
    fn judged(stage: &Stage, scope: Scope) -> (Vec<String>, Vec<String>) {
        let judged = judge(&stage.evidence, &stage.sources, scope);
        let code = |finding: &Finding| finding.code.to_string();
        (
            judged.findings.iter().map(code).collect(),
            judged
                .suppressed
                .iter()
                .map(|one| code(&one.finding))
                .collect(),
        )
    }

    #[test]
    fn a_comment_sets_its_line_aside_with_its_reason() {
        let stage = stage("  # redistill: ignore[RD302] dropped by hand");
        let judged = judge(&stage.evidence, &stage.sources, Scope::Full);
        assert_eq!(judged.findings, []);
        let one = &judged.suppressed[0];
        assert_eq!((one.by, one.at.line), (Origin::Comment, 4));
        assert_eq!(one.reason, "dropped by hand");
    }

    #[test]
    fn a_comment_elsewhere_sets_nothing_aside_and_that_is_said() {
        let mut stage = stage("");
        let source = format!("{REVISION}# redistill: ignore[RD302] too far away\n");
        stage.comments("shop", &source);
        assert_eq!(
            judged(&stage, Scope::Full).0,
            ["RD302", "RD642"],
            "{:#?}",
            stage.sources.ignores
        );
    }

    #[test]
    fn the_configuration_sets_aside_by_path_and_module() {
        for (path, module, is_aside) in [
            (None, None, true),
            (Some("shop/**"), None, true),
            (Some("shop/*"), None, false),
            (Some("**/r1.py"), Some("shop"), true),
            (None, Some("stock"), false),
        ] {
            let mut stage = stage("");
            let configured = &mut stage.sources.ignores.configured;
            configured.push(ignore("enum-left-behind", path, module));
            let (kept, aside) = judged(&stage, Scope::Full);
            assert_eq!(aside.len(), usize::from(is_aside), "{path:?} {module:?}");
            assert_eq!(kept.contains(&"RD302".to_owned()), !is_aside);
        }
    }

    #[test]
    fn production_history_and_unreadable_chains_stay() {
        let mut stage = Stage::one();
        stage.database().comment = Some("redistill: production".to_owned());
        stage.git().shallow = true;
        let before = judged(&stage, Scope::Full).0;
        assert!(before.contains(&"RD101".to_owned()) && before.contains(&"RD203".to_owned()));
        for code in ["RD101", "RD203", "RD601", "RD642"] {
            stage
                .sources
                .ignores
                .configured
                .push(ignore(code, None, None));
        }
        let (kept, aside) = judged(&stage, Scope::Full);
        assert_eq!(aside, [] as [&str; 0]);
        assert_eq!(kept.iter().filter(|code| *code == "RD641").count(), 4);
        assert!(before.iter().all(|code| kept.contains(code)));
    }

    #[test]
    fn what_could_not_be_judged_is_not_called_unused() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let configured = &mut stage.sources.ignores.configured;
        configured.push(ignore("RD202", None, None));
        configured.push(ignore("RD302", None, None));
        assert_eq!(judged(&stage, Scope::Full).0, ["RD642", "RD642"]);
        // Some modules only: another may have what is set aside.
        stage.sources.is_part = true;
        assert_eq!(judged(&stage, Scope::Full).0, [] as [&str; 0]);
    }
}
