//! What the project's own tests came to in a run, in the words of every face. Pure.

use serde_json::{Value, json};

use crate::journal::{Run, TestsRan};
use crate::model::text::safe;
use crate::model::{ModuleName, TestCommand};
use crate::plan::Step;

/// The tests that a run has run, in order.
pub fn ran(run: &Run) -> impl Iterator<Item = (&ModuleName, &TestCommand, &TestsRan)> {
    let steps = run.plan.steps.iter().zip(&run.steps);
    steps.filter_map(|(step, record)| match (step, &record.tests) {
        (Step::OwnTests { module, tests, .. }, Some(ran)) => Some((module, tests, ran)),
        _ => None,
    })
}

/// Whether all passed; so it is where none were run.
pub fn all_passed(run: &Run) -> bool {
    ran(run).all(|(_, _, ran)| ran.passed())
}

/// A line each: `tests of api: passed: 3 passed in 0.12s`.
pub fn lines(run: &Run) -> Vec<String> {
    let line = |(module, _, ran): (&ModuleName, &TestCommand, &TestsRan)| {
        safe(&format!("tests of {module}: {}", ran.words())).into_owned()
    };
    ran(run).map(line).collect()
}

/// What those that did not pass printed at the end, with the module's name before each line.
pub fn output(run: &Run) -> Vec<String> {
    let bad = ran(run).filter(|(_, _, ran)| !ran.passed());
    let lines = bad.flat_map(|(module, _, ran)| {
        let line = move |line: &String| safe(&format!("{module}| {line}")).into_owned();
        ran.last.iter().map(line)
    });
    lines.collect()
}

/// What is left to a person, a sentence for each that did not pass. The reset is done.
pub fn by_hand(run: &Run) -> Vec<String> {
    let bad = ran(run).filter(|(_, _, ran)| !ran.passed());
    bad.map(|(module, tests, ran)| {
        format!(
            "the reset is done, but the tests of {module} did not pass ({}); mend what they say and \
             run them again: {}; or take the reset back: redistill undo {}",
            ran.words(),
            tests.by_hand(),
            run.id()
        )
    })
    .collect()
}

/// For programs.
pub fn json(run: &Run) -> Value {
    ran(run)
        .map(|(module, tests, ran)| {
            json!({
                "module": module,
                "command": tests.by_hand(),
                "end": ran.end,
                "detail": ran.detail,
                "last": ran.last,
            })
        })
        .collect()
}
