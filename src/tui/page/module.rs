//! One module: its settings, its chain, its database.

use super::Page;
use crate::evidence::{DatabaseEvidence, Observed, Rows};
use crate::model::ConfigSource;
use crate::model::text::{bytes, count};
use crate::tui::keymap::Action;
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
    facts(&mut page, model, place);
    if let Some(database) = seen.database.seen() {
        tables(&mut page, database);
    }
    page.blank();
    let key = model.keymap.key(Action::Chain);
    page.text(
        Tone::Faint,
        0,
        &format!("{key} shows the chain of this module"),
    );
    page
}

/// What was found of a module.
pub(super) fn facts(page: &mut Page, model: &Model, place: usize) {
    let survey = model.survey.as_ref();
    let seen = survey.and_then(|survey| survey.evidence.modules.get(place));
    let Some((seen, outline)) = seen.zip(model.outline(place)) else {
        return;
    };
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
    let heads = &outline.heads;
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
    for problem in &outline.problems {
        page.labelled("  no chain", LABEL + 1, Tone::Bad, problem);
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
    holds(page, database);
    match &database.other_sessions {
        Observed::Seen(sessions) => {
            for session in sessions {
                page.labelled("  session", LABEL + 1, Tone::Caution, session);
            }
        }
        unseen => not_seen(page, "sessions", unseen),
    }
}

fn holds(page: &mut Page, database: &DatabaseEvidence) {
    if !matches!(database.tables, Observed::Seen(_)) {
        not_seen(page, "holds", &database.tables);
        return;
    }
    let tables = database.table_rows();
    let counted: u64 = tables.iter().filter_map(|table| table.rows.exact()).sum();
    let mut text = format!(
        "{} with {}",
        count(tables.len(), "table"),
        count(number(counted), "counted row")
    );
    if let Observed::Seen(size) = database.signals.size {
        let size = bytes(u64::try_from(size).unwrap_or(0));
        text = format!("{text}, {size}");
    }
    line(page, "holds", &text);
}

/// What could not be looked at, and why.
fn not_seen<T>(page: &mut Page, label: &str, observed: &Observed<T>) {
    let why = match observed {
        Observed::Unavailable { why } => format!("not to be seen: {why}"),
        _ => "not looked at".to_owned(),
    };
    page.labelled(&format!("  {label}"), LABEL + 1, Tone::Bad, &why);
}

fn number(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

fn tables(page: &mut Page, database: &DatabaseEvidence) {
    page.heading("Tables");
    if database.table_rows().is_empty() {
        let words = match &database.tables {
            Observed::Seen(_) => "none, besides the version table",
            _ => "not to be seen",
        };
        page.text(Tone::Faint, 2, words);
    }
    for table in database.table_rows() {
        let rows = match &table.rows {
            Rows::Empty => "empty".to_owned(),
            Rows::Counted(rows) => count(number(*rows), "row"),
            Rows::MoreThan(rows) => format!("more than {}", count(number(*rows), "row")),
            Rows::Unknown(hidden) => hidden.words(),
        };
        let tone = match table.rows {
            Rows::Unknown(_) => Tone::Caution,
            _ => Tone::Faint,
        };
        let spans = vec![
            page.piece(Tone::Plain, &format!("  {}", table.name)),
            page.piece(tone, &format!("  {rows}")),
        ];
        page.push(spans);
    }
}
