//! What the keys of the table do.

use super::super::form::{self, Field};
use super::super::keymap::Action;
use super::super::layout::Layout;
use super::super::list::{self, ChecklistRow};
use super::super::message::{Ask, Command};
use super::super::model::{Cursor, Model, Overlay, PageId, Pane, Screen, Task};
use super::super::page::{self, can_go_back, side};
use super::super::{confirmation, layout};
use super::movement::{self, Step};
use super::valid::{anchor, can_plan_again, copied, is_done, is_valid, purpose};
use super::{ask, begin, cancel};
use crate::engine::Depth;
use crate::events::Item;
use crate::plan::{Source, Strategy};
use crate::tui::model::Reason;

/// Does it. Valid or not: what is not valid does nothing.
pub(super) fn perform(model: &mut Model, action: Action) -> Vec<Command> {
    if !is_valid(model, action) {
        return Vec::new();
    }
    match action {
        Action::Up => movement::go(model, Step::Up),
        Action::Down => movement::go(model, Step::Down),
        Action::PageUp => movement::go(model, Step::PageUp),
        Action::PageDown => movement::go(model, Step::PageDown),
        Action::First => movement::go(model, Step::First),
        Action::Last => movement::go(model, Step::Last),
        Action::PartBefore => part(model, Step::PartBefore),
        Action::PartAfter => part(model, Step::PartAfter),
        Action::Open => open(model),
        Action::Back => back(model),
        Action::Switch => switch(model),
        Action::Agree => ask(model, Overlay::Consent),
        Action::Rehearse => rehearse(model),
        Action::Toggle => toggle(model),
        Action::Choose => choose(model, Field::Reason),
        Action::Source => {
            let choices = &mut model.wish.choices;
            choices.source = match choices.source {
                Source::Chain => Source::Models,
                Source::Models => Source::Chain,
            };
            choices.accept_losses &= choices.source == Source::Models;
            Vec::new()
        }
        Action::Strategy => {
            let choices = &mut model.wish.choices;
            choices.strategy = match choices.strategy {
                Strategy::Keep => Strategy::Recreate,
                Strategy::Recreate => Strategy::Unversioned,
                Strategy::Unversioned => Strategy::Keep,
            };
            Vec::new()
        }
        Action::Fix => vec![Command::Ask(Ask::Propose)],
        Action::GoOn => go_on(model),
        Action::Cancel => cancel(model),
        Action::Chain => chain(model),
        Action::Past => {
            model.screen = Screen::Past;
            model.pane = Pane::List;
            vec![Command::Ask(Ask::Runs)]
        }
        Action::Recheck => recheck(model),
        Action::Filter => {
            model.overlay = Some(Overlay::Filter);
            Vec::new()
        }
        Action::Copy => copy(model),
        Action::Edit => edit(model),
        Action::Help | Action::Palette => {
            model.overlay = Some(Overlay::Menu {
                is_palette: action == Action::Palette,
                filter: String::new(),
                at: 0,
            });
            Vec::new()
        }
        Action::Suspend => vec![Command::Suspend],
        Action::Quit => quit(model),
    }
}

fn quit(model: &mut Model) -> Vec<Command> {
    if model.work.is_some() {
        model.is_leaving = true;
        return cancel(model);
    }
    vec![Command::Quit]
}

/// What was planned is of another world.
fn forget_plan(model: &mut Model) {
    model.planned = None;
    model.plan_failure = None;
    model.finished = None;
    model.step_items.clear();
    model.progress = crate::progress::Progress::default();
}

fn rehearse(model: &mut Model) -> Vec<Command> {
    if !model.is_deep() {
        return ask(model, Overlay::Consent);
    }
    // The reason goes into the note: it is asked for before there is one.
    let is_open = model.wish.choices.reason.is_none() && model.reason == Reason::NotAsked;
    if is_open && !model.is_too_small() {
        return choose(model, Field::Reason);
    }
    model.checklist.at = Item::Rehearse.number() - 1;
    model.pane = Pane::Page;
    rehearse_again(model)
}

/// Rehearses with the present choices. What was shown stays until there is something newer.
pub(super) fn rehearse_again(model: &mut Model) -> Vec<Command> {
    if is_done(model) {
        forget_plan(model);
    }
    model.plan_failure = None;
    model.finished = None;
    model.step_items.clear();
    model.progress = crate::progress::Progress::default();
    model.is_following = true;
    let wish = model.wish.clone();
    begin(model, Task::Plan, Ask::Plan(wish))
}

/// The comparison was left with other choices: they are rehearsed.
pub(super) fn settle_choices(model: &mut Model) -> Vec<Command> {
    let is_free = model.work.is_none() && model.overlay.is_none() && !model.is_leaving;
    if !is_free || !can_plan_again(model) {
        return Vec::new();
    }
    model.notice = Some("rehearsing with the other choices".to_owned());
    rehearse_again(model)
}

/// Opens the form of all choices.
fn choose(model: &mut Model, at: Field) -> Vec<Command> {
    model.reason = Reason::Asked;
    model.overlay = Some(Overlay::Choices(form::Form::of(model, at)));
    Vec::new()
}

/// Whether the box of the line with the cursor is in this column.
pub(super) fn has_box_at(model: &Model, column: usize) -> bool {
    let id = model.page_id();
    let (width, _) = layout::page_size(model);
    let at = model.pages.get(&id).map_or(0, |state| state.cursor.at);
    let page = page::page(model, &id, width);
    let anchor = page.rows.get(at).and_then(|row| row.anchor.as_ref());
    anchor
        .and_then(|anchor| anchor.toggle.as_ref())
        .is_some_and(|toggle| toggle.columns.contains(&column))
}

/// Carries the object under the cursor, or leaves it out.
fn toggle(model: &mut Model) -> Vec<Command> {
    let Some(toggle) = anchor(model).and_then(|anchor| anchor.toggle) else {
        return Vec::new();
    };
    let left_out = &mut model.wish.choices.leave_out;
    if let Some(at) = left_out.iter().position(|left| *left == toggle.object) {
        left_out.remove(at);
    } else {
        left_out.push(toggle.object);
        left_out.sort();
    }
    Vec::new()
}

pub(super) fn recheck(model: &mut Model) -> Vec<Command> {
    let depth = if model.is_deep() || model.survey.as_ref().is_some_and(|seen| seen.is_agreed) {
        Depth::Full
    } else {
        Depth::Static
    };
    forget_plan(model);
    model.sources.clear();
    model.survey_failure = None;
    begin(model, Task::Survey(depth), Ask::Survey(depth))
}

fn go_on(model: &mut Model) -> Vec<Command> {
    // Nothing else can begin before it is finished or taken back.
    let open = model.open_run().map(|run| run.id().to_owned());
    if let Some(id) = open.filter(|_| model.screen == Screen::Checklist) {
        return ask(model, Overlay::Interrupted(id));
    }
    let Some(purpose) = purpose(model) else {
        return rehearse(model);
    };
    // The plan is read first, whatever was open.
    if model.screen == Screen::Checklist && model.page_id() != PageId::Item(Item::Confirm) {
        model.checklist.at = Item::Confirm.number() - 1;
        model.pane = Pane::Page;
        return Vec::new();
    }
    let confirm = confirmation::open(model, purpose);
    ask(model, Overlay::Confirm(confirm))
}

fn chain(model: &mut Model) -> Vec<Command> {
    let module = match list::checklist_row(model, model.checklist.at) {
        ChecklistRow::Module(place) => place,
        _ => 0,
    };
    show_chain(model, module);
    Vec::new()
}

fn show_chain(model: &mut Model, module: usize) {
    model.screen = Screen::Chain(module);
    model.pane = Pane::List;
    model.chain = Cursor::default();
    model.filter.clear();
    model.matches = None;
}

/// `[` and `]`: on the chain the module, elsewhere the part.
fn part(model: &mut Model, step: Step) -> Vec<Command> {
    let Screen::Chain(module) = model.screen else {
        return movement::go(model, step);
    };
    let modules = model
        .survey
        .as_ref()
        .map_or(0, |survey| survey.outlines.len())
        .max(1);
    let next = match step {
        Step::PartBefore => (module + modules - 1) % modules,
        _ => (module + 1) % modules,
    };
    show_chain(model, next);
    Vec::new()
}

fn switch(model: &mut Model) -> Vec<Command> {
    model.pane = match model.pane {
        Pane::List => Pane::Page,
        Pane::Page if Layout::of(model).side.is_some() => Pane::Side,
        Pane::Page | Pane::Side => Pane::List,
    };
    Vec::new()
}

fn open(model: &mut Model) -> Vec<Command> {
    if model.pane != Pane::List {
        let fold = anchor(model).and_then(|anchor| anchor.fold);
        if let Some(fold) = fold {
            let (id, _, _) = side::focused(model);
            let state = model.pages.entry(id).or_default();
            if !state.turned.remove(&fold) {
                state.turned.insert(fold);
            }
        }
        return Vec::new();
    }
    match model.screen {
        Screen::Checklist => match list::checklist_row(model, model.checklist.at) {
            ChecklistRow::Module(place) => show_chain(model, place),
            _ => model.pane = Pane::Page,
        },
        Screen::Chain(_) => model.pane = Pane::Page,
        Screen::Past => return open_run(model),
    }
    Vec::new()
}

/// An open run offers its two ways; a finished one shows what an undo would do.
fn open_run(model: &mut Model) -> Vec<Command> {
    let Some(run) = model.runs.get(model.past.at) else {
        return Vec::new();
    };
    let id = run.id().to_owned();
    let (is_open, can_go_back) = (run.is_open(), can_go_back(run));
    model.pane = Pane::Page;
    if is_open && model.work.is_none() && !model.is_too_small() {
        return ask(model, Overlay::Interrupted(id));
    }
    if !can_go_back {
        return Vec::new();
    }
    model.preview = None;
    model.wanted = Some(id);
    wanted_preview(model)
}

/// Looks at what an undo would do, if that was wanted and nothing else runs.
pub(super) fn wanted_preview(model: &mut Model) -> Vec<Command> {
    if model.work.is_some() {
        return Vec::new();
    }
    match model.wanted.take() {
        Some(id) if model.page_id() == PageId::Run(id.clone()) => {
            model.preview_of = Some(id.clone());
            begin(model, Task::Preview, Ask::Preview(id))
        }
        _ => Vec::new(),
    }
}

fn back(model: &mut Model) -> Vec<Command> {
    if model.pane == Pane::Side {
        model.pane = Pane::Page;
    } else if model.pane == Pane::Page {
        model.pane = Pane::List;
    } else if model.matches.is_some() {
        model.filter.clear();
        model.matches = None;
        model.chain = Cursor::default();
    } else {
        model.screen = Screen::Checklist;
    }
    Vec::new()
}

fn copy(model: &mut Model) -> Vec<Command> {
    let anchor = anchor(model);
    let text = anchor.as_ref().and_then(|anchor| copied(model, anchor));
    let Some(text) = text.map(str::to_owned) else {
        return Vec::new();
    };
    let first = text.lines().next().unwrap_or_default();
    model.notice = Some(match text.lines().count() {
        0 | 1 => format!("copied: {first}"),
        n => format!("copied {n} lines: {first}"),
    });
    vec![Command::Copy(text)]
}

fn edit(model: &mut Model) -> Vec<Command> {
    anchor(model)
        .and_then(|anchor| anchor.place)
        .map_or(Vec::new(), |(path, line)| vec![Command::Edit(path, line)])
}
