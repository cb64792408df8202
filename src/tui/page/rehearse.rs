//! Item 5: the rehearsal while it runs, and what it came to.

use ratatui::text::{Line, Span};

use super::{Anchor, Page};
use crate::events::Item;
use crate::model::text::{count, elapsed};
use crate::plan::{PlannedModule, RevisionIdChoice, Source, Strategy};
use crate::progress::ModuleProgress;
use crate::report::plan::{definition, difference, proof};
use crate::tui::model::{Model, PageId, Standing, Task};
use crate::tui::text::{elide, padded};
use crate::tui::theme::Tone;

/// The phases in order; each is as much of the bar.
const PHASES: [&str; 5] = ["replay", "draft", "build", "cycle", "compare"];

pub(super) fn page(model: &Model, width: u16) -> Page {
    let id = PageId::Item(Item::Rehearse);
    let mut page = Page::new(model, &id, "5  Rehearse", width);
    page.standing = Some(model.standing(Item::Rehearse));
    if let Some(work) = model.work.as_ref().filter(|work| work.task == Task::Plan) {
        let since = elapsed(model.now.saturating_sub(work.since));
        bars(&mut page, model, &since, work.is_cancelled);
        log(&mut page, model);
        return page;
    }
    choices(&mut page, model);
    if let Some(failure) = &model.plan_failure {
        page.failure(failure);
        page.blank();
        page.text(
            Tone::Plain,
            0,
            "Nothing of yours has changed; no scratch database stays behind.",
        );
        output(&mut page, model);
        return page;
    }
    let Some(planned) = &model.planned else {
        page.text(Tone::Plain, 0, waiting(model));
        return page;
    };
    for module in &planned.modules {
        result(&mut page, module);
    }
    if planned.modules.is_empty() {
        if let Err(failure) = &planned.plan {
            page.failure(failure);
        }
        page.blank();
        page.text(
            Tone::Plain,
            0,
            "Nothing was rehearsed: no scratch database was created.",
        );
    }
    output(&mut page, model);
    page
}

fn waiting(model: &Model) -> &'static str {
    if model.is_deep() {
        "Press p to rehearse: the old chain and its baseline are built on scratch databases, compared, \
         taken down and built again. Nothing of yours changes."
    } else {
        "Waits for a look at the databases: press a."
    }
}

fn choices(page: &mut Page, model: &Model) {
    let choices = &model.choices;
    let source = match choices.source {
        Source::Chain => "chain: the baseline builds what the old chain built",
        Source::Models => "models: the baseline builds what the models say",
    };
    let strategy = match choices.strategy {
        Strategy::Keep => "keep: rows stay, the database is stamped",
        Strategy::Recreate => "recreate: dumped, dropped, built again; rows are given up",
        Strategy::Unversioned => "unversioned: the version table goes and stays away",
    };
    let id = match &choices.revision_id {
        RevisionIdChoice::New => "new".to_owned(),
        RevisionIdChoice::ReuseHead => "reuse-head".to_owned(),
        RevisionIdChoice::Given(id) => id.clone(),
    };
    page.labelled("source    s", 12, Tone::Plain, source);
    page.labelled("strategy  t", 12, Tone::Plain, strategy);
    page.labelled("id", 12, Tone::Plain, &id);
    page.blank();
}

fn bars(page: &mut Page, model: &Model, since: &str, is_cancelled: bool) {
    let words = if is_cancelled {
        "cancelling: the scratch databases are being dropped"
    } else if model.progress.modules.is_empty() {
        "looking once more: what is planned is what is there now"
    } else {
        "on scratch databases; nothing of yours changes"
    };
    let head = vec![
        page.piece(Tone::Accent, since),
        page.piece(Tone::Faint, &format!("  {words}")),
    ];
    page.pinned.push(Line::from(head));
    let names: Vec<String> = model
        .survey
        .iter()
        .flat_map(|survey| {
            survey
                .evidence
                .modules
                .iter()
                .map(|seen| seen.module.name.0.clone())
        })
        .collect();
    let room = names
        .iter()
        .map(|name| crate::tui::text::width(name))
        .max()
        .unwrap_or(0)
        .min(20);
    for name in &names {
        let progress = model.progress.modules.get(name);
        let line = bar(page, name, room, progress);
        page.pinned.push(line);
    }
    page.pinned.push(Line::default());
}

fn bar(page: &Page, name: &str, room: usize, progress: Option<&ModuleProgress>) -> Line<'static> {
    let (filled, what) = progress.map_or((0, "waiting".to_owned()), |progress| {
        let phase = PHASES
            .iter()
            .position(|phase| *phase == progress.phase)
            .unwrap_or(0);
        let part = progress
            .revision
            .as_ref()
            .map_or(0, |(_, index, total)| 4 * index / (*total).max(1));
        let what = match &progress.revision {
            Some((id, index, total)) => format!("{} {index} of {total}  {id}", progress.phase),
            None => progress.phase.clone(),
        };
        (phase * 4 + part.min(4), what)
    });
    let full = page.theme.letters("█", "#").repeat(filled);
    let empty = page
        .theme
        .letters("░", ".")
        .repeat(PHASES.len() * 4 - filled);
    let mut spans: Vec<Span<'static>> = vec![
        page.piece(
            Tone::Plain,
            &format!("{}  ", padded(&elide(name, room), room)),
        ),
        page.piece(Tone::Accent, &full),
        page.piece(Tone::Faint, &empty),
    ];
    spans.push(page.piece(Tone::Plain, &format!("  {what}")));
    Line::from(spans)
}

/// What the children print, in full.
fn log(page: &mut Page, model: &Model) {
    if model.progress.forgotten > 0 {
        let lines = count(model.progress.forgotten, "line");
        page.text(Tone::Faint, 0, &format!("… {lines} before this"));
    }
    for line in &model.progress.log {
        let module = line.module.as_deref().unwrap_or("redistill");
        let room = crate::tui::text::width(module) + 2;
        page.labelled(&format!("{module} |"), room, Tone::Plain, &line.text);
    }
}

/// The same, folded, when it is over.
fn output(page: &mut Page, model: &Model) {
    if model.progress.log.is_empty() {
        return;
    }
    page.blank();
    let anchor = Anchor {
        fold: Some("output".to_owned()),
        ..Anchor::default()
    };
    let lines = count(model.progress.log.len(), "line");
    let spans = vec![page.piece(
        Tone::Faint,
        &format!("output of the project's code: {lines}"),
    )];
    if page.fold(anchor, false, spans) {
        log(page, model);
    }
}

fn result(page: &mut Page, module: &PlannedModule) {
    let is_whole = module.lost.is_empty() && module.left_behind.is_empty();
    let standing = if is_whole {
        Standing::Done
    } else {
        Standing::Refused
    };
    let spans = vec![
        page.piece(
            crate::tui::theme::Theme::tone(standing),
            &format!("{} {}", page.theme.mark(standing), module.module),
        ),
        page.piece(
            Tone::Faint,
            &format!(
                "  {} become {}",
                count(module.revisions.len(), "revision"),
                module.baseline_id
            ),
        ),
    ];
    page.push(spans);
    page.text(Tone::Plain, 2, &proof(module));
    let name = &module.module.0;
    let lost: Vec<_> = module
        .lost
        .iter()
        .map(|d| (difference(d), definition(d)))
        .collect();
    differences(page, name, "lost", Tone::Bad, true, &lost);
    part(
        page,
        name,
        "left behind after downgrade",
        Tone::Bad,
        true,
        &module.left_behind,
    );
    let carried: Vec<String> = module
        .carried
        .iter()
        .map(|carried| format!("{:<11} {}  {}", carried.kind, carried.name, carried.detail))
        .collect();
    part(
        page,
        name,
        "carried into the baseline",
        Tone::Good,
        false,
        &carried,
    );
    let accepted: Vec<_> = module
        .accepted
        .iter()
        .map(|d| (difference(d), definition(d)))
        .collect();
    differences(
        page,
        name,
        "knowingly otherwise",
        Tone::Caution,
        false,
        &accepted,
    );
    let drift: Vec<_> = module
        .drift
        .iter()
        .map(|d| (difference(d), definition(d)))
        .collect();
    differences(
        page,
        name,
        "drift of the live database",
        Tone::Caution,
        false,
        &drift,
    );
    part(
        page,
        name,
        "models ahead of the chain",
        Tone::Caution,
        false,
        &module.model_drift,
    );
    part(page, name, "remarks", Tone::Faint, false, &module.remarks);
    let baseline: Vec<String> = module
        .baseline
        .trim_end()
        .lines()
        .map(str::to_owned)
        .collect();
    part(
        page,
        name,
        &format!("baseline {}", module.baseline_path),
        Tone::Accent,
        false,
        &baseline,
    );
    page.blank();
}

fn part(
    page: &mut Page,
    module: &str,
    title: &str,
    tone: Tone,
    by_default: bool,
    items: &[String],
) {
    if items.is_empty() {
        return;
    }
    if header(page, module, title, tone, by_default, items.len()) {
        for item in items {
            // Source keeps its columns: it is cut at the edge, not wrapped.
            let piece = page.piece(Tone::Plain, &format!("    {}", item.replace('\t', "    ")));
            page.push(vec![piece]);
        }
    }
}

fn header(
    page: &mut Page,
    module: &str,
    title: &str,
    tone: Tone,
    by_default: bool,
    n: usize,
) -> bool {
    let what = if title.starts_with("baseline ") {
        count(n, "line")
    } else {
        n.to_string()
    };
    let spans = vec![
        page.piece(tone, title),
        page.piece(Tone::Faint, &format!("  {what}")),
    ];
    let anchor = Anchor {
        fold: Some(format!("{module}: {title}")),
        ..Anchor::default()
    };
    page.fold(anchor, by_default, spans)
}

fn differences(
    page: &mut Page,
    module: &str,
    title: &str,
    tone: Tone,
    by_default: bool,
    items: &[(String, Option<&str>)],
) {
    if items.is_empty() || !header(page, module, title, tone, by_default, items.len()) {
        return;
    }
    for (text, definition) in items {
        page.text(Tone::Plain, 4, text);
        if let Some(definition) = definition {
            page.text(Tone::Faint, 6, definition);
        }
    }
}
