//! RD632 revision-quoted: other files of the project name revisions that a reset replaces.

use super::grouped::listing;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD632",
    name: "revision-quoted",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "code, tests, documentation or settings name revisions",
    explanation: Explanation {
        what: "A text file of the project, outside of the version locations, holds a revision's identifier of eight or \
               more characters as a word. One finding a module.",
        why: "After a reset the identifier is gone: `alembic upgrade 4f2a9c1b` in a script or a test fails with \
              `Can't locate revision`.",
        example: "```yaml\nrun: alembic upgrade 4f2a9c1b77aa\n```",
        remedy: "Read each place before the reset. Nothing is rewritten by itself; `--revision-id reuse-head` keeps the \
                 head's identifier.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let quotes = &sources.surroundings.quotes;
        if quotes.is_empty() {
            continue;
        }
        let places: Vec<_> = quotes
            .iter()
            .map(|(id, place)| (place, id.0.clone()))
            .collect();
        let finding = RULE
            .finding(
                &quotes[0].0.0,
                format!(
                    "other files name revisions in {}",
                    count(quotes.len(), "place")
                ),
            )
            .of(&module.module.name)
            .remedy("read these places before the reset; the identifiers will be gone");
        findings.push(listing(finding, &case.evidence.root, &places));
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::{Location, RevisionId};
    use crate::rules::stage::Stage;

    #[test]
    fn the_places_are_listed() {
        let mut stage = Stage::one();
        let place = Location {
            line: 4,
            ..Location::of_file("/p/Makefile")
        };
        stage.facts("shop").surroundings.quotes = vec![(RevisionId::from("4f2a9c1b77aa"), place)];
        assert_eq!(stage.only("RD632").evidence, ["Makefile:4: 4f2a9c1b77aa"]);
    }

    #[test]
    fn none_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
