//! RD501 message-form: a message that is not `<type>(<scope>): <subject>`.

use super::change::largest;
use super::convention::{Malformed, corrected};
use super::lint::{command, judged};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD501",
    name: "message-form",
    family: Family::Message,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision's message does not have the form of the convention",
    explanation: Explanation {
        what: "The first line of the docstring is not `<type>(<scope>): <subject>`, or no blank line follows it. \
               Messages are judged where `[messages] convention = \"conventional\"` says so, or where at least half \
               of three or more already follow it (then the finding is a note). A baseline called `initial_schema`, \
               merges and `model_changes` are exempt.",
        why: "Release notes and the next version number are derived from messages; one that cannot be read is left out.",
        example: "```python\n\"\"\"add currency to orders\n\nRevision ID: 4f2a\n\"\"\"\n```",
        remedy: "Write `feat(orders): add a currency`. `redistill message build` asks for the parts. To have no \
                 convention: `[messages] convention = \"none\"`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in judged(case) {
        // An empty message is RD504.
        let Err(why) = one.read.clone() else { continue };
        if why == Malformed::Empty || one.revision.message == "empty message" {
            continue;
        }
        let kind = largest(&one.changes()).kind();
        let line = corrected(&one.text, why, kind);
        let first = one.text.lines().next().unwrap_or("");
        let mut finding = one
            .finding(
                &RULE,
                format!("the message `{first}` does not follow the convention: {why}"),
            )
            .remedy("write <type>(<scope>): <subject>, a blank line, then the body");
        if let Some(line) = &line {
            finding = finding.next(command(line));
            if let Some(edit) = one.rewritten(line) {
                finding = finding.edit(edit);
            }
        }
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::Severity;
    use crate::rules::message::convention::Convention;
    use crate::rules::stage::Stage;

    fn chain(messages: &[&str]) -> Stage {
        let sources: Vec<String> = messages
            .iter()
            .enumerate()
            .map(|(index, message)| {
                let down = match index {
                    0 => "None".to_owned(),
                    _ => format!("'r{index}'"),
                };
                format!(
                    "\"\"\"{message}\n\nRevision ID: r{0}\n\"\"\"\nrevision = 'r{0}'\n\
                     down_revision = {down}\ndef upgrade():\n    op.create_table('t{0}')\n\
                     def downgrade():\n    op.drop_table('t{0}')\n",
                    index + 1
                )
            })
            .collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let mut stage = Stage::one();
        stage.chain("shop", &sources);
        stage
    }

    #[test]
    fn a_habit_makes_the_exception_a_note_with_its_correction() {
        let stage = chain(&["feat: a", "fix(shop): b", "added users"]);
        let finding = stage.only("RD501");
        assert_eq!(finding.severity, Severity::Note);
        assert_eq!(finding.subject, "r3");
        let edit = finding.remedy.diff.unwrap();
        assert_eq!(edit.before, ["\"\"\"added users"]);
        assert_eq!(edit.after, ["\"\"\"feat: added users"]);
        assert_eq!(stage.family('5'), ["RD501"]);
    }

    #[test]
    fn who_asks_for_it_is_warned() {
        let mut stage = chain(&["initial schema", "added users"]);
        assert!(stage.family('5').is_empty());
        stage.sources.convention = Some(Convention::Conventional);
        let finding = stage.only("RD501");
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.location.unwrap().line, 1);
        let next = finding.remedy.command.unwrap();
        assert_eq!(next, "redistill message check 'feat: added users'");
    }

    #[test]
    fn plain_words_other_habits_and_no_convention_are_fine() {
        assert!(
            chain(&["create users", "add age", "drop x", "y"])
                .family('5')
                .is_empty()
        );
        assert!(
            chain(&["users: a", "users: b", "users: c"])
                .family('5')
                .is_empty()
        );
        let mut stage = chain(&["feat: a", "feat: b", "feat: c", "added users"]);
        stage.sources.convention = Some(Convention::None);
        assert!(stage.family('5').is_empty());
    }
}
