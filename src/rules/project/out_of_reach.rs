//! RD636 revisions-out-of-reach: revision files that no version location names.

use std::path::Path;

use crate::evidence::ModuleEvidence;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::OutOfReach;

/// So many files are named.
const NAMED: usize = 5;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD636",
    name: "revisions-out-of-reach",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "revision files lie in folders that no version location names",
    explanation: Explanation {
        what: "The module's script folder holds revisions that the settings do not reach and that hang on the chain, or \
               the chain is empty and there are revisions all the same. Only env.py or the application's own command \
               can name their folder.",
        why: "A reset replaces what the settings name. What hangs on it and lies elsewhere loses its parents: the \
              command that does read it ends with `Can't locate revision identified by …`.",
        example: "```text\nversions/0001_users.py          read\nversions/expand/0002_mail.py    hangs on it, and is not read\n```",
        remedy: "Name the folders in `version_locations`, or set `recursive_version_locations`; then look again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, sources)| {
            let all = &sources.surroundings.out_of_reach;
            Some(found(module, all.first()?, all))
        })
        .collect()
}

fn found(module: &ModuleEvidence, first: &OutOfReach, all: &[OutOfReach]) -> Finding {
    let files = count(all.len(), "revision file");
    let message = match &first.parent {
        Some(_) => format!("a reset would orphan {files} that no version location names"),
        None => format!("no version location names the folder of {files}"),
    };
    let folder = &module.module.directory;
    let shown = |path: &Path| {
        path.strip_prefix(folder)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    let mut finding = RULE
        .finding("version_locations", message)
        .of(&module.module.name)
        .at(&first.location)
        .remedy("name their folders in version_locations, or move them away, then look again");
    for one in all.iter().take(NAMED) {
        let path = shown(&one.location.path);
        finding = finding.seen(match &one.parent {
            Some(parent) => format!("{path}: {} hangs on {parent}", one.id),
            None => format!("{path}: {}", one.id),
        });
    }
    if all.len() > NAMED {
        finding = finding.seen(format!("and {} more", all.len() - NAMED));
    }
    finding.next("redistill chain")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, RevisionId};
    use crate::rules::stage::Stage;

    #[test]
    fn files_that_a_reset_would_orphan_are_named() {
        let mut stage = Stage::one();
        let folder = stage.first().module.directory.clone();
        let one = |number: usize| OutOfReach {
            location: Location::of_file(folder.join(format!("alembic/expand/{number}.py"))),
            id: RevisionId(format!("late_{number}")),
            parent: Some("shop_1".to_owned()),
        };
        stage.facts("shop").surroundings.out_of_reach = (0..7).map(one).collect();
        let finding = stage.only("RD636");
        assert!(finding.message.contains("orphan 7 revision files"));
        assert_eq!(
            finding.evidence.first().unwrap(),
            "alembic/expand/0.py: late_0 hangs on shop_1"
        );
        assert_eq!(finding.evidence.last().unwrap(), "and 2 more");
    }

    #[test]
    fn without_any_there_is_nothing_to_say() {
        assert!(Stage::one().codes().is_empty());
    }
}
