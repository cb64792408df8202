//! RD629 other-tool: another tool keeps book of the revisions, too.

use std::path::Path;

use crate::model::{Location, ModuleName};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD629",
    name: "other-tool",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "another tool names or changes what a reset replaces",
    explanation: Explanation {
        what: "Beside the revisions lies `head.txt` (alembic-linear-migrations), `EXPAND_HEAD` and `CONTRACT_HEAD` \
               (OpenStack) or a revision chain (alembic-git-revisions); or, as a note, env.py imports \
               alembic_postgresql_enum.",
        why: "The file names the old head, and its tool refuses or merges wrongly after the reset. \
              alembic-postgresql-enum writes the drops of ENUM types itself, and in a shared database those of the \
              neighbour.",
        example: "```text\nalembic/versions/head.txt: 4f2a9c\n```",
        remedy: "Nothing, where the file holds nothing but heads, a word a line: the reset writes the baseline's \
                 identifier into it, and an undo brings it back. Else write it there after the reset.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for path in &sources.surroundings.leftovers {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            findings.push(if sources.surroundings.following.contains(path) {
                follows(&name, path, &module.module.name)
            } else {
                RULE.finding(
                    name.as_ref(),
                    format!("{name} of another tool names the old revisions"),
                )
                .of(&module.module.name)
                .at(&Location::of_file(path))
                .remedy("after the reset write the baseline's identifier into it")
            });
        }
        let imports = sources.env_contents.iter().flat_map(|env| &env.imports);
        for import in imports.filter(|import| import.module.starts_with("alembic_postgresql_enum"))
        {
            let mut finding = RULE
                .finding(
                    "alembic_postgresql_enum",
                    "env.py imports alembic_postgresql_enum, which writes ENUM operations of its own",
                )
                .of(&module.module.name)
                .at(&import.location)
                .remedy("read the ENUM operations of the baseline before the reset");
            finding.severity = Severity::Note;
            findings.push(finding);
        }
    }
    findings
}

/// A file that a reset replaces, too.
fn follows(name: &str, path: &Path, module: &ModuleName) -> Finding {
    let mut finding = RULE
        .finding(
            name,
            format!("{name} of another tool names the head; a reset writes the baseline's into it"),
        )
        .of(module)
        .at(&Location::of_file(path))
        .remedy("nothing is to be done; the plan shows the file");
    finding.severity = Severity::Note;
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::Severity;
    use crate::rules::stage::Stage;

    #[test]
    fn files_are_a_warning_and_the_plugin_a_note() {
        let mut stage = Stage::one();
        stage.facts("shop").surroundings.leftovers =
            vec!["/p/shop/alembic/versions/head.txt".into()];
        assert_eq!(stage.only("RD629").severity, Severity::Warn);
        stage
            .facts("shop")
            .surroundings
            .following
            .push("/p/shop/alembic/versions/head.txt".into());
        assert_eq!(stage.only("RD629").severity, Severity::Note);
        let mut stage = Stage::one();
        stage.env("shop", "import alembic_postgresql_enum\n");
        let finding = stage.only("RD629");
        assert_eq!(
            (finding.severity, finding.location.unwrap().line),
            (Severity::Note, 1)
        );
    }

    #[test]
    fn none_is_fine() {
        let mut stage = Stage::one();
        stage.env("shop", "import alembic\n");
        assert!(stage.codes().is_empty());
    }
}
