//! The form of all choices, as a dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget as _};

use super::bordered;
use super::dialog::{ENTER, ESC, Offer, keys};
use crate::plan::{Reference, RevisionIdChoice};
use crate::tui::form::{Field, Form, offset};
use crate::tui::layout::{self, inner};
use crate::tui::model::Model;
use crate::tui::page::{source_words, strategy_words};
use crate::tui::text::{head, span, tail, width};
use crate::tui::theme::Tone;

/// What the form takes besides the keys of a form.
pub(super) const KEYS: &[Offer] = &[(ENTER, "enter", "rehearse"), (ESC, "esc", "leave it")];

/// The column of the answers.
const LABEL: usize = 14;

pub(super) fn draw(model: &Model, form: &Form, buffer: &mut Buffer) {
    let (area, rows) = layout::form(model, form);
    Clear.render(area, buffer);
    let title = Line::from(span(model.theme.style(Tone::Strong), " Choices "));
    bordered(model, title, true, Tone::Accent).render(area, buffer);
    let room = usize::from(rows.width.saturating_sub(3));
    let first = offset(form, usize::from(rows.height));
    for (y, row) in (rows.y..rows.bottom()).zip(form.rows().into_iter().skip(first)) {
        let line = line(model, form, row, room);
        buffer.set_line(rows.x + 2, y, &line, rows.width.saturating_sub(3));
        if row == form.at {
            let inside = Rect { y, ..rows };
            super::select(model, inside, y, true, buffer);
        }
    }
    let inside = inner(area);
    let foot = inside.bottom().saturating_sub(1);
    let room = inside.width.saturating_sub(2);
    buffer.set_line(
        inside.x + 2,
        rows.bottom() + 1,
        &words(model, form, usize::from(room).saturating_sub(1)),
        room - 1,
    );
    let all = form.rows().len();
    let mut hint = "up and down move, left and right change".to_owned();
    if all > usize::from(rows.height) {
        hint = format!(
            "line {} of {all}; the arrows move and change",
            form.place() + 1
        );
    }
    let hint = Line::from(span(model.theme.style(Tone::Faint), &hint));
    buffer.set_line(inside.x + 2, foot.saturating_sub(1), &hint, room - 1);
    buffer.set_line(inside.x + 1, foot, &keys(model, KEYS), room);
}

fn line(model: &Model, form: &Form, row: Field, room: usize) -> Line<'static> {
    let label = match row {
        Field::Source => "source",
        Field::Losses => "losses",
        Field::Reference => "reference",
        Field::Changes => "models ahead",
        Field::Strategy => "strategy",
        Field::Identifier => "identifier",
        Field::Message => "message",
        Field::Reason => "reason",
        Field::Module(0) => "modules",
        Field::Consent(0) => "consent",
        Field::Module(_) | Field::Consent(_) => "",
    };
    let mut spans = vec![span(
        model.theme.style(Tone::Faint),
        &format!("{label:<LABEL$}"),
    )];
    spans.extend(answer(model, form, row, room.saturating_sub(LABEL + 1)));
    Line::from(spans)
}

fn answer(model: &Model, form: &Form, row: Field, room: usize) -> Vec<Span<'static>> {
    let (left, right) = (
        model.theme.letters("‹ ", "< "),
        model.theme.letters(" ›", " >"),
    );
    // Which answer it is stands first: its end may go.
    let one = |text: &str| {
        vec![
            span(model.theme.style(Tone::Accent), left),
            span(
                model.theme.style(Tone::Plain),
                &head(model.theme.letters, text, room.saturating_sub(4)),
            ),
            span(model.theme.style(Tone::Accent), right),
        ]
    };
    match row {
        Field::Source => one(source_words(form.choices.source)),
        Field::Losses => one(if form.choices.accept_losses {
            "all accepted: what the models do not say goes"
        } else {
            "asked about one by one, in the comparison"
        }),
        Field::Reference => one(match form.choices.reference {
            Reference::Replay => "replay: the old chain, replayed",
            Reference::Live => "live: the live schema, if not replayable (weaker)",
        }),
        Field::Changes => one(if form.choices.with_model_changes {
            "written as a second revision, and applied"
        } else {
            "shown only"
        }),
        Field::Strategy => one(strategy_words(form.choices.strategy)),
        Field::Identifier => match &form.choices.revision_id {
            RevisionIdChoice::New => one("new: one of its own"),
            RevisionIdChoice::ReuseHead => one("reuse-head: the old head's"),
            RevisionIdChoice::Given(_) => typed(model, form, row, &form.given, room),
        },
        Field::Message => typed(model, form, row, &form.message, room),
        Field::Reason => typed(model, form, row, &form.reason, room),
        Field::Module(place) => ticked(model, form.modules.get(place), ""),
        Field::Consent(place) => ticked(model, form.consents.get(place), ", as it was shown"),
    }
}

/// A box and what it is about.
fn ticked(model: &Model, one: Option<&(String, bool)>, more: &str) -> Vec<Span<'static>> {
    let Some((name, is_chosen)) = one else {
        return Vec::new();
    };
    let (mark, tone) = if *is_chosen {
        ("[x] ", Tone::Good)
    } else {
        ("[ ] ", Tone::Caution)
    };
    vec![
        span(model.theme.style(tone), mark),
        span(model.theme.style(Tone::Plain), name),
        span(model.theme.style(Tone::Faint), more),
    ]
}

/// What is being typed: its end is what one looks at.
fn typed(model: &Model, form: &Form, row: Field, text: &str, room: usize) -> Vec<Span<'static>> {
    let mut spans = vec![span(
        model.theme.style(Tone::Strong),
        &tail(text, room.saturating_sub(1)),
    )];
    if row == form.at {
        let cursor = model.theme.letters("▏", "_");
        spans.push(span(model.theme.style(Tone::Accent), cursor));
    }
    spans
}

/// What the row is, or why it cannot be taken.
fn words(model: &Model, form: &Form, room: usize) -> Line<'static> {
    if let Some(problem) = &form.problem {
        return Line::from(span(
            model.theme.style(Tone::Caution),
            &head(
                model.theme.letters,
                &model.theme.worded(&format!("! {problem}")),
                room,
            ),
        ));
    }
    let words = match form.at {
        Field::Source => "where the baseline comes from",
        Field::Losses => "what the old chain has and the models do not say",
        Field::Reference => "what the baseline is held against where the old chain does not replay",
        Field::Changes => "what the models say that the old chain does not build",
        Field::Strategy => "what becomes of the live database",
        Field::Identifier => "new, the old head's, or one that you type",
        Field::Message => "the baseline's message",
        Field::Reason => "why the history is reset; goes into the note, and may be left empty",
        Field::Module(_) => "which modules are reset",
        Field::Consent(_) => "where something may be lost; taken back here, given at item 6",
    };
    debug_assert!(width(words) < 72, "fits the smallest dialog but one");
    Line::from(span(
        model.theme.style(Tone::Faint),
        &head(model.theme.letters, words, room),
    ))
}
