//! RD302 enum-left-behind: a type that survives the downgrade.

use std::collections::HashSet;

use crate::model::{Location, ModuleName, QualifiedName};
use crate::python::operations::{OperationKind, RevisionOperations};
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD302",
    name: "enum-left-behind",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "an ENUM type is created in upgrade and not dropped in downgrade",
    explanation: Explanation {
        what: "A revision's `upgrade` creates an ENUM type, by `create_table`, `create()` or SQL, and \
               no `downgrade` of the chain drops it.",
        why: "ENUM types survive `DROP TABLE`. After a downgrade the next upgrade fails with `type \
              \"…\" already exists`: the chain works once.",
        example: "```python\ndef upgrade():\n    op.create_table(\"users\", sa.Column(\"status\", \
                  sa.Enum(\"ACTIVE\", name=\"status_enum\")))\n\ndef downgrade():\n    \
                  op.drop_table(\"users\")\n```",
        remedy: "Drop the tables first, then each type:\n\n```python\n\
                 sa.Enum(name='status_enum').drop(op.get_bind(), checkfirst=True)\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for (revision, name, location) in left_behind(sources) {
            let file = location
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let mut finding = RULE
                .finding(
                    name,
                    format!("ENUM {name} is created in {file} and never dropped in a downgrade"),
                )
                .of(&module.module.name)
                .at(location)
                .remedy(format!(
                    "drop {name} at the end of downgrade, after its tables"
                ));
            if let Some(edit) = correction(revision, name) {
                finding = finding.edit(edit);
            }
            findings.push(finding);
        }
    }
    findings
}

/// What `downgrade base` left of ENUM types on a scratch database, in this rule's words.
pub fn types_left(module: &ModuleName, left: &[QualifiedName]) -> Vec<Finding> {
    left.iter()
        .map(|found| {
            let name = &found.name;
            let schema = if found.schema == "public" {
                String::new()
            } else {
                format!(", schema='{}'", found.schema)
            };
            RULE.finding(
                name,
                format!(
                    "ENUM {name} is still there after downgrade base, and an upgrade that creates it \
                     stops with type \"{name}\" already exists"
                ),
            )
            .of(module)
            .remedy(format!(
                "drop it in downgrade, after its tables: \
                 sa.Enum(name='{name}'{schema}).drop(op.get_bind(), checkfirst=True)"
            ))
            .next(format!("redistill explain {}", RULE.code))
        })
        .collect()
}

/// The types that some upgrade creates, that are still there at the head, and that no downgrade
/// drops: each where it is first created.
fn left_behind(sources: &ModuleSources) -> Vec<(&RevisionOperations, &str, &Location)> {
    let downgrades = || sources.revisions.iter().flat_map(|file| &file.downgrade);
    let dropped: HashSet<&str> = downgrades()
        .filter_map(|operation| match &operation.kind {
            OperationKind::DropEnum { name: Some(name) } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut found: Vec<(&RevisionOperations, &str, &Location)> = Vec::new();
    for revision in &sources.revisions {
        for operation in &revision.upgrade {
            match &operation.kind {
                OperationKind::CreateEnum(created)
                    if !found.iter().any(|(_, name, _)| *name == created.name) =>
                {
                    found.push((revision, &created.name, &operation.location));
                }
                OperationKind::DropEnum { name: Some(gone) } => {
                    found.retain(|(_, name, _)| name != gone);
                }
                _ => {}
            }
        }
    }
    found.retain(|(revision, name, _)| {
        !dropped.contains(name) && undoes_something(revision) && !drops_unread(revision)
    });
    found
}

/// A downgrade that is missing, empty or raises leaves everything, not a type: another pattern.
fn undoes_something(revision: &RevisionOperations) -> bool {
    !revision.downgrade.is_empty()
}

/// A drop whose name cannot be read may be the one that is missed.
fn drops_unread(revision: &RevisionOperations) -> bool {
    revision
        .downgrade
        .iter()
        .any(|operation| matches!(operation.kind, OperationKind::DropEnum { name: None }))
}

fn correction(revision: &RevisionOperations, name: &str) -> Option<LineEdit> {
    let end = revision.downgrade_end.as_ref()?;
    let prefix = revision.sqlalchemy.as_deref()?;
    Some(LineEdit {
        path: revision.path.clone(),
        line: end.line,
        before: Vec::new(),
        after: vec![format!(
            "{}{prefix}.Enum(name={name:?}).drop(op.get_bind(), checkfirst=True)",
            end.indent
        )],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const UPGRADE: &str = "
import sqlalchemy as sa
def upgrade():
    op.create_table('t', sa.Column('s', sa.Enum('A', name='status_enum')))
def downgrade():
    op.drop_table('t')
";

    #[test]
    fn a_type_that_stays_is_found_with_the_missing_line() {
        let mut stage = Stage::one();
        stage.revision("shop", UPGRADE);
        let finding = stage.only("RD302");
        assert_eq!(finding.location.unwrap().line, 4);
        let edit = finding.remedy.diff.unwrap();
        assert_eq!((edit.line, edit.before.len()), (7, 0));
        assert_eq!(
            edit.after,
            ["    sa.Enum(name=\"status_enum\").drop(op.get_bind(), checkfirst=True)"]
        );
    }

    #[test]
    fn a_dropped_one_is_not() {
        for line in [
            "    sa.Enum(name='status_enum').drop(op.get_bind(), checkfirst=True)\n",
            "    op.execute('DROP TYPE status_enum')\n",
            "    status.drop(op.get_bind())\n",
        ] {
            let mut stage = Stage::one();
            stage.revision("shop", &format!("{UPGRADE}{line}"));
            assert!(stage.codes().is_empty(), "{line}");
        }
    }

    #[test]
    fn a_type_that_a_later_revision_drops_and_a_downgrade_that_does_nothing_are_not() {
        let mut stage = Stage::one();
        stage.revision("shop", UPGRADE).revision(
            "shop",
            "def upgrade():\n    op.execute('DROP TYPE status_enum')\n",
        );
        assert!(stage.codes().is_empty());
        let mut stage = Stage::one();
        stage.revision("shop", &UPGRADE.replace("op.drop_table('t')", "pass"));
        assert!(stage.codes().is_empty());
    }
}
