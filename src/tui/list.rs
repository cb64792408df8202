//! The rows of the list on the left, screen by screen. Pure; rows are made when they are drawn.

use ratatui::text::Line;

use super::keymap::Action;
use super::model::{Model, Screen, Standing, Task};
use super::text::{self, elide, padded, span};
use super::theme::{Theme, Tone};
use crate::events::Item;
use crate::model::text::count;
use crate::plan::Purpose;
use crate::report::chain::Drawn;

/// A row of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistRow {
    /// An item.
    Item(Item),
    /// The line between items and modules.
    Heading,
    /// A module, by its place.
    Module(usize),
}

/// The row at a place; the heading beyond the end.
pub fn checklist_row(model: &Model, at: usize) -> ChecklistRow {
    match Item::ALL.get(at) {
        Some(item) => ChecklistRow::Item(*item),
        None if at > Item::ALL.len() && at < length(model, Screen::Checklist) => {
            ChecklistRow::Module(at - Item::ALL.len() - 1)
        }
        None => ChecklistRow::Heading,
    }
}

/// How many rows there are.
pub fn length(model: &Model, screen: Screen) -> usize {
    match screen {
        Screen::Checklist => {
            let modules = model
                .survey
                .as_ref()
                .map_or(0, |survey| survey.evidence.modules.len());
            Item::ALL.len() + if modules > 0 { modules + 1 } else { 0 }
        }
        Screen::Chain(module) => match &model.matches {
            Some(matches) => matches.len(),
            None => graph(model, module).len(),
        },
        Screen::Past => model.runs.len(),
    }
}

/// What a list without a row says: what will stand there, and the next key.
pub fn silence(model: &Model) -> Option<String> {
    if length(model, model.screen) > 0 {
        return None;
    }
    let back = model.keymap.key(Action::Back);
    match model.screen {
        Screen::Checklist => None,
        Screen::Chain(_) if model.matches.is_some() => {
            Some(format!("No revision has these letters; {back} shows all."))
        }
        Screen::Chain(module) => {
            let survey = model.survey.as_ref();
            let seen = survey.and_then(|survey| survey.evidence.modules.get(module))?;
            let places = seen.module.version_locations.iter();
            let places: Vec<String> = places.map(|place| model.shown(place)).collect();
            Some(format!(
                "{} has no revision yet: {} holds none. The first is written by alembic revision \
                 --autogenerate; {back} goes back.",
                seen.module.name,
                places.join(", ")
            ))
        }
        Screen::Past => Some(format!(
            "No reset yet: .redistill/runs has no run. Each reset will stand here, the newest \
             first, with what it did and the way to take it back. {back} goes back to the \
             checklist, where {} rehearses.",
            model.keymap.key(Action::Rehearse)
        )),
    }
}

/// Whether the cursor may stand on the row: not on headings, not between revisions.
pub fn is_selectable(model: &Model, at: usize) -> bool {
    match model.screen {
        Screen::Checklist => checklist_row(model, at) != ChecklistRow::Heading,
        Screen::Chain(module) => {
            graph_row(model, module, at).is_some_and(|row| row.revision.is_some())
        }
        Screen::Past => true,
    }
}

/// The row at `to` or the next one on the way that the cursor may stand on, else one on the way
/// back.
pub fn nearest(model: &Model, to: usize, is_up: bool) -> usize {
    let length = length(model, model.screen);
    let mut down = (to..length).find(|at| is_selectable(model, *at));
    let mut up = (0..=to.min(length.saturating_sub(1)))
        .rev()
        .find(|at| is_selectable(model, *at));
    if is_up {
        std::mem::swap(&mut down, &mut up);
    }
    down.or(up).unwrap_or(0)
}

/// The drawing of a module's chain.
pub fn graph(model: &Model, module: usize) -> &[Drawn] {
    model
        .outline(module)
        .map_or(&[], |outline| outline.rows.as_slice())
}

/// The row at a place of the graph, with the filter.
pub fn graph_row(model: &Model, module: usize, at: usize) -> Option<&Drawn> {
    let graph = graph(model, module);
    match &model.matches {
        Some(matches) => graph.get(*matches.get(at)?),
        None => graph.get(at),
    }
}

/// The list's title.
pub fn title(model: &Model) -> String {
    match model.screen {
        Screen::Checklist => "Checklist".to_owned(),
        Screen::Past => format!("Past resets {}", model.runs.len()),
        Screen::Chain(module) => {
            let name = model
                .survey
                .as_ref()
                .and_then(|survey| survey.evidence.modules.get(module))
                .map_or("", |seen| &seen.module.name.0);
            let all = model.outline(module).map_or(0, |all| all.revisions);
            let shown = match &model.matches {
                Some(matches) => format!("{} of {}", matches.len(), count(all, "revision")),
                None => count(all, "revision"),
            };
            format!("Chain of {name}: {shown}")
        }
    }
}

/// A row as it is drawn.
pub fn line(model: &Model, at: usize, width: u16) -> Line<'static> {
    let width = usize::from(width);
    match model.screen {
        Screen::Checklist => match checklist_row(model, at) {
            ChecklistRow::Item(item) => item_line(model, item, width),
            ChecklistRow::Heading => heading(model, width),
            ChecklistRow::Module(place) => module_line(model, place, width),
        },
        Screen::Chain(module) => graph_line(model, module, at),
        Screen::Past => run_line(model, at, width),
    }
}

fn item_line(model: &Model, item: Item, width: usize) -> Line<'static> {
    let standing = model.standing(item);
    let aside = aside(model, item, standing);
    let room = width.saturating_sub(6 + aside.len());
    let title = padded(item.title(), room);
    let style = model.theme.style(match standing {
        Standing::Waiting => Tone::Faint,
        _ => Tone::Plain,
    });
    let mark = model.theme.style(Theme::tone(standing));
    Line::from(vec![
        span(mark, model.theme.mark(standing)),
        span(style, &format!(" {:>2} {title} ", item.number())),
        span(mark, &aside),
    ])
}

/// The number or time at the right edge.
fn aside(model: &Model, item: Item, standing: Standing) -> String {
    match item {
        Item::ProductionData | Item::SharedHistory | Item::Lint => {
            let found = model
                .survey
                .as_ref()
                .map_or(0, |survey| super::standing::findings(survey, item).len());
            if found > 0 {
                found.to_string()
            } else {
                String::new()
            }
        }
        Item::Rehearse if standing == Standing::Running => model
            .work
            .as_ref()
            .filter(|work| work.task == Task::Plan)
            .map_or(String::new(), |work| text::time(model.now, work.since)),
        Item::Rehearse => model.planned.as_ref().map_or(String::new(), |planned| {
            crate::model::text::elapsed(planned.took)
        }),
        _ => String::new(),
    }
}

fn heading(model: &Model, width: usize) -> Line<'static> {
    let dash = model.theme.letters("─", "-");
    let text = format!("{dash} Modules {}", dash.repeat(width.saturating_sub(10)));
    Line::from(span(model.theme.style(Tone::Faint), &text))
}

fn module_line(model: &Model, place: usize, width: usize) -> Line<'static> {
    let Some(seen) = model
        .survey
        .as_ref()
        .and_then(|survey| survey.evidence.modules.get(place))
    else {
        return Line::default();
    };
    let heads = model.outline(place).map(|outline| outline.heads.as_slice());
    let head = match heads.unwrap_or_default() {
        [] => "no head".to_owned(),
        [one] => elide(model.theme.letters, one, 12),
        several => count(several.len(), "head"),
    };
    let aside = format!("{:>3}  {head}", seen.chain.revisions.len());
    let room = width.saturating_sub(3 + text::width(&aside));
    let name = padded(&elide(model.theme.letters, &seen.module.name.0, room), room);
    Line::from(vec![
        span(model.theme.style(Tone::Plain), &format!("  {name} ")),
        span(model.theme.style(Tone::Faint), &aside),
    ])
}

fn graph_line(model: &Model, module: usize, at: usize) -> Line<'static> {
    let row = graph_row(model, module, at);
    row.map_or_else(Line::default, |row| drawn(model, module, row))
}

/// A row of a chain's drawing, wherever it stands.
pub fn drawn(model: &Model, module: usize, row: &Drawn) -> Line<'static> {
    #[cfg(test)]
    super::fixture::draws_a_row();
    let lanes = model.theme.style(Tone::Accent);
    let mut spans = vec![span(lanes, &format!("{} ", row.lanes))];
    if row.revision.is_some() {
        spans.push(span(model.theme.style(Tone::Strong), &row.id));
        if !row.marks.is_empty() {
            let marks = format!(" ({})", row.marks);
            spans.push(span(model.theme.style(Tone::Accent), &marks));
        }
        if is_live(model, module, &row.id) {
            let here = format!(" {} database", model.theme.letters("◆", "@"));
            spans.push(span(model.theme.style(Tone::Good), &here));
        }
        spans.push(span(
            model.theme.style(Tone::Plain),
            &format!("  {}", row.message),
        ));
    }
    Line::from(spans)
}

/// Whether the live database stands at a revision.
pub fn is_live(model: &Model, module: usize, id: &str) -> bool {
    model
        .survey
        .as_ref()
        .and_then(|survey| survey.evidence.modules.get(module))
        .and_then(|seen| seen.database.seen())
        .is_some_and(|database| database.version_table.rows.iter().any(|row| row == id))
}

fn run_line(model: &Model, at: usize, width: usize) -> Line<'static> {
    let Some(run) = model.runs.get(at) else {
        return Line::default();
    };
    let standing = crate::report::past::standing(run);
    let tone = match standing {
        "done" => Tone::Good,
        "interrupted" | "undo interrupted" => Tone::Bad,
        _ => Tone::Faint,
    };
    let what = match &run.plan.purpose {
        Purpose::Reset => {
            let names: Vec<&str> = run.plan.modules.iter().map(|m| &*m.module.0).collect();
            names.join(", ")
        }
        Purpose::Undo(of) => format!("undo of {of}"),
    };
    let head = format!("{:<12} ", run.id());
    let room = width.saturating_sub(head.len() + 17);
    Line::from(vec![
        span(model.theme.style(Tone::Strong), &head),
        span(model.theme.style(tone), &format!("{standing:<16} ")),
        span(
            model.theme.style(Tone::Plain),
            &elide(model.theme.letters, &what, room),
        ),
    ])
}
