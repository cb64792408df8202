//! Where the demo's words go: they are the result, unless a program reads the result.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::args::Global;
use super::super::is_interactive;
use super::super::print::{self, FAINT, GOOD, STRONG, styled};
use crate::model::text::wrapped;

/// The width that prose is broken at; a terminal of 80 columns shows it whole.
const WIDTH: usize = 78;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    /// Standard output.
    Result,
    /// Standard error: standard output belongs to the JSON.
    Aside,
    /// `--quiet`.
    Nowhere,
}

/// Tells the demo.
pub(super) struct Tale {
    sink: Sink,
    chapter: AtomicUsize,
    /// Whether somebody can be asked.
    pub(super) asks: bool,
}

impl Tale {
    pub(super) fn new(global: &Global, is_json: bool) -> Self {
        let sink = match (global.quiet, is_json) {
            (true, _) => Sink::Nowhere,
            (false, true) => Sink::Aside,
            (false, false) => Sink::Result,
        };
        Self {
            sink,
            chapter: AtomicUsize::new(0),
            asks: is_interactive() && !is_json && !global.quiet,
        }
    }

    /// Begins a chapter, and says what it is about.
    pub(super) fn chapter(&self, title: &str, about: &str) {
        let number = self.chapter.fetch_add(1, Ordering::Relaxed) + 1;
        let title = format!("{number}  {title}");
        self.line("");
        self.line(&styled(STRONG, &title));
        self.prose(about);
        self.line("");
    }

    /// Sentences, broken into lines.
    pub(super) fn prose(&self, text: &str) {
        for line in wrapped(text, WIDTH - 3) {
            self.line(&format!("   {line}"));
        }
    }

    /// Something that is done, and what came of it.
    pub(super) fn done(&self, what: &str, detail: &str) {
        let mark = styled(GOOD, "✓");
        self.line(&format!("{mark}  {what}  {}", styled(FAINT, detail)));
    }

    /// Lines as they are.
    pub(super) fn block(&self, text: &str) {
        for line in text.lines() {
            self.line(line);
        }
    }

    pub(super) fn line(&self, line: &str) {
        let line = line.trim_end();
        match self.sink {
            Sink::Result => print::result(&format!("{line}\n")),
            Sink::Aside => print::aside(line),
            Sink::Nowhere => {}
        }
    }
}
