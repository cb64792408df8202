//! What teammates and other environments do after a reset, for the note: one command with redistill,
//! and without it the lines for each case. Pure.

use std::path::Path;

use super::note::NoteMaterial;
use crate::evidence::ModuleEvidence;
use crate::model::text::{line, safe};
use crate::model::{ConfigSource, Flavour, Module, QualifiedName, RevisionId, quote_literal};
use crate::plan::PlannedModule;

/// Writes the section.
pub(super) fn section(text: &mut String, material: &NoteMaterial<'_>) {
    line!(text, "## What teammates and other environments do");
    line!(text);
    line!(
        text,
        "After pulling, one command proves where a database stands, upgrades it with the archived \
         chain if it is behind, and stamps it; it refuses what it cannot prove:"
    );
    line!(text);
    code(text, &["redistill adopt".to_owned()]);
    line!(
        text,
        "Other databases are named with `--url URL`, or with `--urls FILE`, one a line."
    );
    line!(text);
    line!(text, "Without redistill:");
    line!(text);
    for planned in material.modules {
        let modules = &material.evidence.modules;
        let mut seen = modules
            .iter()
            .filter(|seen| seen.module.name == planned.module);
        if let Some(seen) = seen.next() {
            module(text, material, planned, seen);
        }
    }
}

fn module(
    text: &mut String,
    material: &NoteMaterial<'_>,
    planned: &PlannedModule,
    seen: &ModuleEvidence,
) {
    let alembic = command(&seen.module);
    let stamp = stamps(planned, seen);
    line!(text, "### {}", safe(&planned.module.0));
    line!(text);
    let folder = below(&material.evidence.root, &seen.module.directory);
    line!(text, "In the folder `{}`.", safe(&folder));
    line!(text);
    line!(
        text,
        "A database at the old head ({}) already has this schema:",
        listed(&planned.old_heads)
    );
    line!(text);
    code(text, &stamp);
    behind(text, material, planned, seen, &stamp);
    line!(
        text,
        "A database whose version rows neither chain knows, or that has none: if `pg_dump -s` of it \
         and of a new database differ in the version table alone, it is stamped as above."
    );
    line!(text);
    line!(
        text,
        "A database that holds nothing worth keeping is dropped, created and upgraded:"
    );
    line!(text);
    code(text, &[format!("{alembic} upgrade {}", planned.head())]);
}

/// A database that is behind: the archived revisions, in a folder of their own, bring it to the head.
fn behind(
    text: &mut String,
    material: &NoteMaterial<'_>,
    planned: &PlannedModule,
    seen: &ModuleEvidence,
    stamp: &[String],
) {
    let own = &seen.module;
    let archive = format!("{}/versions.tar.gz", material.archive_folder);
    let root = &material.evidence.root;
    let plain = match &own.config {
        ConfigSource::Ini { path, section } if own.flavour == Flavour::Plain => {
            let is_default = own.version_locations == [own.script_location.join("versions")];
            let file = path.file_name().and_then(|name| name.to_str());
            file.filter(|_| is_default && path.parent() == Some(&own.directory))
                .map(|file| (file, section))
        }
        _ => None,
    };
    let (Some((ini, section)), Some(versions)) = (plain, own.version_locations.first()) else {
        line!(
            text,
            "A database behind it is upgraded with the archived revisions first: unpacked from \
             `{}` into a folder that `version_locations` names in a copy of the settings.",
            safe(&archive)
        );
        line!(text);
        return;
    };
    line!(
        text,
        "A database behind it is upgraded with the archived revisions first:"
    );
    line!(text);
    let steps = below(root, &own.directory)
        .split('/')
        .filter(|part| *part != ".")
        .count();
    let up = "../".repeat(steps);
    let heads: Vec<String> = planned.old_heads.iter().map(|id| quoted(&id.0)).collect();
    let upgrades = heads
        .iter()
        .map(|head| format!("{} upgrade {head}", as_old(own)));
    let mut lines = vec![
        "old=$(mktemp -d)".to_owned(),
        format!("tar -xzf {} -C \"$old\"", quoted(&format!("{up}{archive}"))),
        format!(
            "awk -v at=\"$old/\"{} '{{ print }} $0 == \"[{section}]\" {{ print \"version_locations = \" at }}' \
             {} > old.ini",
            quoted(&below(root, versions)),
            quoted(ini)
        ),
    ];
    lines.extend(upgrades);
    lines.push("rm -r \"$old\" old.ini".to_owned());
    lines.extend(stamp.iter().cloned());
    code(text, &lines);
}

/// The lines that stamp a database which is proven to be at the old head.
fn stamps(planned: &PlannedModule, seen: &ModuleEvidence) -> Vec<String> {
    let alembic = command(&seen.module);
    let database = seen.database.seen();
    let mut lines = Vec::new();
    let tables: Vec<&QualifiedName> = database
        .iter()
        .flat_map(|database| database.version_tables().map(|table| &table.name))
        .collect();
    let is_shared = seen.module.branch.is_some()
        || database.is_some_and(|database| {
            let rows = database.version_table.rows.iter();
            rows.clone()
                .any(|row| !planned.revisions.iter().any(|id| id.0 == *row))
        });
    if is_shared {
        lines.push("# not with --purge: other chains have rows in this table".to_owned());
        let old: Vec<String> = planned.revisions.iter().map(|id| id.0.clone()).collect();
        for table in tables {
            let sql = replace_rows(table, &old, std::slice::from_ref(&planned.baseline_id.0));
            lines.push(format!("psql \"$URL\" -c {}", quoted(&sql)));
        }
    } else {
        lines.push(format!("{alembic} stamp --purge {}", planned.baseline_id));
    }
    if planned.model_changes.is_some() {
        lines.push(format!("{alembic} upgrade {}", planned.head()));
    }
    lines
}

/// The statements that put rows in the place of others, in a table that chains share.
pub fn replace_rows(table: &QualifiedName, old: &[String], new: &[String]) -> String {
    let old: Vec<String> = old.iter().map(|row| quote_literal(row)).collect();
    let new: Vec<String> = new
        .iter()
        .map(|row| format!("({})", quote_literal(row)))
        .collect();
    let table = table.quoted();
    format!(
        "BEGIN; DELETE FROM {table} WHERE version_num IN ({}); INSERT INTO {table} VALUES {}; COMMIT",
        old.join(", "),
        new.join(", ")
    )
}

/// How Alembic is called in the module's folder.
fn command(module: &Module) -> String {
    if module.flavour == Flavour::FlaskMigrate {
        return "flask db".to_owned();
    }
    let mut words = "alembic".to_owned();
    if let ConfigSource::Ini { path, section } = &module.config {
        let file = below(&module.directory, path);
        if file != "alembic.ini" {
            words = format!("{words} -c {}", quoted(&file));
        }
        if section != "alembic" {
            words = format!("{words} -n {}", quoted(section));
        }
    }
    words
}

/// The same with the settings that name the archived revisions.
fn as_old(module: &Module) -> String {
    match &module.config {
        ConfigSource::Ini { section, .. } if section != "alembic" => {
            format!("alembic -c old.ini -n {}", quoted(section))
        }
        _ => "alembic -c old.ini".to_owned(),
    }
}

/// A path below a folder; the folder itself is `.`.
fn below(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let shown = path.display().to_string();
    if shown.is_empty() {
        ".".to_owned()
    } else {
        shown
    }
}

/// As one word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:=+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn code(text: &mut String, lines: &[String]) {
    line!(text, "```sh");
    for one in lines {
        line!(text, "{}", safe(one));
    }
    line!(text, "```");
    line!(text);
}

fn listed(ids: &[RevisionId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| safe(&id.0).into_owned()).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell_and_values_for_the_server() {
        assert_eq!(quoted("a/b.ini"), "a/b.ini");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        let table = QualifiedName {
            schema: "public".to_owned(),
            name: "alembic_version".to_owned(),
        };
        let sql = replace_rows(
            &table,
            &["o'1".to_owned(), "o2".to_owned()],
            &["new".to_owned()],
        );
        assert_eq!(
            sql,
            "BEGIN; DELETE FROM \"public\".\"alembic_version\" WHERE version_num IN ('o''1', 'o2'); INSERT \
             INTO \"public\".\"alembic_version\" VALUES ('new'); COMMIT"
        );
    }
}
