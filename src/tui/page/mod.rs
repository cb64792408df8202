//! What is open on the right: a page of lines, some of which one can act on. Pure.
//!
//! A page is made from the model for a width, for drawing and for moving alike, so what a key does
//! is always about what is seen.

mod comparison;
mod confirm;
mod entry;
mod findings;
mod live;
mod losses;
mod module;
mod past;
mod rehearse;
mod revision;
mod run;
pub mod side;
mod source;
mod survey;

pub(super) use past::can_go_back;
pub(super) use rehearse::{source as source_words, strategy as strategy_words};

use std::ops::Range;
use std::path::PathBuf;

use ratatui::text::{Line, Span};

use super::list;
use super::model::{Model, PageId, PageState, Screen, Standing};
use super::text::{span, width, wrap};
use super::theme::{Theme, Tone};
use crate::error::Failure;
use crate::events::Item;

/// What a line offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The part that it folds and unfolds.
    pub fold: Option<String>,
    /// What can be copied.
    pub copy: Option<String>,
    /// The SQL or the text that it is about, whole.
    pub contents: Option<String>,
    /// The place in a file.
    pub place: Option<(PathBuf, usize)>,
    /// The object that is carried or left out.
    pub toggle: Option<Toggle>,
    /// The module that it belongs to, and the object that is compared.
    pub about: Option<(String, String)>,
}

/// A box in front of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toggle {
    /// The object, as `--leave-out` names it.
    pub object: String,
    /// The columns of the box on its line.
    pub columns: Range<usize>,
}

/// A line of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// As it is drawn.
    pub line: Line<'static>,
    /// What it offers, if anything.
    pub anchor: Option<Anchor>,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// How it stands.
    pub standing: Option<Standing>,
    /// Lines that stay in sight above the others.
    pub pinned: Vec<Line<'static>>,
    /// The lines; those of a chain are made one by one, by [`Page::line`].
    pub rows: Vec<Row>,
    /// The module whose chain this is.
    graph: Option<usize>,
    theme: Theme,
    state: PageState,
    width: usize,
}

impl Page {
    fn new(model: &Model, id: &PageId, title: impl Into<String>, width: u16) -> Self {
        Self {
            title: title.into(),
            standing: None,
            pinned: Vec::new(),
            rows: Vec::new(),
            graph: None,
            theme: model.theme,
            state: model.pages.get(id).cloned().unwrap_or_default(),
            width: usize::from(width),
        }
    }

    /// How many lines it has.
    pub fn length(&self, model: &Model) -> usize {
        self.graph
            .map_or(self.rows.len(), |module| list::graph(model, module).len())
    }

    /// A line as it is drawn.
    pub fn line(&self, model: &Model, at: usize) -> Line<'static> {
        let Some(module) = self.graph else {
            return self
                .rows
                .get(at)
                .map_or_else(Line::default, |row| row.line.clone());
        };
        let row = list::graph(model, module).get(at);
        row.map_or_else(Line::default, |row| list::drawn(model, module, row))
    }

    /// The anchor that the cursor is on or below.
    pub fn anchor(&self, at: usize) -> Option<&Anchor> {
        let end = self.rows.len().min(at + 1);
        self.rows[..end]
            .iter()
            .rev()
            .find_map(|row| row.anchor.as_ref())
    }

    /// The line of that anchor.
    pub fn anchor_line(&self, at: usize) -> Option<usize> {
        let end = self.rows.len().min(at + 1);
        self.rows[..end]
            .iter()
            .rposition(|row| row.anchor.is_some())
    }

    fn piece(&self, tone: Tone, text: &str) -> Span<'static> {
        span(self.theme.style(tone), &self.theme.worded(text))
    }

    fn push(&mut self, spans: Vec<Span<'static>>) {
        self.rows.push(Row {
            line: Line::from(spans),
            anchor: None,
        });
    }

    /// A line, indented.
    fn push_at(&mut self, indent: usize, mut spans: Vec<Span<'static>>) {
        spans.insert(0, Span::raw(" ".repeat(indent)));
        self.push(spans);
    }

    fn blank(&mut self) {
        self.rows.push(Row::default());
    }

    /// Text, wrapped, in one tone and with this indentation.
    fn text(&mut self, tone: Tone, indent: usize, text: &str) {
        let text = self.theme.worded(text);
        for line in wrap(&text, self.width.saturating_sub(indent)) {
            let shown = format!("{}{line}", " ".repeat(indent));
            let piece = self.piece(tone, &shown);
            self.push(vec![piece]);
        }
    }

    /// A word and a text beside it, which is wrapped under itself.
    fn labelled(&mut self, label: &str, room: usize, tone: Tone, text: &str) {
        let text = self.theme.worded(text);
        let lines = wrap(&text, self.width.saturating_sub(room + 1));
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let spans = vec![
                self.piece(Tone::Faint, &format!("{label:<room$} ")),
                self.piece(tone, line),
            ];
            self.push(spans);
        }
    }

    /// A sign and a text beside it, which is wrapped under itself.
    fn marked(&mut self, standing: Standing, tone: Tone, text: &str) {
        let mark = self.theme.mark(standing);
        let text = self.theme.worded(text);
        let lines = wrap(&text, self.width.saturating_sub(2));
        for (index, line) in lines.iter().enumerate() {
            let mark = if index == 0 { mark } else { " " };
            let spans = vec![
                self.piece(Theme::tone(standing), &format!("{mark} ")),
                self.piece(tone, line),
            ];
            self.push(spans);
        }
    }

    /// A heading between parts.
    fn heading(&mut self, text: &str) {
        if !self.rows.is_empty() {
            self.blank();
        }
        self.text(Tone::Strong, 0, text);
    }

    /// Whether a part is unfolded.
    fn is_open(&self, fold: &str, by_default: bool) -> bool {
        self.state.turned.contains(fold) != by_default
    }

    /// A line that folds a part, and whether the part is unfolded.
    fn fold(&mut self, anchor: Anchor, by_default: bool, mut spans: Vec<Span<'static>>) -> bool {
        let is_open = anchor
            .fold
            .as_deref()
            .is_some_and(|fold| self.is_open(fold, by_default));
        let sign = if is_open {
            self.theme.letters("▾ ", "v ")
        } else {
            self.theme.letters("▸ ", "> ")
        };
        // The first piece is the name: it is never cut, it goes on below itself.
        let first = spans.remove(0);
        let lines = wrap(&first.content, self.width.saturating_sub(2));
        let last = lines.len() - 1;
        let mut anchor = Some(anchor);
        for (index, line) in lines.iter().enumerate() {
            let sign = if index == 0 { sign } else { "  " };
            let mut all = vec![self.piece(Tone::Accent, sign), span(first.style, line)];
            let aside: usize = spans.iter().map(|span| width(&span.content)).sum();
            if index == last && 2 + width(line) + aside <= self.width {
                all.append(&mut spans);
            }
            self.rows.push(Row {
                line: Line::from(all),
                anchor: anchor.take(),
            });
        }
        // What has no room beside the name stands below it.
        if !spans.is_empty() {
            spans.insert(0, Span::raw("    "));
            self.push(spans);
        }
        is_open
    }

    /// A command that can be copied.
    fn command(&mut self, label: &str, command: &str) {
        let shown = self.theme.worded(command);
        let lines = wrap(&shown, self.width.saturating_sub(label.len() + 1));
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 {
                label.to_owned()
            } else {
                " ".repeat(label.len())
            };
            let spans = vec![
                self.piece(Tone::Faint, &format!("{label} ")),
                self.piece(Tone::Accent, line),
            ];
            self.rows.push(Row {
                line: Line::from(spans),
                anchor: (index == 0).then(|| Anchor {
                    copy: Some(command.to_owned()),
                    ..Anchor::default()
                }),
            });
        }
    }

    /// A failure: what happened, what was seen, what to do next.
    fn failure(&mut self, failure: &Failure) {
        self.marked(Standing::Failed, Tone::Bad, &failure.message);
        if let Some(detail) = &failure.detail {
            self.text(Tone::Plain, 2, detail);
        }
        for hint in &failure.hints {
            // The command to type stands at the end of a hint.
            match hint.rsplit_once(": ") {
                Some((words, command)) if command.starts_with("redistill ") => {
                    self.text(Tone::Plain, 2, &format!("{words}:"));
                    self.command("   ", command);
                }
                _ => self.text(Tone::Plain, 2, hint),
            }
        }
    }
}

/// Makes a page for a width.
pub fn page(model: &Model, id: &PageId, width: u16) -> Page {
    match id {
        PageId::Item(Item::Survey) => survey::page(model, width),
        PageId::Item(item @ (Item::ProductionData | Item::SharedHistory | Item::Lint)) => {
            findings::page(model, *item, width)
        }
        PageId::Item(Item::Rehearse) => rehearse::page(model, width),
        PageId::Item(Item::Confirm) => confirm::page(model, width),
        PageId::Item(item) => run::page(model, *item, width),
        PageId::Module(place) => module::page(model, *place, width),
        PageId::Revision(module, at) => revision::page(model, *module, *at, width),
        PageId::Run(run) => past::page(model, run, width),
        PageId::Baseline(module) => source::page(model, module, width),
        PageId::Object(module, object) => comparison::page(model, module, object, width),
        PageId::Graph(module) => side::graph(model, *module, width),
        PageId::Nothing => nothing(model, width),
    }
}

/// A list without a row says why here, too; beside it there is more room.
fn nothing(model: &Model, width: u16) -> Page {
    let mut page = Page::new(model, &PageId::Nothing, "", width);
    let failure = (model.runs_failure.as_ref()).filter(|_| model.screen == Screen::Past);
    if let Some(failure) = failure {
        page.failure(failure);
    } else if let Some(words) = list::silence(model) {
        page.text(Tone::Plain, 0, &words);
    }
    page
}
