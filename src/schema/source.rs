//! SQL as Python source: what `op.execute` must be given so that the server receives exactly this
//! text through SQLAlchemy's `text()`, with every driver.

use crate::model::without_casts;

/// `op.execute('DROP …')`, or with a block where the statement has several lines or is long.
///
/// One statement a call: asyncpg prepares what it is given, and cannot prepare two.
pub fn execute(sql: &str) -> String {
    let sql = without_casts(sql.trim_end());
    let sql = sql.as_ref();
    let escaped = escape_binds(sql);
    if !sql.contains('\n') {
        let line = format!("op.execute({})", string(&escaped));
        if line.chars().count() <= 84 {
            return line;
        }
    }
    let body = if breaks_inside_quotes(sql) {
        // Indenting would change the text inside the quotes.
        escaped
    } else {
        wrap(&escaped)
            .lines()
            .map(|line| format!("        {}", line.trim_end()).trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let closing = if breaks_inside_quotes(sql) {
        String::new()
    } else {
        "        ".to_owned()
    };
    format!("op.execute(\n    {}\n)", block(&body, &closing))
}

/// Words that open a clause; a long statement breaks before them.
const CLAUSES: &[&str] = &[
    "ADD",
    "AS",
    "CHECK",
    "CONSTRAINT",
    "DEFERRABLE",
    "EXECUTE",
    "FOR",
    "FOREIGN",
    "GRANT",
    "INCLUDE",
    "INCREMENT",
    "ON",
    "REFERENCES",
    "START",
    "TO",
    "USING",
    "WHEN",
    "WHERE",
    "WITH",
];

/// A long single line goes on in further lines where that is safe: before a clause, outside of
/// quotes and brackets.
fn wrap(sql: &str) -> String {
    if sql.contains('\n') || sql.chars().count() <= 88 {
        return sql.to_owned();
    }
    let mut wrapped = String::with_capacity(sql.len() + 16);
    let mut width = 0;
    for clause in clauses(sql) {
        let length = clause.chars().count();
        if width > 0 && width + 1 + length > 84 {
            wrapped.push_str("\n    ");
            width = 4;
        } else if width > 0 {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(clause);
        width += length;
    }
    wrapped
}

/// Splits at the spaces before the words of [`CLAUSES`].
fn clauses(sql: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut depth, mut quote) = (0, 0_usize, None);
    for (at, c) in sql.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != c),
            (None, '\'' | '"' | '$') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ' ') if depth == 0 => {
                let word = sql[at + 1..].split([' ', '(']).next().unwrap_or_default();
                if CLAUSES.contains(&word) {
                    parts.push(&sql[from..at]);
                    from = at + 1;
                }
            }
            _ => {}
        }
    }
    parts.push(&sql[from..]);
    parts
}

/// A triple-quoted literal whose first line break is the literal's own.
fn block(body: &str, closing: &str) -> String {
    let raw = body.contains('\\') && !body.contains("\"\"\"") && !body.contains(is_special);
    if raw {
        return format!("r\"\"\"\n{body}\n{closing}\"\"\"");
    }
    let mut text = String::with_capacity(body.len() + 16);
    for c in body
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"")
        .chars()
    {
        push_escaped(&mut text, c, false);
    }
    format!("\"\"\"\n{text}\n{closing}\"\"\"")
}

/// A one-line string literal with the quotes that `repr` takes, and so Alembic's own lines.
pub fn string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        match c {
            '\\' => literal.push_str("\\\\"),
            _ if c == quote => {
                literal.push('\\');
                literal.push(c);
            }
            _ => push_escaped(&mut literal, c, true),
        }
    }
    literal.push(quote);
    literal
}

/// Characters that a Python source cannot hold as they are, or that nobody would see.
fn is_special(c: char) -> bool {
    c != '\n'
        && c != '\t'
        && (c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
}

fn push_escaped(text: &mut String, c: char, one_line: bool) {
    match c {
        '\n' if one_line => text.push_str("\\n"),
        '\t' if one_line => text.push_str("\\t"),
        '\r' => text.push_str("\\r"),
        _ if is_special(c) => {
            let code = u32::from(c);
            let escape = if code < 0x100 {
                format!("\\x{code:02x}")
            } else {
                format!("\\u{code:04x}")
            };
            text.push_str(&escape);
        }
        _ => text.push(c),
    }
}

/// Puts a backslash before every colon that SQLAlchemy's `text()` would read as a bound parameter,
/// and a second one where it would eat the backslash that stands there already.
///
/// `sqlalchemy/sql/compiler.py`: `BIND_PARAMS = (?<![:\w\x5c]):(\w+)(?![:\w])` (until 2.0 with
/// `$` beside `\w`) and `BIND_PARAMS_ESC = \x5c(:\w*)(?![:\w])`.
pub fn escape_binds(sql: &str) -> String {
    let chars: Vec<char> = sql.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut escaped = String::with_capacity(sql.len() + 8);
    for (index, &c) in chars.iter().enumerate() {
        if c == ':' {
            let before = index.checked_sub(1).map(|at| chars[at]);
            let rest = &chars[index + 1..];
            let run = rest.iter().take_while(|&&c| is_word(c) || c == '$').count();
            let ends_well = rest.get(run) != Some(&':');
            let binds = run > 0 && !before.is_some_and(|c| c == ':' || c == '\\' || is_word(c));
            let eats = before == Some('\\');
            if ends_well && (binds || eats) {
                escaped.push('\\');
            }
        }
        escaped.push(c);
    }
    escaped
}

/// Whether a line break stands inside quotes or dollar quotes, where indentation is content.
pub fn breaks_inside_quotes(sql: &str) -> bool {
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"', '$', '-', '/']) {
        let opened = &rest[at..];
        let (length, is_content) = if opened.starts_with("--") {
            // A comment could hold a quote; its line break is no content.
            (opened.find('\n').unwrap_or(opened.len()), false)
        } else if opened.starts_with("/*") {
            (opened.find("*/").map_or(opened.len(), |end| end + 2), false)
        } else if let Some(tag) = dollar_tag(opened) {
            let inner = &opened[tag.len()..];
            let end = inner.find(tag).map_or(inner.len(), |end| end + tag.len());
            (tag.len() + end, true)
        } else if let Some(quote) = opened.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let end = opened[1..].find(quote).map_or(opened.len(), |end| end + 2);
            (end, true)
        } else {
            (1, false)
        };
        if is_content && opened[..length].contains('\n') {
            return true;
        }
        rest = &opened[length..];
    }
    false
}

/// `$tag$` at the beginning of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    inner[..end]
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_')
        .then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_that_would_bind_are_escaped_and_others_stay() {
        assert_eq!(escape_binds("a := b::text"), "a := b::text");
        assert_eq!(escape_binds("select ':x'"), "select '\\:x'");
        assert_eq!(escape_binds("at 12:30"), "at 12:30");
        assert_eq!(escape_binds("x[1:n]"), "x[1:n]");
        assert_eq!(escape_binds("E'\\:'"), "E'\\\\:'");
        assert_eq!(escape_binds("(:a:)"), "(:a:)");
    }

    #[test]
    fn short_statements_stand_on_one_line() {
        assert_eq!(
            execute("DROP VIEW public.v"),
            "op.execute('DROP VIEW public.v')"
        );
        assert_eq!(execute("SELECT 'x'"), "op.execute(\"SELECT 'x'\")");
    }

    #[test]
    fn long_statements_break_before_a_clause_and_nowhere_else() {
        let sql = "CREATE TRIGGER users_touch BEFORE UPDATE ON public.users FOR EACH ROW \
                   WHEN ((old.a IS DISTINCT FROM ' WITH WHEN ')) EXECUTE FUNCTION public.touch()";
        let wrapped = wrap(sql);
        assert_eq!(wrapped.lines().count(), 2);
        assert!(wrapped.contains("\n    WHEN ((old.a IS DISTINCT FROM ' WITH WHEN '))"));
        assert_eq!(wrapped.replace("\n    ", " "), sql);
    }

    #[test]
    fn quoted_line_breaks_forbid_indentation() {
        assert!(breaks_inside_quotes("AS $f$\nx\n$f$"));
        assert!(breaks_inside_quotes("select 'a\nb'"));
        assert!(!breaks_inside_quotes(
            "select 'a'\nfrom t -- it's\nwhere true"
        ));
        assert!(!breaks_inside_quotes("select 'it''s'\nfrom t"));
    }
}
