//! RD223 remote-never-fetched: a remote of which nothing is known.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD223",
    name: "remote-never-fetched",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "a remote was never fetched, so nothing is known of it",
    explanation: Explanation {
        what: "The configuration names a remote, and no ref follows it: it was never fetched, and nothing was pushed to it from here.",
        why: "Whether the revisions are there, and who has them, is unknown, and a required unknown refuses.",
        example: "```text\n$ git remote\norigin\n$ git for-each-ref refs/remotes/origin\n```",
        remedy: "Fetch it, or remove it if it is gone: `git remote remove NAME`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.repositories()
        .flat_map(|git| git.remotes.iter().filter(|remote| !remote.is_known))
        .map(|remote| {
            let name = &remote.name;
            // A bare clone has no setting that says where fetched branches go.
            let is_plain = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
            let command = if is_plain {
                format!("git fetch {name} '+refs/heads/*:refs/remotes/{name}/*'")
            } else {
                r"git config --get-regexp '^(remote|branch)\.'".to_owned()
            };
            RULE.finding(
                "repository",
                format!(
                    "the remote {name} was never fetched: it cannot be told who shares this history"
                ),
            )
            .seen(format!("remote {name}, and no ref that follows it"))
            .remedy("fetch it, or remove the remote if it is gone")
            .next(command)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Remote;
    use crate::rules::stage::Stage;

    #[test]
    fn an_unknown_remote_is_refused() {
        let mut stage = Stage::one();
        stage.git().remotes = vec![Remote {
            name: "origin".to_owned(),
            is_known: false,
        }];
        let command = stage.only("RD223").remedy.command;
        let expected = "git fetch origin '+refs/heads/*:refs/remotes/origin/*'";
        assert_eq!(command.as_deref(), Some(expected));
        assert_eq!(stage.codes(), ["RD223"]);
    }

    #[test]
    fn no_remote_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
