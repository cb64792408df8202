//! What `pg_dump` shows of the old chain's database and the baseline's, and the snapshot does not.
//!
//! Called at the end of a rehearsal, with the two scratch databases, when the comparison by catalog
//! is done. Both are dumped without rows and owners, and compared entry by entry; an entry that
//! differs although the catalogs agree about its object is a difference of its own. Never touches the
//! live database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::dump;
use super::{RehearseError, Subject};
use crate::model::Target;
use crate::plan::Source;
use crate::schema::{Difference, ObjectKey, Sides, is_left_out};
use crate::system::Session;

/// The kind under which an entry is named, shown and left out.
const KIND: &str = "pg_dump entry";

/// What was found.
#[derive(Debug, Default)]
pub struct Uncovered {
    /// Differences that nobody accepted.
    pub lost: Vec<Difference>,
    /// Those that were left out by name.
    pub accepted: Vec<Difference>,
    /// What there is to say of it.
    pub remarks: Vec<String>,
}

impl Uncovered {
    /// Adds what was found to what the catalogs show.
    pub fn join(
        self,
        lost: &mut Vec<Difference>,
        accepted: &mut Vec<Difference>,
        remarks: &mut Vec<String>,
    ) {
        lost.extend(self.lost);
        accepted.extend(self.accepted);
        remarks.extend(self.remarks);
    }

    /// The entries as both dumps have them, for the faces.
    pub fn sides(&self) -> Vec<Sides> {
        self.lost
            .iter()
            .chain(&self.accepted)
            .map(|difference| {
                let (old, baseline) = match difference {
                    Difference::Missing { definition, .. } => (definition.clone(), None),
                    Difference::Extra { definition, .. } => (None, definition.clone()),
                    Difference::Changed { left, right, .. } => {
                        (Some(left.clone()), Some(right.clone()))
                    }
                };
                Sides {
                    object: difference.object().to_string(),
                    old,
                    baseline,
                    live: None,
                }
            })
            .collect()
    }
}

/// Compares the dumps. `explained` are the objects that the catalogs show as different already, with
/// all that belongs to them: entries about them say nothing new.
pub fn look(
    subject: &Subject<'_>,
    replayed: &Target,
    built: &Target,
    explained: &BTreeSet<ObjectKey>,
) -> Result<Uncovered, RehearseError> {
    subject.phase("dump")?;
    let mut found = Uncovered::default();
    let without = &subject.version_tables;
    let texts =
        dump::schema(replayed, without).and_then(|left| Ok((left, dump::schema(built, without)?)));
    let mut differences = match texts {
        Ok((left, right)) => compare(&entries(&left), &entries(&right)),
        Err(error) => {
            found.remarks.push(format!(
                "what the comparison does not cover was not looked for: {error}"
            ));
            Vec::new()
        }
    };
    differences.retain(|difference| !is_explained(difference, explained));
    // The models may say more than the chain does.
    if subject.choices.source == Source::Models {
        differences.retain(|other| !matches!(other, Difference::Extra { .. }));
    }
    differences.extend(large_objects(replayed, built)?);
    (found.accepted, found.lost) = differences
        .into_iter()
        .partition(|other| is_left_out(other.object(), &subject.choices.leave_out));
    if !found.lost.is_empty() {
        let names: Vec<String> = found
            .lost
            .iter()
            .map(|one| one.object().to_string())
            .collect();
        found.remarks.push(format!(
            "not covered by the comparison, and not the same: {}",
            names.join(", ")
        ));
    }
    Ok(found)
}

/// The entries by what they are about, with their text: `-- Name: f(); Type: ACL; Schema: public; …`
/// and the lines up to the next such line. Several entries of one name are put together.
fn entries(dump: &str) -> BTreeMap<ObjectKey, Vec<String>> {
    let mut found = BTreeMap::<ObjectKey, Vec<String>>::new();
    let mut about = None;
    for line in dump.lines() {
        if let Some(header) = line.strip_prefix("-- Name: ") {
            about = key(header);
            continue;
        }
        let is_frame = line.is_empty()
            || line == "--"
            || line.starts_with("SET ")
            // Whose an object is, is the environment's.
            || line.contains(" OWNER TO ")
            || line.starts_with("\\restrict")
            || line.starts_with("\\unrestrict")
            || line == "-- PostgreSQL database dump complete";
        if let Some(about) = about.as_ref().filter(|_| !is_frame) {
            let lines: &mut Vec<String> = found.entry(about.clone()).or_default();
            lines.push(plain(line));
        }
    }
    for (key, lines) in &mut found {
        // Columns in another order are a note; privileges stand in the order of their granting.
        if ["TABLE ", "FOREIGN TABLE ", "ACL ", "DEFAULT ACL "]
            .iter()
            .any(|kind| key.name.starts_with(kind))
        {
            lines.sort();
        }
    }
    found
}

/// The name that the server chose for a NOT NULL depends on the table's name at that time.
fn plain(line: &str) -> String {
    // Parameters stand in the order in which they were given.
    if let Some(list) = line
        .strip_prefix("WITH (")
        .and_then(|rest| rest.strip_suffix(");"))
    {
        let mut options: Vec<&str> = list.split(", ").collect();
        options.sort_unstable();
        return format!("WITH ({});", options.join(", "));
    }
    let line = line.trim_end().trim_end_matches(',');
    let Some((before, name, after)) = line.split_once(" CONSTRAINT ").and_then(|(before, rest)| {
        let (name, after) = rest.split_once(' ')?;
        Some((before, name.trim_matches('"'), after))
    }) else {
        return line.to_owned();
    };
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.ends_with("_not_null") && after.starts_with("NOT NULL") {
        format!("{before} {after}")
    } else {
        line.to_owned()
    }
}

/// `users users_touch; Type: TRIGGER; Schema: public; Owner: -`.
fn key(header: &str) -> Option<ObjectKey> {
    let (name, rest) = header.rsplit_once("; Type: ")?;
    let (kind, rest) = rest.split_once("; Schema: ")?;
    let schema = rest.split("; ").next()?;
    Some(ObjectKey {
        kind: KIND.to_owned(),
        schema: if schema == "-" {
            String::new()
        } else {
            schema.to_owned()
        },
        table: String::new(),
        name: format!("{kind} {name}"),
    })
}

fn compare(
    left: &BTreeMap<ObjectKey, Vec<String>>,
    right: &BTreeMap<ObjectKey, Vec<String>>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (key, lines) in left {
        match right.get(key) {
            None => differences.push(Difference::Missing {
                object: key.clone(),
                definition: Some(lines.join("\n")),
            }),
            Some(others) if others != lines => differences.push(Difference::Changed {
                object: key.clone(),
                attribute: "text".to_owned(),
                left: lines.join("\n"),
                right: others.join("\n"),
            }),
            Some(_) => {}
        }
    }
    for (key, lines) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        differences.push(Difference::Extra {
            object: key.clone(),
            definition: Some(lines.join("\n")),
        });
    }
    differences
}

/// Whether an entry is about an object that the catalogs disagree about: its name, or its table's,
/// stands in the entry's own name, or is what the entry's statements alter.
fn is_explained(difference: &Difference, explained: &BTreeSet<ObjectKey>) -> bool {
    let entry = difference.object();
    let texts = match difference {
        Difference::Missing { definition, .. } | Difference::Extra { definition, .. } => {
            [definition.as_deref().unwrap_or_default(), ""]
        }
        Difference::Changed { left, right, .. } => [left.as_str(), right.as_str()],
    };
    let tables = texts.into_iter().flat_map(str::lines).filter_map(altered);
    let about: Vec<&str> = std::iter::once(entry.name.as_str()).chain(tables).collect();
    explained.iter().any(|object| {
        // Rows and values are in no dump of a schema.
        let is_data = matches!(object.kind.as_str(), "rows" | "value of sequence");
        let is_elsewhere =
            !object.schema.is_empty() && !entry.schema.is_empty() && object.schema != entry.schema;
        let own = object.name.split('(').next().unwrap_or_default().trim();
        // Many tables have a column of one name.
        let own = if object.kind == "column" { "" } else { own };
        !is_data
            && !is_elsewhere
            && [own, object.table.as_str()]
                .iter()
                .any(|name| about.iter().any(|text| has_word(text, name)))
    })
}

/// The table that a line acts on, where the entry's name is another's: an identity's sequence, an
/// index.
fn altered(line: &str) -> Option<&str> {
    let ends = [" ALTER COLUMN ", " CLUSTER ON ", " REPLICA IDENTITY "];
    if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
        return ends.iter().find_map(|end| Some(rest.split_once(end)?.0));
    }
    let is_index = line.starts_with("CREATE INDEX ") || line.starts_with("CREATE UNIQUE INDEX ");
    let rest = is_index.then(|| line.split_once(" ON "))??.1;
    Some(rest.split_once(" USING ")?.0)
}

/// Whether a text holds a name as a whole, and not as a part of another.
fn has_word(text: &str, name: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(is_inside)
                && !text[at + name.len()..]
                    .chars()
                    .next()
                    .is_some_and(is_inside)
        })
}

/// Large objects are in no schema, and no baseline makes them.
fn large_objects(replayed: &Target, built: &Target) -> Result<Option<Difference>, RehearseError> {
    let count = |target: &Target| -> Result<i64, RehearseError> {
        let session = Session::connect(target, Duration::from_secs(15))?;
        let rows = session.query(
            "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata",
            &[],
        );
        Ok(rows.map_err(RehearseError::Sql)?[0].get(0))
    };
    let (left, right) = (count(replayed)?, count(built)?);
    Ok((left != right).then(|| Difference::Missing {
        object: ObjectKey {
            kind: "large objects".to_owned(),
            schema: String::new(),
            table: String::new(),
            name: (left - right).to_string(),
        },
        definition: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\nSET a = b;\n\n\
        --\n-- Name: t; Type: TABLE; Schema: public; Owner: -\n--\n\n\
        CREATE TABLE public.t (\n    a integer CONSTRAINT old_a_not_null NOT NULL,\n    b text\n);\n\n\n\
        --\n-- Name: FUNCTION f(); Type: ACL; Schema: public; Owner: -\n--\n\n\
        GRANT ALL ON FUNCTION public.f() TO reader;\n\n\
        --\n-- PostgreSQL database dump complete\n--\n";

    #[test]
    fn columns_in_another_order_and_names_of_the_server_are_equal() {
        let right = "-- Name: FUNCTION f(); Type: ACL; Schema: public; Owner: -\n\
            GRANT ALL ON FUNCTION public.f() TO reader;\n\
            -- Name: t; Type: TABLE; Schema: public; Owner: -\nSET a = c;\n\
            CREATE TABLE public.t (\n    b text,\n    a integer NOT NULL\n);\n";
        assert_eq!(compare(&entries(LEFT), &entries(right)), []);
    }

    #[test]
    fn an_entry_less_is_named_unless_its_object_is() {
        let right = "-- Name: t; Type: TABLE; Schema: public; Owner: -\n\
            CREATE TABLE public.t (\n    b text,\n    a integer NOT NULL\n);\n";
        let found = compare(&entries(LEFT), &entries(right));
        let names: Vec<String> = found.iter().map(|one| one.object().to_string()).collect();
        assert_eq!(names, ["pg_dump entry ACL FUNCTION f()"]);
        let function = Difference::Missing {
            object: ObjectKey {
                kind: "function".to_owned(),
                schema: "public".to_owned(),
                table: String::new(),
                name: "f()".to_owned(),
            },
            definition: None,
        };
        assert!(is_explained(
            &found[0],
            &BTreeSet::from([function.object().clone()])
        ));
        assert!(!is_explained(&found[0], &BTreeSet::new()));
    }

    fn missing(kind: &str, schema: &str, table: &str, name: &str, text: &str) -> Difference {
        Difference::Missing {
            object: ObjectKey {
                kind: kind.to_owned(),
                schema: schema.to_owned(),
                table: table.to_owned(),
                name: name.to_owned(),
            },
            definition: Some(text.to_owned()),
        }
    }

    #[test]
    fn only_a_whole_name_in_its_own_schema_explains() {
        let revoke = "REVOKE ALL ON FUNCTION public.over(v integer) FROM PUBLIC; -- v";
        let entry = missing(KIND, "public", "", "ACL FUNCTION over(integer)", revoke);
        let explains = |kind, schema, table, name| {
            is_explained(
                &entry,
                &BTreeSet::from([missing(kind, schema, table, name, "").object().clone()]),
            )
        };
        assert!(!explains("view", "public", "", "v"));
        assert!(!explains("table", "public", "", "ov"));
        assert!(!explains("column", "public", "t", "over"));
        assert!(!explains("function", "billing", "", "over(integer)"));
        assert!(!explains("rows", "public", "", "over"));
        assert!(explains("function", "public", "", "over(integer)"));
    }

    #[test]
    fn a_table_explains_its_identity_and_its_indexes() {
        let table = missing("table", "public", "", "t", "");
        let identity = "ALTER TABLE public.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (";
        for (name, text) in [
            ("SEQUENCE numbers", identity),
            (
                "INDEX words",
                "CREATE INDEX words ON public.t USING btree (a);",
            ),
            ("INDEX words", "ALTER TABLE public.t CLUSTER ON words;"),
            ("COMMENT COLUMN t.a", "COMMENT ON COLUMN public.t.a IS 'b';"),
        ] {
            let entry = missing(KIND, "public", "", name, text);
            assert!(
                is_explained(&entry, &BTreeSet::from([table.object().clone()])),
                "{name}"
            );
        }
    }
}
