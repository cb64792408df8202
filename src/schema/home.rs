//! Carried text for the module's own schema: names in it lose their schema, as a person would write
//! them, so that the search path of whoever runs the baseline decides, as it does for the drafted part.
//!
//! Called by the rehearsal on every carried piece. Pure text work, proven by the build that follows:
//! bodies of functions, values and comments stay as they are.

use std::collections::BTreeSet;
use std::ops::Range;

use super::source::string;
use super::{Origin, Piece, Stage};

/// The schema that the search path finds first, and the names that it would not find there.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// The schema.
    pub schema: String,
    /// Names of `pg_catalog`, which comes before any other schema: an object of such a name keeps
    /// its schema.
    pub kept: BTreeSet<String>,
}

/// A letter of SQL, and where it stands in the Python text.
struct Letter {
    is: char,
    at: Range<usize>,
}

impl Home {
    /// The piece without its own schema's name. Rows are values and no text to look through.
    pub fn piece(&self, mut piece: Piece) -> Piece {
        if piece.origin == Origin::Carried && piece.stage != Stage::Rows {
            piece.up = self.python(&piece.up);
            piece.down = self.python(&piece.down);
        }
        piece
    }

    /// SQL without the schema's name, for instance the name of a type.
    pub fn sql(&self, sql: &str) -> String {
        let letters: Vec<Letter> = sql
            .char_indices()
            .map(|(at, is)| Letter {
                is,
                at: at..at + is.len_utf8(),
            })
            .collect();
        without(sql, &self.qualifiers(&letters))
    }

    /// Python without the schema's name: in the SQL of `op.execute` and `sa.text`, and as argument.
    fn python(&self, code: &str) -> String {
        let code = code.replace(&format!(", schema={}", string(&self.schema)), "");
        let mut gone = Vec::new();
        for call in ["op.execute(", "sa.text("] {
            for (at, _) in code.match_indices(call) {
                let letters = literal(&code, at + call.len());
                gone.extend(self.qualifiers(&letters));
            }
        }
        gone.sort_by_key(|range| range.start);
        gone.dedup();
        joined(&without(&code, &gone))
    }

    /// Where `schema.` stands before a name that is found without it.
    fn qualifiers(&self, letters: &[Letter]) -> Vec<Range<usize>> {
        let tokens = tokens(letters);
        let is_own = |token: &Token| token.kind == Kind::Name && token.text == self.schema;
        let is_dot = |at: usize| tokens.get(at).is_some_and(|token| token.text == ".");
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &tokens[before]);
            if let Kind::Value(inside) = &token.kind {
                let is_name = tokens
                    .get(at + 1)
                    .zip(tokens.get(at + 2))
                    .is_some_and(|(cast, to)| cast.text == "::" && to.text.starts_with("reg"));
                if is_name {
                    found.extend(self.qualifiers(&letters[inside.clone()]));
                }
                continue;
            }
            if !is_own(token) {
                continue;
            }
            if !is_dot(at + 1) {
                // A table or an alias may have the schema's name: then nothing here is sure.
                let is_schema = before.is_some_and(|before| {
                    matches!(before.text.as_str(), "TO" | "SCHEMA" | "FROM" | ",")
                });
                if is_schema {
                    continue;
                }
                return Vec::new();
            }
            let is_inside = before.is_some_and(|before| before.text == ".");
            let is_kept = tokens
                .get(at + 2)
                .is_none_or(|name| self.kept.contains(&name.text));
            if !is_inside && !is_kept {
                let from = letters[token.letters.start].at.start;
                found.push(from..letters[tokens[at + 1].letters.end - 1].at.end);
            }
        }
        found
    }
}

/// `text` without the ranges, which are in order.
fn without(text: &str, ranges: &[Range<usize>]) -> String {
    let mut shorter = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        shorter.push_str(&text[from..range.start]);
        from = range.end;
    }
    shorter + &text[from..]
}

/// Statements of one line that were long with the schema's name and are not without it.
fn joined(code: &str) -> String {
    const OPENING: &str = "op.execute(\n    \"\"\"\n        ";
    const CLOSING: &str = "\n        \"\"\"\n)";
    let mut shorter = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, opened)) = rest.split_once(OPENING) {
        shorter.push_str(before);
        let short = opened
            .split_once(CLOSING)
            .filter(|(body, _)| !body.contains(['\n', '\\']))
            .map(|(body, after)| (format!("op.execute({})", string(body)), after))
            .filter(|(line, _)| line.chars().count() <= 84);
        let (line, after) = short.unwrap_or_else(|| (OPENING.to_owned(), opened));
        shorter.push_str(&line);
        rest = after;
    }
    shorter + rest
}

/// The letters of the Python string that begins behind `from`; none where something else stands.
fn literal(code: &str, from: usize) -> Vec<Letter> {
    let opened = code[from..].trim_start();
    let mut at = code.len() - opened.len();
    let is_raw = opened.starts_with('r');
    at += usize::from(is_raw);
    let rest = &code[at..];
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| rest.starts_with(quote))
    else {
        return Vec::new();
    };
    at += quote.len();
    let mut letters = Vec::new();
    while let Some(is) = code[at..].chars().next() {
        if code[at..].starts_with(quote) {
            break;
        }
        let start = at;
        at += is.len_utf8();
        let escaped = code[at..].chars().next().filter(|_| is == '\\' && !is_raw);
        at += escaped.map_or(0, char::len_utf8);
        letters.push(Letter {
            is: match escaped {
                Some(escaped @ ('\\' | '\'' | '"')) => escaped,
                Some('n') => '\n',
                // Any other letter: none that SQL gives a meaning.
                Some(_) => '\u{fffd}',
                None => is,
            },
            at: start..at,
        });
    }
    letters
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Name,
    /// A text in quotes, and the letters in it.
    Value(Range<usize>),
    Other,
}

struct Token {
    kind: Kind,
    text: String,
    letters: Range<usize>,
}

/// What stands between blanks, comments and dollar quotes.
fn tokens(letters: &[Letter]) -> Vec<Token> {
    let is = |at: usize| letters.get(at).map_or('\0', |letter| letter.is);
    let text = |range: Range<usize>| letters[range].iter().map(|letter| letter.is).collect();
    let find = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        let is_there = |at: &usize| (0..end.len()).all(|more| is(at + more) == end[more]);
        (from..letters.len())
            .find(is_there)
            .map_or(letters.len(), |at| at + end.len())
    };
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let from = at;
        let one = is(at);
        let kind = if one.is_whitespace() {
            at += 1;
            continue;
        } else if one == '-' && is(at + 1) == '-' {
            at = find(at, "\n");
            continue;
        } else if one == '/' && is(at + 1) == '*' {
            at = find(at + 2, "*/");
            continue;
        } else if one == '$' && (is(at + 1) == '$' || starts_name(is(at + 1))) {
            let tag: String = text(at..find(at + 1, "$"));
            at = find(at + tag.chars().count(), &tag);
            Kind::Other
        } else if one == '\'' || one == '"' {
            at = end_of_quotes(letters, at);
            let inside = from + 1..(at - 1).max(from + 1);
            if one == '"' {
                let name: String = text(inside);
                tokens.push(Token {
                    kind: Kind::Name,
                    text: name.replace("\"\"", "\""),
                    letters: from..at,
                });
                continue;
            }
            Kind::Value(inside)
        } else if starts_name(one) {
            while goes_on(is(at)) {
                at += 1;
            }
            Kind::Name
        } else if one == ':' && is(at + 1) == ':' {
            at += 2;
            Kind::Other
        } else if is_operator(one) {
            while is_operator(is(at)) {
                at += 1;
            }
            Kind::Other
        } else {
            at += 1;
            Kind::Other
        };
        tokens.push(Token {
            kind,
            text: text(from..at),
            letters: from..at,
        });
    }
    tokens
}

/// Where what opens at `from` ends; a doubled quote is one of its own.
fn end_of_quotes(letters: &[Letter], from: usize) -> usize {
    let quote = letters[from].is;
    let mut at = from + 1;
    while at < letters.len() {
        if letters[at].is == quote {
            if letters.get(at + 1).is_none_or(|next| next.is != quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    letters.len()
}

fn starts_name(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

fn goes_on(letter: char) -> bool {
    letter == '_' || letter == '$' || letter.is_alphanumeric()
}

fn is_operator(letter: char) -> bool {
    "+*/<>=~!@#%^&|`?-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home {
            schema: "public".to_owned(),
            kept: ["lower", "=", "text"].map(str::to_owned).into(),
        }
    }

    #[test]
    fn only_names_lose_their_schema() {
        for (sql, expected) in [
            (
                "CREATE VIEW public.v AS SELECT public.f(t.a) FROM public.t",
                "CREATE VIEW v AS SELECT f(t.a) FROM t",
            ),
            (
                "DEFAULT nextval('public.s'::regclass)",
                "DEFAULT nextval('s'::regclass)",
            ),
            (
                "'public.s'::text || 'it''s public.x'",
                "'public.s'::text || 'it''s public.x'",
            ),
            (
                "public.lower(a) public.\"text\"",
                "public.lower(a) public.\"text\"",
            ),
            (
                "a OPERATOR(public.=) b OPERATOR(public.===) c",
                "a OPERATOR(public.=) b OPERATOR(===) c",
            ),
            (
                "FUNCTION public.g() AS $f$ SELECT public.x $f$; public.y",
                "FUNCTION g() AS $f$ SELECT public.x $f$; y",
            ),
            (
                "-- public.x it's\nSELECT public.y /* public.z */",
                "-- public.x it's\nSELECT y /* public.z */",
            ),
            (
                "OWNED BY public.t.c, other.public.x",
                "OWNED BY t.c, other.public.x",
            ),
            ("POLICY p ON public.t TO public", "POLICY p ON t TO public"),
            // A table's alias with the schema's name: no name is sure.
            (
                "SELECT public.a FROM public.t public",
                "SELECT public.a FROM public.t public",
            ),
            (
                "republic.x public_.y $1 public.\"Odd.Name\"",
                "republic.x public_.y $1 \"Odd.Name\"",
            ),
        ] {
            assert_eq!(home().sql(sql), expected, "{sql}");
        }
        let odd = Home {
            schema: "My \"App\"".to_owned(),
            ..Home::default()
        };
        assert_eq!(odd.sql("\"My \"\"App\"\"\".t, public.u"), "t, public.u");
    }

    #[test]
    fn python_keeps_what_is_not_sql() {
        for (code, expected) in [
            (
                "op.execute('DROP VIEW public.v')",
                "op.execute('DROP VIEW v')",
            ),
            (
                "op.execute('COMMENT ON TABLE public.t IS \\'of \"public.t\"\\'')",
                "op.execute('COMMENT ON TABLE t IS \\'of \"public.t\"\\'')",
            ),
            (
                "op.create_table_comment('t', 'public.t')\nop.execute(\n    r\"\"\"\n        DROP VIEW public.v\n    \"\"\"\n)",
                "op.create_table_comment('t', 'public.t')\nop.execute(\n    r\"\"\"\n        DROP VIEW v\n    \"\"\"\n)",
            ),
            (
                "op.alter_column('t', 'a', server_default=sa.text(\"nextval('public.s'::regclass)\"))",
                "op.alter_column('t', 'a', server_default=sa.text(\"nextval('s'::regclass)\"))",
            ),
            ("op.drop_table('t', schema='public')", "op.drop_table('t')"),
        ] {
            assert_eq!(home().python(code), expected, "{code}");
        }
        let long = format!(
            "op.execute(\n    \"\"\"\n        ALTER TABLE public.{0} ENABLE ALWAYS TRIGGER {0}\n        \"\"\"\n)",
            "a_long_name_of_x"
        );
        assert_eq!(
            home().python(&long),
            "op.execute('ALTER TABLE a_long_name_of_x ENABLE ALWAYS TRIGGER a_long_name_of_x')"
        );
    }
}
