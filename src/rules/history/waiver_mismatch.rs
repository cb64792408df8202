//! RD242 waiver-does-not-match: a waiver was given for something else.

use super::waivers::void;
use crate::evidence::Waiver;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::waiver::Void;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD242",
    name: "waiver-does-not-match",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a waiver was given for another head, or meets no finding",
    explanation: Explanation {
        what: "A `[[waivers]]` entry names another head than the chain has, a module that does not exist, or a finding that nothing gives.",
        why: "A waiver is bound to the head it was given for: a revision that came since is a new history that nobody agreed to lose. One that meets nothing hides the next finding of its kind.",
        example: "```toml\n[[waivers]]\nfinding = \"RD201\"\nhead = \"4f2a\"        # the chain has moved on to 9d1c\nreason = \"agreed in the team meeting\"\nuntil = 2026-12-31\n```",
        remedy: "Agree again for the present head, then change `head` and commit; or take the entry out.",
    },
    check,
};

const REMEDY: &str =
    "agree again for the present head, then change the entry and commit it; or take it out";

fn check(case: &Case<'_>) -> Vec<Finding> {
    void(case, &RULE, REMEDY, |void| match void {
        Void::DoesNotMatch(why) => Some(why),
        _ => None,
    })
}

/// A waiver that counts and meets nothing; known only when all rules have spoken.
pub fn idle(waiver: &Waiver) -> Finding {
    let why = "meets no finding";
    super::waivers::finding(&RULE, waiver, why).remedy("take the entry out")
}

#[cfg(test)]
mod tests {
    use crate::model::{ModuleName, RevisionId};
    use crate::rules::stage::{Stage, waiver};

    #[test]
    fn another_head_or_module_and_no_finding_are_told() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.share();
        stage.waive(waiver("RD201", "shop_1"));
        assert_eq!(stage.codes(), ["RD201", "RD242"]);
        assert!(stage.only("RD201").waived.is_none());
        let mut wrong = waiver("RD201", "shop_2");
        wrong.module = Some(ModuleName("shp".to_owned()));
        stage.evidence.waivers.given = vec![wrong];
        assert_eq!(stage.codes(), ["RD201", "RD242"]);
        let mut idle = waiver("RD231", "shop_2");
        idle.module = Some(ModuleName("shop".to_owned()));
        stage.evidence.waivers.given = vec![idle];
        assert_eq!(stage.codes(), ["RD201", "RD242"]);
        assert!(stage.only("RD242").message.contains("meets no finding"));
    }

    #[test]
    fn all_heads_of_the_project_are_meant_where_no_module_is_named() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.share();
        let mut whole = waiver("RD201", "shop_2");
        whole.heads.push(RevisionId::from("stock_2"));
        stage.waive(whole);
        assert_eq!(stage.codes(), ["RD201"]);
        assert!(stage.only("RD201").waived.is_some());
    }
}
