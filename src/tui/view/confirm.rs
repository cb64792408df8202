//! The typed confirmation, in lines. Its question is always in sight: what stands above it gives way.

use std::cmp::Ordering;

use ratatui::text::Line;

use super::dialog::text;
use crate::model::text::count;
use crate::tui::consent;
use crate::tui::model::{Confirm, Model, Purpose};
use crate::tui::text::span;
use crate::tui::theme::Tone;

/// Borders, the empty lines, the question with its aside, the keys, and a line around it all.
const AROUND: usize = 10;

pub(super) const fn title(confirm: &Confirm) -> &'static str {
    match confirm.purpose {
        Purpose::Consent => "Agree to what may be lost",
        Purpose::Reset(_) => "Confirm the reset",
        Purpose::Undo(_) => "Confirm taking it back",
        Purpose::Resume(_) => "Confirm going on",
    }
}

pub(super) fn lines(model: &Model, confirm: &Confirm) -> Vec<Line<'static>> {
    let mut lines = text(model, Tone::Plain, &introduction(model, &confirm.purpose));
    lines.push(Line::default());
    let room = usize::from(model.size.1).saturating_sub(AROUND + lines.len());
    let places = places(model, confirm, room.max(1));
    let room = room.saturating_sub(places.len() + 1);
    lines.extend(places);
    if confirm.purpose == Purpose::Consent {
        lines.extend(losses(model, confirm, room));
    }
    lines.push(Line::default());
    lines.extend(question(model, confirm));
    lines
}

fn introduction(model: &Model, purpose: &Purpose) -> String {
    match purpose {
        Purpose::Consent => {
            let all = consent::wanted(model).iter();
            let all = all.flat_map(|one| &one.statements);
            let total = all.filter(|statement| statement.loses.is_some()).count();
            let them = if total == 1 { "it" } else { "them" };
            format!(
                "{} may lose something, as the page shows {them} in full. Agreeing runs nothing: a \
                 plan with {them} is rehearsed, and confirmed by itself.",
                count(total, "statement")
            )
        }
        Purpose::Reset(digest) => {
            let digest: String = digest.chars().take(16).collect();
            format!(
                "The plan {digest} is executed as it was shown, or refused if anything changed \
                 since. It can be taken back."
            )
        }
        Purpose::Undo(run) => format!("The run {run} is taken back, as it was shown."),
        Purpose::Resume(run) => format!("The run {run} goes on where it was interrupted."),
    }
}

/// What is typed, in order; of many those around the one that is asked for.
fn places(model: &Model, confirm: &Confirm, room: usize) -> Vec<Line<'static>> {
    let mut blocks = Vec::new();
    for (index, (_, place)) in confirm.words.iter().enumerate() {
        let (mark, tone) = match index.cmp(&confirm.done) {
            Ordering::Less => (model.theme.letters("✓", "+"), Tone::Good),
            Ordering::Equal => (model.theme.letters("›", ">"), Tone::Strong),
            Ordering::Greater => (" ", Tone::Faint),
        };
        blocks.push(text(model, tone, &format!("{mark} {place}")));
    }
    let all: usize = blocks.iter().map(Vec::len).sum();
    if all <= room {
        return blocks.concat();
    }
    // The one that is asked for, then its neighbours as long as there is room.
    let done = confirm.done.min(blocks.len().saturating_sub(1));
    let (mut first, mut last) = (done, done);
    let mut used = blocks.get(done).map_or(0, Vec::len) + 2;
    while let Some(next) = blocks
        .get(last + 1)
        .filter(|next| used + next.len() <= room)
    {
        used += next.len();
        last += 1;
    }
    while let Some(before) = first
        .checked_sub(1)
        .filter(|at| used + blocks[*at].len() <= room)
    {
        used += blocks[before].len();
        first = before;
    }
    let hidden = |n: usize, words: &str| match n {
        0 => Vec::new(),
        n => text(model, Tone::Faint, &format!("  {n} {words}")),
    };
    let mut lines = hidden(first, "above, typed already");
    lines.extend(blocks[first..=last].concat());
    lines.extend(hidden(blocks.len() - 1 - last, "more below"));
    lines
}

/// What the database that is asked for may lose, as far as there is room; the page has all of it.
fn losses(model: &Model, confirm: &Confirm, room: usize) -> Vec<Line<'static>> {
    let Some((_, label)) = confirm.words.get(confirm.done) else {
        return Vec::new();
    };
    let its = consent::wanted(model)
        .iter()
        .filter(|one| one.label == *label);
    let mut lines = Vec::new();
    for statement in its.flat_map(|one| &one.statements) {
        if let Some(loses) = &statement.loses {
            lines.extend(text(model, Tone::Plain, &format!("    {}", statement.sql)));
            lines.extend(text(model, Tone::Bad, &format!("      may lose {loses}")));
        }
    }
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.extend(text(model, Tone::Faint, "    … more on the page"));
        lines.truncate(room);
    }
    lines
}

fn question(model: &Model, confirm: &Confirm) -> Vec<Line<'static>> {
    if !model.is_armed {
        return vec![Line::default(); 2];
    }
    let all = confirm.words.len();
    let what = match &confirm.purpose {
        Purpose::Reset(_) | Purpose::Consent if all > 1 => {
            format!("Type the name of each, {} of {all}:", confirm.done + 1)
        }
        Purpose::Reset(_) => "Type its name to go on:".to_owned(),
        Purpose::Consent => "Type its name to agree:".to_owned(),
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
