//! The one fold of the events: what every face knows about something that runs. Pure.

mod estimate;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::events::{Event, Item};

/// How many lines of output are kept.
pub const LOG_LIMIT: usize = 2000;

/// How an item of the checklist stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ItemState {
    /// Not begun.
    #[default]
    Waiting,
    /// At work.
    Running,
    /// Ended well; in a few words.
    Done(String),
    /// Ended badly; why.
    Failed(String),
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepProgress {
    /// Its title.
    pub title: String,
    /// How it stands.
    pub state: ItemState,
    /// Whether it was done by an earlier, interrupted attempt.
    pub replayed: bool,
}

/// How a module's rehearsal stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleProgress {
    /// `replay`, `draft`, `build`, `cycle`, `compare`.
    pub phase: String,
    /// The revision at hand: identifier, its place from 1, how many there are.
    pub revision: Option<(String, usize, usize)>,
    /// How many revisions its chain has.
    revisions: Option<u32>,
    /// When it began.
    began: Option<Duration>,
    /// How far it is.
    reached: u32,
    /// When it will be over, as far as can be said.
    ends: Option<Duration>,
}

/// A line that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The module whose child printed it; none for redistill's own remarks.
    pub module: Option<String>,
    /// The text, escaped.
    pub text: String,
}

/// Everything that a face shows of something that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    items: [ItemState; Item::ALL.len()],
    /// The steps, once they are declared.
    pub steps: Vec<StepProgress>,
    /// The modules, by name.
    pub modules: BTreeMap<String, ModuleProgress>,
    /// The last lines, oldest first, at most [`LOG_LIMIT`].
    pub log: VecDeque<LogLine>,
    /// How many lines fell off the front of the log.
    pub forgotten: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            items: std::array::from_fn(|_| ItemState::Waiting),
            steps: Vec::new(),
            modules: BTreeMap::new(),
            log: VecDeque::new(),
            forgotten: 0,
        }
    }
}

impl Progress {
    /// How an item stands.
    pub fn item(&self, item: Item) -> &ItemState {
        &self.items[item.number() - 1]
    }

    /// How many steps are done.
    pub fn finished(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| matches!(step.state, ItemState::Done(_)))
            .count()
    }

    /// The item at work, the last one where several are.
    pub fn running(&self) -> Option<Item> {
        Item::ALL
            .into_iter()
            .rev()
            .find(|item| *self.item(*item) == ItemState::Running)
    }

    /// Takes in one event that happened now; without the time nothing is estimated.
    pub fn apply_at(&mut self, event: &Event, now: Duration) {
        self.apply(event);
        if let Event::Phase { module, .. } | Event::Revision { module, .. } = event
            && let Some(module) = self.modules.get_mut(&module.0)
        {
            module.note(now);
        }
    }

    /// Takes in one event. An event about an undeclared step is ignored: a face may join late.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::ItemStarted { item } => self.set(*item, ItemState::Running),
            Event::ItemFinished { item, summary } => {
                self.set(*item, ItemState::Done(summary.clone()));
            }
            Event::ItemFailed { item, why } => self.set(*item, ItemState::Failed(why.clone())),
            Event::Phase { module, phase } => {
                let module = self.modules.entry(module.0.clone()).or_default();
                module.phase.clone_from(phase);
                module.revision = None;
            }
            Event::Revision {
                module,
                revision,
                index,
                total,
            } => {
                let at = Some((revision.clone(), *index, *total));
                self.modules.entry(module.0.clone()).or_default().revision = at;
            }
            Event::Output { module, line } => self.say(Some(module.0.clone()), line),
            Event::Remark { text } => self.say(None, text),
            Event::StepsDeclared { titles } => {
                self.steps = titles.iter().map(|title| declared(title)).collect();
            }
            Event::StepStarted { index } => self.step(*index, ItemState::Running, false),
            Event::StepFinished {
                index,
                receipt,
                replayed,
            } => self.step(*index, ItemState::Done(receipt.clone()), *replayed),
            Event::StepFailed { index, why } => {
                self.step(*index, ItemState::Failed(why.clone()), false);
            }
        }
    }

    fn set(&mut self, item: Item, state: ItemState) {
        self.items[item.number() - 1] = state;
    }

    fn step(&mut self, index: usize, state: ItemState, replayed: bool) {
        if let Some(step) = self.steps.get_mut(index) {
            step.state = state;
            step.replayed = replayed;
        }
    }

    fn say(&mut self, module: Option<String>, text: &str) {
        if self.log.len() == LOG_LIMIT {
            self.log.pop_front();
            self.forgotten += 1;
        }
        self.log.push_back(LogLine {
            module,
            text: text.to_owned(),
        });
    }
}

fn declared(title: &str) -> StepProgress {
    StepProgress {
        title: title.to_owned(),
        state: ItemState::Waiting,
        replayed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModuleName;

    #[test]
    fn events_fold_into_one_state() {
        let module = || ModuleName("art".to_owned());
        let mut progress = Progress::default();
        for event in [
            Event::ItemStarted {
                item: Item::Archive,
            },
            Event::StepsDeclared {
                titles: vec!["one".to_owned(), "two".to_owned()],
            },
            Event::StepStarted { index: 0 },
            Event::StepFinished {
                index: 0,
                receipt: "3 files".to_owned(),
                replayed: true,
            },
            Event::StepFailed {
                index: 1,
                why: "no".to_owned(),
            },
            Event::StepStarted { index: 9 },
            Event::Revision {
                module: module(),
                revision: "a1".to_owned(),
                index: 2,
                total: 7,
            },
        ] {
            progress.apply(&event);
        }
        assert_eq!(progress.running(), Some(Item::Archive));
        assert_eq!(progress.finished(), 1);
        assert!(progress.steps[0].replayed);
        assert_eq!(progress.steps[1].state, ItemState::Failed("no".to_owned()));
        let revision = progress.modules["art"].revision.clone();
        assert_eq!(revision, Some(("a1".to_owned(), 2, 7)));
    }

    #[test]
    fn the_log_forgets_its_oldest_lines() {
        let mut progress = Progress::default();
        for n in 0..LOG_LIMIT + 5 {
            progress.apply(&Event::Remark {
                text: n.to_string(),
            });
        }
        assert_eq!(progress.log.len(), LOG_LIMIT);
        assert_eq!(progress.forgotten, 5);
        assert_eq!(progress.log[0].text, "5");
    }
}
