//! RD504 message-empty: a revision that says nothing about itself.

use super::change::{Change, changes, in_short, largest};
use super::convention::Malformed;
use super::lint::judged;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD504",
    name: "message-empty",
    family: Family::Message,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision has no message",
    explanation: Explanation {
        what: "The file has no docstring, or it begins with `Revision ID:`, as `alembic revision` without `-m` writes it. \
               Judged where messages follow the convention.",
        why: "Nobody can tell from `alembic history` what the revision is for, and no version can be derived from it.",
        example: "```python\n\"\"\"empty message\n\nRevision ID: 4f2a\n\"\"\"\n```",
        remedy: "Write a first line: `feat(orders): add a currency`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in judged(case) {
        // Alembic's own words for `revision` without `-m`.
        let is_empty = one.read == Err(Malformed::Empty) || one.revision.message == "empty message";
        if !is_empty {
            continue;
        }
        let all = one
            .sources
            .operations_of(one.revision)
            .map(changes)
            .unwrap_or_default();
        let all_of: Vec<&Change> = all.iter().collect();
        findings.push(
            one.finding(&RULE, format!("{} has no message", one.revision.id))
                .seen(format!("it {}", in_short(&all_of)))
                .remedy(format!(
                    "write a first line: {}(<scope>): <subject>",
                    largest(&all).kind()
                ))
                .next("redistill message build"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::message::convention::Convention;
    use crate::rules::stage::Stage;

    fn stage(docstring: &str) -> Stage {
        let mut stage = Stage::one();
        stage.chain(
            "shop",
            &[&format!(
                "{docstring}revision = 'a'\ndown_revision = None\ndef upgrade():\n    \
                 op.drop_table('b')\ndef downgrade():\n    op.x()\n"
            )],
        );
        stage
    }

    #[test]
    fn no_docstring_and_a_header_alone_are_found_where_asked_for() {
        for docstring in [
            "",
            "\"\"\"\n\nRevision ID: a\nRevises:\n\"\"\"\n",
            "'''empty message'''\n",
        ] {
            let mut stage = stage(docstring);
            assert!(stage.family('5').is_empty());
            stage.sources.convention = Some(Convention::Conventional);
            assert_eq!(stage.only("RD504").evidence, ["it drops the table b"]);
            assert_eq!(stage.family('5'), ["RD504"]);
        }
    }

    #[test]
    fn a_message_is_fine() {
        let mut stage = stage("'''feat!: x'''\n");
        stage.sources.convention = Some(Convention::Conventional);
        assert!(stage.family('5').is_empty());
    }
}
