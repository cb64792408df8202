//! One module: its settings, its chain, its database.

use super::Page;
use crate::evidence::{DatabaseEvidence, ModuleEvidence, Observed};
use crate::model::ConfigSource;
use crate::model::text::{bytes, count};
use crate::tui::model::{Model, PageId};
use crate::tui::theme::Tone;

const LABEL: usize = 12;

pub(super) fn page(model: &Model, place: usize, width: u16) -> Page {
    let seen = model
        .survey
        .as_ref()
        .and_then(|survey| survey.evidence.modules.get(place));
    let title = seen.map_or(String::new(), |seen| format!("Module {}", seen.module.name));
    let mut page = Page::new(model, &PageId::Module(place), title, width);
    let Some(seen) = seen else {
        return page;
    };
    facts(&mut page, model, seen);
    if let Some(database) = seen.database.seen() {
        tables(&mut page, database);
    }
    page.blank();
    page.text(Tone::Faint, 0, "enter opens the chain of this module");
    page
}

/// What was found of a module.
pub(super) fn facts(page: &mut Page, model: &Model, seen: &ModuleEvidence) {
    page.heading(&seen.module.name.0);
    let mut config = model.shown(seen.module.config.path());
    if let ConfigSource::Ini { section, .. } = &seen.module.config
        && section != "alembic"
    {
        config = format!("{config} [{section}]");
    }
    line(page, "config", &config);
    for location in &seen.module.version_locations {
        line(page, "revisions", &model.shown(location));
    }
    let heads: Vec<String> = seen.chain.heads().into_iter().map(|id| id.0).collect();
    let chain = format!(
        "{}, {}{}",
        count(seen.chain.revisions.len(), "revision"),
        if heads.len() == 1 { "head " } else { "heads " },
        if heads.is_empty() {
            "none".to_owned()
        } else {
            heads.join(", ")
        }
    );
    line(page, "chain", &chain);
    for unreadable in &seen.chain.unreadable {
        let text = format!("{}: {}", model.shown(&unreadable.path), unreadable.why);
        page.labelled("  unreadable", LABEL + 1, Tone::Bad, &text);
    }
    for problem in seen.chain.problems() {
        page.labelled("  no chain", LABEL + 1, Tone::Bad, &problem.to_string());
    }
    match &seen.interpreter {
        Observed::Seen(found) => line(page, "interpreter", &found.path.display().to_string()),
        Observed::Unavailable { why } => page.labelled("  interpreter", LABEL + 1, Tone::Bad, why),
        Observed::NotAsked => {}
    }
    match &seen.database {
        Observed::Seen(database) => facts_of_database(page, database),
        Observed::Unavailable { why } => page.labelled("  database", LABEL + 1, Tone::Bad, why),
        Observed::NotAsked => page.labelled("  database", LABEL + 1, Tone::Faint, "not looked at"),
    }
}

fn line(page: &mut Page, label: &str, text: &str) {
    page.labelled(&format!("  {label}"), LABEL + 1, Tone::Plain, text);
}

fn facts_of_database(page: &mut Page, database: &DatabaseEvidence) {
    let version = database.identity.version_text();
    let label = format!(
        "{}  PostgreSQL {version}, as {}",
        database.label, database.role
    );
    line(page, "database", &label);
    let table = &database.version_table;
    let rows = if !table.exists {
        format!("{} does not exist", table.name)
    } else if table.rows.is_empty() {
        format!("{} has no row", table.name)
    } else {
        format!("{} in {}", table.rows.join(", "), table.name)
    };
    line(page, "stands at", &rows);
    if let Observed::Seen(size) = database.signals.size {
        let counted: u64 = database.tables.iter().filter_map(|(_, rows)| *rows).sum();
        let text = format!(
            "{} with {}, {}",
            count(database.tables.len(), "table"),
            count(
                usize::try_from(counted).unwrap_or(usize::MAX),
                "counted row"
            ),
            bytes(u64::try_from(size).unwrap_or(0))
        );
        line(page, "holds", &text);
    }
    for session in &database.other_sessions {
        page.labelled("  session", LABEL + 1, Tone::Caution, session);
    }
}

fn tables(page: &mut Page, database: &DatabaseEvidence) {
    if database.tables.is_empty() {
        return;
    }
    page.heading("Tables");
    for (name, rows) in &database.tables {
        let rows = rows.map_or_else(
            || "not counted".to_owned(),
            |rows| count(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
        );
        let spans = vec![
            page.piece(Tone::Plain, &format!("  {name}")),
            page.piece(Tone::Faint, &format!("  {rows}")),
        ];
        page.push(spans);
    }
}
