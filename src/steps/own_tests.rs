//! Runs the project's own tests, as the configuration names them. What they came to is recorded and
//! told; it never stops the run: everything that redistill does is done by then.

use super::{Context, StepError};
use crate::journal::{TestsEnd, TestsRan};
use crate::model::{ModuleName, Target, TestCommand};
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

/// Runs them, then looks whether the live database is still where the reset left it.
pub fn apply(step: &Step, context: &Context<'_>) -> Receipt {
    let Step::OwnTests {
        module,
        tests,
        database,
        current,
    } = step
    else {
        unreachable!("dispatched by kind")
    };
    let world = context.world;
    let mut ran = world.tester.run_tests(module, tests, world.databases);
    let target = database
        .as_ref()
        .and_then(|database| world.databases.get(&database.label));
    if let Some(target) = target.filter(|_| ran.end != TestsEnd::NotStarted)
        && let Err(why) = is_where_it_was(module, target, current, context)
    {
        ran.detail = format!("{why}; the tests themselves: {}", ran.words());
        ran.end = TestsEnd::Disturbed;
    }
    Receipt {
        text: ran.words(),
        tests: Some(ran),
    }
}

/// Whether `alembic current` still says what it said before the tests.
fn is_where_it_was(
    module: &ModuleName,
    target: &Target,
    current: &[String],
    context: &Context<'_>,
) -> Result<(), String> {
    let seen = context.world.tester.inspect(module, Some(target))?.current;
    let words = |ids: &[String]| {
        let mut ids = ids.to_vec();
        ids.sort();
        if ids.is_empty() {
            "nothing".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let (expected, found) = (words(current), words(&seen));
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "alembic current says {found} and said {expected} before them"
    ))
}
