//! RD633 versions-linked and RD634 versions-shared: a folder that is not the module's alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{Location, Module};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// A link.
pub static LINKED: Rule = Rule {
    code: "RD633",
    name: "versions-linked",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a version location is a symbolic link",
    explanation: Explanation {
        what: "The folder with the revision files is a link to another one.",
        why: "A reset changes the files where they really lie, for everything else that uses them, and git knows the link \
              only.",
        example: "```text\nalembic/versions -> ../../shared/versions\n```",
        remedy: "Name the real folder in `version_locations`, or reset the project that owns it.",
    },
    check: linked,
};

/// Two modules.
pub static SHARED: Rule = Rule {
    code: "RD634",
    name: "versions-shared",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "several modules read one folder of revisions",
    explanation: Explanation {
        what: "Two modules have the same version location: several settings files or sections for one chain, or one \
               folder for two chains.",
        why: "A reset of one changes the other, whose database then names revisions that are gone.",
        example: "```ini\n[alembic]\nscript_location = alembic\n[staging]\nscript_location = alembic\n```",
        remedy: "Reset one of them, `--module NAME`, and bring the other databases onto the baseline afterwards.",
    },
    check: shared,
};

fn linked(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for (link, real) in &sources.surroundings.links {
            findings.push(
                LINKED
                    .finding(
                        "versions",
                        format!("the version location is a link to {}", real.display()),
                    )
                    .of(&module.module.name)
                    .at(&Location::of_file(link))
                    .remedy("name the real folder in version_locations"),
            );
        }
    }
    findings
}

fn shared(case: &Case<'_>) -> Vec<Finding> {
    let mut owners: BTreeMap<&PathBuf, Vec<&Module>> = BTreeMap::new();
    for (module, _) in case.modules() {
        for folder in &module.module.version_locations {
            let owners = owners.entry(folder).or_default();
            // The branches of one environment have their files apart.
            if !owners.iter().any(|other| other.is_sibling(&module.module)) {
                owners.push(&module.module);
            }
        }
    }
    owners
        .into_iter()
        .filter(|(_, names)| names.len() > 1)
        .map(|(folder, names)| {
            let list: Vec<&str> = names.iter().map(|one| one.name.0.as_str()).collect();
            let shown = folder.strip_prefix(&case.evidence.root).unwrap_or(folder);
            SHARED
                .finding(
                    shown.display().to_string(),
                    format!(
                        "{} read the same revisions in {}",
                        list.join(" and "),
                        shown.display()
                    ),
                )
                .at(&Location::of_file(folder))
                .remedy(
                    "reset one of them, and bring the other databases onto the baseline afterwards",
                )
                .next(format!("redistill check --module {}", list[0]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_link_and_a_common_folder_are_found() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let folder = stage.module("shop").module.version_locations.clone();
        stage
            .module("stock")
            .module
            .version_locations
            .clone_from(&folder);
        stage.facts("shop").surroundings.links = vec![(folder[0].clone(), "/q/versions".into())];
        assert_eq!(stage.codes(), ["RD633", "RD634"]);
        assert!(
            stage
                .only("RD634")
                .message
                .starts_with("shop and stock read")
        );
    }

    #[test]
    fn folders_of_their_own_are_fine() {
        assert!(Stage::with(&["shop", "stock"]).codes().is_empty());
    }
}
