//! RD624 irreversible-revision and RD625 empty-downgrade: there is no way back.

use super::grouped::listing;
use crate::model::Location;
use crate::model::text::count;
use crate::python::Contents;
use crate::python::contents::Shape;
use crate::rules::finding::{Finding, Severity};
use crate::rules::message::change::changes;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// No downgrade, or one that raises.
pub static IRREVERSIBLE: Rule = Rule {
    code: "RD624",
    name: "irreversible-revision",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "revisions cannot be taken back",
    explanation: Explanation {
        what: "`upgrade` does something, and the file has no `downgrade`, or one that only raises. One finding a module.",
        why: "`alembic downgrade` stops there, so a failed deployment has no way back, and upgrade → downgrade → upgrade \
              cannot be tested.",
        example: "```python\ndef downgrade():\n    raise NotImplementedError\n```",
        remedy: "Write the way back. A reset replaces all of them by one baseline whose downgrade was proven.",
    },
    check: irreversible,
};

/// A downgrade that does nothing.
pub static EMPTY: Rule = Rule {
    code: "RD625",
    name: "empty-downgrade",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "downgrades do nothing, though the upgrades change the schema",
    explanation: Explanation {
        what: "`upgrade` creates, changes or drops something of the schema, and `downgrade` is `pass`. Revisions that only \
               move data are not meant. One finding a module.",
        why: "The downgrade says that it went back and did not: the next upgrade fails with `already exists`.",
        example: "```python\ndef upgrade():\n    op.create_table(\"orders\", …)\n\ndef downgrade():\n    pass\n```",
        remedy: "Write the way back. A reset replaces all of them by one baseline whose downgrade was proven.",
    },
    check: empty,
};

fn irreversible(case: &Case<'_>) -> Vec<Finding> {
    found(
        case,
        &IRREVERSIBLE,
        "cannot be taken back",
        |file, _| match (file.upgrade.shape, file.downgrade.shape) {
            (Shape::Works, Shape::Missing) => Some("no downgrade"),
            (Shape::Works, Shape::Raises) => Some("downgrade raises"),
            _ => None,
        },
    )
}

fn empty(case: &Case<'_>) -> Vec<Finding> {
    found(
        case,
        &EMPTY,
        "say they go back and do not",
        |file, sources| {
            let is_empty =
                (file.upgrade.shape, file.downgrade.shape) == (Shape::Works, Shape::Empty);
            (is_empty && changes_schema(file, sources)).then_some("downgrade does nothing")
        },
    )
}

fn changes_schema(file: &Contents, sources: &ModuleSources) -> bool {
    sources
        .revisions
        .iter()
        .filter(|read| read.path.as_os_str() == file.path.as_os_str())
        .flat_map(changes)
        .any(|change| change.what != "inserts rows")
}

fn found(
    case: &Case<'_>,
    rule: &Rule,
    words: &str,
    judge: impl Fn(&Contents, &ModuleSources) -> Option<&'static str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let judged: Vec<(Location, String)> = sources
            .contents
            .iter()
            .filter_map(|file| {
                let what = judge(file, sources)?.to_owned();
                let place = file.downgrade.location.as_ref();
                let place = place.or(file.upgrade.location.as_ref())?;
                Some((place.clone(), what))
            })
            .collect();
        if judged.is_empty() {
            continue;
        }
        let places: Vec<_> = judged
            .iter()
            .map(|(place, what)| (place, what.clone()))
            .collect();
        let of = count(sources.contents.len(), "revision");
        let finding = rule
            .finding("downgrade", format!("{} of {of} {words}", judged.len()))
            .of(&module.module.name)
            .remedy("write the way back, or let the reset replace them by one baseline");
        findings.push(listing(finding, &case.evidence.root, &places).next("redistill verify"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    fn stage(bodies: &[(&str, &str)]) -> Stage {
        let mut stage = Stage::one();
        for (upgrade, downgrade) in bodies {
            stage.file(
                "shop",
                &format!("def upgrade():\n    {upgrade}\n\n{downgrade}"),
            );
        }
        stage
    }

    const NONE: &str = "";
    const PASS: &str = "def downgrade():\n    pass\n";
    const RAISE: &str = "def downgrade():\n    raise NotImplementedError\n";

    #[test]
    fn all_of_a_module_are_one_finding() {
        let create = "op.create_table('a')";
        let stage = stage(&[
            (create, NONE),
            (create, RAISE),
            (create, PASS),
            ("pass", RAISE),
        ]);
        let irreversible = stage.only("RD624");
        assert_eq!(
            irreversible.message,
            "2 of 4 revisions cannot be taken back"
        );
        assert_eq!(
            irreversible.evidence,
            [
                "shop/alembic/versions/r1.py:1: no downgrade",
                "shop/alembic/versions/r2.py:4: downgrade raises"
            ]
        );
        assert_eq!(stage.only("RD625").evidence.len(), 1);
    }

    #[test]
    fn data_and_nothing_need_no_way_back() {
        for body in [
            ("op.execute('UPDATE a SET b = 1')", PASS),
            ("op.bulk_insert(t, [])", PASS),
            ("op.execute(\"ALTER TYPE a ADD VALUE 'b'\")", PASS),
            ("pass", PASS),
            ("pass", NONE),
            (
                "op.create_table('a')",
                "def downgrade():\n    op.drop_table('a')\n",
            ),
        ] {
            assert!(
                !stage(&[body])
                    .codes()
                    .iter()
                    .any(|code| matches!(code.as_str(), "RD624" | "RD625")),
                "{body:?}"
            );
        }
    }
}
