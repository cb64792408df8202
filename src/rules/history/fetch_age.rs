//! RD222 fetch-is-old: what is known of the remotes is not of today.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD222",
    name: "fetch-is-old",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "the remotes were not heard of for a while",
    explanation: Explanation {
        what: "The repository has remotes, and neither a fetch nor a push was noted in the last 14 days, or none at all.",
        why: "Whether the revisions are shared is read from remote-tracking refs as they are; nothing is fetched. Somebody may have built on the history since.",
        example: "```text\nthe remote was last heard of 41 days ago\n```",
        remedy: "Fetch, then look again: `git fetch --all`.",
    },
    check,
};

/// After so many days what is known of a remote is old.
const OLD: u64 = 14;

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.repositories()
        .filter(|git| git.remotes.iter().any(|remote| remote.is_known))
        .filter_map(|git| {
            let seen = match &git.contact {
                Some(contact) if contact.days_ago <= OLD => return None,
                Some(contact) => {
                    format!("the remote was last heard of {} days ago", contact.days_ago)
                }
                None => "when the remote was last heard of is not known".to_owned(),
            };
            let message =
                "what is known of the remotes is old: others may have built on the history";
            Some(
                RULE.finding("repository", message)
                    .seen(seen)
                    .remedy("fetch, then look again")
                    .next("git fetch --all"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Contact, Remote};
    use crate::rules::stage::Stage;

    fn stage(contact: Option<Contact>) -> Stage {
        let mut stage = Stage::one();
        stage.git().contact = contact;
        stage.git().remotes = vec![Remote {
            name: "origin".to_owned(),
            is_known: true,
        }];
        stage
    }

    #[test]
    fn an_old_fetch_is_warned_of() {
        assert_eq!(stage(Some(Contact { days_ago: 15 })).codes(), ["RD222"]);
        assert_eq!(stage(None).codes(), ["RD222"]);
    }

    #[test]
    fn a_young_one_and_no_remote_are_not() {
        assert!(stage(Some(Contact { days_ago: 14 })).codes().is_empty());
        assert!(Stage::one().codes().is_empty());
    }
}
