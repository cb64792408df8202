//! RD503 message-understates-change: an incompatible change under a compatible message.

use super::change::{Bump, Change, in_short};
use super::lint::{Judged, command, judged};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD503",
    name: "message-understates-change",
    family: Family::Message,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision breaks programs of before, and its message does not say so",
    explanation: Explanation {
        what: "`upgrade` drops or renames a table or column, narrows a type, or adds NOT NULL without a default, and the \
               message has neither `!` nor a `BREAKING CHANGE:` footer.",
        why: "The version derived from the message is too small: who updates within it gets a database that the program \
              of before cannot use.",
        example: "```python\n\"\"\"feat(users): names in one column\"\"\"\n\ndef upgrade():\n    op.drop_column(\"users\", \"first_name\")\n```",
        remedy: "Write `feat(users)!: …`, or add the footer `BREAKING CHANGE: what to do about it`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in judged(case) {
        let Ok(message) = &one.read else { continue };
        if message.breaking || !message.has_known_type() {
            continue;
        }
        let all = one.changes();
        let breaking: Vec<&Change> = all
            .iter()
            .filter(|change| change.bump == Bump::Major)
            // A table of the neighbour or of Alembic that autogenerate swept in is RD305's.
            .filter(|change| !is_foreign(case, &one, change))
            .collect();
        let Some(first) = breaking.first() else {
            continue;
        };
        let line = one.text.lines().next().unwrap_or("").replacen(':', "!:", 1);
        let mut finding = one
            .finding(
                &RULE,
                format!(
                    "{} {}, and its message `{}` says nothing of a breaking change",
                    one.revision.id,
                    in_short(&breaking),
                    one.text.lines().next().unwrap_or("")
                ),
            )
            .at(&first.location)
            .remedy("mark the message with ! or with a BREAKING CHANGE: footer")
            .next(command(&line));
        // A misleading message is a mistake also where the convention is a habit only.
        finding.severity = RULE.severity;
        if let Some(edit) = one.rewritten(&line) {
            finding = finding.edit(edit);
        }
        findings.push(finding);
    }
    findings
}

fn is_foreign(case: &Case<'_>, one: &Judged<'_>, change: &Change) -> bool {
    let Some(table) = &change.dropped else {
        return false;
    };
    let is_neighbours = case.modules().any(|(module, sources)| {
        module.module.name != one.module.module.name && sources.owns(table)
    });
    table.contains("alembic_version") || is_neighbours && !one.sources.owns(table)
}

#[cfg(test)]
mod tests {
    use crate::rules::message::convention::Convention;
    use crate::rules::stage::Stage;

    fn stage(message: &str, body: &str) -> Stage {
        let mut stage = Stage::one();
        stage.sources.convention = Some(Convention::Conventional);
        stage.chain(
            "shop",
            &[&format!(
                "\"\"\"{message}\n\nRevision ID: a\n\"\"\"\nrevision = 'a'\ndown_revision = None\n\
                 def upgrade():\n    {body}\ndef downgrade():\n    op.x()\n"
            )],
        );
        stage
    }

    #[test]
    fn a_dropped_column_under_feat_is_found_with_the_marked_message() {
        let finding = stage("feat(users): x", "op.drop_column('users', 'age')").only("RD503");
        assert_eq!(finding.location.unwrap().line, 8);
        assert!(finding.message.contains("drops the column users.age"));
        let edit = finding.remedy.diff.unwrap();
        assert_eq!(
            (edit.line, edit.after[0].as_str()),
            (1, "\"\"\"feat(users)!: x")
        );
    }

    #[test]
    fn a_neighbours_table_is_another_finding() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.sources.convention = Some(Convention::Conventional);
        let source = "\"\"\"feat: x\"\"\"\nrevision = 'a'\ndown_revision = None\ndef upgrade():\n    \
                      op.drop_table('bins')\ndef downgrade():\n    op.x()\n";
        stage.chain("shop", &[source]);
        assert!(stage.codes().contains(&"RD503".to_owned()));
        stage.models(
            "stock",
            "class A(Base):\n    __tablename__ = 'bins'\n    id = Column(Uuid, primary_key=True)\n",
        );
        assert!(!stage.codes().contains(&"RD503".to_owned()));
    }

    #[test]
    fn what_is_marked_or_compatible_is_fine() {
        let drop = "op.drop_column('users', 'age')";
        for (message, body) in [
            ("feat(users)!: x", drop),
            ("fix: x\n\nBREAKING CHANGE: y", drop),
            ("feat: x", "op.create_index('i', 'users', ['age'])"),
        ] {
            assert!(stage(message, body).family('5').is_empty(), "{message}");
        }
    }
}
