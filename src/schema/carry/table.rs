//! Tables that a draft cannot say, and constraints.

use crate::schema::source::{execute, string};
use crate::schema::{Catalog, Difference, Object, ObjectKey, Stage};

use super::{Writer, partition, sql};

/// The table that must be built anew to remove the difference.
pub fn to_rebuild(a: &Catalog, b: &Catalog, difference: &Difference) -> Option<ObjectKey> {
    let key = difference.object();
    let relation = match key.kind.as_str() {
        "table" => match difference {
            Difference::Changed { attribute, .. } if is_structure(attribute) => key.clone(),
            _ => return None,
        },
        "column" => match difference {
            Difference::Changed { attribute, .. } if !is_shape(attribute) => return None,
            _ => a.relation(&key.schema, &key.table)?,
        },
        // A SERIAL that the old chain has not.
        "sequence" if matches!(difference, Difference::Extra { .. }) => b.owner_of(key)?.0,
        _ => return None,
    };
    (relation.kind == "table" && a.objects.contains_key(&relation)).then_some(relation)
}

/// A table's attributes that only CREATE TABLE can set.
fn is_structure(attribute: &str) -> bool {
    matches!(
        attribute,
        "persistence"
            | "partition key"
            | "partition of"
            | "partition bound"
            | "inherits"
            | "access method"
            | "of type"
    )
}

/// A column's attributes that ALTER TABLE could change only roundabout.
fn is_shape(attribute: &str) -> bool {
    matches!(
        attribute,
        "type"
            | "generated"
            | "identity"
            | "identity options"
            | "identity sequence"
            | "collation"
            | "inherited"
    )
}

/// Writes CREATE TABLE with columns and all constraints but foreign keys.
pub fn create(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    if object.get("tablespace").is_some() || object.get("secret options").is_some() {
        return false;
    }
    let own = sql::qualified(key);
    let opening = match (key.kind.as_str(), object.get("persistence")) {
        ("foreign table", _) => format!("CREATE FOREIGN TABLE {own}"),
        (_, Some(_)) => format!("CREATE UNLOGGED TABLE {own}"),
        _ => format!("CREATE TABLE {own}"),
    };
    let tail = tail(key, object);
    let up = if object.get("partition of").is_some() {
        partition::create(writer.a, key, object, &opening, &tail)
    } else if let Some(of) = object.get("of type") {
        let lines = typed_lines(writer, key);
        execute(&format!("{opening} OF {of}{}{tail}", bracketed(&lines, "")))
    } else {
        let columns = columns_and_constraints(writer, key);
        let parents = object
            .get("inherits")
            .map_or_else(String::new, |parents| format!("\nINHERITS ({parents})"));
        let create = execute(&format!("{opening}{columns}{parents}{tail}"));
        let lines = inherited_identities(writer.a, key).map(|alter| execute(&alter));
        std::iter::once(create)
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let drop = if key.kind == "foreign table" {
        execute(&format!("DROP FOREIGN TABLE {own}"))
    } else if object.get("partition of").is_some() {
        // It goes with the whole; alone it cannot, where a foreign key refers to the whole.
        String::new()
    } else {
        format!("op.drop_table({})", table_arguments(&key.schema, &key.name))
    };
    writer.push(Stage::Tables, key, up, drop);
    true
}

/// What stands behind the columns: the partition key, the access method, the foreign server.
fn tail(key: &ObjectKey, object: &Object) -> String {
    let mut tail = String::new();
    if let Some(partition_key) = object.get("partition key") {
        tail += &["\nPARTITION BY ", partition_key].concat();
    }
    if let Some(method) = object.get("access method") {
        tail += &["\nUSING ", &sql::name(method)].concat();
    }
    if key.kind == "foreign table" {
        let server = sql::name(object.get("server").unwrap_or_default());
        tail += &["\nSERVER ", &server].concat();
        if let Some(options) = object.get("server options") {
            tail += &["\nOPTIONS (", options, ")"].concat();
        }
    }
    tail
}

/// What a table of a composite type adds to the type's attributes.
fn typed_lines(writer: &mut Writer<'_>, key: &ObjectKey) -> Vec<String> {
    let mut lines: Vec<String> = writer
        .a
        .columns_of(key)
        .into_iter()
        .filter(|(_, column)| {
            column.get("default").is_some() || column.get("not null") == Some("yes")
        })
        .map(|(column_key, column)| {
            let mut facts = column.clone();
            // They are the type's.
            facts.attributes.remove("type");
            facts.attributes.remove("collation");
            let line = column_line(column_key, &facts);
            let name = sql::name(&column_key.name);
            line.replacen(&name, &format!("{name} WITH OPTIONS"), 1)
        })
        .collect();
    lines.extend(inline_constraints(writer, key));
    lines
}

/// ` (…)`, one element a line; `empty` where there is none.
fn bracketed(lines: &[String], empty: &str) -> String {
    if lines.is_empty() {
        return empty.to_owned();
    }
    format!(" (\n    {}\n)", lines.join(",\n    "))
}

/// An inherited column that counts by itself: a column said in CREATE TABLE would be the table's own.
fn inherited_identities<'a>(
    a: &'a Catalog,
    key: &'a ObjectKey,
) -> impl Iterator<Item = String> + use<'a> {
    let table = sql::qualified(key);
    let columns = a.columns_of(key).into_iter();
    columns.filter_map(move |(column_key, column)| {
        let identity = column
            .get("identity")
            .filter(|_| column.get("inherited") == Some("yes"))?;
        let alter = format!("ALTER COLUMN {}", sql::name(&column_key.name));
        // An identity needs it; where a parent says so, saying it again would make it the table's own.
        let not_null = if is_not_null_above(a, key, &column_key.name) {
            String::new()
        } else {
            format!("{alter} SET NOT NULL, ")
        };
        let options = identity_options(column);
        Some(format!(
            "ALTER TABLE {table} {not_null}{alter} ADD GENERATED {identity} AS IDENTITY{options}"
        ))
    })
}

/// Whether a parent of the table has the column as NOT NULL.
fn is_not_null_above(a: &Catalog, table: &ObjectKey, column: &str) -> bool {
    let parents = a.objects.get(table).map(Object::needs).unwrap_or_default();
    parents.iter().any(|parent| {
        a.columns_of(parent)
            .into_iter()
            .any(|(key, object)| key.name == column && object.get("not null") == Some("yes"))
    })
}

/// ` (…)`, one line a column or constraint.
fn columns_and_constraints(writer: &mut Writer<'_>, key: &ObjectKey) -> String {
    let mut lines: Vec<String> = writer
        .a
        .columns_of(key)
        .into_iter()
        .filter(|(_, column)| column.get("inherited") != Some("yes"))
        .map(|(column_key, column)| column_line(column_key, column))
        .collect();
    lines.extend(inline_constraints(writer, key));
    bracketed(&lines, " ()")
}

/// The constraints inside CREATE TABLE. They are done with then, but for what stands beside.
fn inline_constraints(writer: &mut Writer<'_>, table: &ObjectKey) -> Vec<String> {
    let a = writer.a;
    let mut lines = Vec::new();
    let mut keys = Vec::new();
    // The primary key before a key over the same columns.
    let mut parts: Vec<_> = a.parts_of(table).collect();
    parts.sort_by_key(|(_, object)| object.get("type") != Some("primary key"));
    for (key, object) in parts {
        let is_inline = key.kind == "constraint"
            && matches!(
                object.get("type"),
                Some("primary key" | "unique" | "check" | "exclusion")
            )
            && object.get("definition").is_some()
            && !super::is_not_valid(object)
            && object.get("index options").is_none()
            && object.get("tablespace").is_none();
        let definition = object.get("definition").unwrap_or_default();
        if is_inline && is_another(definition, &mut keys) {
            lines.push(format!("CONSTRAINT {} {definition}", sql::name(&key.name)));
            writer.written.insert(key.clone());
        }
    }
    // Primary key first, then by name.
    lines.sort_by_key(|line| !line.contains(" PRIMARY KEY ("));
    lines
}

/// A column as CREATE TABLE and ADD COLUMN name it.
pub(in crate::schema) fn column_line(key: &ObjectKey, column: &Object) -> String {
    let mut words = vec![sql::name(&key.name)];
    words.extend(column.get("type").map(str::to_owned));
    if let Some(options) = column.get("foreign options") {
        words.push(format!("OPTIONS ({options})"));
    }
    if let Some(collation) = column.get("collation") {
        words.push(format!("COLLATE {collation}"));
    }
    if let Some(generated) = column.get("generated") {
        words.push(generated.to_owned());
    }
    if let Some(identity) = column.get("identity") {
        let options = identity_options(column);
        words.push(format!("GENERATED {identity} AS IDENTITY{options}"));
    }
    if let Some(default) = column.get("default") {
        words.push(format!("DEFAULT {default}"));
    }
    if column.get("not null") == Some("yes") {
        words.push("NOT NULL".to_owned());
    }
    words.join(" ")
}

/// ` (START WITH 100)`: what is not the server's own choice.
fn identity_options(column: &Object) -> String {
    let maximum = match column.get("type") {
        Some("smallint") => "MAXVALUE 32767",
        Some("integer") => "MAXVALUE 2147483647",
        _ => "MAXVALUE 9223372036854775807",
    };
    let usual = [
        "START WITH 1",
        "INCREMENT BY 1",
        "MINVALUE 1",
        maximum,
        "CACHE 1",
    ];
    let mut options = Vec::new();
    if let Some(name) = column.get("identity sequence") {
        options.push(format!("SEQUENCE NAME {name}"));
    }
    let given = column.get("identity options").unwrap_or_default();
    options.extend(
        given
            .split(", ")
            .filter(|option| !option.is_empty() && !usual.contains(option))
            .map(str::to_owned),
    );
    if options.is_empty() {
        String::new()
    } else {
        format!(" ({})", options.join(" "))
    }
}

/// Writes one constraint on its own.
pub fn constraint(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let (Some(definition), Some(kind)) = (object.get("definition"), object.get("type")) else {
        return false;
    };
    let (stage, type_) = match kind {
        "foreign key" => (Stage::ForeignKeys, "foreignkey"),
        "primary key" => (Stage::Tables, "primary"),
        "unique" => (Stage::Tables, "unique"),
        // It need not hold for the rows.
        "check" if super::is_not_valid(object) => (Stage::ForeignKeys, "check"),
        "check" => (Stage::Tables, "check"),
        "exclusion" => (Stage::Indexes, "unique"),
        _ => return false,
    };
    let table = sql::table(key);
    let name = sql::name(&key.name);
    let options = object
        .get("~index options")
        .map(|options| format!(" WITH ({options})"));
    if object.get("tablespace").is_some() {
        return false;
    }
    let (keys, rest) = definition.split_at(end_of_keys(definition));
    let options = options.unwrap_or_default();
    let add = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {keys}{options}{rest}");
    let mut up = String::new();
    if writer.b.objects.contains_key(key) && !writer.written.contains(&owner(writer.a, key)) {
        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}");
        up = format!("{}\n", execute(&drop));
    }
    up.push_str(&execute(&add));
    let down = format!(
        "op.drop_constraint({}, {}, type_='{type_}')",
        string(&key.name),
        table_arguments(&key.schema, &key.table)
    );
    writer.push(stage, key, up, down);
    true
}

/// Where an index constraint's parameters stand in the grammar: before WHERE and DEFERRABLE.
fn end_of_keys(definition: &str) -> usize {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, c) in definition.char_indices() {
        match c {
            '"' | '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                let rest = &definition[at..];
                if rest.starts_with(" WHERE ") || rest.starts_with(" DEFERRABLE") {
                    return at;
                }
            }
            _ => {}
        }
    }
    definition.len()
}

/// Whether no key before this one is over the same columns: of two in one CREATE TABLE the server
/// makes one. What is no key is another in any case.
fn is_another<'d>(definition: &'d str, keys: &mut Vec<&'d str>) -> bool {
    let columns = ["PRIMARY KEY ", "UNIQUE NULLS NOT DISTINCT ", "UNIQUE "]
        .into_iter()
        .find_map(|word| definition.strip_prefix(word));
    let Some(columns) = columns else {
        return true;
    };
    let columns = columns
        .split(") ")
        .next()
        .unwrap_or(columns)
        .trim_end_matches(')');
    let is_another = !keys.contains(&columns);
    keys.push(columns);
    is_another
}

fn owner(a: &Catalog, key: &ObjectKey) -> ObjectKey {
    a.relation(&key.schema, &key.table)
        .unwrap_or_else(|| key.clone())
}

/// `"users"`, or `"users", schema="shop"`.
pub fn table_arguments(schema: &str, table: &str) -> String {
    if schema == "public" {
        string(table)
    } else {
        format!("{}, schema={}", string(table), string(schema))
    }
}
