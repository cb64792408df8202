//! The line at the top, which names the target in full, and the line of keys at the bottom.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::evidence::{DatabaseEvidence, ModuleEvidence};
use crate::model::text::elapsed;
use crate::rules::{is_marked_disposable, is_marked_production};
use crate::tui::layout::buttons;
use crate::tui::list::{ChecklistRow, checklist_row};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::text::{elide, span, width};
use crate::tui::theme::Tone;

/// What is known of the target.
struct Target {
    label: String,
    version: String,
    mark: Option<(&'static str, Tone)>,
    others: usize,
}

/// The program, the project, the database.
pub(super) fn header(model: &Model, area: Rect, buffer: &mut Buffer) {
    let right = target(model).map_or_else(Vec::new, |target| target_spans(model, &target, area));
    let used: usize = right.iter().map(|span| width(&span.content)).sum();
    let left_room = usize::from(area.width).saturating_sub(used + 13);
    // The first letters alone would look like another project's name.
    let project = if left_room < 8 && width(&model.project()) > left_room {
        String::new()
    } else {
        elide(model.theme.letters, &model.project(), left_room)
    };
    let left = Line::from(vec![
        span(model.theme.style(Tone::Accent), " redistill"),
        span(model.theme.style(Tone::Strong), &format!("  {project}")),
    ]);
    buffer.set_line(area.x, area.y, &left, area.width);
    let used = u16::try_from(used).unwrap_or(area.width).min(area.width);
    let x = area.right() - used;
    buffer.set_line(x, area.y, &Line::from(right), used);
}

/// The target of the module that is looked at, else of the first one that was seen.
fn target(model: &Model) -> Option<Target> {
    let modules = &model.survey.as_ref()?.evidence.modules;
    let chosen = match model.screen {
        Screen::Chain(place) => Some(place),
        _ => match checklist_row(model, model.checklist.at) {
            ChecklistRow::Module(place) => Some(place),
            _ => None,
        },
    };
    let seen: Vec<&DatabaseEvidence> = modules.iter().filter_map(database).collect();
    let database = match chosen {
        Some(place) => modules.get(place).and_then(database)?,
        None => seen.first()?,
    };
    let comment = database.comment.as_deref().unwrap_or_default();
    let mark = if is_marked_production(comment) {
        Some(("production", Tone::Bad))
    } else if is_marked_disposable(comment) {
        Some(("disposable", Tone::Good))
    } else {
        None
    };
    let mut labels: Vec<&str> = seen
        .iter()
        .map(|database| database.label.as_str())
        .collect();
    labels.sort_unstable();
    labels.dedup();
    Some(Target {
        label: database.label.clone(),
        version: database.identity.version_text(),
        mark,
        others: if chosen.is_none() {
            labels.len() - 1
        } else {
            0
        },
    })
}

fn database(seen: &ModuleEvidence) -> Option<&DatabaseEvidence> {
    seen.database.seen()
}

/// Least important things go first where there is no room; the label stays whole.
fn target_spans(model: &Model, target: &Target, area: Rect) -> Vec<Span<'static>> {
    let mark = target.mark.map(|(word, tone)| (format!("  {word}"), tone));
    let others = match target.others {
        0 => String::new(),
        n => format!("  and {n} more"),
    };
    let mut version = format!("  PostgreSQL {}", target.version);
    let rest =
        width(&target.label) + mark.as_ref().map_or(0, |(word, _)| word.len()) + others.len() + 14;
    let room = usize::from(area.width);
    if rest + version.len() + 8 > room {
        version = format!("  {}", target.version);
    }
    if rest + version.len() > room {
        version.clear();
    }
    let mut spans = vec![
        span(model.theme.style(Tone::Strong), &target.label),
        span(model.theme.style(Tone::Faint), &others),
        span(model.theme.style(Tone::Faint), &version),
    ];
    if let Some((word, tone)) = mark {
        spans.push(span(model.theme.style(tone), &word));
    }
    spans.push(Span::raw(" "));
    spans
}

/// The keys that are valid now, or what must be said.
pub(super) fn footer(model: &Model, area: Rect, buffer: &mut Buffer) {
    if let Some(notice) = &model.notice {
        let text = elide(
            model.theme.letters,
            &model.theme.worded(&format!(" {notice}")),
            usize::from(area.width),
        );
        let line = Line::from(span(model.theme.style(Tone::Accent), &text));
        buffer.set_line(area.x, area.y, &line, area.width);
        return;
    }
    if model.overlay == Some(Overlay::Filter) {
        let text = format!(" / {}_   enter keeps it, esc shows all", model.filter);
        let line = Line::from(span(model.theme.style(Tone::Accent), &text));
        buffer.set_line(area.x, area.y, &line, area.width);
        return;
    }
    if model.overlay.is_some() {
        return;
    }
    let mut end = area.x;
    for button in buttons(model) {
        let line = Line::from(vec![
            span(model.theme.style(Tone::Accent), &button.key),
            span(
                model.theme.style(Tone::Faint),
                &format!(" {}", button.words),
            ),
        ]);
        buffer.set_line(area.x + button.x, area.y, &line, button.width);
        end = button.x + button.width;
    }
    working(model, area, end, buffer);
}

/// At the right edge: what is going on, if there is room.
fn working(model: &Model, area: Rect, end: u16, buffer: &mut Buffer) {
    let Some(work) = &model.work else {
        return;
    };
    let sign = model.theme.letters("◐", "*");
    let since = elapsed(model.now.saturating_sub(work.since));
    let long = format!("{sign} {} {since} ", work.task.words());
    let short = format!("{sign} {since} ");
    let room = usize::from(area.right().saturating_sub(end + 2));
    let Some(text) = [long, short].into_iter().find(|text| width(text) <= room) else {
        return;
    };
    let columns = u16::try_from(width(&text)).unwrap_or(0);
    let line = Line::from(span(model.theme.style(Tone::Accent), &text));
    buffer.set_line(area.right() - columns, area.y, &line, columns);
}
