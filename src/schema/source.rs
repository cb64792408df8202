//! SQL as Python source: what `op.execute` must be given so that the server receives exactly this
//! text through SQLAlchemy's `text()`, with every driver.

/// `op.execute("DROP …")`, or with a block where the statement has several lines or is long.
///
/// One statement a call: asyncpg prepares what it is given, and cannot prepare two.
pub fn execute(sql: &str) -> String {
    let sql = sql.trim_end();
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

/// A long single line is shown with its continuation on the next lines where that is safe: before
/// the clauses that open a definition, outside of quotes and brackets.
fn wrap(sql: &str) -> String {
    if sql.contains('\n') || sql.chars().count() <= 90 || sql.contains(['\'', '"', '$', '\\']) {
        return sql.to_owned();
    }
    let mut wrapped = String::with_capacity(sql.len() + 16);
    let mut width = 0;
    let mut depth = 0_i32;
    for word in sql.split(' ') {
        if width > 0 {
            if width + word.len() > 80 && depth == 0 {
                wrapped.push_str("\n    ");
                width = 4;
            } else {
                wrapped.push(' ');
                width += 1;
            }
        }
        wrapped.push_str(word);
        width += word.chars().count();
        depth += i32::try_from(word.matches('(').count()).unwrap_or(0)
            - i32::try_from(word.matches(')').count()).unwrap_or(0);
    }
    wrapped
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

/// A one-line string literal in double quotes, as ruff and black would leave it.
pub fn string(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') {
        '\''
    } else {
        '"'
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
            text.push_str(&if code < 0x100 {
                format!("\\x{code:02x}")
            } else {
                format!("\\u{code:04x}")
            });
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
            "op.execute(\"DROP VIEW public.v\")"
        );
        assert_eq!(execute("DROP VIEW \"V\""), "op.execute('DROP VIEW \"V\"')");
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
