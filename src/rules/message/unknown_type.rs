//! RD502 message-type-unknown: a type that nobody reads.

use super::convention::{TYPES, nearest_type};
use super::lint::{command, judged};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD502",
    name: "message-type-unknown",
    family: Family::Message,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision's message has a type that the convention does not know",
    explanation: Explanation {
        what: "The word before the colon is none of feat, fix, build, chore, ci, docs, perf, refactor, revert, style, test.",
        why: "`feat` counts the minor version up, `fix` the patch; a type that is not known counts nothing, and the change is missing from the release.",
        example: "```python\n\"\"\"feature(orders): add a currency\"\"\"\n```",
        remedy: "Write `feat` for a new table or column, `fix` for a mended schema.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in judged(case) {
        let Ok(message) = &one.read else { continue };
        if message.has_known_type() {
            continue;
        }
        let mut finding = one
            .finding(
                &RULE,
                format!("the type {} of the message is not known", message.kind),
            )
            .remedy(format!("write one of {}", TYPES.join(", ")));
        if let Some(kind) = nearest_type(&message.kind) {
            let first = one.text.lines().next().unwrap_or("");
            let line = format!("{kind}{}", &first[message.kind.len()..]);
            finding = finding.next(command(&line));
            if let Some(edit) = one.rewritten(&line) {
                finding = finding.edit(edit);
            }
        }
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::message::convention::Convention;
    use crate::rules::stage::Stage;

    fn stage(message: &str) -> Stage {
        let mut stage = Stage::one();
        stage.sources.convention = Some(Convention::Conventional);
        stage.chain(
            "shop",
            &[&format!(
                "\"\"\"{message}\"\"\"\nrevision = 'a'\ndown_revision = None\ndef upgrade():\n    pass\n\
                 def downgrade():\n    pass\n"
            )],
        );
        stage
    }

    #[test]
    fn the_type_that_was_meant_is_shown() {
        let finding = stage("feature(orders): x").only("RD502");
        assert_eq!(
            finding.remedy.diff.unwrap().after,
            ["\"\"\"feat(orders): x\"\"\""]
        );
        assert!(stage("users: x").only("RD502").remedy.diff.is_none());
    }

    #[test]
    fn known_types_are_fine() {
        for message in ["feat: x", "Fix: x", "chore(deps): x"] {
            assert!(stage(message).family('5').is_empty(), "{message}");
        }
    }
}
