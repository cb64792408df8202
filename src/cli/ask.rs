//! Questions to the person at the terminal.

use super::print;
use crate::error::{Failure, Kind};

/// Asks yes or no, no unless said; anything but yes is [`Kind::Cancelled`].
pub fn confirm(question: &str) -> Result<(), Failure> {
    let answer = dialoguer::Confirm::new()
        .with_prompt(question)
        .default(false)
        .wait_for_newline(true)
        .interact_opt();
    if answer.is_err() {
        // Ctrl-C leaves the question's line open and its cursor hidden.
        let _ = dialoguer::console::Term::stderr().show_cursor();
        print::aside("");
    }
    match answer {
        Ok(Some(true)) => Ok(()),
        _ => Err(Failure::new(
            Kind::Cancelled,
            "cancelled; nothing has changed",
        )),
    }
}

/// Asks yes or no, no unless said; Ctrl-C is [`Kind::Cancelled`].
pub fn agreed(question: &str) -> Result<bool, Failure> {
    let answer = dialoguer::Confirm::new()
        .with_prompt(question)
        .default(false)
        .wait_for_newline(true)
        .interact_opt();
    match answer {
        Ok(answer) => Ok(answer == Some(true)),
        Err(_) => Err(interrupted()),
    }
}

/// Asks for a line, which may be empty; Ctrl-C is [`Kind::Cancelled`].
pub fn line(question: &str) -> Result<String, Failure> {
    let typed: Result<String, _> = dialoguer::Input::new()
        .with_prompt(question)
        .allow_empty(true)
        .interact_text();
    match typed {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(_) => Err(interrupted()),
    }
}

fn interrupted() -> Failure {
    // Ctrl-C leaves the question's line open and its cursor hidden.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    print::aside("");
    Failure::new(Kind::Cancelled, "cancelled; nothing has changed")
}
