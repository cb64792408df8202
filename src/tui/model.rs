//! The state of the app, whole. `update` alone changes it; views and pages read it.

mod answers;
mod outline;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

pub use answers::{Finished, Planned, Previewed, Reason, Standing, Surveyed, Task, Wish, Work};
pub use outline::Outline;

use super::form::Form;
use super::keymap::Keymap;
use super::message::{Proposed, Source};
use super::standing;
use super::theme::Theme;
use crate::engine::{Depth, Destructive};
use crate::error::Failure;
use crate::events::Item;
use crate::journal::Run;
use crate::plan::Plan;
use crate::progress::Progress;

/// The fewest columns and rows on which something can be confirmed.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The checklist.
    Checklist,
    /// The revision graph of the module with this place.
    Chain(usize),
    /// Past resets.
    Past,
}

/// The panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The list on the left.
    List,
    /// What is open on the right.
    Page,
    /// What stands beside it on a wide screen.
    Side,
}

/// Which page is open on the right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageId {
    /// An item of the checklist.
    Item(Item),
    /// A module, by its place.
    Module(usize),
    /// A revision: module and place in the chain.
    Revision(usize, usize),
    /// A past run.
    Run(String),
    /// The baseline of a module.
    Baseline(String),
    /// Both definitions of an object: the module, the object.
    Object(String, String),
    /// The chain of a module, beside another page.
    Graph(usize),
    /// Nothing to show.
    Nothing,
}

/// A place in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The row.
    pub at: usize,
    /// The first row that is shown.
    pub offset: usize,
}

/// A page's folds and place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageState {
    /// The line.
    pub cursor: Cursor,
    /// What was folded or unfolded against its default.
    pub turned: BTreeSet<String>,
}

/// Why something is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Agree to what these databases may lose; it changes nothing but the choices.
    Consent,
    /// Execute the plan with this digest.
    Reset(String),
    /// Take this run back.
    Undo(String),
    /// Go on with this run.
    Resume(String),
}

/// The typed confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What for.
    pub purpose: Purpose,
    /// What must be typed, one after the other; with the place that each names.
    pub words: Vec<(String, String)>,
    /// How many were typed.
    pub done: usize,
    /// What is typed of the next.
    pub typed: String,
    /// Whether the last answer was another word.
    pub is_wrong: bool,
}

/// What lies over the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// May env.py be run?
    Consent,
    /// A run was interrupted.
    Interrupted(String),
    /// The typed confirmation.
    Confirm(Confirm),
    /// All bindings (help), or those valid now (palette).
    Menu {
        /// Whether only what is valid now.
        is_palette: bool,
        /// The letters typed.
        filter: String,
        /// The row.
        at: usize,
    },
    /// The filter of the list is being typed.
    Filter,
    /// All choices of the plan.
    Choices(Form),
    /// Corrections, before they are written.
    Corrections {
        /// They.
        proposed: Proposed,
        /// The first line of the diffs that is shown.
        offset: usize,
    },
}

/// Everything.
#[derive(Debug)]
pub struct Model {
    /// The project's folder.
    pub root: PathBuf,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Colours and symbols.
    pub theme: Theme,
    /// The keys.
    pub keymap: Keymap,
    /// A line above the survey for somebody who is led here.
    pub aside: Option<String>,
    /// What was done before the app was opened, in figures: a reset's report begins with it.
    pub credit: Option<String>,
    /// Since the start.
    pub now: Duration,
    /// The screen.
    pub screen: Screen,
    /// The pane with the keys.
    pub pane: Pane,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// Whether the dialog takes keys already.
    pub is_armed: bool,
    /// The checklist's row.
    pub checklist: Cursor,
    /// The graph's row.
    pub chain: Cursor,
    /// The graph's filter.
    pub filter: String,
    /// The rows that the filter leaves, of the module that is shown; none without a filter.
    pub matches: Option<Vec<usize>>,
    /// The past runs' row.
    pub past: Cursor,
    /// Folds and places, by page.
    pub pages: BTreeMap<PageId, PageState>,
    /// The survey.
    pub survey: Option<Surveyed>,
    /// Why there is none.
    pub survey_failure: Option<Failure>,
    /// What the user decides for the plan.
    pub wish: Wish,
    /// Whether the reason was asked for.
    pub reason: Reason,
    /// The statements that were agreed to, as they were shown.
    pub agreed: Vec<Destructive>,
    /// The rehearsal.
    pub planned: Option<Planned>,
    /// Why there is none.
    pub plan_failure: Option<Failure>,
    /// What runs.
    pub work: Option<Work>,
    /// When something ended: a Ctrl-C that was meant for it comes a moment later.
    pub ended_at: Option<Duration>,
    /// Whether the page shows the newest lines of the rehearsal's output.
    pub is_following: bool,
    /// What its events came to.
    pub progress: Progress,
    /// The items that the steps of the run at hand belong to, step by step.
    pub step_items: Vec<Item>,
    /// The run that ended last.
    pub finished: Option<Finished>,
    /// Past runs, newest first.
    pub runs: Vec<Run>,
    /// Why they are not known.
    pub runs_failure: Option<Failure>,
    /// What an undo would do.
    pub preview: Option<Result<Previewed, Failure>>,
    /// The run that this is about.
    pub preview_of: Option<String>,
    /// The run whose undo is looked at as soon as nothing else runs.
    pub wanted: Option<String>,
    /// Files that were read.
    pub sources: BTreeMap<PathBuf, Result<Source, String>>,
    /// A line for the footer; gone with the next key.
    pub notice: Option<String>,
    /// Whether the app ends as soon as nothing runs.
    pub is_leaving: bool,
}

impl Model {
    /// The app at its start: nothing is known yet.
    pub fn new(root: PathBuf, size: (u16, u16), theme: Theme) -> Self {
        Self {
            root,
            size,
            theme,
            keymap: Keymap::default(),
            aside: None,
            credit: None,
            now: Duration::ZERO,
            screen: Screen::Checklist,
            pane: Pane::List,
            overlay: None,
            is_armed: true,
            checklist: Cursor::default(),
            chain: Cursor::default(),
            filter: String::new(),
            matches: None,
            past: Cursor::default(),
            pages: BTreeMap::new(),
            survey: None,
            survey_failure: None,
            wish: Wish::default(),
            reason: Reason::NotAsked,
            agreed: Vec::new(),
            planned: None,
            plan_failure: None,
            work: None,
            ended_at: None,
            is_following: true,
            progress: Progress::default(),
            step_items: Vec::new(),
            finished: None,
            runs: Vec::new(),
            runs_failure: None,
            preview: None,
            preview_of: None,
            wanted: None,
            sources: BTreeMap::new(),
            notice: None,
            is_leaving: false,
        }
    }

    /// The project's name: its folder's.
    pub fn project(&self) -> String {
        self.root.file_name().map_or_else(
            || "/".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// Whether the terminal is too small for anything that must be read first.
    pub fn is_too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// The page that is open.
    pub fn page_id(&self) -> PageId {
        match self.screen {
            Screen::Checklist => match super::list::checklist_row(self, self.checklist.at) {
                super::list::ChecklistRow::Item(item) => PageId::Item(item),
                super::list::ChecklistRow::Module(place) => PageId::Module(place),
                super::list::ChecklistRow::Heading => PageId::Nothing,
            },
            Screen::Chain(module) => super::list::graph_row(self, module, self.chain.at)
                .and_then(|row| row.revision)
                .map_or(PageId::Nothing, |at| PageId::Revision(module, at)),
            Screen::Past => self
                .runs
                .get(self.past.at)
                .map_or(PageId::Nothing, |run| PageId::Run(run.id().to_owned())),
        }
    }

    /// The list's cursor.
    pub fn cursor(&self) -> Cursor {
        match self.screen {
            Screen::Checklist => self.checklist,
            Screen::Chain(_) => self.chain,
            Screen::Past => self.past,
        }
    }

    /// The list's cursor, to be moved.
    pub fn cursor_mut(&mut self) -> &mut Cursor {
        match self.screen {
            Screen::Checklist => &mut self.checklist,
            Screen::Chain(_) => &mut self.chain,
            Screen::Past => &mut self.past,
        }
    }

    /// Whether the open page is output that is being followed.
    pub fn follows(&self) -> bool {
        let is_rehearsing = self
            .work
            .as_ref()
            .is_some_and(|work| work.task == Task::Plan);
        self.is_following && is_rehearsing && self.page_id() == PageId::Item(Item::Rehearse)
    }

    /// How an item stands.
    pub fn standing(&self, item: Item) -> Standing {
        standing::of(self, item)
    }

    /// Whether env.py was run.
    pub fn is_deep(&self) -> bool {
        self.survey
            .as_ref()
            .is_some_and(|survey| survey.depth == Depth::Full)
    }

    /// The plan, where there is one for the present choices.
    pub fn plan(&self) -> Option<&Plan> {
        let planned = self.planned.as_ref().filter(|_| !self.is_stale())?;
        planned.plan.as_ref().ok()
    }

    /// The digest of that plan.
    pub fn digest(&self) -> Option<&str> {
        let planned = self.planned.as_ref().filter(|_| !self.is_stale())?;
        planned.digest()
    }

    /// What is drawn of a module's chain.
    pub fn outline(&self, module: usize) -> Option<&Outline> {
        self.survey.as_ref()?.outlines.get(module)
    }

    /// Whether what is shown of the rehearsal was made with other choices.
    pub fn is_stale(&self) -> bool {
        self.planned
            .as_ref()
            .is_some_and(|planned| planned.wish != self.wish)
    }

    /// Whether a module is to be reset.
    pub fn is_chosen(&self, module: &str) -> bool {
        self.wish.only.is_empty() || self.wish.only.iter().any(|only| only == module)
    }

    /// Whether an object is to be left out of the baseline.
    pub fn is_left_out(&self, object: &str) -> bool {
        self.wish
            .choices
            .leave_out
            .iter()
            .any(|left| left == object)
    }

    /// The run that is open, if there is one.
    pub fn open_run(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.is_open())
    }

    /// A path as it is shown: relative to the project where it lies below it.
    pub fn shown(&self, path: &std::path::Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
