//! Reads what `pg_dump --verbose` writes as plain SQL, entry by entry, without holding it.
//!
//! ```text
//! --
//! -- TOC entry 3651 (class 2606 OID 17210)
//! -- Name: notes notes_pkey; Type: CONSTRAINT; Schema: public; Owner: app
//! --
//!
//! ALTER TABLE ONLY public.notes
//!     ADD CONSTRAINT notes_pkey PRIMARY KEY (id);
//! ```
//!
//! Such lines count only outside of quotes: a function's body or a row may hold one. Which entries
//! belong to whom is [`super::dump_choice`]'s affair. Writes nothing.

use std::io::{self, BufRead};
use std::rc::Rc;

/// What the entries expect; the preamble that `pg_dump` writes may name settings that an older
/// server does not know.
pub const SETTINGS: &str = "SET check_function_bodies = false; SET xmloption = content; \
     SET client_min_messages = warning; SET row_security = off; \
     SET standard_conforming_strings = on; SET default_tablespace = ''; \
     SELECT pg_catalog.set_config('search_path', '', false)";

/// The longest text that is sent at once, in bytes, where it can be divided.
const CHUNK: usize = 1 << 20;

/// What stands above an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The entry's number.
    pub id: u32,
    /// The system catalog that its object stands in; 0: the entry is about another's object.
    pub class: u32,
    /// The object's identifier there, or its table's where `class` is 0.
    pub oid: u32,
    /// The entries that it is about, or rests on.
    pub needs: Vec<u32>,
    /// `notes notes_pkey`, `COLUMN notes.id`.
    pub name: String,
    /// `TABLE`, `TABLE DATA`, `FK CONSTRAINT` …; empty before the first.
    pub kind: String,
    /// The schema; empty for none.
    pub schema: String,
}

/// Whole statements of one entry: all of them, or a portion of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The entry.
    pub head: Rc<Head>,
    /// The statements; settings for the next entry may stand at the end.
    pub text: String,
}

/// The pieces of a dump, in order. What stands before the first entry has a head without a kind.
pub struct Pieces<R> {
    input: R,
    scanner: Scanner,
    head: Rc<Head>,
    /// What the lines above a name said.
    coming: Head,
    text: String,
    is_over: bool,
}

impl<R: BufRead> Pieces<R> {
    /// Reads from the beginning of a dump.
    pub fn of(input: R) -> Self {
        Self {
            input,
            scanner: Scanner::default(),
            head: Rc::default(),
            coming: Head::default(),
            text: String::new(),
            is_over: false,
        }
    }

    fn read(&mut self) -> io::Result<Option<Piece>> {
        while let Some(line) = self.line()? {
            if self.scanner.is_between() {
                if let Some(rest) = line.strip_prefix("--") {
                    if let Some(head) = self.header(rest) {
                        let before = std::mem::replace(&mut self.head, Rc::new(head));
                        return Ok(Some(self.piece(before)));
                    }
                    continue;
                }
                // psql's own commands.
                if line.starts_with('\\') {
                    continue;
                }
            }
            let is_whole = self.scanner.read(&line) && self.scanner.is_between();
            self.text.push_str(&line);
            if is_whole && self.text.len() > CHUNK && self.head.kind == "TABLE DATA" {
                let head = Rc::clone(&self.head);
                return Ok(Some(self.piece(head)));
            }
        }
        self.is_over = true;
        let head = Rc::clone(&self.head);
        Ok(Some(self.piece(head)))
    }

    fn piece(&mut self, head: Rc<Head>) -> Piece {
        Piece {
            head,
            text: std::mem::take(&mut self.text),
        }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        if self.input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
    }

    /// Follows the comment above an entry; gives its head at the line with the name.
    fn header(&mut self, line: &str) -> Option<Head> {
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some((id, class, oid)) = address(line) {
            self.coming = Head {
                id,
                class,
                oid,
                ..Head::default()
            };
        } else if let Some(needs) = line.strip_prefix(" Dependencies: ") {
            self.coming.needs = needs.split(' ').flat_map(str::parse).collect();
        } else if let Some((name, kind, schema)) = title(line) {
            return Some(Head {
                name,
                kind,
                schema,
                ..std::mem::take(&mut self.coming)
            });
        }
        None
    }
}

impl<R: BufRead> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over |= read.is_err();
        read.transpose()
    }
}

/// ` TOC entry 3651 (class 2606 OID 17210)`
fn address(line: &str) -> Option<(u32, u32, u32)> {
    let (id, rest) = line.strip_prefix(" TOC entry ")?.split_once(" (class ")?;
    let (class, oid) = rest.strip_suffix(')')?.split_once(" OID ")?;
    Some((id.parse().ok()?, class.parse().ok()?, oid.parse().ok()?))
}

/// Name, kind and schema. The name may hold whatever separates them.
fn title(line: &str) -> Option<(String, String, String)> {
    let rest = line
        .strip_prefix(" Name: ")
        .or_else(|| line.strip_prefix(" Data for Name: "))?;
    let (rest, owner) = rest.rsplit_once("; Schema: ")?;
    let (name, kind) = rest.rsplit_once("; Type: ")?;
    let (schema, _) = owner.split_once("; Owner: ")?;
    let schema = if schema == "-" { "" } else { schema };
    Some((name.to_owned(), kind.to_owned(), schema.to_owned()))
}

/// `SET default_…` lines at the end of an entry: they are meant for the next one.
pub fn settings(text: &str) -> Option<String> {
    let lines: Vec<&str> = text
        .lines()
        .rev()
        .take_while(|line| line.is_empty() || line.starts_with("SET default_"))
        .filter(|line| !line.is_empty())
        .collect();
    let lines: Vec<&str> = lines.into_iter().rev().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
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

    /// Reads on; tells whether a statement ended at the line's end.
    fn read(&mut self, text: &str) -> bool {
        let mut is_ended = false;
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
                break;
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
                _ => {}
            }
            is_ended = c == ';' || is_ended && c.is_whitespace();
            at += c.len_utf8();
        }
        is_ended
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// `$tag$` at the beginning.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    text[1..end - 1].chars().all(is_word).then(|| &text[..end])
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
-- TOC entry 5 (class 1247 OID 16390)
-- Name: mood; Type: TYPE; Schema: public; Owner: app
--

CREATE TYPE public.mood AS ENUM ('a;
-- Name: false; Type: TABLE; Schema: public; Owner: app
');


SET default_tablespace = '';

--
-- TOC entry 6 (class 1259 OID 16400)
-- Name: my "notes"; Type: TABLE; Schema: public; Owner: app
--

CREATE TABLE public."my ""notes""" (id integer);


--
-- TOC entry 7 (class 1255 OID 16410)
-- Name: f(public.mood); Type: FUNCTION; Schema: public; Owner: app
--

CREATE FUNCTION public.f(public.mood) RETURNS int LANGUAGE sql AS $_$
-- TOC entry 8 (class 1259 OID 1)
-- Name: false; Type: TABLE; Schema: public; Owner: app
select 1 -- it's
$_$;


--
-- TOC entry 9 (class 0 OID 0)
-- Dependencies: 6 12
-- Name: COLUMN "my ""notes""".id; Type: COMMENT; Schema: public; Owner: app
--

COMMENT ON COLUMN x IS 'y';


--
-- PostgreSQL database dump complete
--

\unrestrict abc
"#;

    fn pieces(text: &str) -> Vec<Piece> {
        Pieces::of(text.as_bytes()).map(Result::unwrap).collect()
    }

    #[test]
    fn headers_in_quotes_are_no_headers() {
        let found = pieces(DUMP);
        let heads: Vec<(u32, u32, u32, &str)> = found
            .iter()
            .map(|piece| {
                (
                    piece.head.id,
                    piece.head.class,
                    piece.head.oid,
                    &*piece.head.kind,
                )
            })
            .collect();
        assert_eq!(
            heads,
            [
                (0, 0, 0, ""),
                (5, 1247, 16390, "TYPE"),
                (6, 1259, 16400, "TABLE"),
                (7, 1255, 16410, "FUNCTION"),
                (9, 0, 0, "COMMENT"),
            ]
        );
        assert_eq!(found[2].head.name, "my \"notes\"");
        assert_eq!(found[4].head.needs, [6, 12]);
        assert!(found.iter().all(|piece| !piece.text.contains('\\')));
        assert_eq!(
            settings(&found[1].text).as_deref(),
            Some("SET default_tablespace = '';")
        );
        assert!(found[3].text.contains("-- Name: false"));
    }

    #[test]
    fn long_data_comes_in_portions_of_whole_statements() {
        let head = "-- TOC entry 1 (class 0 OID 2)\n\
                    -- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: app\n";
        let row = format!(
            "INSERT INTO t VALUES\n\t('{};\n');\n",
            "x".repeat(CHUNK / 2)
        );
        let found = pieces(&format!("{head}{}", row.repeat(5)));
        assert!(found.len() > 3, "{}", found.len());
        let texts: Vec<&str> = found.iter().map(|piece| &*piece.text).collect();
        assert_eq!(texts.concat(), row.repeat(5));
        for text in texts.iter().filter(|text| !text.trim().is_empty()) {
            assert!(text.starts_with("INSERT") && text.ends_with("');\n"));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error() {
        let mut pieces = Pieces::of(&b"SET x = 1;\n\xff\n"[..]);
        assert!(pieces.next().unwrap().is_err());
        assert!(pieces.next().is_none());
    }
}
