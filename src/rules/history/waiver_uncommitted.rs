//! RD243 waiver-not-committed: a waiver is in a file that nobody else has seen.

use super::waivers::void;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::waiver::Void;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD243",
    name: "waiver-not-committed",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a waiver stands in a configuration that is not committed",
    explanation: Explanation {
        what: "A `[[waivers]]` entry stands in a configuration file whose content is not the one that HEAD holds, or git cannot say.",
        why: "A waiver says that the team agreed. The commit is where the others see it; a local edit is one person's word.",
        example: "```text\n$ git status --short\n M redistill.toml\n```",
        remedy: "Commit the file and have it reviewed: `git commit redistill.toml`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let found = void(
        case,
        &RULE,
        "commit the configuration, so that the team reviews it",
        |void| match void {
            Void::NotCommitted(why) => Some(why),
            _ => None,
        },
    );
    let named = |finding: Finding| {
        let path = finding.location.as_ref().map(|at| at.path.clone());
        let name = path.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        finding.next(format!("git commit {}", name.unwrap_or_default()))
    };
    found.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::{Stage, waiver};

    #[test]
    fn what_is_not_known_to_be_committed_does_not_count() {
        let unknown = Observed::Unavailable {
            why: "git failed".to_owned(),
        };
        for committed in [Observed::Seen(false), Observed::NotAsked, unknown] {
            let mut stage = Stage::one();
            stage.share();
            stage.waive(waiver("RD201", "shop_2"));
            stage.evidence.waivers.committed = committed;
            assert_eq!(stage.codes(), ["RD201", "RD243"]);
            assert!(stage.only("RD201").waived.is_none());
        }
    }

    #[test]
    fn what_is_committed_counts() {
        let mut stage = Stage::one();
        stage.share();
        stage.waive(waiver("RD201", "shop_2"));
        assert_eq!(stage.codes(), ["RD201"]);
        assert!(stage.only("RD201").waived.is_some());
    }
}
