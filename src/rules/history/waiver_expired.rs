//! RD241 waiver-expired: a waiver is past its last day.

use super::waivers::void;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::waiver::Void;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD241",
    name: "waiver-expired",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a waiver is past its end date",
    explanation: Explanation {
        what: "A `[[waivers]]` entry of the configuration has an `until` that has passed. The day it names is the last on which it counts.",
        why: "A waiver is an agreement for a time. Whoever agreed may have left, and who shares the history may have changed.",
        example: "```toml\n[[waivers]]\nfinding = \"RD201\"\nhead = \"4f2a\"\nreason = \"agreed in the team meeting\"\nuntil = 2026-01-31\n```",
        remedy: "Ask again; then set a new `until` and commit, or take the entry out.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    void(
        case,
        &RULE,
        "ask again, then set a new until and commit it; or take the entry out",
        |void| match void {
            Void::Expired(why) => Some(why),
            _ => None,
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, waiver};

    #[test]
    fn the_day_after_is_too_late() {
        let mut stage = Stage::one();
        let mut late = waiver("RD201", "shop_2");
        late.until = stage.evidence.waivers.today.pred_opt();
        stage.waive(late);
        assert_eq!(stage.codes(), ["RD241"]);
    }

    #[test]
    fn the_last_day_counts() {
        let mut stage = Stage::one();
        stage.share();
        let mut last = waiver("RD201", "shop_2");
        last.until = Some(stage.evidence.waivers.today);
        stage.waive(last);
        assert_eq!(stage.codes(), ["RD201"]);
        assert!(stage.only("RD201").waived.is_some());
    }
}
