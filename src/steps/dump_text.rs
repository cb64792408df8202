//! Reads what `pg_dump` writes as plain SQL: entry by entry, and which of them belong to whom.
//!
//! ```text
//! --
//! -- Name: notes notes_pkey; Type: CONSTRAINT; Schema: public; Owner: app
//! --
//!
//! ALTER TABLE ONLY public.notes
//!     ADD CONSTRAINT notes_pkey PRIMARY KEY (id);
//! ```
//!
//! Such a line counts only outside of quotes: a function's body or a row may hold one. Pure; that
//! the right entries were chosen is proven on a scratch database before anything is dropped.

use std::collections::BTreeSet;

use crate::plan::OwnObject;

/// What the entries expect; the preamble that `pg_dump` writes may name settings that an older
/// server does not know.
pub const SETTINGS: &str = "SET check_function_bodies = false; SET xmloption = content; \
     SET client_min_messages = warning; SET row_security = off; \
     SET standard_conforming_strings = on; SET default_tablespace = ''; \
     SELECT pg_catalog.set_config('search_path', '', false)";

/// The longest text that is sent at once, in bytes, where it can be divided.
const CHUNK: usize = 1 << 20;

/// One entry of a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// `notes notes_pkey`, `COLUMN notes.id`.
    pub name: String,
    /// `TABLE`, `TABLE DATA`, `FK CONSTRAINT` …
    pub kind: String,
    /// The schema; empty for none.
    pub schema: String,
    /// The statements; settings for the next entry may stand at the end.
    pub text: String,
}

/// The entries, in order.
pub fn entries(dump: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut scanner = Scanner::default();
    for line in dump.split_inclusive('\n') {
        if scanner.is_between() {
            if let Some(entry) = header(line) {
                found.push(entry);
                continue;
            }
            // psql's own commands, and comments.
            if line.starts_with('\\') || line.starts_with("--") {
                continue;
            }
        }
        scanner.read(line);
        if let Some(entry) = found.last_mut() {
            entry.text.push_str(line);
        }
    }
    found
}

fn header(line: &str) -> Option<Entry> {
    let line = line.trim_end_matches(['\n', '\r']);
    let rest = line
        .strip_prefix("-- Name: ")
        .or_else(|| line.strip_prefix("-- Data for Name: "))?;
    let (rest, owner) = rest.rsplit_once("; Schema: ")?;
    let (name, kind) = rest.rsplit_once("; Type: ")?;
    let (schema, _) = owner.split_once("; Owner: ")?;
    Some(Entry {
        name: name.to_owned(),
        kind: kind.to_owned(),
        schema: if schema == "-" { "" } else { schema }.to_owned(),
        text: String::new(),
    })
}

/// Follows quotes through the lines of a dump.
#[derive(Debug, Default)]
struct Scanner {
    /// What ends the quotation that is open: `'`, `"`, `$tag$`.
    until: Option<String>,
    /// Whether a backslash hides the next character.
    escapes: bool,
}

impl Scanner {
    fn is_between(&self) -> bool {
        self.until.is_none()
    }

    /// Reads on; gives the places behind semicolons outside of quotes.
    fn read(&mut self, text: &str) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if let Some(until) = &self.until {
                if self.escapes && rest.starts_with('\\') {
                    at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                } else if rest.starts_with(until.as_str()) {
                    // A doubled quote closes and opens again, which comes to the same.
                    at += until.len();
                    self.until = None;
                } else {
                    at += rest.chars().next().map_or(1, char::len_utf8);
                }
                continue;
            }
            if rest.starts_with("--") {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            let c = rest.chars().next().unwrap_or_default();
            let before = text[..at].chars().next_back().unwrap_or(' ');
            match c {
                '\'' => {
                    self.escapes = matches!(before, 'E' | 'e');
                    self.until = Some("'".to_owned());
                }
                '"' => {
                    self.escapes = false;
                    self.until = Some("\"".to_owned());
                }
                '$' if !is_word(before) => {
                    if let Some(tag) = dollar_tag(rest) {
                        self.escapes = false;
                        at += tag.len();
                        self.until = Some(tag.to_owned());
                        continue;
                    }
                }
                ';' => ends.push(at + 1),
                _ => {}
            }
            at += c.len_utf8();
        }
        ends
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// `$tag$` at the beginning.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    text[1..end - 1].chars().all(is_word).then(|| &text[..end])
}

/// What is sent to the server for an entry: rows in portions, everything else as it stands.
pub fn portions(entry: &Entry) -> Vec<&str> {
    if entry.kind != "TABLE DATA" {
        return vec![&entry.text];
    }
    let mut portions = Vec::new();
    let mut from = 0;
    let mut last = 0;
    for end in Scanner::default().read(&entry.text) {
        if end - from > CHUNK && last > from {
            portions.push(&entry.text[from..last]);
            from = last;
        }
        last = end;
    }
    portions.push(&entry.text[from..]);
    portions
}

/// The entries that make these objects with all that belongs to them, in the dump's order.
/// Settings between the entries are kept.
pub fn belonging(entries: &[Entry], own: &[OwnObject]) -> Vec<Entry> {
    let mut chooser = Chooser::new(own);
    let mut chosen = Vec::new();
    for entry in entries {
        if chooser.takes(entry) {
            chosen.push(entry.clone());
        } else if let Some(text) = settings(&entry.text) {
            chosen.push(Entry {
                kind: "SETTINGS".to_owned(),
                text,
                ..Entry::default()
            });
        }
    }
    chosen
}

/// `SET default_…` lines at the end of an entry: they are meant for the next one.
fn settings(text: &str) -> Option<String> {
    let lines: Vec<&str> = text
        .lines()
        .rev()
        .take_while(|line| line.is_empty() || line.starts_with("SET default_"))
        .filter(|line| !line.is_empty())
        .collect();
    let lines: Vec<&str> = lines.into_iter().rev().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Tells which entries belong to a set of objects.
struct Chooser {
    own: BTreeSet<(String, String, String)>,
    /// Tables, views and sequences by schema and name; identity sequences are learned on the way.
    relations: BTreeSet<(String, String)>,
    /// Indexes that were taken, for what is attached to them.
    indexes: BTreeSet<(String, String)>,
}

impl Chooser {
    fn new(own: &[OwnObject]) -> Self {
        let is_relation = |kind: &str| {
            matches!(
                kind,
                "table" | "view" | "materialized view" | "foreign table" | "sequence"
            )
        };
        Self {
            own: own
                .iter()
                .map(|o| (class(&o.kind), o.schema.clone(), o.name.clone()))
                .collect(),
            relations: own
                .iter()
                .filter(|o| is_relation(&o.kind))
                .map(|o| (o.schema.clone(), o.name.clone()))
                .collect(),
            indexes: BTreeSet::new(),
        }
    }

    fn takes(&mut self, entry: &Entry) -> bool {
        let relation = |name: &str| {
            self.relations
                .contains(&(entry.schema.clone(), name.to_owned()))
        };
        let statement = entry.text.trim_start();
        match entry.kind.as_str() {
            "TABLE"
            | "VIEW"
            | "MATERIALIZED VIEW"
            | "FOREIGN TABLE"
            | "TABLE DATA"
            | "MATERIALIZED VIEW DATA"
            | "SEQUENCE SET"
            | "SEQUENCE OWNED BY" => relation(&entry.name),
            // An identity column's is made by altering the table.
            "SEQUENCE" => match altered(statement) {
                Some(table) if self.relations.contains(&table) => {
                    self.relations
                        .insert((entry.schema.clone(), entry.name.clone()));
                    true
                }
                Some(_) => false,
                None => relation(&entry.name),
            },
            "CONSTRAINT" | "FK CONSTRAINT" | "CHECK CONSTRAINT" | "DEFAULT" | "ROW SECURITY"
            | "TABLE ATTACH" => {
                let is_own =
                    altered(statement).is_some_and(|table| self.relations.contains(&table));
                if is_own && let Some((_, name)) = entry.name.rsplit_once(' ') {
                    self.indexes.insert((entry.schema.clone(), name.to_owned()));
                }
                is_own
            }
            "INDEX" => {
                let is_own = indexed(statement).is_some_and(|t| self.relations.contains(&t));
                if is_own {
                    self.indexes
                        .insert((entry.schema.clone(), entry.name.clone()));
                }
                is_own
            }
            "INDEX ATTACH" => self
                .indexes
                .contains(&(entry.schema.clone(), entry.name.clone())),
            "TRIGGER" | "RULE" | "POLICY" => self.begins_with_relation(entry),
            "COMMENT" | "ACL" | "SECURITY LABEL" => self.is_about_own(entry),
            kind => self.owns(kind, &entry.schema, &entry.name),
        }
    }

    fn owns(&self, kind: &str, schema: &str, name: &str) -> bool {
        let key = (class(kind), schema.to_owned(), name.to_owned());
        self.own.contains(&key)
    }

    /// `notes touch_updated_at`; both names may hold spaces.
    fn begins_with_relation(&self, entry: &Entry) -> bool {
        entry.name.match_indices(' ').any(|(at, _)| {
            self.relations
                .contains(&(entry.schema.clone(), entry.name[..at].to_owned()))
        })
    }

    /// `TABLE notes`, `COLUMN notes.id`, `CONSTRAINT c ON notes`, `FUNCTION f(integer)`.
    fn is_about_own(&self, entry: &Entry) -> bool {
        let at = |name: &str| (entry.schema.clone(), name.to_owned());
        let Some((kind, name)) = kind_and_name(&entry.name) else {
            return false;
        };
        // Unlike the names of other entries these are quoted where SQL wants it.
        let Some((first, rest)) = identifier(name) else {
            return false;
        };
        match kind {
            "TABLE" | "VIEW" | "MATERIALIZED VIEW" | "FOREIGN TABLE" | "SEQUENCE" | "COLUMN" => {
                self.relations.contains(&at(&first))
            }
            "INDEX" => self.indexes.contains(&at(&first)),
            "CONSTRAINT" | "TRIGGER" | "RULE" | "POLICY" => rest
                .strip_prefix(" ON ")
                .and_then(identifier)
                .is_some_and(|(table, _)| self.relations.contains(&at(&table))),
            kind => self.owns(kind, &entry.schema, &format!("{first}{rest}")),
        }
    }
}

fn kind_and_name(text: &str) -> Option<(&str, &str)> {
    const LONG: [&str; 5] = [
        "MATERIALIZED VIEW",
        "FOREIGN TABLE",
        "EVENT TRIGGER",
        "TEXT SEARCH CONFIGURATION",
        "TEXT SEARCH DICTIONARY",
    ];
    let long = LONG
        .iter()
        .find_map(|kind| Some((*kind, text.strip_prefix(kind)?.strip_prefix(' ')?)));
    long.or_else(|| text.split_once(' '))
}

/// One word for kinds that share their names.
fn class(kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "enum" | "composite type" | "range type" | "base type" | "domain" | "type"
        | "shell type" => "type".to_owned(),
        "function" | "procedure" | "aggregate" => "routine".to_owned(),
        kind => kind.to_owned(),
    }
}

/// The table in `ALTER TABLE [ONLY] schema.name …`.
fn altered(statement: &str) -> Option<(String, String)> {
    let rest = statement
        .strip_prefix("ALTER TABLE ")
        .or_else(|| statement.strip_prefix("ALTER FOREIGN TABLE "))?;
    qualified(rest.strip_prefix("ONLY ").unwrap_or(rest))
}

/// The table in `CREATE [UNIQUE] INDEX name ON [ONLY] schema.table …`.
fn indexed(statement: &str) -> Option<(String, String)> {
    let rest = statement
        .strip_prefix("CREATE INDEX ")
        .or_else(|| statement.strip_prefix("CREATE UNIQUE INDEX "))?;
    let (_, rest) = identifier(rest)?;
    let rest = rest.strip_prefix(" ON ")?;
    qualified(rest.strip_prefix("ONLY ").unwrap_or(rest))
}

fn qualified(text: &str) -> Option<(String, String)> {
    let (schema, rest) = identifier(text)?;
    let (name, _) = identifier(rest.strip_prefix('.')?)?;
    Some((schema, name))
}

/// An identifier at the beginning, and what follows.
fn identifier(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = r#"--
-- PostgreSQL database dump
--

\restrict abc

SET transaction_timeout = 0;

--
-- Name: mood; Type: TYPE; Schema: public; Owner: app
--

CREATE TYPE public.mood AS ENUM ('a;
-- Name: false; Type: TABLE; Schema: public; Owner: app
');


SET default_tablespace = '';

--
-- Name: my "notes"; Type: TABLE; Schema: public; Owner: app
--

CREATE TABLE public."my ""notes""" (id integer);


--
-- Name: f(public.mood); Type: FUNCTION; Schema: public; Owner: app
--

CREATE FUNCTION public.f(public.mood) RETURNS int LANGUAGE sql AS $_$
-- Name: false; Type: TABLE; Schema: public; Owner: app
select 1 -- it's
$_$;


--
-- Data for Name: my "notes"; Type: TABLE DATA; Schema: public; Owner: app
--

INSERT INTO public."my ""notes""" VALUES
	(1),
	(2);


--
-- Name: my "notes" pk; Type: CONSTRAINT; Schema: public; Owner: app
--

ALTER TABLE ONLY public."my ""notes"""
    ADD CONSTRAINT pk PRIMARY KEY (id);


--
-- Name: ix; Type: INDEX; Schema: public; Owner: app
--

CREATE INDEX ix ON public."my ""notes""" USING btree (id);


--
-- Name: COLUMN "my ""notes""".id; Type: COMMENT; Schema: public; Owner: app
--

COMMENT ON COLUMN x IS 'y';


--
-- PostgreSQL database dump complete
--

\unrestrict abc
"#;

    fn own(kind: &str, name: &str) -> OwnObject {
        OwnObject {
            kind: kind.to_owned(),
            schema: "public".to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn headers_in_quotes_are_no_headers() {
        let kinds: Vec<String> = entries(DUMP).into_iter().map(|e| e.kind).collect();
        assert_eq!(
            kinds,
            [
                "TYPE",
                "TABLE",
                "FUNCTION",
                "TABLE DATA",
                "CONSTRAINT",
                "INDEX",
                "COMMENT"
            ]
        );
        assert!(entries(DUMP).iter().all(|entry| !entry.text.contains('\\')));
    }

    #[test]
    fn what_belongs_to_a_table_comes_with_it_and_settings_stay() {
        let chosen = belonging(&entries(DUMP), &[own("table", "my \"notes\"")]);
        let kinds: Vec<&str> = chosen.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "SETTINGS",
                "TABLE",
                "TABLE DATA",
                "CONSTRAINT",
                "INDEX",
                "COMMENT"
            ]
        );
        let chosen = belonging(
            &entries(DUMP),
            &[own("enum", "mood"), own("function", "f(public.mood)")],
        );
        assert_eq!(chosen.len(), 2);
    }

    #[test]
    fn long_data_is_sent_in_portions_between_statements() {
        let row = format!("INSERT INTO t VALUES ('{};');\n", "x".repeat(CHUNK / 2));
        let entry = Entry {
            kind: "TABLE DATA".to_owned(),
            text: row.repeat(5),
            ..Entry::default()
        };
        let portions = portions(&entry);
        assert!(portions.len() > 2);
        assert_eq!(portions.concat(), entry.text);
        assert!(
            portions
                .iter()
                .all(|p| p.matches("INSERT").count() > 0 || p.trim().is_empty())
        );
    }
}
