//! RD224 revision-differs-elsewhere: another branch has a revision of the chain with contents of its own.

use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD224",
    name: "revision-differs-elsewhere",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "another branch has changed a revision of the chain",
    explanation: Explanation {
        what: "A branch that is not merged has a revision file of the chain with contents that this branch never had.",
        why: "After the reset the change is lost at the next merge, or comes as a conflict about a file that is gone.",
        example: "```text\nbranch fix/users: alembic/versions/4f2a_add_users.py\n```",
        remedy: "Merge the change before the reset, or forget it.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    const MOST: usize = 20;
    case.repositories()
        .filter(|git| !git.differing.is_empty())
        .map(|git| {
            let n = git.differing.len();
            let message = format!("{} has other contents elsewhere", count(n, "revision file"));
            let message = if n == 1 {
                message
            } else {
                message.replace(" has ", " have ")
            };
            let finding = RULE
                .finding("history", message)
                .remedy("merge what is worth keeping before the reset")
                .next("git branch --all --no-merged");
            let lines = git.differing.iter().take(MOST);
            lines
                .map(|one| format!("{}: {}", one.place, one.path))
                .fold(finding, Finding::seen)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Differing;
    use crate::rules::stage::Stage;

    #[test]
    fn another_version_is_noted() {
        let mut stage = Stage::one();
        stage.git().differing = vec![Differing {
            place: "branch fix".to_owned(),
            path: "shop/alembic/versions/shop_1.py".to_owned(),
        }];
        assert_eq!(stage.codes(), ["RD224"]);
    }

    #[test]
    fn the_same_everywhere_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
