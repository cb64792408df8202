//! RD221 revisions-hang-on-chain: other branches, work trees or stashes build on the chain.

use crate::evidence::Hanging;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD221",
    name: "revisions-hang-on-chain",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "revisions outside this tree build on the chain",
    explanation: Explanation {
        what: "A local or remote branch, another work tree or a stash has a revision that this tree has not, and its `down_revision` or `depends_on` names one of the chain. A branch that HEAD contains is left out: what it has and HEAD has not was taken out on purpose.",
        why: "The reset removes what they hang on: after a merge `alembic upgrade head` fails with `KeyError` or `Can't locate revision`, and whoever wrote them has to find out why.",
        example: "```text\nbranch feature/x by Grace: 9ab3_add_index.py hangs on 4f2a\n```",
        remedy: "Merge them first, or delete the branch or stash if it is of no use any more, then look again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    const MOST: usize = 20;
    let hanging: Vec<&Hanging> = case.repositories().flat_map(|git| &git.hanging).collect();
    let Some(first) = hanging.first() else {
        return Vec::new();
    };
    let n = hanging.len();
    let verb = if n == 1 { "hangs" } else { "hang" };
    let message = format!(
        "{} outside this tree {verb} on the chain, and would have nothing to hang on after a reset",
        count(n, "revision")
    );
    let finding = RULE
        .finding("history", message)
        .remedy("merge them first, or remove what is of no use any more, then look again")
        .next(next(first));
    let lines = hanging.iter().take(MOST).map(|one| line(one));
    let mut finding = lines.fold(finding, Finding::seen);
    if n > MOST {
        finding = finding.seen(format!("and {} more", n - MOST));
    }
    vec![finding]
}

/// Names with anything but plain characters are not put where a shell would read them.
fn next(one: &Hanging) -> String {
    let is_plain = |name: &&str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-@{}".contains(c))
    };
    let name = one
        .place
        .split_once(' ')
        .map_or(one.place.as_str(), |(_, name)| name);
    match (one.place.split(' ').next(), Some(name).filter(is_plain)) {
        (Some("branch"), Some(name)) => format!("git merge {name}"),
        (_, Some(name)) if name.starts_with("stash@") => format!("git stash show -p '{name}'"),
        _ => "git worktree list".to_owned(),
    }
}

fn line(one: &Hanging) -> String {
    let by = one
        .author
        .as_ref()
        .map_or(String::new(), |author| format!(" by {author}"));
    let file = one.path.rsplit('/').next().unwrap_or(&one.path);
    let unread = if one.id.is_none() {
        ", as far as it can be read"
    } else {
        ""
    };
    format!("{}{by}: {file} hangs on {}{unread}", one.place, one.parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::stage::Stage;

    #[test]
    fn a_branch_that_hangs_is_named_with_its_author() {
        let mut stage = Stage::one();
        stage.git().hanging = vec![Hanging {
            place: "branch feature/x".to_owned(),
            author: Some("Grace".to_owned()),
            id: Some("9ab3".to_owned()),
            parent: "shop_2".to_owned(),
            path: "shop/alembic/versions/9ab3_add_index.py".to_owned(),
        }];
        let finding = stage.only("RD221");
        assert_eq!(
            finding.evidence,
            ["branch feature/x by Grace: 9ab3_add_index.py hangs on shop_2"]
        );
        assert_eq!(
            finding.remedy.command.as_deref(),
            Some("git merge feature/x")
        );
        stage.git().hanging[0].place = "branch a;rm".to_owned();
        assert_eq!(
            stage.only("RD221").remedy.command.as_deref(),
            Some("git worktree list")
        );
    }

    #[test]
    fn nothing_that_hangs_is_nothing() {
        assert!(Stage::one().codes().is_empty());
    }
}
