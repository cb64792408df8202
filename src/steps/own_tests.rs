//! Runs the project's own tests, as the configuration names them. What they came to is recorded and
//! told; it never stops the run: everything that redistill does is done by then.

use super::{Context, StepError};
use crate::journal::{TestsEnd, TestsRan};
use crate::model::{ModuleName, TestCommand};
use crate::plan::{DatabaseRef, Step};

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// In a few words.
    pub text: String,
    /// Where it ran the project's own tests: what they came to.
    pub tests: Option<TestsRan>,
}

impl From<String> for Receipt {
    fn from(text: String) -> Self {
        Self { text, tests: None }
    }
}

/// The title.
pub fn title(module: &ModuleName, tests: &TestCommand) -> String {
    format!("Run the tests of {module}: {}", tests.line())
}

/// The lines under the title.
pub fn preview(tests: &TestCommand) -> Vec<String> {
    let folder = match tests.folder.as_str() {
        "" => "the project's folder",
        folder => folder,
    };
    vec![
        format!("  in {folder}, at most {}", tests.limit_words()),
        "  the project's own code, which the configuration names: it opens and changes what it \
         wants to"
            .to_owned(),
    ]
}

/// The connection must have been given.
pub fn check(database: Option<&DatabaseRef>, context: &Context<'_>) -> Vec<StepError> {
    super::test::check(database, context)
}

/// Runs them, then asks once more whether everything agrees as it did before them.
pub fn apply(step: &Step, context: &Context<'_>) -> Receipt {
    let Step::OwnTests {
        module,
        tests,
        database,
        current,
        heads,
        known_differences,
    } = step
    else {
        unreachable!("dispatched by kind")
    };
    let world = context.world;
    let mut ran = world.tester.run_tests(module, tests, world.databases);
    // What did not begin has changed nothing.
    if ran.end != TestsEnd::NotStarted {
        let still = Step::Test {
            module: module.clone(),
            database: database.clone(),
            current: current.clone(),
            heads: heads.clone(),
            known_differences: known_differences.clone(),
        };
        if let Err(error) = super::test::apply(&still, context) {
            ran.detail = format!("{error}; the tests themselves: {}", ran.words());
            ran.end = TestsEnd::InDoubt;
        }
    }
    Receipt {
        text: ran.words(),
        tests: Some(ran),
    }
}
