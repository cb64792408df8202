//! The foreign keys of a module with the types on both ends, from models, revisions and metadata.

use std::collections::{HashMap, HashSet};

use super::ownership::{canonical, live_at_head, of_live};
use crate::evidence::{Described, LiveColumn, LiveSchema, MetadataTable, ModuleEvidence};
use crate::model::Location;
use crate::python::operations::{Operation, OperationKind, foreign_keys};
use crate::python::{ColumnFact, KeyTarget, SqlType, TableFact};
use crate::rules::sources::ModuleSources;

/// One column's foreign key, wherever it was read.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// `table` or `schema.table`.
    pub table: String,
    /// The column.
    pub column: String,
    /// The table referred to.
    pub to_table: String,
    /// Its column.
    pub to_column: String,
    /// The column's type.
    pub kind: Option<SqlType>,
    /// The key's type.
    pub to_kind: Option<SqlType>,
    /// Where the key is written.
    pub location: Option<Location>,
    /// The column's type as written, and where.
    pub written: Option<(String, Location)>,
    /// The key's type as written.
    pub to_written: Option<String>,
}

/// All foreign keys of a module: those of its models, of its metadata where the models say nothing,
/// and of its revisions as the chain stands when each is made.
pub(super) fn keys(module: &ModuleEvidence, sources: &ModuleSources) -> Vec<Key> {
    let mut keys = model_keys(module, sources);
    keys.extend(of_revisions(sources));
    keys
}

/// The foreign keys of a module's models, and of its metadata where the models say nothing.
pub(super) fn model_keys(module: &ModuleEvidence, sources: &ModuleSources) -> Vec<Key> {
    let mut keys = of_models(&sources.tables);
    if let Some(described) = module.described.seen() {
        let more = of_metadata(described);
        for key in more {
            let same = keys
                .iter_mut()
                .find(|known| known.table == key.table && known.column == key.column);
            match same {
                // What SQLAlchemy compiled is surer than what was read.
                Some(known) => {
                    known.kind = key.kind.or(known.kind.take());
                    known.to_kind = key.to_kind.or(known.to_kind.take());
                }
                None => keys.push(key),
            }
        }
    }
    keys
}

fn of_models(tables: &[TableFact]) -> Vec<Key> {
    let find = |table: &str, column: &str| {
        // Two tables of one name: which is meant cannot be told.
        let mut named = tables.iter().filter(|other| other.qualified() == table);
        match (named.next(), named.next()) {
            (Some(only), None) => only.columns.iter().find(|other| other.name == column),
            _ => None,
        }
    };
    let mut keys = Vec::new();
    for table in tables {
        for column in &table.columns {
            for reference in &column.references {
                let KeyTarget::Column {
                    table: to_table,
                    column: to_column,
                } = &reference.target
                else {
                    continue;
                };
                let to = find(to_table, to_column);
                keys.push(Key {
                    table: table.qualified(),
                    column: column.name.clone(),
                    to_table: to_table.clone(),
                    to_column: to_column.clone(),
                    kind: column.sql_type.clone(),
                    to_kind: to.and_then(|to| to.sql_type.clone()),
                    location: Some(reference.location.clone()),
                    written: written(column),
                    to_written: to.and_then(|to| to.written_type.clone()),
                });
            }
        }
    }
    keys
}

fn written(column: &ColumnFact) -> Option<(String, Location)> {
    column
        .written_type
        .clone()
        .zip(column.type_location.clone())
}

fn of_metadata(described: &Described) -> Vec<Key> {
    let kind = |table: &str, column: &str| {
        let owner = described.tables.iter().find(|other| name(other) == table)?;
        let (_, compiled) = owner.columns.iter().find(|(other, _)| other == column)?;
        Some(SqlType::from_compiled(compiled))
    };
    let mut keys = Vec::new();
    for table in &described.tables {
        let table_name = name(table);
        for (column, target) in &table.foreign_keys {
            if let Some(KeyTarget::Column {
                table: to_table,
                column: to_column,
            }) = KeyTarget::parse(target)
            {
                keys.push(Key {
                    kind: kind(&table_name, column),
                    to_kind: kind(&to_table, &to_column),
                    table: table_name.clone(),
                    column: column.clone(),
                    to_table,
                    to_column,
                    location: None,
                    written: None,
                    to_written: None,
                });
            }
        }
    }
    keys
}

fn name(table: &MetadataTable) -> String {
    match &table.schema {
        Some(schema) if schema != "public" => format!("{schema}.{}", table.name),
        _ => table.name.clone(),
    }
}

/// A column as the chain has made it so far.
#[derive(Clone, Default)]
struct Made {
    kind: Option<SqlType>,
    written: Option<(String, Location)>,
}

/// The foreign keys of the live database as it is: those that it has, and those that the models want
/// and it has not, with the types that its columns have. Only of a database at the chain's head.
pub(super) fn live_keys(module: &ModuleEvidence, sources: &ModuleSources) -> Vec<Key> {
    let Some(live) = live_at_head(module) else {
        return Vec::new();
    };
    let mut keys: Vec<Key> = live
        .foreign_keys
        .iter()
        .map(|key| Key {
            table: of_live(module, &key.table),
            column: key.column.clone(),
            to_table: of_live(module, &key.to_table),
            to_column: key.to_column.clone(),
            kind: column_type(live.table(&key.table).and_then(|it| it.column(&key.column))),
            to_kind: column_type(
                live.table(&key.to_table)
                    .and_then(|it| it.column(&key.to_column)),
            ),
            location: None,
            written: None,
            to_written: None,
        })
        .collect();
    let mut wanted = of_models(&sources.tables);
    wanted.extend(module.described.seen().map(of_metadata).unwrap_or_default());
    for key in wanted {
        match keys.iter_mut().find(|known| {
            known.table == canonical(module, &key.table) && known.column == key.column
        }) {
            Some(known) => known.location = known.location.take().or(key.location),
            None => keys.push(Key {
                kind: column_type(live_column(live, module, &key.table, &key.column)),
                to_kind: column_type(live_column(live, module, &key.to_table, &key.to_column)),
                written: None,
                to_written: None,
                ..key
            }),
        }
    }
    keys
}

fn live_column<'a>(
    live: &'a LiveSchema,
    module: &ModuleEvidence,
    table: &str,
    column: &str,
) -> Option<&'a LiveColumn> {
    live.tables
        .iter()
        .find(|it| of_live(module, &it.name) == canonical(module, table))?
        .column(column)
}

fn column_type(column: Option<&LiveColumn>) -> Option<SqlType> {
    let column = column?;
    Some(if column.is_enum {
        SqlType::enumeration(&column.data_type)
    } else {
        SqlType::from_catalog(&column.data_type)
    })
}

/// Columns by table and name, replayed operation by operation: a mismatch that a later revision
/// repairs on both sides was none when it was made.
pub(super) fn of_revisions(sources: &ModuleSources) -> Vec<Key> {
    let mut made: HashMap<(String, String), Made> = HashMap::new();
    let mut keys = Vec::new();
    for operation in sources.revisions.iter().flat_map(|file| &file.upgrade) {
        replay(operation, &mut made);
        for (table, column, to_table, to_column) in foreign_keys(operation) {
            let from = made
                .get(&(table.clone(), column.clone()))
                .cloned()
                .unwrap_or_default();
            let to = made
                .get(&(to_table.clone(), to_column.clone()))
                .cloned()
                .unwrap_or_default();
            keys.push(Key {
                location: Some(
                    from.written
                        .as_ref()
                        .map_or(&operation.location, |(_, place)| place)
                        .clone(),
                ),
                kind: from.kind,
                to_kind: to.kind,
                written: from.written,
                to_written: to.written.map(|(text, _)| text),
                table,
                column,
                to_table,
                to_column,
            });
        }
    }
    keys
}

fn replay(operation: &Operation, made: &mut HashMap<(String, String), Made>) {
    let remember = |made: &mut HashMap<_, _>, table: &str, column: &ColumnFact| {
        made.insert(
            (table.to_owned(), column.name.clone()),
            Made {
                kind: column.sql_type.clone(),
                written: written(column),
            },
        );
    };
    match &operation.kind {
        OperationKind::CreateTable(table) => {
            for column in &table.columns {
                remember(made, &table.qualified(), column);
            }
        }
        OperationKind::AddColumn { table, column } => remember(made, table, column),
        OperationKind::AlterColumn {
            table,
            column,
            sql_type,
            retyped,
            renamed,
            ..
        } => {
            let place = (table.clone(), column.clone());
            if *retyped {
                made.insert(
                    place.clone(),
                    Made {
                        kind: sql_type.clone(),
                        written: None,
                    },
                );
            }
            if let Some(renamed) = renamed
                && let Some(there) = made.remove(&place)
            {
                made.insert((table.clone(), renamed.clone()), there);
            }
        }
        OperationKind::DropColumn { table, column } => {
            made.remove(&(table.clone(), column.clone()));
        }
        OperationKind::DropTable { table } => made.retain(|(owner, _), _| owner != table),
        OperationKind::RenameTable { from, to } => {
            *made = std::mem::take(made)
                .into_iter()
                .map(|((owner, column), there)| {
                    let owner = if owner == *from { to.clone() } else { owner };
                    ((owner, column), there)
                })
                .collect();
        }
        // What cannot be read, a loop over names above all, may have changed the type of any column.
        OperationKind::Unread => made.clear(),
        OperationKind::Other { method } if RETYPES.contains(&method.as_str()) => made.clear(),
        OperationKind::Sql { text } => forget_altered(text, made),
        _ => {}
    }
}

/// The methods of `op` after which a column may have another type.
const RETYPES: [&str; 5] = [
    "alter_column",
    "add_column",
    "drop_column",
    "drop_table",
    "rename_table",
];

/// Forgets the columns of the tables that `ALTER TABLE` in SQL names.
fn forget_altered(text: &str, made: &mut HashMap<(String, String), Made>) {
    let text = text.to_ascii_lowercase();
    let alters = ["type", "column", "rename"];
    if !text.contains("alter") || !alters.iter().any(|word| text.contains(word)) {
        return;
    }
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let words: HashSet<&str> = text.split(|character| !is_word(character)).collect();
    made.retain(|(table, _), _| {
        let name = table.rsplit('.').next().unwrap_or(table);
        !words.contains(name.to_ascii_lowercase().as_str())
    });
}
