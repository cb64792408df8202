//! Names as SQL writes them, and the words of the statements about an object.

use crate::model::{QualifiedName, quote_identifier};
use crate::schema::ObjectKey;

/// PostgreSQL's keywords that cannot be a bare name everywhere (manual, appendix C, all but
/// "non-reserved", versions 12-18 together).
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";

/// An identifier, in quotes only where they are needed.
pub fn name(identifier: &str) -> String {
    let is_plain = identifier
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !identifier.starts_with(|c: char| c.is_ascii_digit())
        && !identifier.is_empty()
        && !RESERVED.contains(&format!(" {identifier} "));
    if is_plain {
        identifier.to_owned()
    } else {
        quote_identifier(identifier)
    }
}

/// `schema.name`, quoted where needed; without a schema the search path finds it.
pub fn relation(relation: &QualifiedName) -> String {
    let own = name(&relation.name);
    if relation.schema.is_empty() {
        own
    } else {
        format!("{}.{own}", name(&relation.schema))
    }
}

/// `schema.name`, quoted where needed; a function with its argument types.
pub fn qualified(key: &ObjectKey) -> String {
    let own = match key.kind.as_str() {
        "function" | "procedure" | "aggregate" => routine(key),
        // Written as SQL already: `ops USING btree`, `FOR integer LANGUAGE sql`.
        "operator class" | "operator family" | "user mapping" | "transform" => key.name.clone(),
        _ => name(&key.name),
    };
    if key.schema.is_empty() {
        own
    } else {
        format!("{}.{own}", name(&key.schema))
    }
}

/// `name(types)`; an aggregate over nothing takes `*`.
fn routine(key: &ObjectKey) -> String {
    let (own, arguments) = signature(&key.name);
    let arguments = if key.kind == "aggregate" && arguments == "()" {
        "(*)"
    } else {
        arguments
    };
    format!("{}{arguments}", name(own))
}

/// The name of a routine and its argument types. The name may hold brackets of its own, the types
/// only in quotes: so the last bracket that no quotes hold opens the list.
fn signature(shown: &str) -> (&str, &str) {
    let mut is_quoted = false;
    for (at, letter) in shown.char_indices().rev() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => return shown.split_at(at),
            _ => {}
        }
    }
    (shown, "")
}

/// The table of a key, qualified.
pub fn table(key: &ObjectKey) -> String {
    format!("{}.{}", name(&key.schema), name(&key.table))
}

/// `FUNCTION public.f(integer)`, `TRIGGER t ON public.x`: how `DROP` and `COMMENT ON` name it.
/// None where no statement can name the kind.
pub fn subject(key: &ObjectKey) -> Option<String> {
    Some(match key.kind.as_str() {
        "schema"
        | "extension"
        | "domain"
        | "sequence"
        | "table"
        | "view"
        | "materialized view"
        | "function"
        | "procedure"
        | "aggregate"
        | "statistics"
        | "collation"
        | "event trigger"
        | "publication"
        | "text search configuration"
        | "text search dictionary"
        | "text search parser"
        | "text search template"
        | "language"
        | "access method"
        | "conversion"
        | "operator class"
        | "operator family"
        | "transform"
        | "foreign data wrapper"
        | "user mapping"
        | "foreign table" => {
            format!("{} {}", key.kind.to_uppercase(), qualified(key))
        }
        "index" => format!("INDEX {}.{}", name(&key.schema), name(&key.name)),
        "foreign server" => format!("SERVER {}", qualified(key)),
        "domain constraint" => format!("CONSTRAINT {} ON DOMAIN {}", name(&key.name), table(key)),
        "enum" | "composite type" | "range type" | "base type" => {
            format!("TYPE {}", qualified(key))
        }
        "trigger" | "policy" | "rule" | "constraint" => {
            let kind = key.kind.to_uppercase();
            format!("{kind} {} ON {}", name(&key.name), table(key))
        }
        "column" => format!("COLUMN {}.{}", table(key), name(&key.name)),
        "operator" => {
            let (own, arguments) = key.name.split_at(key.name.find('(')?);
            let arguments = arguments.replace("(, ", "(NONE, ");
            format!("OPERATOR {}.{own}{arguments}", name(&key.schema))
        }
        "cast" => format!("CAST {}", key.name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_the_name_of_a_function_are_no_arguments() {
        let function = |name: &str| {
            qualified(&ObjectKey {
                kind: "function".to_owned(),
                schema: "public".to_owned(),
                table: String::new(),
                name: name.to_owned(),
            })
        };
        assert_eq!(function("f(integer)"), "public.f(integer)");
        assert_eq!(function("%(fun)s(text)"), "public.\"%(fun)s\"(text)");
        assert_eq!(
            function("g(public.\"a(b)\", text)"),
            "public.g(public.\"a(b)\", text)"
        );
    }
}
