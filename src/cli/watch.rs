//! Shows a run while it runs, on standard error.
//!
//! Items and steps are lines that stay. What moves (the revision being replayed) is one line that
//! is written over, on a terminal only.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Instant;

use super::print::{BAD, FAINT, GOOD, aside, styled};
use crate::events::{Event, Observer};
use crate::model::text::{elapsed, safe};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    Quiet,
    /// Items and steps.
    Normal,
    /// Phases, revisions and the output of children, too.
    Verbose,
}

/// Prints events.
pub struct Watch {
    detail: Detail,
    is_terminal: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    moving: bool,
    titles: Vec<String>,
    item_since: Option<Instant>,
    /// What the checklist's line said last: the step that ends with it has nothing to add.
    said: Option<String>,
}

impl Watch {
    /// A watch of standard error.
    pub fn new(detail: Detail) -> Self {
        Self {
            detail,
            is_terminal: std::io::stderr().is_terminal(),
            state: Mutex::new(State::default()),
        }
    }

    fn line(&self, state: &mut State, line: &str) {
        self.clear(state);
        aside(line);
    }

    fn moving(&self, state: &mut State, line: &str) {
        if self.detail == Detail::Verbose {
            self.line(state, &styled(FAINT, line));
        } else if self.is_terminal {
            let short: String = line.chars().take(76).collect();
            let mut err = anstream::stderr().lock();
            let _ = write!(err, "\r\x1b[K{short}");
            let _ = err.flush();
            state.moving = true;
        }
    }

    fn clear(&self, state: &mut State) {
        if self.is_terminal && std::mem::take(&mut state.moving) {
            let mut err = anstream::stderr().lock();
            let _ = write!(err, "\r\x1b[K");
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            let is_moving = std::mem::take(&mut state.moving);
            if is_moving && self.is_terminal {
                let _ = write!(anstream::stderr().lock(), "\r\x1b[K");
            }
        }
    }
}

impl Observer for Watch {
    fn on_event(&self, event: &Event) {
        if self.detail == Detail::Quiet {
            return;
        }
        let Ok(mut guard) = self.state.lock() else {
            return;
        };
        let state = &mut *guard;
        match event {
            Event::ItemStarted { item } => {
                state.item_since = Some(Instant::now());
                self.moving(state, &format!("◐ {:>2} {}", item.number(), item.title()));
            }
            Event::ItemFinished { item, summary } => {
                let time = state.item_since.take().map_or(String::new(), |since| {
                    styled(FAINT, &format!("  {}", elapsed(since.elapsed())))
                });
                state.said = Some(summary.clone());
                let mark = styled(GOOD, "✓");
                let title = item.title();
                self.line(
                    state,
                    &format!(
                        "{mark} {:>2} {title:<22} {}{time}",
                        item.number(),
                        safe(summary)
                    ),
                );
            }
            Event::ItemFailed { item, why } => {
                state.said = Some(why.clone());
                let mark = styled(BAD, "✗");
                let title = item.title();
                self.line(
                    state,
                    &format!("{mark} {:>2} {title:<22} {}", item.number(), safe(why)),
                );
            }
            Event::Phase { module, phase } => {
                self.moving(state, &format!("◐    {}: {phase}", safe(&module.0)));
            }
            Event::Revision {
                module,
                revision,
                index,
                total,
            } => self.moving(
                state,
                &format!(
                    "◐    {}: {} {index} of {total}",
                    safe(&module.0),
                    safe(revision)
                ),
            ),
            Event::Output { module, line } => {
                if self.detail == Detail::Verbose {
                    self.line(state, &format!("     {}| {}", safe(&module.0), safe(line)));
                }
            }
            Event::StepsDeclared { titles } => {
                state.titles.clone_from(titles);
            }
            Event::StepStarted { index } => {
                let title = state.titles.get(*index).cloned().unwrap_or_default();
                self.moving(state, &format!("◐    {}", safe(&title)));
            }
            Event::StepFinished { receipt: told, .. } | Event::StepFailed { why: told, .. }
                if self.detail == Detail::Normal && state.said.take().as_ref() == Some(told) => {}
            Event::StepFinished { index, receipt, .. } => {
                let title = state.titles.get(*index).cloned().unwrap_or_default();
                let receipt = if receipt.is_empty() || *receipt == title {
                    String::new()
                } else {
                    styled(FAINT, &format!("  {}", safe(receipt)))
                };
                self.line(
                    state,
                    &format!("{} {}{receipt}", styled(GOOD, "✓"), safe(&title)),
                );
            }
            Event::StepFailed { index, why } => {
                let title = state.titles.get(*index).cloned().unwrap_or_default();
                self.line(
                    state,
                    &format!("{} {}: {}", styled(BAD, "✗"), safe(&title), safe(why)),
                );
            }
            Event::Remark { text } => self.line(state, &format!("  {}", safe(text))),
        }
    }
}
