//! What the note tells those whose databases were not there when the reset was made.
//!
//! Pure. One command of redistill for all, then the line for each case by hand. Every line was run
//! by a test as it stands (`tests/shapes/told.rs`).

use super::NoteMaterial;
use super::table::{Block, Reach, Shared, fenced, shared};
use crate::model::RevisionId;
use crate::model::text::{line, safe};
use crate::report::calling::{self, word};

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
    fenced(text, "sh", &["redistill adopt".to_owned()]);
    line!(
        text,
        "Without redistill it goes by where a database stands. Lines are run from the project's \
         folder, statements with `psql` in the database."
    );
    line!(text);
    for group in shared(material) {
        group_section(text, material, &group);
    }
}

/// The cases of the modules of one version table.
fn group_section(text: &mut String, material: &NoteMaterial<'_>, group: &Shared<'_>) {
    line!(text, "### {}", group.title());
    line!(text);
    if let Some(table) = group.tables.first() {
        line!(text, "Where it stands:");
        line!(text);
        let table = calling::table(table);
        let ask = format!("SELECT version_num FROM {table};");
        fenced(text, "sql", &[safe(&ask).into_owned()]);
    }
    if group.modules.len() > 1 {
        line!(
            text,
            "These modules share a version table. `alembic stamp --purge` empties it, so it is given \
             all identifiers at once or not at all."
        );
        line!(text);
    }
    at_the_head(text, material, group);
    behind(text, material, group);
    ahead(text, group);
    unknown(text, group);
    empty(text, group);
}

fn ids(all: &[RevisionId]) -> String {
    let all: Vec<String> = all.iter().map(|id| format!("`{}`", safe(&id.0))).collect();
    all.join(", ")
}

fn at_the_head(text: &mut String, material: &NoteMaterial<'_>, group: &Shared<'_>) {
    let heads = ids(&group.old_heads());
    let baselines = group.baselines();
    let is_ahead = group.heads() != baselines;
    if group.is_reused() && !is_ahead {
        line!(
            text,
            "**At the old head** ({heads}): the baseline kept its identifier. Nothing is to be done."
        );
        line!(text);
        return;
    }
    line!(
        text,
        "**At the old head** ({heads}): {}",
        beforehand(material, group)
    );
    line!(text);
    group.stamp().write(text);
    if is_ahead {
        fenced(text, "sh", &group.upgrades("", &group.heads()));
    }
}

/// What is true of a database at the old head, or has to be made so.
fn beforehand(material: &NoteMaterial<'_>, group: &Shared<'_>) -> String {
    let of = |is: &dyn Fn(&crate::plan::PlannedModule) -> bool| {
        group.modules.iter().any(|(planned, _)| is(planned))
    };
    let mut said = String::new();
    if of(&|planned| material.alterations.contains_key(&planned.module)) {
        said.push_str(
            "the statements under \"Statements in the live database\" come first, in one \
             transaction, where they are not yet true.",
        );
    } else if of(&|planned| !planned.accepted.is_empty()) {
        said.push_str(
            "it has this schema but for what stands above as knowingly otherwise; that is to be \
             brought in line first, or lived with.",
        );
    } else {
        said.push_str("it has this schema already.");
    }
    if group.is_reused() {
        said.push_str(" The baseline kept its identifier, so nothing is stamped:");
    } else {
        said.push_str(" The baseline is written into its version table, no more:");
    }
    said
}

fn behind(text: &mut String, material: &NoteMaterial<'_>, group: &Shared<'_>) {
    let then = if group.is_reused() {
        "that is all"
    } else {
        "then it goes on as above, in the project itself"
    };
    if group.reach == Reach::Apart {
        line!(
            text,
            "**Behind it**, at another archived revision: unpack `{}/versions.tar.gz` in a copy of \
             the project, remove the new revisions there, and upgrade as you did before (Alembic \
             stops at rows of a chain that it cannot read); {then}.",
            material.archive_folder
        );
        line!(text);
        return;
    }
    line!(
        text,
        "**Behind it**, at another archived revision: the archived chain brings it there, in a copy \
         of the project; {then}:"
    );
    line!(text);
    let copy = format!("../{}-before", material.project);
    let mut lines = vec![format!("cp -R . {}", word(&copy))];
    lines.extend(new_files(material).map(|path| {
        let path = format!("{copy}/{path}");
        format!("rm -f {}", word(&path))
    }));
    lines.push(format!(
        "tar -xzf {} -C {}",
        word(&format!("{}/versions.tar.gz", material.archive_folder)),
        word(&copy)
    ));
    let mut lines: Vec<String> = lines.iter().map(|one| safe(one).into_owned()).collect();
    lines.extend(group.upgrades(&format!("{copy}/"), &group.old_heads()));
    fenced(text, "sh", &lines);
}

/// The revisions that the reset wrote, relative to the project.
pub(super) fn new_files<'m>(material: &NoteMaterial<'m>) -> impl Iterator<Item = &'m str> {
    material.modules.iter().flat_map(|module| {
        let changes = module.model_changes.as_ref();
        std::iter::once(&*module.baseline_path)
            .chain(module.data.iter().map(|data| &*data.path))
            .chain(changes.map(|changes| &*changes.path))
    })
}

fn ahead(text: &mut String, group: &Shared<'_>) {
    if group.is_reused() {
        return;
    }
    line!(
        text,
        "**Ahead of it**, at a revision of your own above the old head: that revision follows the new \
         one from now on, and the version table stays as it is. In its file:"
    );
    line!(text);
    let one = group.modules.iter().map(|(planned, _)| {
        let line = format!("down_revision = {:?}", planned.head().0);
        let module = (group.modules.len() > 1).then(|| format!("  # {}", planned.module));
        safe(&(line + &module.unwrap_or_default())).into_owned()
    });
    fenced(text, "python", &one.collect::<Vec<_>>());
}

fn unknown(text: &mut String, group: &Shared<'_>) {
    line!(
        text,
        "**Without a row, or with one that nobody knows**: hold it against a fresh database of the \
         same modules that the new revisions built (`DATABASE` and `FRESH` are URLs); only where \
         nothing differs is it written down:"
    );
    line!(text);
    let hidden: Vec<String> = group
        .tables
        .iter()
        .map(|table| format!(" -T {}", word(&calling::table(table))))
        .collect();
    let dump = |variable: &str, file: &str| {
        // Newer releases print a random word in two lines of every dump.
        let line = format!(
            "pg_dump -s -O -x{} \"${variable}\" | grep -Ev '^.(un)?restrict ' > {file}",
            hidden.concat()
        );
        safe(&line).into_owned()
    };
    let mut lines = vec![dump("DATABASE", "it.sql"), dump("FRESH", "fresh.sql")];
    let heads = group.heads();
    if group.reach == Reach::Whole {
        let stamp = group.line("", &format!("stamp --purge {}", calling::words(&heads)));
        lines.push(format!("diff it.sql fresh.sql && {stamp}"));
        fenced(text, "sh", &lines);
        return;
    }
    lines.push("diff it.sql fresh.sql".to_owned());
    fenced(text, "sh", &lines);
    let tables = group.tables.iter();
    let statements = tables.filter_map(|table| calling::inserted(table, &heads));
    let statements = statements.map(|one| safe(&one).into_owned());
    Block::Sql(statements.collect()).write(text);
}

fn empty(text: &mut String, group: &Shared<'_>) {
    let what = "**Empty, or with nothing worth keeping** (dropped and created again first)";
    if group.reach == Reach::Apart {
        line!(
            text,
            "{what}: upgrade as you did before, to {}.",
            ids(&group.heads())
        );
        line!(text);
        return;
    }
    line!(text, "{what}:");
    line!(text);
    fenced(text, "sh", &group.upgrades("", &group.heads()));
}
