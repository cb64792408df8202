//! Which finding is which seeded bug, and whether it is gone.

use std::path::Path;

use crate::demo::{Bug, Edit};
use crate::error::{Failure, Kind};
use crate::rules::Finding;

/// A bug that was found before its edit and is not found after it.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    /// `P1`
    pub(super) pattern: &'static str,
    /// What the edit did.
    pub(super) title: &'static str,
    /// `RD301 admin-module/app/models/service_account.py:41`, each once.
    pub(super) found: Vec<String>,
    /// The edit's commit.
    pub(super) commit: String,
}

/// The rules that find a bug.
const fn codes(bug: Bug) -> &'static [&'static str] {
    match bug {
        Bug::ForeignKeyType => &["RD301"],
        Bug::EnumCleanup => &["RD302"],
        Bug::DatabaseIsolation => &["RD303", "RD304", "RD305"],
        Bug::DatabaseUrl => &["RD401"],
    }
}

/// Where a bug is found: rule, file, line.
pub(super) fn places(bug: Bug, findings: &[Finding], root: &Path) -> Vec<String> {
    let mut places: Vec<String> = findings
        .iter()
        .filter(|finding| codes(bug).contains(&&*finding.code))
        .map(|finding| match &finding.location {
            Some(at) => {
                let path = at.path.strip_prefix(root).unwrap_or(&at.path);
                format!("{} {}:{}", finding.code, path.display(), at.line)
            }
            None => format!("{} {}", finding.code, finding.subject),
        })
        .collect();
    places.sort();
    places.dedup();
    places
}

/// Compares both checks: every bug must have been found, and none may be found any more.
pub(super) fn fixed(
    edits: &[(Edit, String)],
    (before, after): (&[Finding], &[Finding]),
    root: &Path,
) -> Result<Vec<Fixed>, Failure> {
    edits
        .iter()
        .map(|(edit, commit)| {
            let found = places(edit.bug, before, root);
            let left = places(edit.bug, after, root);
            let wrong = if found.is_empty() {
                format!("the bug {} was not found", edit.bug)
            } else if left.is_empty() {
                return Ok(Fixed {
                    pattern: edit.bug.pattern(),
                    title: edit.title,
                    found,
                    commit: commit.clone(),
                });
            } else {
                format!("the bug {} is still found: {}", edit.bug, left.join(", "))
            };
            Err(Failure::new(Kind::Bug, wrong))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::demo::edits;
    use crate::model::Location;
    use crate::rules::{Remedy, Severity};

    fn finding(code: &'static str) -> Finding {
        Finding {
            code: code.into(),
            name: "a-name".into(),
            severity: Severity::Warn,
            module: None,
            subject: "subject".to_owned(),
            message: String::new(),
            evidence: Vec::new(),
            location: Some(Location {
                path: PathBuf::from("/p/m/env.py"),
                line: 7,
                column: 1,
                source_line: String::new(),
            }),
            remedy: Remedy::default(),
            waived: None,
        }
    }

    #[test]
    fn a_bug_counts_only_if_it_was_seen_and_is_gone() {
        let all: Vec<Finding> = edits()
            .iter()
            .map(|edit| finding(codes(edit.bug)[0]))
            .collect();
        let applied: Vec<(Edit, String)> = edits()
            .into_iter()
            .map(|edit| (edit, "c0ffee".to_owned()))
            .collect();
        let root = Path::new("/p");
        let good = fixed(&applied, (&all, &[]), root).unwrap();
        assert_eq!(good.len(), 4);
        assert_eq!(good[0].found, ["RD301 m/env.py:7"]);
        assert!(fixed(&applied, (&all[1..], &[]), root).is_err());
        assert!(fixed(&applied, (&all, &all[3..]), root).is_err());
    }
}
