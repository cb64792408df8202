//! RD244 waiver-not-allowed: a waiver of something that cannot be waived, or one without its parts.

use super::waivers::void;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::waiver::Void;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD244",
    name: "waiver-not-allowed",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a waiver is for a finding that cannot be waived, or lacks its reason, head or end",
    explanation: Explanation {
        what: "A `[[waivers]]` entry is for a finding outside the shared history, for one that says that something is unknown, or it has no `reason`, no `head` or no `until`.",
        why: "Production data is never waived: mark the database instead. What is unknown cannot be agreed to: make it visible. And an agreement without reason or end is none.",
        example: "```toml\n[[waivers]]\nfinding = \"RD102\"      # a standby: production data\n```",
        remedy: "Take the entry out. `redistill explain CODE` says what would change the finding itself.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    void(
        case,
        &RULE,
        "take the entry out, or give it its reason, head and until",
        |void| match void {
            Void::NotAllowed(why) => Some(why),
            _ => None,
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, waiver};

    #[test]
    fn production_unknowns_strangers_and_halves_are_not_allowed() {
        for code in [
            "RD101", "RD102", "RD203", "RD206", "RD232", "RD301", "RD999", "rd201", "",
        ] {
            let mut stage = Stage::one();
            stage.waive(waiver(code, "shop_2"));
            assert_eq!(stage.codes(), ["RD244"], "{code}");
        }
        let halves: [fn(&mut crate::evidence::Waiver); 3] = [
            |half| half.reason = "  ".to_owned(),
            |half| half.until = None,
            |half| half.heads.clear(),
        ];
        for take in halves {
            let mut stage = Stage::one();
            stage.share();
            let mut half = waiver("RD201", "shop_2");
            take(&mut half);
            stage.waive(half);
            assert_eq!(stage.codes(), ["RD201", "RD244"]);
            assert!(stage.only("RD201").waived.is_none());
        }
    }

    #[test]
    fn a_production_finding_stays_whatever_is_waived() {
        let mut stage = Stage::one();
        stage.database().comment = Some("redistill: production".to_owned());
        stage.waive(waiver("RD101", "shop_2"));
        assert!(stage.only("RD101").refuses());
    }

    #[test]
    fn a_whole_one_is() {
        let mut stage = Stage::one();
        stage.share();
        stage.waive(waiver("RD201", "shop_2"));
        assert_eq!(stage.codes(), ["RD201"]);
    }
}
