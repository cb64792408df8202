//! The steps that run the project's own tests, as the configuration names them. Called by the draft.

use super::Step;
use crate::evidence::Evidence;

/// The project's own tests, after all of redistill's. The branches of an environment have them in
/// common.
pub(super) fn add(steps: &mut Vec<Step>, evidence: &Evidence) {
    let mut found: Vec<Step> = Vec::new();
    for step in &*steps {
        let Step::Test {
            module,
            database,
            current,
            heads,
            known_differences,
        } = step
        else {
            continue;
        };
        let Some(command) = evidence.own_tests.get(module) else {
            continue;
        };
        let is_there =
            |step: &Step| matches!(step, Step::OwnTests { tests, .. } if tests == command);
        if !found.iter().any(is_there) {
            found.push(Step::OwnTests {
                module: module.clone(),
                tests: command.clone(),
                database: database.clone(),
                current: current.clone(),
                heads: heads.clone(),
                known_differences: known_differences.clone(),
            });
        }
    }
    steps.extend(found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModuleName, TestCommand};

    fn asked(module: &str) -> Step {
        Step::Test {
            module: ModuleName(module.to_owned()),
            database: None,
            current: Vec::new(),
            heads: vec![format!("head of {module}")],
            known_differences: Vec::new(),
        }
    }

    #[test]
    fn own_tests_come_last_and_branches_have_them_in_common() {
        let command = |folder: &str| TestCommand {
            words: vec!["pytest".to_owned()],
            folder: folder.to_owned(),
            limit: 600,
        };
        let mut evidence = Evidence::of("/p", Vec::new());
        let named = [("api@blog", "api"), ("api@shop", "api"), ("web", "web")];
        evidence.own_tests = named
            .map(|(name, folder)| (ModuleName(name.to_owned()), command(folder)))
            .into();
        let mut steps = ["api@blog", "api@shop", "bare", "web"].map(asked).to_vec();
        add(&mut steps, &evidence);
        let ran: Vec<(&str, &str)> = steps[4..]
            .iter()
            .map(|step| match step {
                Step::OwnTests { module, heads, .. } => (&*module.0, &*heads[0]),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            ran,
            [("api@blog", "head of api@blog"), ("web", "head of web")]
        );
    }
}
