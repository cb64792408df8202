//! One revision: its place in the chain and its source.

use super::{Anchor, Page, Row};
use crate::tui::model::{Model, PageId};
use crate::tui::theme::Tone;
use ratatui::text::Line;

const LABEL: usize = 10;

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
            for (index, line) in source.lines().enumerate() {
                let spans = vec![
                    page.piece(Tone::Faint, &format!("{:>4} ", index + 1)),
                    page.piece(tone_of(line), &line.replace('\t', "    ")),
                ];
                page.push(spans);
            }
        }
    }
    page
}

/// What deserves to be seen at a glance.
fn tone_of(line: &str) -> Tone {
    let code = line.trim_start();
    if code.starts_with('#') {
        Tone::Faint
    } else if code.starts_with("def ") || code.starts_with("class ") {
        Tone::Strong
    } else if code.starts_with("op.drop") || code.contains("DROP ") {
        Tone::Bad
    } else if code.starts_with("op.") {
        Tone::Accent
    } else {
        Tone::Plain
    }
}
