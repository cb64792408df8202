//! Lists of values in what the server writes of an expression. Called where a statement is written,
//! for a baseline or from a dump; pure.
//!
//! `state IN ('a', 'b')` on a `varchar` is kept as a list that is turned into `text[]` as a whole,
//! and shown as `(ARRAY['a'::character varying, …])::text[]`. Said so, the server turns each value
//! for itself, and shows another expression from then on. Without the cast it turns the whole list
//! again. (`transformTypeCast` and `get_coercion_expr` in PostgreSQL's sources.)

use std::borrow::Cow;

/// The statement with such lists as they have to be said.
pub fn without_casts(sql: &str) -> Cow<'_, str> {
    const HEAD: &str = "(ARRAY[";
    if !sql.contains(HEAD) {
        return Cow::Borrowed(sql);
    }
    let mut said = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let held = quoted(rest).unwrap_or(0);
        if held > 0 {
            said.push_str(&rest[..held]);
            rest = &rest[held..];
        } else if let Some((list, cast)) = rest.starts_with(HEAD).then(|| listed(rest)).flatten() {
            said.push_str(&without_casts(&rest[1..=list]));
            rest = &rest[1 + list + cast..];
        } else {
            said.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    Cow::Owned(said)
}

/// How long the literal, name or body in quotes is that the text begins with.
fn quoted(text: &str) -> Option<usize> {
    let end = |mark: &str| {
        let inner = text.get(mark.len()..)?;
        Some(inner.find(mark)? + 2 * mark.len())
    };
    match text.chars().next()? {
        // A doubled quote ends one literal and begins the next.
        '\'' => end("'"),
        '"' => end("\""),
        '$' => {
            let tag = text[1..].find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
            text[1 + tag..].starts_with('$').then_some(())?;
            end(&text[..tag + 2])
        }
        _ => None,
    }
}

/// `(ARRAY[…])::text[]` at the beginning: the length of `ARRAY[…]`, and of all behind it.
fn listed(text: &str) -> Option<(usize, usize)> {
    let mut depth = 0;
    let mut at = "(ARRAY".len();
    loop {
        if let Some(held) = quoted(&text[at..]) {
            at += held;
            continue;
        }
        let letter = text[at..].chars().next()?;
        at += letter.len_utf8();
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    let name = text[at..].strip_prefix(")::")?;
    let mut end = 0;
    while !name[end..].starts_with("[]") {
        let letter = name[end..].chars().next()?;
        let is_of_a_name = letter.is_alphanumeric() || " _.(),".contains(letter);
        end += match quoted(&name[end..]) {
            Some(held) if letter == '"' => held,
            _ if is_of_a_name => letter.len_utf8(),
            _ => return None,
        };
    }
    Some((at - 1, ")::".len() + end + "[]".len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_said_without_the_cast_of_all_of_it() {
        for (shown, said) in [
            (
                "CHECK (((v)::text = ANY ((ARRAY['a'::character varying, ']'::character varying])::text[])))",
                "CHECK (((v)::text = ANY (ARRAY['a'::character varying, ']'::character varying])))",
            ),
            (
                "((d <> ALL ((ARRAY[77, f((78))])::double precision[])) AND (é <> ALL ((ARRAY[1])::numeric(5,2)[])))",
                "((d <> ALL (ARRAY[77, f((78))])) AND (é <> ALL (ARRAY[1])))",
            ),
            (
                "f((ARRAY[g((ARRAY[1])::bigint[])])::\"A [] b\".\"c\"[])",
                "f(ARRAY[g(ARRAY[1])])",
            ),
        ] {
            assert_eq!(without_casts(shown), said);
        }
    }

    #[test]
    fn what_is_no_such_list_stays() {
        for text in [
            "SELECT '(ARRAY[1])::text[]', \"(ARRAY[1])::text[]\", 'it''s (ARRAY[1])::text[]'",
            "AS $f$ SELECT (ARRAY[1])::text[] $f$",
            "(ARRAY[1])::tags",
            "(ARRAY[1])::text || a[]",
            "(ARRAY[1] || b)",
            "(ARRAY[1",
            "ARRAY[('a'::character varying)::text]",
            "$1 (ARRAY[1])",
        ] {
            assert_eq!(without_casts(text), text);
        }
    }
}
