//! What the reset did to the live databases: rows given up, statements run.
//!
//! Pure.

use super::NoteMaterial;
use crate::model::text::{line, safe, safe_lines};
use crate::plan::{Alteration, Rebuild};

/// Writes a section for each database in which more happened than a new stamp.
pub(super) fn sections(text: &mut String, material: &NoteMaterial<'_>) {
    for rebuild in material.rebuilds.values() {
        if rebuild.alterations.is_empty() {
            given_up(text, rebuild);
        }
    }
    for alteration in material.alterations.values() {
        let mut rebuilds = material.rebuilds.values();
        let dump = rebuilds.find(|rebuild| rebuild.alterations.contains(alteration));
        in_line(text, alteration, dump.map(|rebuild| &*rebuild.dump));
    }
}

/// What the strategy `recreate` took away, and where it lies.
fn given_up(text: &mut String, rebuild: &Rebuild) {
    line!(text, "## Rows that were given up");
    line!(text);
    line!(
        text,
        "{} went with their tables (as counted when the plan was made); the new tables hold \
         nothing but the baseline's seed rows.",
        safe(&rebuild.given_up())
    );
    line!(text);
    line!(
        text,
        "Every row lies in the dump `{}` (plain SQL, whole database), which was restored on a \
         scratch database and found equal before anything was dropped. Keep it as secret as the \
         database; it goes with the archive.",
        safe(&rebuild.dump)
    );
    line!(text);
}

/// The statements that brought a live database in line, and how they are taken back.
fn in_line(text: &mut String, alteration: &Alteration, dump: Option<&str>) {
    line!(
        text,
        "## Statements in the live database of {}",
        safe(&alteration.module.0)
    );
    line!(text);
    line!(
        text,
        "It differed from the baseline. These statements ran in the transaction of the stamp, after \
         they had been tried on a copy of its schema:"
    );
    line!(text);
    line!(text, "```sql");
    for statement in &alteration.statements {
        line!(text, "-- {}", safe(&statement.settles));
        if let Some(loses) = &statement.loses {
            line!(text, "-- DESTRUCTIVE: may lose {}", safe(loses));
        }
        line!(
            text,
            "{};",
            safe_lines(statement.sql.trim_end().trim_end_matches(';'))
        );
    }
    line!(text, "```");
    line!(text);
    if let Some(dump) = dump {
        line!(
            text,
            "Everything as it was before lies in the dump `{}` (plain SQL, whole database), which was \
             restored on a scratch database and found equal. `undo` brings it back from there, and \
             refuses if rows came since. Keep it as secret as the database.",
            safe(dump)
        );
    } else {
        line!(
            text,
            "`undo` takes them back by statements that were tried, too; it refuses where that would \
             lose what came since."
        );
    }
    line!(text);
}
