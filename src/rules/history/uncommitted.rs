//! RD205 uncommitted-revision: a revision file that git does not have.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::Location;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD205",
    name: "uncommitted-revision",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "revision files are not committed",
    explanation: Explanation {
        what: "Revision files are modified, untracked or ignored.",
        why: "Git cannot bring them back; the archive will be their only copy.",
        example: "```text\n?? alembic/versions/4f2a_add_users.py\n```",
        remedy: "Commit them before the reset.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(git) = case.evidence.git.seen() else {
        return Vec::new();
    };
    let uncommitted: BTreeSet<&PathBuf> = git
        .all()
        .into_iter()
        .flat_map(|git| &git.uncommitted)
        .collect();
    let Some(first) = uncommitted.first() else {
        return Vec::new();
    };
    let n = uncommitted.len();
    let mut finding = RULE
        .finding(
            "revision files",
            format!(
                "{} {} not committed: the archive will be the only copy",
                count(n, "revision file"),
                if n == 1 { "is" } else { "are" }
            ),
        )
        .at(&Location::of_file(first))
        .remedy("commit them before the reset")
        .next("git add and git commit the files named above");
    for path in &uncommitted {
        let shown = path.strip_prefix(&case.evidence.root).unwrap_or(path);
        finding = finding.seen(shown.display().to_string());
    }
    vec![finding]
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn an_uncommitted_file_is_named() {
        let mut stage = Stage::one();
        stage.git().uncommitted = vec!["/p/shop/alembic/versions/x.py".into()];
        let finding = stage.only("RD205");
        assert_eq!(finding.evidence, ["shop/alembic/versions/x.py"]);
        assert!(finding.message.starts_with("1 revision file is not"));
    }

    #[test]
    fn committed_ones_are_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
