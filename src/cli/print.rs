//! Where text goes: results to standard output, everything else to standard error.
//!
//! `anstream` drops colour where it is not wanted (`NO_COLOR`, pipes, `TERM=dumb`). A closed pipe
//! ends the program quietly.

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};

use super::args::Colour;
use crate::error::Failure;
use crate::system::environment;

/// Bold.
pub const STRONG: Style = Style::new().bold();
/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What deserves a look.
pub const CAUTION: Style = AnsiColor::Yellow.on_default();
/// What stops.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is only there for completeness.
pub const FAINT: Style = Style::new().dimmed();

/// Obeys `--color`. Left to itself, a terminal that knows only plain text gets nothing else:
/// `anstream` would colour it where `CI` is set. `CLICOLOR_FORCE` is the user's word and stands.
pub fn choose_colour(colour: Colour) {
    match colour {
        Colour::Auto if environment::has_able_terminal() => {}
        Colour::Auto if environment::variable("CLICOLOR_FORCE").is_some() => {}
        Colour::Auto | Colour::Never => anstream::ColorChoice::Never.write_global(),
        Colour::Always => anstream::ColorChoice::Always.write_global(),
    }
}

/// Writes a result, which ends with a line feed.
pub fn result(text: &str) {
    let mut out = anstream::stdout().lock();
    // A reader that has seen enough is no failure.
    let _: io::Result<()> = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The columns of the terminal that results go to; none if they go elsewhere.
pub fn width() -> Option<usize> {
    let (_, columns) = dialoguer::console::Term::stdout().size_checked()?;
    io::stdout().is_terminal().then_some(usize::from(columns))
}

/// Writes a line beside the result.
pub fn aside(line: &str) {
    let mut err = anstream::stderr().lock();
    let _: io::Result<()> = writeln!(err, "{line}");
}

/// A text in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes a failure: what happened, what was seen, what to do next.
pub fn failure(failure: &Failure) {
    aside(&format!(
        "{} {}",
        styled(BAD, "redistill:"),
        failure.message
    ));
    if let Some(detail) = &failure.detail {
        for line in detail.lines() {
            aside(&format!("  {line}"));
        }
    }
    for hint in &failure.hints {
        aside(&format!("{} {hint}", styled(STRONG, "  →")));
    }
}
