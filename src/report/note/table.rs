//! Modules that share a version table, and how a person reaches its rows.
//!
//! Pure. `alembic stamp --purge` empties the whole table: two lines, one a module, would leave only
//! the second one's row. So what shares a table is told together.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::NoteMaterial;
use crate::evidence::{DatabaseEvidence, ModuleEvidence};
use crate::model::text::{line, safe, without_passwords};
use crate::model::{Flavour, QualifiedName, RevisionId};
use crate::plan::{PlannedModule, place_of};
use crate::report::calling::{self, Calling};

/// How the rows of a version table are reached by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// By one call of Alembic, which knows every row.
    Whole,
    /// Row by row, as rows that are not of this reset lie beside them; Alembic knows those, too.
    Rows,
    /// Row by row, and Alembic stops at rows of a chain that it cannot read.
    Apart,
}

/// The modules of one version table; where env.py walks over tenants, of one table each.
pub(super) struct Shared<'m> {
    /// Each with what was seen of it.
    pub modules: Vec<(&'m PlannedModule, &'m ModuleEvidence)>,
    /// The tables.
    pub tables: Vec<QualifiedName>,
    /// How they are reached.
    pub reach: Reach,
    x: Vec<String>,
    root: &'m std::path::Path,
}

/// The modules of the reset, each in one group, in their order.
pub(super) fn shared<'m>(material: &NoteMaterial<'m>) -> Vec<Shared<'m>> {
    let mut groups: Vec<(Option<String>, Shared<'m>)> = Vec::new();
    for planned in material.modules {
        let modules = material.evidence.modules.iter();
        let Some(seen) = modules
            .into_iter()
            .find(|seen| seen.module.name == planned.module)
        else {
            continue;
        };
        let database = seen.database.seen();
        let key = database.map(|seen| format!("{} {}", place_of(seen), seen.version_table.name));
        let known = groups
            .iter_mut()
            .find(|(of, _)| key.is_some() && *of == key);
        if let Some((_, group)) = known {
            group.modules.push((planned, seen));
            continue;
        }
        let tables = database
            .into_iter()
            .flat_map(DatabaseEvidence::version_tables);
        let group = Shared {
            modules: vec![(planned, seen)],
            tables: tables.map(|table| table.name.clone()).collect(),
            reach: Reach::Whole,
            x: material.x.get(&planned.module).map_or_else(Vec::new, |x| {
                x.iter()
                    .map(|x| without_passwords(x).into_owned())
                    .collect()
            }),
            root: &material.evidence.root,
        };
        groups.push((key, group));
    }
    let mut groups: Vec<Shared<'m>> = groups.into_iter().map(|(_, group)| group).collect();
    for group in &mut groups {
        group.reach = group.reach();
    }
    groups
}

impl Shared<'_> {
    fn reach(&self) -> Reach {
        let (_, first) = self.modules[0];
        let is_one = self
            .modules
            .iter()
            .all(|(_, seen)| seen.module.config == first.module.config);
        let is_branch = first.module.branch.is_some();
        let takes_one = first.module.flavour == Flavour::FlaskMigrate && self.old_heads().len() > 1;
        match (is_one, self.has_strangers()) {
            (true, false) if !takes_one => Reach::Whole,
            (true, is_strange) if is_branch || !is_strange => Reach::Rows,
            _ => Reach::Apart,
        }
    }

    /// Whether rows of others are in the table, or may be elsewhere.
    fn has_strangers(&self) -> bool {
        let revisions = || {
            self.modules
                .iter()
                .flat_map(|(_, seen)| &seen.chain.revisions)
        };
        let ids: BTreeSet<&str> = revisions().map(|one| one.id.0.as_str()).collect();
        let files: BTreeSet<&PathBuf> = revisions().map(|one| &one.path).collect();
        self.modules.iter().any(|(_, seen)| {
            let database = seen.database.seen();
            let tables = database
                .into_iter()
                .flat_map(DatabaseEvidence::version_tables);
            let mut rows = tables.flat_map(|table| &table.rows);
            let branch = seen.module.branch.iter();
            let mut others = branch.flat_map(|branch| &branch.others);
            rows.any(|row| !ids.contains(row.as_str())) || others.any(|file| !files.contains(file))
        })
    }

    /// What it is called: `api@shop, api@blog`.
    pub fn title(&self) -> String {
        let names: Vec<_> = self
            .modules
            .iter()
            .map(|(planned, _)| safe(&planned.module.0))
            .collect();
        names.join(", ")
    }

    /// The heads that have rows, before the reset.
    pub fn old_heads(&self) -> Vec<RevisionId> {
        let heads = self.modules.iter();
        heads
            .flat_map(|(_, seen)| seen.chain.effective_heads())
            .collect()
    }

    /// The baselines.
    pub fn baselines(&self) -> Vec<RevisionId> {
        let modules = self.modules.iter();
        modules
            .map(|(planned, _)| planned.baseline_id.clone())
            .collect()
    }

    /// The heads afterwards.
    pub fn heads(&self) -> Vec<RevisionId> {
        let modules = self.modules.iter();
        modules.map(|(planned, _)| planned.head().clone()).collect()
    }

    /// Whether a database at the old heads is at the baselines: their identifiers were kept.
    pub fn is_reused(&self) -> bool {
        self.modules
            .iter()
            .all(|(planned, seen)| seen.chain.effective_heads() == [planned.baseline_id.clone()])
    }

    /// A line that calls Alembic; of a copy of the project where one is named.
    pub fn line(&self, copy: &str, arguments: &str) -> String {
        let calling = Calling {
            root: self.root,
            module: &self.modules[0].1.module,
            x: &self.x,
        };
        safe(&calling.line_in(copy, arguments)).into_owned()
    }

    /// The lines that bring each revision in, one a line: `alembic upgrade` takes one.
    pub fn upgrades(&self, copy: &str, to: &[RevisionId]) -> Vec<String> {
        let to = to.iter();
        to.map(|id| {
            self.line(
                copy,
                &format!("upgrade {}", calling::words(std::slice::from_ref(id))),
            )
        })
        .collect()
    }

    /// From the old heads to the baselines.
    pub fn stamp(&self) -> Block {
        if self.is_reused() {
            return Block::Nothing;
        }
        match self.reach {
            Reach::Whole => Block::Shell(vec![self.purge(&self.baselines())]),
            Reach::Rows | Reach::Apart => Block::Sql(self.each(|table, planned, seen| {
                let old = seen.chain.effective_heads();
                calling::replaced(table, &old, &planned.baseline_id)
            })),
        }
    }

    /// From what the reset left to the old heads.
    pub fn unstamp(&self) -> Block {
        if self.is_reused() && self.heads() == self.baselines() {
            return Block::Nothing;
        }
        match self.reach {
            Reach::Whole => Block::Shell(vec![self.purge(&self.old_heads())]),
            Reach::Rows | Reach::Apart => Block::Sql(self.each(|table, planned, seen| {
                calling::put_back(table, planned.head(), &seen.chain.effective_heads())
            })),
        }
    }

    fn purge(&self, ids: &[RevisionId]) -> String {
        self.line("", &format!("stamp --purge {}", calling::words(ids)))
    }

    fn each(
        &self,
        statements: impl Fn(&QualifiedName, &PlannedModule, &ModuleEvidence) -> Vec<String>,
    ) -> Vec<String> {
        let mut all = Vec::new();
        for table in &self.tables {
            for (planned, seen) in &self.modules {
                all.extend(statements(table, planned, seen));
            }
        }
        all.iter().map(|one| safe(one).into_owned()).collect()
    }
}

/// What is to be copied, by what takes it.
pub(super) enum Block {
    /// There is nothing to do.
    Nothing,
    /// Lines for a shell.
    Shell(Vec<String>),
    /// Statements for `psql`, in one transaction.
    Sql(Vec<String>),
}

impl Block {
    /// The block as Markdown, with an empty line behind it.
    pub fn write(&self, text: &mut String) {
        match self {
            Self::Nothing => {}
            Self::Shell(lines) => fenced(text, "sh", lines),
            Self::Sql(statements) => {
                let mut all = vec!["BEGIN;".to_owned()];
                all.extend(statements.iter().cloned());
                all.push("COMMIT;".to_owned());
                fenced(text, "sql", &all);
            }
        }
    }
}

/// Lines to be copied.
pub(super) fn fenced(text: &mut String, language: &str, lines: &[String]) {
    line!(text, "```{language}\n{}\n```\n", lines.join("\n"));
}
