//! Colours for Python and SQL: lines in, pieces with a tone out. Pure.
//!
//! It knows words, strings, comments and numbers, nothing of grammar: what is wrong is shown as it
//! stands. Called by the pages that show source.

use super::theme::Tone;

/// The languages that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Revision files, env.py, models.
    Python,
    /// What runs in a database.
    Sql,
    /// Notes and lists.
    Plain,
}

const PYTHON: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

const SQL: &[&str] = &[
    "add",
    "after",
    "alter",
    "always",
    "and",
    "as",
    "before",
    "begin",
    "by",
    "cascade",
    "check",
    "collate",
    "column",
    "comment",
    "commit",
    "constraint",
    "create",
    "declare",
    "default",
    "deferrable",
    "delete",
    "drop",
    "each",
    "else",
    "end",
    "enum",
    "except",
    "execute",
    "exists",
    "extension",
    "for",
    "foreign",
    "from",
    "function",
    "generated",
    "grant",
    "group",
    "identity",
    "if",
    "immutable",
    "in",
    "index",
    "insert",
    "into",
    "is",
    "key",
    "language",
    "lock",
    "not",
    "null",
    "on",
    "only",
    "or",
    "order",
    "owned",
    "policy",
    "primary",
    "procedure",
    "references",
    "replace",
    "return",
    "returns",
    "revoke",
    "role",
    "row",
    "schema",
    "select",
    "sequence",
    "set",
    "stable",
    "stored",
    "table",
    "then",
    "to",
    "trigger",
    "truncate",
    "type",
    "unique",
    "update",
    "using",
    "values",
    "view",
    "volatile",
    "when",
    "where",
    "with",
];

/// Words after which something is gone.
const GOES: &[&str] = &["delete", "drop", "truncate"];

/// Colours line after line: a string may go on over several.
#[derive(Clone, Debug)]
pub struct Painter {
    language: Language,
    /// What ends the string that the line before left open.
    open: Option<&'static str>,
}

impl Painter {
    /// Begins before the first line.
    pub const fn new(language: Language) -> Self {
        Self {
            language,
            open: None,
        }
    }

    /// The next line in pieces; together they are the line, letter by letter.
    pub fn line(&mut self, line: &str) -> Vec<(Tone, String)> {
        if self.language == Language::Plain {
            return vec![(Tone::Plain, line.to_owned())];
        }
        let mut pieces = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            let (tone, length) = self.next(rest);
            let (piece, after) = rest.split_at(length);
            push(&mut pieces, tone, piece);
            rest = after;
        }
        pieces
    }

    /// The tone and the length of what stands at the beginning of `rest`, at least one letter.
    fn next(&mut self, rest: &str) -> (Tone, usize) {
        if let Some(end) = self.open {
            return (Tone::Literal, self.string(rest, 0, end));
        }
        let comment = match self.language {
            Language::Python => "#",
            _ => "--",
        };
        if rest.starts_with(comment) {
            return (Tone::Faint, rest.len());
        }
        if let Some(end) = self.quote(rest) {
            return (Tone::Literal, self.string(rest, end.len(), end));
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let word = rest
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(rest.len());
        if word == 0 {
            return (Tone::Plain, first);
        }
        (self.tone_of(&rest[..word]), word)
    }

    /// The quote that begins here. Prefixes such as `r` stay words of their own.
    fn quote(&self, rest: &str) -> Option<&'static str> {
        let quotes: &[&'static str] = match self.language {
            Language::Python => &["\"\"\"", "'''", "\"", "'"],
            _ => &["'", "$$"],
        };
        quotes
            .iter()
            .find(|quote| rest.starts_with(**quote))
            .copied()
    }

    /// The length of a string up to its end, or to the line's.
    fn string(&mut self, rest: &str, from: usize, end: &'static str) -> usize {
        let is_long = end.len() > 1 || self.language == Language::Sql;
        let mut at = from;
        while at < rest.len() {
            if rest[at..].starts_with(end) {
                self.open = None;
                return at + end.len();
            }
            let mut step = rest[at..].chars().next().map_or(1, char::len_utf8);
            if self.language == Language::Python && rest[at..].starts_with('\\') {
                step += rest[at + 1..].chars().next().map_or(0, char::len_utf8);
            }
            at += step;
        }
        self.open = is_long.then_some(end);
        rest.len()
    }

    fn tone_of(&self, word: &str) -> Tone {
        if word.starts_with(|letter: char| letter.is_ascii_digit()) {
            return Tone::Literal;
        }
        let lower = word.to_ascii_lowercase();
        match self.language {
            Language::Python if PYTHON.contains(&word) => Tone::Keyword,
            Language::Sql if GOES.contains(&lower.as_str()) => Tone::Bad,
            Language::Sql if SQL.contains(&lower.as_str()) => Tone::Keyword,
            _ => Tone::Plain,
        }
    }
}

fn push(pieces: &mut Vec<(Tone, String)>, tone: Tone, piece: &str) {
    match pieces.last_mut() {
        Some((last, text)) if *last == tone => text.push_str(piece),
        _ => pieces.push((tone, piece.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(language: Language, text: &str) -> String {
        let mut painter = Painter::new(language);
        let mut out = String::new();
        for line in text.lines() {
            let pieces = painter.line(line);
            let whole: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(whole, line, "nothing is lost");
            for (tone, text) in pieces {
                let sign = match tone {
                    Tone::Keyword => "k",
                    Tone::Literal => "s",
                    Tone::Faint => "c",
                    Tone::Bad => "!",
                    _ => {
                        out.push_str(&text);
                        continue;
                    }
                };
                out.extend(["<", sign, " ", text.as_str(), ">"]);
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn python_has_words_strings_and_comments() {
        let source = "def f(x):  # why\n    return \"a # \\\" b\" + 'c' if x is not None else 12\n";
        assert_eq!(
            painted(Language::Python, source),
            "<k def> f(x):  <c # why>\n    <k return> <s \"a # \\\" b\"> + <s 'c'> <k if> x <k is> \
             <k not> <k None> <k else> <s 12>\n"
        );
    }

    #[test]
    fn a_long_string_goes_on_until_its_end() {
        let source = "op.execute(\"\"\"SELECT\n  def 'x'\n\"\"\") # é\n'open\ndef\n";
        assert_eq!(
            painted(Language::Python, source),
            "op.execute(<s \"\"\"SELECT>\n<s   def 'x'>\n<s \"\"\">) <c # é>\n<s 'open>\n<k def>\n"
        );
    }

    #[test]
    fn sql_shows_what_goes() {
        let source =
            "DROP TABLE \"order\"; -- gone\nSELECT 'it''s', $$ if\nend $$, 1 FROM tables\n";
        assert_eq!(
            painted(Language::Sql, source),
            "<! DROP> <k TABLE> \"<k order>\"; <c -- gone>\n<k SELECT> <s 'it''s'>, <s $$ if>\n\
             <s end $$>, <s 1> <k FROM> tables\n"
        );
    }

    #[test]
    fn every_text_is_kept_letter_by_letter() {
        for source in [
            "\\",
            "'\\",
            "\"\"\"",
            "é'表",
            "$$",
            "--",
            "\\\\'",
            "\u{1b}[2J # x",
        ] {
            painted(Language::Python, source);
            painted(Language::Sql, source);
            painted(Language::Plain, source);
        }
    }
}
