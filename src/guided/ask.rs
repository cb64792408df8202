//! Reads a line from the terminal, and writes lines to it. The one place that knows dialoguer.

use std::io::{self, Write as _};

use dialoguer::console::Term;

use super::question::{Kind, Question};
use crate::model::text::wrapped;

/// What fits every terminal.
pub const WIDTH: usize = 78;

/// Somebody to talk to.
pub trait Talk: Send + Sync {
    /// Asks, and gives the typed line; none where the person wants out (Ctrl-C, end of input).
    fn ask(&self, question: &Question) -> Option<String>;

    /// Writes text that ends with a line feed, or is empty.
    fn say(&self, text: &str);
}

/// The person at the terminal.
pub struct Person;

impl Talk for Person {
    fn ask(&self, question: &Question) -> Option<String> {
        if matches!(question.kind, Kind::Exactly(_)) {
            drop_type_ahead();
        }
        self.say("\n");
        for line in wrapped(&question.text, WIDTH) {
            self.say(&format!("{line}\n"));
        }
        for line in question.listed() {
            self.say(&format!("{line}\n"));
        }
        // A prompt that is longer than the line would be drawn twice.
        let typed = dialoguer::Input::<String>::new()
            .with_prompt(question.prompt())
            .allow_empty(true)
            .interact_text();
        if typed.is_err() {
            // Ctrl-C leaves the question's line open and its cursor hidden.
            let _ = Term::stderr().show_cursor();
            self.say("\n");
        }
        typed.ok()
    }

    fn say(&self, text: &str) {
        let mut out = anstream::stdout().lock();
        // A terminal that is gone is noticed by the next question.
        let _: io::Result<()> = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// A name that confirms something is typed after the question could be read.
fn drop_type_ahead() {
    use rustix::termios::{QueueSelector, tcflush};
    // What is no terminal has nothing typed ahead.
    let _ = tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
}
