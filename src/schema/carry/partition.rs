//! Partitions: made by their parent where they look like it, else made alone and attached.

use crate::schema::source::execute;
use crate::schema::{Catalog, Object, ObjectKey};

use super::{sql, table};

/// Whether the columns stand in the parent's order, so that `PARTITION OF` can make them.
fn is_like_parent(a: &Catalog, parent: &ObjectKey, key: &ObjectKey) -> bool {
    let names = |relation: &ObjectKey| -> Vec<String> {
        let columns = a.columns_of(relation).into_iter();
        columns.map(|(column, _)| column.name.clone()).collect()
    };
    names(parent) == names(key)
}

/// The statements that make a partition; what stands behind the columns is given as `tail`.
pub fn create(a: &Catalog, key: &ObjectKey, object: &Object, opening: &str, tail: &str) -> String {
    let bound = object.get("partition bound").unwrap_or_default();
    let named = object.get("partition of").unwrap_or_default();
    let parent = a.parent_of(key);
    match parent.filter(|parent| !is_like_parent(a, parent, key)) {
        None => {
            let lines = own_columns(a, key);
            let columns = if lines.is_empty() {
                String::new()
            } else {
                format!(" (\n    {}\n)", lines.join(",\n    "))
            };
            execute(&format!(
                "{opening} PARTITION OF {named}{columns}\n{bound}{tail}"
            ))
        }
        Some(parent) => {
            let has_identity = |name: &str| {
                let columns = a.columns_of(&parent).into_iter();
                columns
                    .filter(|(column, _)| column.name == name)
                    .any(|(_, column)| column.get("identity").is_some())
            };
            let mut lines: Vec<String> = a
                .columns_of(key)
                .into_iter()
                .map(|(column, facts)| {
                    let mut facts = facts.clone();
                    // The parent's comes with the attachment.
                    if has_identity(&column.name) {
                        facts.attributes.remove("identity");
                    }
                    table::column_line(column, &facts)
                })
                .collect();
            lines.extend(inherited_checks(a, &parent));
            let text = format!("{opening} (\n    {}\n){tail}", lines.join(",\n    "));
            let attach = format!(
                "ALTER TABLE {named} ATTACH PARTITION {}\n{bound}",
                sql::qualified(key)
            );
            format!("{}\n{}", execute(&text), execute(&attach))
        }
    }
}

/// Defaults and NOT NULLs that the parent has not, or has otherwise.
fn own_columns(a: &Catalog, key: &ObjectKey) -> Vec<String> {
    let Some(parent) = a.parent_of(key) else {
        return Vec::new();
    };
    let of_parent = a.columns_of(&parent);
    let mut lines = Vec::new();
    for (column, facts) in a.columns_of(key) {
        let other = of_parent
            .iter()
            .find(|(other, _)| other.name == column.name);
        let of_other = |attribute: &str| other.and_then(|(_, other)| other.get(attribute));
        let mut words = vec![sql::name(&column.name), "WITH OPTIONS".to_owned()];
        if facts.get("default") != of_other("default") {
            let default = facts.get("default").unwrap_or("NULL");
            words.push(format!("DEFAULT {default}"));
        }
        if facts.get("not null") != of_other("not null") {
            words.push("NOT NULL".to_owned());
        }
        if words.len() > 2 {
            lines.push(words.join(" "));
        }
    }
    lines
}

/// The checks that a table must have to be attached: its parent's and those of the parent's parents.
fn inherited_checks(a: &Catalog, parent: &ObjectKey) -> Vec<String> {
    let mut lines = Vec::new();
    let mut next = Some(parent.clone());
    while let Some(parent) = next {
        for (key, object) in a.parts_of(&parent) {
            let definition = object.get("definition").unwrap_or_default();
            let is_inherited = key.kind == "constraint"
                && object.get("type") == Some("check")
                && !definition.ends_with("NO INHERIT")
                && !super::is_not_valid(object);
            if is_inherited {
                lines.push(format!("CONSTRAINT {} {definition}", sql::name(&key.name)));
            }
        }
        next = a.parent_of(&parent);
    }
    lines
}
