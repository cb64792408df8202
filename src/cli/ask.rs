//! Questions to the person at the terminal.

use super::print;
use crate::error::{Failure, Kind};

/// Asks yes or no, no unless said; anything but yes is [`Kind::Cancelled`].
pub fn confirm(question: &str) -> Result<(), Failure> {
    if agreed(question)? {
        Ok(())
    } else {
        Err(cancelled())
    }
}

/// Asks yes or no, no unless said; Ctrl-C is [`Kind::Cancelled`].
pub fn agreed(question: &str) -> Result<bool, Failure> {
    yes_or_no(question, false)
}

/// Asks yes or no, yes unless said: for what touches nothing of anybody's. Ctrl-C is
/// [`Kind::Cancelled`].
pub fn goes_on(question: &str) -> Result<bool, Failure> {
    yes_or_no(question, true)
}

fn yes_or_no(question: &str, unless_said: bool) -> Result<bool, Failure> {
    let answer = dialoguer::Confirm::new()
        .with_prompt(question)
        .default(unless_said)
        .wait_for_newline(true)
        .interact_opt();
    Ok(answered(answer)? == Some(true))
}

/// Lets one of several be chosen; gives its index.
pub fn choose(question: &str, items: &[String]) -> Result<usize, Failure> {
    let answer = dialoguer::Select::new()
        .with_prompt(question)
        .items(items)
        .default(0)
        .interact_opt();
    answered(answer)?.ok_or_else(cancelled)
}

/// Asks for a line, which may be empty; Ctrl-C is [`Kind::Cancelled`].
pub fn line(question: &str) -> Result<String, Failure> {
    let typed: String = answered(
        dialoguer::Input::new()
            .with_prompt(question)
            .allow_empty(true)
            .interact_text(),
    )?;
    Ok(typed.trim().to_owned())
}

fn answered<T>(answer: dialoguer::Result<T>) -> Result<T, Failure> {
    answer.map_err(|_| {
        // Ctrl-C leaves the question's line open and its cursor hidden.
        let _ = dialoguer::console::Term::stderr().show_cursor();
        print::aside("");
        cancelled()
    })
}

fn cancelled() -> Failure {
    Failure::new(Kind::Cancelled, "cancelled; nothing has changed")
}
