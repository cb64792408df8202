//! RD635 own-tests-not-run: the project has migration tests that a reset does not run.

use crate::model::{Location, TestCommand};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::FoundTests;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD635",
    name: "own-tests-not-run",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "the project's migration tests are found, and a reset does not run them",
    explanation: Explanation {
        what: "The module has tests of its migrations: the file of `redistill verify --scaffold`, or what uses \
               pytest-alembic or alembic-gauntlet. The configuration names no tests for it.",
        why: "Tests are code of the project, and which database they open and empty cannot be told from outside. So a \
              reset runs only what the committed configuration names; it then is a part of the plan, and what it came to \
              stands in the summary.",
        example: "```toml\n[modules.api]\ntests = [\"python\", \"-m\", \"pytest\", \"tests/test_migrations.py\"]\n```",
        remedy: "Name the command in `redistill.toml`, or run the tests yourself after the reset.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen: Vec<&Location> = Vec::new();
    for (module, sources) in case.modules() {
        let name = &module.module.name;
        let found = &sources.surroundings.tests;
        let Some(first) = found.first() else {
            continue;
        };
        // The branches of one environment have them in common.
        if case.evidence.own_tests.contains_key(name) || seen.contains(&&first.location) {
            continue;
        }
        seen.push(&first.location);
        let command = command(&case.evidence.root, &module.module.directory, found);
        let setting = TestCommand::setting(name.environment(), &command.words);
        let mut finding = RULE
            .finding(
                "tests",
                "migration tests of the project are found, and a reset does not run them",
            )
            .of(name)
            .at(&first.location)
            .remedy(format!(
                "let a reset run them, redistill.toml: {setting}; or run them yourself after it: {}",
                command.by_hand()
            ));
        for one in found {
            let path = &one.location.path;
            let shown = path.strip_prefix(&case.evidence.root).unwrap_or(path);
            finding = finding.seen(shown.display().to_string());
        }
        findings.push(finding);
    }
    findings
}

/// What runs the tests that were found.
pub fn command(
    root: &std::path::Path,
    directory: &std::path::Path,
    found: &[FoundTests],
) -> TestCommand {
    let words = ["python", "-m", "pytest"].map(str::to_owned).into_iter();
    let arguments = found.iter().flat_map(|one| one.arguments.clone());
    let folder = directory.strip_prefix(root).unwrap_or(directory);
    TestCommand {
        words: words.chain(arguments).collect(),
        folder: folder.to_string_lossy().into_owned(),
        limit: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModuleName;
    use crate::rules::stage::Stage;

    fn with_tests() -> Stage {
        let mut stage = Stage::one();
        let directory = stage.module("shop").module.directory.clone();
        stage.facts("shop").surroundings.tests = vec![FoundTests {
            location: Location::of_file(directory.join("tests/test_m.py")),
            arguments: vec!["tests/test_m.py".to_owned()],
        }];
        stage
    }

    #[test]
    fn found_tests_are_named_with_the_line_that_lets_them_run() {
        let finding = with_tests().only("RD635");
        assert_eq!(finding.severity, Severity::Note);
        assert!(
            finding.remedy.text.contains(
                r#"[modules.shop] tests = ["python", "-m", "pytest", "tests/test_m.py"]"#
            ),
            "{}",
            finding.remedy.text
        );
        assert!(
            finding
                .remedy
                .text
                .ends_with("python -m pytest tests/test_m.py")
        );
    }

    #[test]
    fn configured_tests_are_no_matter_of_this_rule() {
        let mut stage = with_tests();
        let command = TestCommand {
            words: vec!["make".to_owned()],
            folder: String::new(),
            limit: 1,
        };
        let name = ModuleName("shop".to_owned());
        stage.evidence.own_tests.insert(name, command);
        assert!(stage.codes().is_empty());
    }
}
