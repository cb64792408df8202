//! How a reset is taken back: one command, or by hand.
//!
//! Pure. The lines by hand are run by a test as they stand (`tests/shapes/told.rs`).

use super::NoteMaterial;
use super::table::{Block, Shared, fenced, shared};
use super::teammates;
use crate::model::text::{line, safe, safe_lines};
use crate::plan::{Alteration, Rebuild, place_of};
use crate::report::calling::word;

/// Writes the section.
pub(super) fn section(text: &mut String, material: &NoteMaterial<'_>) {
    line!(text, "## How to take it back");
    line!(text);
    line!(text, "```sh");
    line!(text, "redistill undo {}", material.id);
    line!(text, "```");
    line!(text);
    line!(text, "Without redistill:");
    line!(text);
    line!(
        text,
        "- From the project's folder, remove the new revisions and unpack the old ones:"
    );
    line!(text);
    let mut lines: Vec<String> = teammates::new_files(material)
        .map(|path| format!("rm {}", word(path)))
        .collect();
    let archive = format!("{}/versions.tar.gz", material.archive_folder);
    lines.push(format!("tar -xzf {}", word(&archive)));
    let lines: Vec<String> = lines.iter().map(|one| safe(one).into_owned()).collect();
    fenced(text, "sh", &lines);
    for (place, rebuild) in material.rebuilds {
        let there = material.evidence.modules.iter();
        let mut there = there.filter_map(|seen| seen.database.seen());
        let label = there.find(|seen| place_of(seen) == *place);
        from_dump(
            text,
            label.map_or("the database", |seen| &seen.label),
            rebuild,
        );
    }
    for alteration in material.alterations.values() {
        let mut rebuilds = material.rebuilds.values();
        if !rebuilds.any(|rebuild| rebuild.alterations.contains(alteration)) {
            statements_back(text, alteration);
        }
    }
    stamped_back(text, material);
}

/// The old heads' rows.
fn stamped_back(text: &mut String, material: &NoteMaterial<'_>) {
    let groups = shared(material);
    let blocks: Vec<Block> = groups.iter().map(Shared::unstamp).collect();
    if blocks.iter().all(|block| matches!(block, Block::Nothing)) {
        line!(
            text,
            "- The version tables stay: the baseline kept the old head's identifier."
        );
        line!(text);
        return;
    }
    let last = if material.rebuilds.is_empty() {
        "Then put the old head back into the version table"
    } else {
        "In every database that did not come back from a dump, put the old head back into the \
         version table"
    };
    line!(text, "- {last} (statements: with `psql` in the database):");
    line!(text);
    for block in blocks {
        block.write(text);
    }
}

/// A database whose way back is its dump.
fn from_dump(text: &mut String, label: &str, rebuild: &Rebuild) {
    line!(
        text,
        "- {}: restore the dump `{}` into an empty database of that name (`psql -1 -v ON_ERROR_STOP=1 \
         -f`); it holds the old version table, too.",
        safe(label),
        safe(&rebuild.dump)
    );
}

/// A database that statements lead back: stamped as it stands, it would not be what the stamp says.
fn statements_back(text: &mut String, alteration: &Alteration) {
    line!(
        text,
        "- In the database of {}, run in one transaction what takes the statements above back:",
        safe(&alteration.module.0)
    );
    line!(text);
    line!(text, "  ```sql");
    for statement in &alteration.back {
        if let Some(guard) = &statement.guard {
            line!(
                text,
                "  -- loses what came since if this is true: {}",
                safe(guard)
            );
        }
        let sql = safe_lines(statement.sql.trim_end().trim_end_matches(';'));
        line!(text, "  {};", sql.replace('\n', "\n  "));
    }
    line!(text, "  ```");
    line!(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModuleName;
    use crate::plan::Statement;

    #[test]
    fn the_way_back_by_hand_names_the_statements() {
        let mut text = String::new();
        let statement = |sql: &str, guard: Option<&str>| Statement {
            sql: sql.to_owned(),
            guard: guard.map(str::to_owned),
            ..Statement::default()
        };
        statements_back(
            &mut text,
            &Alteration {
                module: ModuleName("api".to_owned()),
                back: vec![
                    statement(
                        "ALTER TABLE t\n  DROP COLUMN c;",
                        Some("SELECT EXISTS (SELECT)"),
                    ),
                    statement("DROP TABLE u", None),
                ],
                ..Alteration::default()
            },
        );
        assert!(text.contains("In the database of api"), "{text}");
        let sql = "  -- loses what came since if this is true: SELECT EXISTS (SELECT)\n  ALTER TABLE \
                   t\n    DROP COLUMN c;\n  DROP TABLE u;\n";
        assert!(text.contains(sql), "{text}");
    }
}
