//! A rehearsal while it runs: how far each module is, and what its children print.

use ratatui::text::{Line, Span};

use super::{Anchor, Page};
use crate::evidence::ModuleEvidence;
use crate::model::text::{count, elapsed};
use crate::progress::ModuleProgress;
use crate::tui::model::{Model, Work};
use crate::tui::text::{elide, padded, width};
use crate::tui::theme::Tone;

/// How many cells a bar has.
const CELLS: usize = 20;

/// The bars stay in sight; the output moves below them.
pub(super) fn running(page: &mut Page, model: &Model, work: &Work) {
    let since = elapsed(model.now.saturating_sub(work.since));
    bars(page, model, &since, work.is_cancelled);
    log(page, model);
}

fn bars(page: &mut Page, model: &Model, since: &str, is_cancelled: bool) {
    let words = if is_cancelled {
        "cancelling: the scratch databases are being dropped"
    } else if model.progress.modules.is_empty() {
        "looking once more: what is planned is what is there now"
    } else {
        "on scratch databases; nothing of yours changes"
    };
    let mut head = vec![page.piece(Tone::Accent, since)];
    let left = model.progress.remaining(model.now);
    if let Some(left) = left.filter(|_| !is_cancelled) {
        let left = format!("  about {} left", elapsed(left));
        head.push(page.piece(Tone::Plain, &left));
    }
    // Two lines where they could not stand in one: nothing moves up and down while it runs.
    let words = page.piece(Tone::Faint, words);
    if page.width >= 84 {
        head.push(Span::raw("  "));
        head.push(words);
        page.pinned.push(Line::from(head));
    } else {
        page.pinned.extend([Line::from(head), Line::from(words)]);
    }
    let names: Vec<&str> = model
        .survey
        .iter()
        .flat_map(|survey| &survey.evidence.modules)
        .map(|seen| seen.module.name.0.as_str())
        .filter(|name| model.is_chosen(name))
        .collect();
    let room = names.iter().map(|name| width(name)).max();
    let room = room.unwrap_or(0).min(20);
    for name in names {
        let progress = model.progress.modules.get(name);
        let file = progress.and_then(|progress| file_of(model, name, progress));
        let line = bar(page, name, room, progress, file.as_deref());
        page.pinned.push(line);
    }
    page.pinned.push(Line::default());
}

/// The file of the revision at hand.
fn file_of(model: &Model, module: &str, progress: &ModuleProgress) -> Option<String> {
    let (id, _, _) = progress.revision.as_ref()?;
    let modules = &model.survey.as_ref()?.evidence.modules;
    let is_it = |seen: &ModuleEvidence| seen.module.name.0 == module;
    let place = modules.iter().position(is_it)?;
    let at = model.outline(place)?.place(id)?;
    let revision = modules[place].chain.revisions.get(at)?;
    let name = revision.path.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn bar(
    page: &Page,
    name: &str,
    room: usize,
    progress: Option<&ModuleProgress>,
    file: Option<&str>,
) -> Line<'static> {
    let (filled, what) = progress.map_or((0, "waiting".to_owned()), |progress| {
        let what = match &progress.revision {
            Some((id, index, total)) => format!("{} {index} of {total}  {id}", progress.phase),
            None => progress.phase.clone(),
        };
        (progress.cells(CELLS), what)
    });
    let full = page.theme.letters("█", "#").repeat(filled);
    let empty = page.theme.letters("░", ".").repeat(CELLS - filled);
    let name = padded(&elide(page.theme.letters, name, room), room);
    let mut spans: Vec<Span<'static>> = vec![
        page.piece(Tone::Plain, &format!("{name}  ")),
        page.piece(Tone::Accent, &full),
        page.piece(Tone::Faint, &empty),
        page.piece(Tone::Plain, &format!("  {what}")),
    ];
    if let Some(file) = file {
        spans.push(page.piece(Tone::Faint, &format!("  {file}")));
    }
    Line::from(spans)
}

/// What the children print, in full.
fn log(page: &mut Page, model: &Model) {
    if model.progress.log.is_empty() {
        page.text(
            Tone::Faint,
            0,
            "What the project's code prints will stand here.",
        );
    }
    if model.progress.forgotten > 0 {
        let lines = count(model.progress.forgotten, "line");
        page.text(Tone::Faint, 0, &format!("… {lines} before this"));
    }
    for line in &model.progress.log {
        let module = line.module.as_deref().unwrap_or("redistill");
        let room = width(module) + 2;
        page.labelled(&format!("{module} |"), room, Tone::Plain, &line.text);
    }
}

/// The same, folded, when it is over.
pub(super) fn output(page: &mut Page, model: &Model) {
    if model.progress.log.is_empty() {
        return;
    }
    page.blank();
    let anchor = Anchor {
        fold: Some("output".to_owned()),
        ..Anchor::default()
    };
    let lines = count(model.progress.log.len(), "line");
    let words = format!("output of the project's code: {lines}");
    let spans = vec![page.piece(Tone::Faint, &words)];
    if page.fold(anchor, false, spans) {
        log(page, model);
    }
}
