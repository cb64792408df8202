//! RD627 application-import: the old chain runs with today's code.

use super::grouped::listing;
use crate::model::text::count;
use crate::python::contents::ImportFact;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD627",
    name: "application-import",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "revisions import the application's code",
    explanation: Explanation {
        what: "Revisions import packages of the project itself. Models and star imports are a warning, anything else, \
               such as types, a note. One finding a module.",
        why: "A revision is history, the code is of today: once a model has a new column, the old revision selects it \
              before it exists, and the chain does not replay from an empty database.",
        example: "```python\nfrom app.models import User\n\ndef upgrade():\n    session.query(User).update(…)\n```",
        remedy: "Describe what the revision needs in the revision: `sa.table(\"users\", sa.column(\"id\"))`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let own = &sources.surroundings.own_packages;
        let imports: Vec<&ImportFact> = sources
            .contents
            .iter()
            .flat_map(|file| &file.imports)
            .filter(|import| {
                let first = import.module.split('.').next().unwrap_or("");
                own.contains(first)
            })
            .collect();
        let (models, others): (Vec<&ImportFact>, Vec<&ImportFact>) =
            imports.into_iter().partition(|import| is_of_models(import));
        for (imports, what, severity) in [
            (models, "models of the application", Severity::Warn),
            (others, "code of the application", Severity::Note),
        ] {
            if imports.is_empty() {
                continue;
            }
            let mut files: Vec<_> = imports.iter().map(|one| &one.location.path).collect();
            files.dedup();
            let verb = if files.len() == 1 {
                "imports"
            } else {
                "import"
            };
            let message = format!("{} {verb} {what}", count(files.len(), "revision"));
            let mut finding = RULE
                .finding(&imports[0].module, message)
                .of(&module.module.name)
                .remedy("describe in the revision what it needs: sa.table(…), sa.column(…)");
            finding.severity = severity;
            let places: Vec<_> = imports
                .iter()
                .map(|import| (&import.location, import.module.clone()))
                .collect();
            findings.push(listing(finding, &case.evidence.root, &places));
        }
    }
    findings
}

fn is_of_models(import: &ImportFact) -> bool {
    import
        .names
        .iter()
        .any(|name| name == "*" || name == "models")
        || import
            .module
            .split('.')
            .any(|part| matches!(part, "models" | "model" | "entities"))
}

#[cfg(test)]
mod tests {
    use crate::rules::Severity;
    use crate::rules::stage::Stage;

    fn stage(import: &str) -> Stage {
        let mut stage = Stage::one();
        stage.file("shop", &format!("from alembic import op\n{import}\n"));
        stage.facts("shop").surroundings.own_packages = ["app".to_owned()].into();
        stage
    }

    #[test]
    fn models_are_a_warning_and_types_a_note() {
        for import in [
            "from app.models import User",
            "from app import models",
            "import app.models.user",
            "from app.db import *",
            "def upgrade():\n    from app.models import User",
        ] {
            assert_eq!(
                stage(import).only("RD627").severity,
                Severity::Warn,
                "{import}"
            );
        }
        let finding = stage("from app.types import Money").only("RD627");
        assert_eq!(finding.severity, Severity::Note);
        assert_eq!(
            finding.evidence,
            ["shop/alembic/versions/r1.py:2: app.types"]
        );
    }

    #[test]
    fn libraries_are_fine() {
        assert!(
            stage("import sqlalchemy_utils\nfrom application import x")
                .codes()
                .is_empty()
        );
    }
}
