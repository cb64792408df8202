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
