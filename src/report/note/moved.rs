//! The old revisions that did something to rows which were there already.
//!
//! Pure. The baseline has the schema and the seed rows; what these did is in no baseline.

use super::NoteMaterial;
use crate::model::text::{count, line, safe};

/// So much of a statement is shown.
const LONGEST: usize = 120;

/// Writes the section; nothing where no revision moved rows.
pub(super) fn section(text: &mut String, material: &NoteMaterial<'_>) {
    if material
        .moved
        .iter()
        .all(|(_, revisions)| revisions.is_empty())
    {
        return;
    }
    line!(text, "## Revisions that moved rows");
    line!(text);
    line!(
        text,
        "The baseline builds the schema and the seed rows. What these revisions did to rows that were \
         there already is not in it: a database that is behind them goes through them first, as said \
         below."
    );
    line!(text);
    for (module, revisions) in material.moved {
        for (id, moves) in revisions {
            let what = if moves.is_all {
                "nothing but rows"
            } else {
                "beside its changes to the schema"
            };
            line!(text, "- {} `{}`: {what}", safe(&module.0), safe(&id.0));
            for (at, statement) in &moves.statements {
                line!(text, "  - line {at}: `{}`", shown(statement));
            }
            if let [first, ..] = &moves.unread[..] {
                line!(
                    text,
                    "  - line {first}: {} that cannot be read from outside",
                    count(moves.unread.len(), "call")
                );
            }
        }
    }
    line!(text);
}

/// The beginning of a statement, within the marks of code.
fn shown(statement: &str) -> String {
    let mut beginning: String = statement.chars().take(LONGEST).collect();
    if beginning.len() < statement.len() {
        beginning.push('…');
    }
    safe(&beginning).replace('`', "'")
}
