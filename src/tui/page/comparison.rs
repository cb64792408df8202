//! What a rehearsed module came to, as a tree: lost, carried, drift, models ahead, equal.

use super::entry::{Entry, Part, entries, entry, unclaimed_entry};
use super::source::Half;
use super::{Anchor, Page, Toggle};
use crate::model::text::count;
use crate::plan::PlannedModule;
use crate::report::plan::proof;
use crate::tui::model::{Model, PageId, Planned, Standing};
use crate::tui::syntax::Language;
use crate::tui::text::{elide, width};
use crate::tui::theme::{Theme, Tone};

/// A part is open by itself up to this many objects.
const AT_A_GLANCE: usize = 12;

/// What the models say beyond the old chain.
const AHEAD: &str = "models ahead of the chain";

/// The width of the box and of the space before it.
const BOX: usize = 4;

/// The tree of one module.
pub(super) fn module(page: &mut Page, model: &Model, module: &PlannedModule) {
    if head(page, module) {
        page.text(Tone::Plain, 2, &proof(module));
        parts(page, model, module);
    }
    page.blank();
}

/// What was left out and stands in no comparison, such as rows: it can be taken back here.
pub(super) fn unclaimed(page: &mut Page, model: &Model, planned: &Planned) {
    let is_claimed = |object: &str| {
        planned.modules.iter().any(|module| {
            let carried = module
                .carried
                .iter()
                .any(|carried| carried.object() == object);
            let all = module.lost.iter().chain(&module.accepted);
            let mut differences = all.chain(&module.drift);
            carried || differences.any(|other| other.object().to_string() == object)
        })
    };
    let choices = &planned.wish.choices;
    let left = choices
        .leave_out
        .iter()
        .filter(|object| !is_claimed(object));
    let entries: Vec<Entry<'_>> = left.map(|object| unclaimed_entry(object)).collect();
    let Some(first) = planned.modules.first().filter(|_| !entries.is_empty()) else {
        return;
    };
    page.text(
        Tone::Caution,
        0,
        "left out by you, without a trace in the comparison",
    );
    for entry in &entries {
        object(page, model, first, entry, (0, 0));
    }
    page.blank();
}

/// The module's line, and whether it is unfolded.
fn head(page: &mut Page, module: &PlannedModule) -> bool {
    let is_whole = module.lost.is_empty() && module.left_behind.is_empty();
    let standing = if is_whole {
        Standing::Done
    } else {
        Standing::Refused
    };
    let mark = page.theme.mark(standing);
    let revisions = count(module.revisions.len(), "revision");
    let verb = if module.revisions.len() == 1 {
        "becomes"
    } else {
        "become"
    };
    let spans = vec![
        page.piece(Theme::tone(standing), &format!("{mark} {}", module.module)),
        page.piece(
            Tone::Faint,
            &format!("  {revisions} {verb} {}", module.baseline_id),
        ),
    ];
    let anchor = about(module, None, Some(format!("{}", module.module)));
    page.branch(0, anchor, true, spans)
}

fn about(module: &PlannedModule, object: Option<&str>, fold: Option<String>) -> Anchor {
    Anchor {
        fold,
        about: Some((
            module.module.0.clone(),
            object.unwrap_or_default().to_owned(),
        )),
        ..Anchor::default()
    }
}

fn parts(page: &mut Page, model: &Model, module: &PlannedModule) {
    let carried: Vec<Entry<'_>> = module.carried.iter().map(entry).collect();
    part(
        page,
        model,
        module,
        Part::Lost,
        &entries(model, Part::Lost, &module.lost),
    );
    lines(
        page,
        module,
        "left behind after downgrade",
        Tone::Bad,
        &module.left_behind,
    );
    part(page, model, module, Part::Carried, &carried);
    part(
        page,
        model,
        module,
        Part::Accepted,
        &entries(model, Part::Accepted, &module.accepted),
    );
    part(
        page,
        model,
        module,
        Part::Drift,
        &entries(model, Part::Drift, &module.drift),
    );
    lines(page, module, AHEAD, Tone::Caution, &module.model_drift);
    lines(page, module, "remarks", Tone::Faint, &module.remarks);
    equal(page, module);
    baseline(page, module);
    second(page, module);
}

/// A part with its objects; one that is empty says so.
fn part(page: &mut Page, model: &Model, module: &PlannedModule, part: Part, entries: &[Entry<'_>]) {
    let title = part.title();
    if entries.is_empty() {
        if part != Part::Accepted {
            let spans = vec![page.piece(Tone::Faint, &format!("{title}  0"))];
            page.push_at(4, spans);
        }
        return;
    }
    let by_default = part == Part::Lost || entries.len() <= AT_A_GLANCE;
    if !header(
        page,
        module,
        title,
        part.tone(),
        by_default,
        &entries.len().to_string(),
    ) {
        return;
    }
    let kinds = entries.iter().map(|entry| width(entry.kind)).max();
    let names = entries.iter().map(|entry| width(&entry.name)).max();
    let rooms = (kinds.unwrap_or(0).min(18), names.unwrap_or(0).min(34));
    for entry in entries {
        object(page, model, module, entry, rooms);
    }
}

fn header(
    page: &mut Page,
    module: &PlannedModule,
    title: &str,
    tone: Tone,
    by_default: bool,
    aside: &str,
) -> bool {
    let spans = vec![
        page.piece(tone, title),
        page.piece(Tone::Faint, &format!("  {aside}")),
    ];
    // A path is cut where there is no room: the fold is the same.
    let is_path = |word: &&&str| title.starts_with(&format!("{word} "));
    let name = ["baseline", "second revision"];
    let name = name.iter().find(is_path).copied().unwrap_or(title);
    let fold = format!("{}: {name}", module.module);
    page.branch(2, about(module, None, Some(fold)), by_default, spans)
}

/// An object with its box; unfolded, both definitions.
fn object(
    page: &mut Page,
    model: &Model,
    module: &PlannedModule,
    entry: &Entry<'_>,
    (kinds, names): (usize, usize),
) {
    let is_left_out = model.is_left_out(&entry.object);
    let was_left_out = entry.part == Part::Accepted;
    let (mark, tone) = match (entry.is_free, entry.part) {
        (false, _) => ("   ", Tone::Plain),
        (true, _) if is_left_out => ("[ ]", Tone::Caution),
        (true, Part::Lost | Part::Drift) => ("[!]", Tone::Bad),
        (true, _) => ("[x]", Tone::Good),
    };
    let aside = match (entry.is_free, is_left_out) {
        (true, true) if was_left_out => "left out by you".to_owned(),
        (true, true) => "to be left out".to_owned(),
        (true, false) if was_left_out => "to be carried".to_owned(),
        _ => entry.aside.clone(),
    };
    let is_changed = entry.is_free && is_left_out != was_left_out;
    let aside_tone = if is_changed {
        Tone::Accent
    } else {
        Tone::Faint
    };
    let spans = vec![
        page.piece(tone, &format!("{mark} ")),
        page.piece(Tone::Faint, &format!("{:<kinds$}  ", entry.kind)),
        page.piece(Tone::Plain, &format!("{:<names$}", entry.name)),
        page.piece(aside_tone, &format!("  {aside}")),
    ];
    let fold = format!(
        "{}: {}: {}",
        module.module,
        entry.part.title(),
        entry.object
    );
    let mut anchor = about(module, Some(&entry.object), Some(fold));
    anchor.toggle = entry.is_free.then(|| Toggle {
        object: entry.object.clone(),
        columns: BOX + 2..BOX + 5,
    });
    if page.branch(BOX, anchor, false, spans) {
        definitions(
            page,
            module,
            &entry.object,
            entry.part == Part::Drift,
            entry.code,
            8,
        );
    }
}

/// Both definitions of an object.
fn definitions(
    page: &mut Page,
    module: &PlannedModule,
    object: &str,
    is_drift: bool,
    code: Option<&str>,
    indent: usize,
) {
    let sides = module.sides_of(object);
    let half = |title, text: Option<&'_ String>| -> (&'static str, Option<String>) {
        (title, text.cloned())
    };
    let reference = if module.reference == "live" {
        "live database, in place of the old chain"
    } else {
        "old chain"
    };
    let (left, left_text) = half(reference, sides.and_then(|sides| sides.old.as_ref()));
    let left = Half {
        title: left,
        language: Language::Sql,
        text: left_text.as_deref(),
    };
    let (title, text) = if is_drift {
        half("live database", sides.and_then(|sides| sides.live.as_ref()))
    } else {
        half("baseline", sides.and_then(|sides| sides.baseline.as_ref()))
    };
    let right = match code {
        Some(code) => Half {
            title,
            language: Language::Python,
            text: Some(code),
        },
        None => Half {
            title,
            language: Language::Sql,
            text: text.as_deref(),
        },
    };
    // Seed rows have no definition but their code.
    if left.text.is_none() && code.is_some() {
        page.source(Language::Python, indent, code.unwrap_or_default());
    } else {
        page.beside(indent, &left, &right);
    }
}

fn lines(page: &mut Page, module: &PlannedModule, title: &str, tone: Tone, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let by_default = tone == Tone::Bad;
    if header(
        page,
        module,
        title,
        tone,
        by_default,
        &items.len().to_string(),
    ) {
        for item in items {
            page.text(Tone::Plain, 6, item);
        }
        if title == AHEAD && module.model_changes.is_none() {
            let words = "written as a second revision where the choices say so: models ahead";
            page.text(Tone::Faint, 6, words);
        }
    }
}

/// What both have: how many of each kind.
fn equal(page: &mut Page, module: &PlannedModule) {
    let all: usize = module.equal.values().sum();
    if header(page, module, "equal", Tone::Good, false, &all.to_string()) {
        for (kind, n) in &module.equal {
            page.text(Tone::Plain, 6, &format!("{n:>5}  {kind}"));
        }
    }
}

fn baseline(page: &mut Page, module: &PlannedModule) {
    let room = page.width.saturating_sub(26);
    let title = format!(
        "baseline {}",
        elide(page.theme.letters, &module.baseline_path, room)
    );
    let lines = count(module.baseline.trim_end().lines().count(), "line");
    if header(page, module, &title, Tone::Accent, false, &lines) {
        page.baseline(module, 4);
    }
}

/// The second revision, where what the models are ahead by becomes one.
fn second(page: &mut Page, module: &PlannedModule) {
    let Some(changes) = &module.model_changes else {
        return;
    };
    let room = page.width.saturating_sub(36);
    let title = format!(
        "second revision {}",
        elide(page.theme.letters, &changes.path, room)
    );
    let lines = count(changes.text.trim_end().lines().count(), "line");
    if header(page, module, &title, Tone::Accent, false, &lines) {
        page.source(Language::Python, 4, &changes.text);
    }
}

/// An object's definitions on a page of their own, for the third pane.
pub(super) fn page(model: &Model, module: &str, object: &str, width: u16) -> Page {
    let id = PageId::Object(module.to_owned(), object.to_owned());
    let mut page = Page::new(model, &id, object, width);
    let planned = model.planned.iter().flat_map(|planned| &planned.modules);
    let found = planned
        .into_iter()
        .find(|planned| planned.module.0 == module);
    if let Some(found) = found {
        let carried = found
            .carried
            .iter()
            .find(|carried| carried.object() == object);
        let is_drift = found
            .drift
            .iter()
            .any(|other| other.object().to_string() == object);
        let code = carried.map(|carried| carried.code.as_str());
        let code = code.filter(|code| !code.is_empty());
        definitions(&mut page, found, object, is_drift, code, 0);
    }
    page
}
