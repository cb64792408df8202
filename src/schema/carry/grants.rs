//! Privileges: GRANT and REVOKE from the difference of two lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::source::execute;
use crate::schema::{Catalog, Object, ObjectKey, Stage};

use super::{Writer, sql};

/// Grantee, privilege, whether it may be passed on.
type Privilege = (String, String, bool);

/// Gives an object the privileges of the old chain's.
pub(super) fn change(writer: &mut Writer<'_>, key: &ObjectKey) -> bool {
    let Some(target) = target(key) else {
        return false;
    };
    let read = |catalog: &Catalog| -> BTreeSet<Privilege> {
        match catalog
            .objects
            .get(key)
            .and_then(|object| object.get("privileges"))
        {
            Some(list) => parse(list),
            None => match usual_of(writer.a, key) {
                Some(list) => parse(list),
                None => usual(&key.kind),
            },
        }
    };
    let (wanted, present) = (read(writer.a), read(writer.b));
    // What an owner may do he may do by himself: only what was taken from him is said.
    let others = |set: &BTreeSet<Privilege>| -> BTreeSet<Privilege> {
        set.iter()
            .filter(|(grantee, ..)| grantee != "owner")
            .cloned()
            .collect()
    };
    let (wanted, present) = (others(&wanted), others(&present));
    let target = Target {
        order: grantees(writer.a, key),
        ..target
    };
    let mut up = executed(&target, &present, &wanted);
    up.extend(taken_from_owner(writer, key, &target));
    if up.is_empty() {
        return false;
    }
    // The default of future objects and a schema that was there before outlive the tables.
    let outlives = key.kind == "default privileges"
        || key.kind == "schema" && writer.b.objects.contains_key(key);
    let down = if outlives {
        executed(&target, &wanted, &present).join("\n")
    } else {
        String::new()
    };
    writer
        .written
        .extend((key.kind == "default privileges").then(|| key.clone()));
    writer.push_beside(Stage::Grants, "privileges", key, up.join("\n"), down);
    true
}

/// The privileges that the old chain took from the owner, who runs the baseline, too.
fn taken_from_owner(writer: &Writer<'_>, key: &ObjectKey, target: &Target) -> Option<String> {
    let all: &[&str] = match key.kind.as_str() {
        "table" | "view" | "materialized view" | "foreign table" => &[
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "REFERENCES",
            "TRIGGER",
        ],
        "sequence" => &["SELECT", "UPDATE", "USAGE"],
        "schema" => &["USAGE", "CREATE"],
        "function" | "procedure" | "aggregate" => &["EXECUTE"],
        "enum" | "domain" | "range type" | "composite type" => &["USAGE"],
        _ => return None,
    };
    let list = parse(writer.a.objects.get(key)?.get("privileges")?);
    let own: Vec<&str> = list
        .iter()
        .filter(|(grantee, ..)| grantee == "owner")
        .map(|(_, privilege, _)| privilege.as_str())
        .collect();
    let taken: Vec<&str> = all
        .iter()
        .copied()
        .filter(|one| !own.contains(one))
        .collect();
    let taken = match (own.is_empty(), taken.is_empty()) {
        (_, true) => return None,
        // Later versions have more of them.
        (true, false) => "ALL".to_owned(),
        (false, false) => taken.join(", "),
    };
    let Target { prefix, object, .. } = target;
    Some(execute(&format!(
        "{prefix}REVOKE {taken} ON {object} FROM CURRENT_USER"
    )))
}

/// What the server gives where nobody has set the default privileges of a role, or those of `public`.
fn usual_of<'a>(a: &'a Catalog, key: &ObjectKey) -> Option<&'a str> {
    a.objects.get(key).and_then(|object| object.get("~usual"))
}

/// The grantees in the order in which the object's list has them.
fn grantees(a: &Catalog, key: &ObjectKey) -> Vec<String> {
    let object = a.objects.get(key);
    let list = object.and_then(|object| object.get("~grantees"));
    // Each line begins with its number.
    let lines = list.unwrap_or_default().lines();
    lines
        .filter_map(|line| Some(line.split_once('\t')?.1.to_owned()))
        .collect()
}

fn parse(list: &str) -> BTreeSet<Privilege> {
    list.lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let grantee = parts.next()?.to_owned();
            let privilege = parts.next()?.to_owned();
            Some((grantee, privilege, parts.next() == Some("*")))
        })
        .collect()
}

/// What PUBLIC may do with a new object.
fn usual(kind: &str) -> BTreeSet<Privilege> {
    let privilege = match kind {
        "function" | "procedure" | "aggregate" => "EXECUTE",
        "enum" | "domain" | "range type" | "composite type" | "base type" | "language" => "USAGE",
        _ => return BTreeSet::new(),
    };
    BTreeSet::from([("PUBLIC".to_owned(), privilege.to_owned(), false)])
}

/// How a statement about the object's privileges is put together.
struct Target {
    prefix: String,
    object: String,
    column: Option<String>,
    /// The grantees in their order; none: by name.
    order: Vec<String>,
}

fn target(key: &ObjectKey) -> Option<Target> {
    let own = sql::qualified(key);
    let object = match key.kind.as_str() {
        "table" | "view" | "materialized view" | "foreign table" => format!("TABLE {own}"),
        "column" => format!("TABLE {}", sql::table(key)),
        "sequence" => format!("SEQUENCE {own}"),
        "function" | "aggregate" => {
            format!("FUNCTION {}", own.replace("(*)", "()"))
        }
        "procedure" => format!("PROCEDURE {own}"),
        "enum" | "domain" | "range type" | "composite type" | "base type" => {
            format!("TYPE {own}")
        }
        "language" => format!("LANGUAGE {own}"),
        "foreign data wrapper" => format!("FOREIGN DATA WRAPPER {own}"),
        "foreign server" => format!("FOREIGN SERVER {own}"),
        "schema" => format!("SCHEMA {own}"),
        "default privileges" => key.name.rsplit_once(" on ")?.1.to_uppercase(),
        _ => return None,
    };
    let prefix = if key.kind == "default privileges" {
        let role = key.name.strip_prefix("for ")?.rsplit_once(" on ")?.0;
        let schema = match key.schema.as_str() {
            "" => String::new(),
            schema => format!(" IN SCHEMA {}", sql::name(schema)),
        };
        format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} ",
            sql::name(role)
        )
    } else {
        String::new()
    };
    Some(Target {
        prefix,
        object,
        column: (key.kind == "column").then(|| sql::name(&key.name)),
        order: Vec::new(),
    })
}

/// The statements that take default privileges back to what every role has.
pub fn withdrawn(key: &ObjectKey, object: &Object) -> Option<Vec<String>> {
    let target = target(key)?;
    let read = |attribute: &str| parse(object.get(attribute).unwrap_or_default());
    Some(statements(&target, &read("privileges"), &read("~usual")))
}

/// As operations of a revision.
fn executed(target: &Target, from: &BTreeSet<Privilege>, to: &BTreeSet<Privilege>) -> Vec<String> {
    statements(target, from, to)
        .iter()
        .map(|statement| execute(statement))
        .collect()
}

/// The statements that lead from one list to the other: revokes first.
fn statements(
    target: &Target,
    from: &BTreeSet<Privilege>,
    to: &BTreeSet<Privilege>,
) -> Vec<String> {
    let by_grantee = |set: Vec<&Privilege>| {
        let mut grouped = BTreeMap::<(usize, String, bool), Vec<String>>::new();
        for (grantee, privilege, option) in set {
            let privilege = match &target.column {
                Some(column) => format!("{privilege} ({column})"),
                None => privilege.clone(),
            };
            // Each new grantee is put behind those who are there.
            let place = target.order.iter().position(|one| one == grantee);
            grouped
                .entry((place.unwrap_or(usize::MAX), grantee.clone(), *option))
                .or_default()
                .push(privilege);
        }
        grouped
    };
    let Target { prefix, object, .. } = target;
    let mut lines = Vec::new();
    for ((_, grantee, _), privileges) in by_grantee(from.difference(to).collect()) {
        let list = privileges.join(", ");
        lines.push(format!("{prefix}REVOKE {list} ON {object} FROM {grantee}"));
    }
    for ((_, grantee, option), privileges) in by_grantee(to.difference(from).collect()) {
        let list = privileges.join(", ");
        let option = if option { " WITH GRANT OPTION" } else { "" };
        lines.push(format!(
            "{prefix}GRANT {list} ON {object} TO {grantee}{option}"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_follow_the_order_of_the_list() {
        let target = Target {
            prefix: String::new(),
            object: "TABLE t".to_owned(),
            column: None,
            order: ["b", "owner", "a"].map(str::to_owned).to_vec(),
        };
        let wanted = parse("a\tSELECT\t\nb\tINSERT\t\nb\tSELECT\t*\nc\tSELECT\t");
        assert_eq!(
            statements(&target, &BTreeSet::new(), &wanted),
            [
                "GRANT INSERT ON TABLE t TO b",
                "GRANT SELECT ON TABLE t TO b WITH GRANT OPTION",
                "GRANT SELECT ON TABLE t TO a",
                "GRANT SELECT ON TABLE t TO c",
            ]
        );
    }
}
