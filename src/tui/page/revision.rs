//! One revision: its place in the chain, what it does, and its source.

use std::path::Path;

use ratatui::text::Line;

use super::{Anchor, Page, Row};
use crate::model::text::count;
use crate::report::operations::Doing;
use crate::tui::model::{Model, PageId};
use crate::tui::syntax::{Language, Painter};
use crate::tui::text::wrap;
use crate::tui::theme::Tone;

const LABEL: usize = 10;

/// So many operations are unfolded at once.
const FEW: usize = 12;

pub(super) fn page(model: &Model, module: usize, at: usize, width: u16) -> Page {
    let id = PageId::Revision(module, at);
    let revision = model
        .survey
        .as_ref()
        .and_then(|survey| survey.evidence.modules.get(module))
        .and_then(|seen| seen.chain.revisions.get(at));
    let title = revision.map_or(String::new(), |revision| revision.id.0.clone());
    let mut page = Page::new(model, &id, title, width);
    let Some(revision) = revision else {
        return page;
    };
    page.labelled("message", LABEL, Tone::Plain, &revision.message);
    let parents: Vec<&str> = revision.down.iter().map(|id| id.0.as_str()).collect();
    let parents = if parents.is_empty() {
        "none: this is a base".to_owned()
    } else {
        parents.join(", ")
    };
    page.labelled("follows", LABEL, Tone::Plain, &parents);
    for (label, names) in [
        ("needs", &revision.depends_on),
        ("labels", &revision.labels),
    ] {
        if !names.is_empty() {
            page.labelled(label, LABEL, Tone::Plain, &names.join(", "));
        }
    }
    let place = format!("{}:{}", model.shown(&revision.path), revision.line);
    let spans = vec![
        page.piece(Tone::Faint, &format!("{:<LABEL$} ", "file")),
        page.piece(Tone::Accent, &place),
    ];
    page.rows.push(Row {
        line: Line::from(spans),
        anchor: Some(Anchor {
            place: Some((revision.path.clone(), revision.line)),
            copy: Some(place),
            ..Anchor::default()
        }),
    });
    page.blank();
    match model.sources.get(&revision.path) {
        None => page.text(Tone::Faint, 0, "reading …"),
        Some(Err(why)) => page.text(Tone::Bad, 0, why),
        Some(Ok(source)) => {
            does(&mut page, "upgrade", &revision.path, &source.does.upgrade);
            does(
                &mut page,
                "downgrade",
                &revision.path,
                &source.does.downgrade,
            );
            page.heading("Source");
            numbered(&mut page, &source.text);
        }
    }
    page
}

/// What one direction does; a line leads to its place in the file.
fn does(page: &mut Page, direction: &str, path: &Path, doings: &[Doing]) {
    let anchor = Anchor {
        fold: Some(direction.to_owned()),
        ..Anchor::default()
    };
    let what = if doings.is_empty() {
        "nothing that is known".to_owned()
    } else {
        count(doings.len(), "operation")
    };
    let spans = vec![
        page.piece(Tone::Strong, direction),
        page.piece(Tone::Faint, &format!("  {what}")),
    ];
    if !page.fold(anchor, direction == "upgrade" && doings.len() <= FEW, spans) {
        return;
    }
    for doing in doings {
        let tone = if doing.is_loss {
            Tone::Bad
        } else {
            Tone::Plain
        };
        let place = page.piece(Tone::Faint, &format!("{:>5} ", doing.line));
        let words = page.theme.worded(&doing.words).into_owned();
        let lines = wrap(&words, page.width.saturating_sub(6));
        let first = lines.first().map_or("", String::as_str);
        // A long statement stands in full in the source below.
        let more = if lines.len() > 1 { " …" } else { "" };
        let words = page.piece(tone, &format!("{first}{more}"));
        page.rows.push(Row {
            line: Line::from(vec![place, words]),
            anchor: Some(Anchor {
                place: Some((path.to_owned(), doing.line)),
                copy: Some(doing.words.clone()),
                ..Anchor::default()
            }),
        });
    }
}

/// Python in its colours, with the numbers of its lines.
fn numbered(page: &mut Page, text: &str) {
    let mut painter = Painter::new(Language::Python);
    for (index, line) in text.lines().enumerate() {
        let mut spans = vec![page.piece(Tone::Faint, &format!("{:>4} ", index + 1))];
        for (tone, piece) in painter.line(&line.replace('\t', "    ")) {
            spans.push(page.piece(tone, &piece));
        }
        page.push(spans);
    }
}
