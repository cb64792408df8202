//! What lies over the screen: questions, the typed confirmation, help and palette.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget as _};

use super::block;
use crate::tui::keymap;
use crate::tui::layout::{self, dialog_room, inner};
use crate::tui::menu;
use crate::tui::model::{Confirm, Model, Overlay, Purpose};
use crate::tui::text::{padded, span, width, wrap};
use crate::tui::theme::Tone;
use crate::tui::update::is_valid;

/// Draws the dialog, if there is one.
pub(super) fn draw(model: &Model, buffer: &mut Buffer) {
    match &model.overlay {
        None | Some(Overlay::Filter) => {}
        Some(Overlay::Choices(form)) => super::form::draw(model, form, buffer),
        Some(Overlay::Consent) => boxed(model, "May env.py be run?", &consent(model), buffer),
        Some(Overlay::Interrupted(id)) => {
            boxed(
                model,
                "A run was interrupted",
                &interrupted(model, id),
                buffer,
            );
        }
        Some(Overlay::Confirm(confirm)) => {
            boxed(
                model,
                confirm_title(confirm),
                &confirming(model, confirm),
                buffer,
            );
        }
        Some(Overlay::Menu {
            is_palette,
            filter,
            at,
        }) => draw_menu(model, *is_palette, filter, *at, buffer),
    }
}

/// A box in the middle, as high as its text.
fn boxed(model: &Model, title: &str, lines: &[Line<'static>], buffer: &mut Buffer) {
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = layout::dialog(model, height);
    Clear.render(area, buffer);
    let title = Line::from(span(model.theme.style(Tone::Strong), &format!(" {title} ")));
    block(model, title, true).render(area, buffer);
    let inside = inner(area);
    for (y, line) in (inside.y..inside.bottom()).zip(lines) {
        buffer.set_line(inside.x + 1, y, line, inside.width.saturating_sub(2));
    }
}

fn text(model: &Model, tone: Tone, text: &str) -> Vec<Line<'static>> {
    wrap(text, dialog_room(model))
        .iter()
        .map(|line| Line::from(span(model.theme.style(tone), line)))
        .collect()
}

/// A line of keys with their words, once they are taken.
fn keys(model: &Model, keys: &[(&str, &str)]) -> Line<'static> {
    if !model.is_armed {
        return Line::default();
    }
    let spans: Vec<Span<'static>> = keys
        .iter()
        .flat_map(|(key, words)| {
            [
                span(model.theme.style(Tone::Accent), key),
                span(model.theme.style(Tone::Plain), &format!(" {words}    ")),
            ]
        })
        .collect();
    Line::from(spans)
}

fn consent(model: &Model) -> Vec<Line<'static>> {
    let mut lines = text(
        model,
        Tone::Plain,
        "env.py is code of this project. To learn where it connects and how it is configured, \
         redistill runs it: with every connection led to an empty scratch database, in a process of \
         its own. Then the live database is looked at, read-only.",
    );
    lines.push(Line::default());
    for seen in model
        .survey
        .iter()
        .flat_map(|survey| &survey.evidence.modules)
    {
        let env = model.shown(&seen.module.env_py());
        lines.extend(text(model, Tone::Strong, &format!("  {env}")));
        if let Some(found) = seen.interpreter.seen() {
            let with = format!("    with {}", found.path.display());
            lines.extend(text(model, Tone::Faint, &with));
        }
    }
    lines.push(Line::default());
    lines.extend(text(model, Tone::Faint, "Asked once for this folder."));
    lines.push(Line::default());
    lines.push(keys(model, &[("enter", "run it"), ("esc", "not now")]));
    lines
}

fn interrupted(model: &Model, id: &str) -> Vec<Line<'static>> {
    let began = model
        .runs
        .iter()
        .find(|run| run.id() == id)
        .map(crate::report::past::moment)
        .unwrap_or_default();
    let mut lines = text(
        model,
        Tone::Plain,
        &format!(
            "The run {id}, begun {began}, was interrupted and is still open. Until it is finished or \
             taken back no other reset can begin."
        ),
    );
    lines.push(Line::default());
    lines.extend(text(
        model,
        Tone::Plain,
        "Either way the run's name is typed first. From a shell: redistill resume, or redistill undo",
    ));
    lines.push(Line::default());
    lines.push(keys(
        model,
        &[
            ("g", "go on with it"),
            ("b", "take it back"),
            ("esc", "look first"),
        ],
    ));
    lines
}

const fn confirm_title(confirm: &Confirm) -> &'static str {
    match confirm.purpose {
        Purpose::Reset(_) => "Confirm the reset",
        Purpose::Undo(_) => "Confirm taking it back",
        Purpose::Resume(_) => "Confirm going on",
    }
}

fn confirming(model: &Model, confirm: &Confirm) -> Vec<Line<'static>> {
    let mut lines = match &confirm.purpose {
        Purpose::Reset(digest) => {
            let digest: String = digest.chars().take(16).collect();
            text(
                model,
                Tone::Plain,
                &format!(
                    "The plan {digest} is executed as it was shown, or refused if anything changed \
                     since. It can be taken back."
                ),
            )
        }
        Purpose::Undo(run) => text(
            model,
            Tone::Plain,
            &format!("The run {run} is taken back, as it was shown."),
        ),
        Purpose::Resume(run) => text(
            model,
            Tone::Plain,
            &format!("The run {run} goes on where it was interrupted."),
        ),
    };
    lines.push(Line::default());
    for (index, (_, place)) in confirm.words.iter().enumerate() {
        let (mark, tone) = match index.cmp(&confirm.done) {
            Ordering::Less => (model.theme.letters("✓", "+"), Tone::Good),
            Ordering::Equal => (model.theme.letters("›", ">"), Tone::Strong),
            Ordering::Greater => (" ", Tone::Faint),
        };
        lines.extend(text(model, tone, &format!("{mark} {place}")));
    }
    lines.push(Line::default());
    lines.extend(question(model, confirm));
    lines.push(Line::default());
    lines.push(keys(model, &[("enter", "answer"), ("esc", "leave it")]));
    lines
}

fn question(model: &Model, confirm: &Confirm) -> Vec<Line<'static>> {
    if !model.is_armed {
        return vec![Line::default(); 2];
    }
    let what = match &confirm.purpose {
        Purpose::Reset(_) if confirm.words.len() > 1 => format!(
            "Type the name of each, {} of {}:",
            confirm.done + 1,
            confirm.words.len()
        ),
        Purpose::Reset(_) => "Type its name to go on:".to_owned(),
        Purpose::Undo(_) | Purpose::Resume(_) => "Type the run's name to go on:".to_owned(),
    };
    let mut lines = vec![Line::from(vec![
        span(model.theme.style(Tone::Plain), &format!("{what}  ")),
        span(model.theme.style(Tone::Strong), &confirm.typed),
        span(
            model.theme.style(Tone::Accent),
            model.theme.letters("▏", "_"),
        ),
    ])];
    let aside = if let Some(work) = &model.work {
        format!("a moment: {}", work.task.words())
    } else if confirm.is_wrong {
        "that is another word; nothing has happened".to_owned()
    } else {
        String::new()
    };
    lines.extend(text(model, Tone::Caution, &aside));
    lines
}

fn draw_menu(model: &Model, is_palette: bool, filter: &str, at: usize, buffer: &mut Buffer) {
    let rows = menu::rows(model, is_palette, filter);
    let title = if is_palette {
        "What can be done now"
    } else {
        "Keys"
    };
    let full = menu::rows(model, is_palette, "").len();
    let height = u16::try_from(full + 4)
        .unwrap_or(u16::MAX)
        .min(model.size.1.saturating_sub(2));
    let area = layout::dialog(model, height);
    Clear.render(area, buffer);
    let heading = Line::from(span(model.theme.style(Tone::Strong), &format!(" {title} ")));
    block(model, heading, true).render(area, buffer);
    let inside = inner(area);
    let typed = format!("filter: {filter}{}", model.theme.letters("▏", "_"));
    let line = Line::from(span(model.theme.style(Tone::Accent), &typed));
    buffer.set_line(
        inside.x + 1,
        inside.y,
        &line,
        inside.width.saturating_sub(2),
    );
    let visible = usize::from(inside.height.saturating_sub(2));
    let offset = (at + 1).saturating_sub(visible);
    for (row, binding) in rows.iter().enumerate().skip(offset).take(visible) {
        let y = inside.y + 1 + u16::try_from(row - offset).unwrap_or(0);
        let tone = if is_valid(model, binding.action) {
            Tone::Plain
        } else {
            Tone::Faint
        };
        let line = Line::from(vec![
            span(
                model.theme.style(Tone::Accent),
                &padded(&format!(" {}", keymap::names(binding)), 18),
            ),
            span(model.theme.style(tone), binding.words),
        ]);
        buffer.set_line(inside.x + 1, y, &line, inside.width.saturating_sub(2));
        if row == at {
            super::select(model, inside, y, true, buffer);
        }
    }
    let hint = "enter does it, letters filter, esc closes";
    let y = inside.bottom().saturating_sub(1);
    let line = Line::from(span(model.theme.style(Tone::Faint), hint));
    debug_assert!(width(hint) < 60, "fits the smallest screen");
    buffer.set_line(inside.x + 1, y, &line, inside.width.saturating_sub(2));
}
