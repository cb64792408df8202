//! RD631 parent-replaced: a file that hangs on a revision which a reset has replaced.

use std::collections::BTreeSet;

use crate::evidence::ModuleEvidence;
use crate::model::{Location, Revision, RevisionId};
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD631",
    name: "parent-replaced",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "a revision hangs on one that a reset has replaced",
    explanation: Explanation {
        what: "`down_revision` or `depends_on` names an identifier that the baseline's `replaces` lists, or that the \
               archive of a reset names as a head.",
        why: "The file was written before the reset and merged after it. Alembic cannot load the chain: \
              `KeyError`, `Can't locate revision identified by …`.",
        example: "```python\ndown_revision = \"4f2a9c\"  # replaced by the baseline 77aa01\n```",
        remedy: "Name the baseline, or the revision that now is its head, instead.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for revision in &module.chain.revisions {
            let parents: BTreeSet<&str> = revision
                .down
                .iter()
                .map(|id| id.0.as_str())
                .chain(revision.depends_on.iter().map(String::as_str))
                .collect();
            for parent in parents {
                if let Some(baseline) = sources.surroundings.replaced.get(parent) {
                    findings.push(found(module, sources, revision, parent, baseline));
                }
            }
        }
    }
    findings
}

/// Whether another rule should be silent about a missing parent, because this one says more.
pub(super) fn knows(sources: &ModuleSources, parent: &str) -> bool {
    sources.surroundings.replaced.contains_key(parent)
}

fn found(
    module: &ModuleEvidence,
    sources: &ModuleSources,
    revision: &Revision,
    parent: &str,
    baseline: &RevisionId,
) -> Finding {
    let place = sources
        .contents_of(revision)
        .and_then(|contents| {
            contents
                .parents
                .iter()
                .find(|line| names(&line.source_line, parent))
        })
        .cloned();
    let finding = RULE
        .finding(
            parent,
            format!(
                "{} hangs on {parent}, which the baseline {baseline} replaced",
                revision.id
            ),
        )
        .of(&module.module.name)
        .at(place.as_ref().unwrap_or(&Location {
            line: revision.line,
            ..Location::of_file(&revision.path)
        }))
        .remedy(format!("name {baseline} instead of {parent}"))
        .next("redistill chain");
    match place {
        Some(place) => {
            let corrected = correct(&place.source_line, parent, &baseline.0);
            finding.edit(LineEdit {
                path: place.path,
                line: place.line,
                before: vec![place.source_line],
                after: vec![corrected],
            })
        }
        None => finding,
    }
}

fn names(line: &str, parent: &str) -> bool {
    ['"', '\'']
        .iter()
        .any(|quote| line.contains(&format!("{quote}{parent}{quote}")))
}

fn correct(line: &str, parent: &str, baseline: &str) -> String {
    ['"', '\''].iter().fold(line.to_owned(), |line, quote| {
        line.replace(
            &format!("{quote}{parent}{quote}"),
            &format!("{quote}{baseline}{quote}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::model::RevisionId;
    use crate::rules::stage::Stage;

    const LATE: &str = "revision: str = 'late'\ndown_revision: str = \"old_2\"  # mine\n";

    fn stage() -> Stage {
        let mut stage = Stage::one();
        stage.chain(
            "shop",
            &[
                "revision = 'new'\ndown_revision = None\nreplaces = ('old_1', 'old_2')\n",
                LATE,
            ],
        );
        let replaced = &mut stage.facts("shop").surroundings.replaced;
        for old in ["old_1", "old_2"] {
            replaced.insert(old.to_owned(), RevisionId::from("new"));
        }
        stage
    }

    #[test]
    fn the_corrected_line_is_shown_and_the_missing_parent_is_said_once() {
        let stage = stage();
        // Nothing can be its parent: the file is a head of its own, too.
        assert_eq!(stage.codes(), ["RD631", "RD607"]);
        let edit = stage.only("RD631").remedy.diff.unwrap();
        assert_eq!(edit.line, 2);
        assert_eq!(edit.after, ["down_revision: str = \"new\"  # mine"]);
    }

    #[test]
    fn a_parent_that_is_there_is_fine() {
        let mut stage = Stage::one();
        stage.facts("shop").surroundings.replaced =
            [("old_2".to_owned(), RevisionId::from("shop_1"))].into();
        assert!(stage.codes().is_empty());
    }
}
