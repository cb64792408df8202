//! What a chain has made so far: tables and ENUM types, operation by operation, and whether anything
//! stood in between that could not be read.

use std::collections::HashSet;

use super::ownership::canonical;
use crate::evidence::ModuleEvidence;
use crate::python::operations::{Operation, OperationKind};
use crate::rules::sources::ModuleSources;

/// What is there before an operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// Every table that was created or took its name, dropped ones included.
    pub tables: HashSet<String>,
    /// Every ENUM type that was created, dropped ones included.
    pub enums: HashSet<String>,
    /// Whether something was done that cannot be read and may have made anything.
    pub is_unread: bool,
}

impl Made {
    /// Adds an operation.
    pub fn add(&mut self, module: &ModuleEvidence, operation: &Operation) {
        match &operation.kind {
            OperationKind::CreateTable(table) => {
                self.tables
                    .insert(canonical(module, &table.qualified()).to_owned());
                // A type that is imported may be an ENUM that the table creates.
                self.is_unread |= table.columns.iter().any(|column| {
                    let written = column.written_type.as_deref();
                    column.sql_type.is_none() && written.is_some_and(|it| !it.contains('('))
                });
            }
            OperationKind::CreateTableInSql { table } => {
                self.tables.insert(table.clone());
            }
            OperationKind::RenameTable { to, .. } => {
                self.tables.insert(canonical(module, to).to_owned());
            }
            OperationKind::CreateEnum(made) => {
                self.enums.insert(made.name.clone());
            }
            OperationKind::Unread => self.is_unread = true,
            // A table whose name is computed; the operations of plugins that make types.
            OperationKind::Other { method } => {
                self.is_unread |= method == "create_table"
                    || method == "rename_table"
                    || method.contains("enum")
                    || method.contains("type");
            }
            _ => {}
        }
    }

    /// Whether a table of this name was made, in whatever schema SQL may have meant.
    pub fn has_table(&self, table: &str) -> bool {
        let bare = table.rsplit('.').next().unwrap_or(table);
        self.tables.contains(table) || self.tables.contains(bare)
    }
}

/// What the whole chain makes.
pub(super) fn by_chain(module: &ModuleEvidence, sources: &ModuleSources) -> Made {
    let mut made = Made::default();
    for operation in sources.revisions.iter().flat_map(|file| &file.upgrade) {
        made.add(module, operation);
    }
    made
}

/// Whether every revision of the chain was read.
pub(super) fn is_read(module: &ModuleEvidence, sources: &ModuleSources) -> bool {
    let chain = &module.chain;
    let is_revision = |path: &std::path::PathBuf| chain.revisions.iter().any(|it| it.path == *path);
    !sources.revisions.is_empty()
        && chain.unreadable.is_empty()
        && !sources.left_out.iter().any(|(path, _)| is_revision(path))
}
