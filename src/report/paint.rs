//! Colours. Whatever they say, a word beside them says, too.

use anstyle::{AnsiColor, Style};

use crate::rules::{Severity, Verdict};

/// Whether a text carries colours; decided at the edge (`--color`, `NO_COLOR`, a pipe).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Escape sequences of the terminal.
    Coloured,
    /// Plain text.
    Plain,
}

impl Paint {
    /// The text in a style.
    pub(super) fn in_style(self, style: Style, text: &str) -> String {
        match self {
            Self::Coloured => format!("{style}{text}{style:#}"),
            Self::Plain => text.to_owned(),
        }
    }

    /// Emphasised.
    pub(super) fn bold(self, text: &str) -> String {
        self.in_style(Style::new().bold(), text)
    }

    /// Less prominent.
    pub(super) fn dim(self, text: &str) -> String {
        self.in_style(Style::new().dimmed(), text)
    }

    /// A line that goes.
    pub(super) fn removed(self, text: &str) -> String {
        self.in_style(colour(AnsiColor::Red), text)
    }

    /// A line that comes.
    pub(super) fn added(self, text: &str) -> String {
        self.in_style(colour(AnsiColor::Green), text)
    }

    /// In the colour of a severity.
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let tone = match severity {
            Severity::Refuse => AnsiColor::Red,
            Severity::Warn => AnsiColor::Yellow,
            Severity::Note => AnsiColor::Cyan,
        };
        self.in_style(colour(tone).bold(), text)
    }

    /// In the colour of a verdict.
    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let tone = match verdict {
            Verdict::Clear => AnsiColor::Green,
            Verdict::Caution => AnsiColor::Yellow,
            Verdict::Refused => AnsiColor::Red,
        };
        self.in_style(colour(tone).bold(), text)
    }
}

fn colour(tone: AnsiColor) -> Style {
    Style::new().fg_color(Some(tone.into()))
}
