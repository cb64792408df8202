//! What the generator believes to be in the database. It may be wrong: what the server does not
//! take is sieved out before a chain counts.

use super::types::{Kind, kinds};
use super::words::quoted;

/// A name in a schema.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    pub schema: String,
    pub name: String,
}

impl Place {
    pub fn sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

#[derive(Clone)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub nullable: bool,
    /// The server makes the value.
    pub is_filled: bool,
    /// Rows may leave it out.
    pub has_default: bool,
}

#[derive(Clone)]
pub struct Table {
    pub place: Place,
    pub columns: Vec<Column>,
    pub key: Vec<String>,
    pub uniques: Vec<Vec<String>>,
    pub constraints: Vec<String>,
    pub has_rows: bool,
    pub is_partitioned: bool,
    /// Inherits, or is inherited from by a table with columns of its own: a column more would
    /// stand elsewhere in a table that is built at once.
    pub is_closed: bool,
    pub is_child: bool,
}

impl Table {
    pub fn sql(&self) -> String {
        self.place.sql()
    }

    /// Columns of a kind with this trait.
    pub fn with(&self, one: char) -> Vec<Column> {
        self.columns
            .iter()
            .filter(|column| column.kind.is(one))
            .cloned()
            .collect()
    }
}

/// A function: its place, its argument types, and what it is good for.
#[derive(Clone)]
pub struct Function {
    pub place: Place,
    pub arguments: String,
    /// `text` for one that takes and gives text, `check` text → boolean, `trigger`, else other.
    pub role: &'static str,
}

#[derive(Clone)]
pub struct Enumeration {
    pub place: Place,
    pub labels: Vec<String>,
}

/// A view; a materialised one can have indexes.
#[derive(Clone)]
pub struct View {
    pub place: Place,
    pub is_materialized: bool,
    pub columns: Vec<String>,
}

/// Something that belongs to a table: trigger, policy, rule.
#[derive(Clone)]
pub struct Part {
    pub table: Place,
    pub name: String,
}

pub struct State {
    pub schemas: Vec<String>,
    pub kinds: Vec<Kind>,
    /// Types of the chain's own.
    pub own: Vec<Kind>,
    pub enums: Vec<Enumeration>,
    pub domains: Vec<Place>,
    pub types: Vec<Place>,
    pub tables: Vec<Table>,
    pub indexes: Vec<Place>,
    pub sequences: Vec<Place>,
    pub functions: Vec<Function>,
    pub views: Vec<View>,
    pub triggers: Vec<Part>,
    pub policies: Vec<Part>,
    pub collations: Vec<String>,
}

impl State {
    pub fn new() -> Self {
        Self {
            schemas: vec!["public".to_owned()],
            kinds: kinds(),
            own: Vec::new(),
            enums: Vec::new(),
            domains: Vec::new(),
            types: Vec::new(),
            tables: Vec::new(),
            indexes: Vec::new(),
            sequences: Vec::new(),
            functions: Vec::new(),
            views: Vec::new(),
            triggers: Vec::new(),
            policies: Vec::new(),
            collations: [
                "\"C\"",
                "\"POSIX\"",
                "pg_catalog.\"default\"",
                "\"ucs_basic\"",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }

    pub fn table(&mut self, place: &Place) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.place == *place)
    }

    /// Forgets everything that hangs on a table.
    pub fn forget_table(&mut self, place: &Place) {
        self.tables.retain(|table| table.place != *place);
        self.triggers.retain(|part| part.table != *place);
        self.policies.retain(|part| part.table != *place);
    }
}
