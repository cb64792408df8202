//! RD206 git-unavailable: git could not answer.

use super::is_no_repository;
use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::Scope;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD206",
    name: "git-unavailable",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "git could not be asked who shares the history",
    explanation: Explanation {
        what: "Git is not installed, does not trust the folder, or failed.",
        why: "Whether the revisions are shared is then unknown, and a required unknown refuses.",
        example: "```text\nfatal: detected dubious ownership in repository at '/srv/shop'\n```",
        remedy: "Make `git status` work in the project's folder, then look again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let why = match &case.evidence.git {
        Observed::Seen(_) => return Vec::new(),
        Observed::Unavailable { why } if is_no_repository(why) => return Vec::new(),
        Observed::Unavailable { why } => why.clone(),
        Observed::NotAsked if case.scope == Scope::Static => return Vec::new(),
        Observed::NotAsked => "it was not asked".to_owned(),
    };
    vec![
        RULE.finding(
            "repository",
            format!("git could not say who shares this history: {why}"),
        )
        .remedy(remedy(&why).0)
        .next(remedy(&why).1),
    ]
}

/// What changes the answer, by git's own words.
fn remedy(why: &str) -> (&'static str, String) {
    if why.contains("dubious ownership") {
        let folder = why.split('\'').nth(1).unwrap_or("FOLDER");
        let command = format!("git config --global --add safe.directory '{folder}'");
        return ("tell git that you trust the folder, if you do", command);
    }
    if why.contains("not on PATH") {
        return ("install git", "git --version".to_owned());
    }
    if why.contains("partial clone") {
        let command = "git clone the repository again, without --filter".to_owned();
        return ("work in a whole clone", command);
    }
    if why.contains("missing") || why.contains("bad object") || why.contains("broken ref") {
        return (
            "the repository is damaged: see what is",
            "git fsck".to_owned(),
        );
    }
    (
        "make git work in the project's folder, then look again",
        "git status".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_failing_git_is_refused() {
        let mut stage = Stage::one();
        stage.evidence.git = Observed::Unavailable {
            why: "detected dubious ownership".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD206"]);
        stage.evidence.git = Observed::Unavailable {
            why: "git rev-parse failed: detected dubious ownership in repository at '/srv/a b'"
                .to_owned(),
        };
        assert_eq!(
            stage.only("RD206").remedy.command.as_deref(),
            Some("git config --global --add safe.directory '/srv/a b'")
        );
        stage.evidence.git = Observed::NotAsked;
        assert_eq!(stage.codes(), ["RD206"]);
    }

    #[test]
    fn an_answer_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
