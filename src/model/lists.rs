//! Lists of values in what the server writes of an expression. Called where a statement is written,
//! for a baseline or from a dump, and where two databases are compared; pure.
//!
//! `state IN ('a', 'b')` on a `varchar` is kept as a list that is turned into `text[]` as a whole,
//! and shown as `(ARRAY['a'::character varying, …])::text[]`. Said so, the server turns each value
//! for itself, and shows another expression from then on. Without the cast it turns the whole list
//! again. (`transformTypeCast` and `get_coercion_expr` in PostgreSQL's sources.)

use std::borrow::Cow;

/// The statement with such lists as they have to be said.
pub fn without_casts(sql: &str) -> Cow<'_, str> {
    rewritten(sql, &|list, _| Some(without_casts(list).into_owned()))
}

/// Whether both say the same of such lists: a database that was restored from a dump shows
/// `ARRAY[('a'::character varying)::text, …]` where the one that was dumped shows the list's cast.
pub fn is_same_but_for_lists(left: &str, right: &str) -> bool {
    left == right || value_by_value(left) == value_by_value(right)
}

/// The text with each value of such a list cast for itself.
fn value_by_value(sql: &str) -> Cow<'_, str> {
    rewritten(sql, &|list, name| {
        // A length is another conversion when it is asked for value by value.
        if name.contains('(') {
            return None;
        }
        let inner = list.strip_prefix("ARRAY[")?.strip_suffix(']')?;
        let values: Vec<String> = values(inner)
            .into_iter()
            .map(|value| format!("({})::{name}", value_by_value(value.trim())))
            .collect();
        Some(format!("ARRAY[{}]", values.join(", ")))
    })
}

/// The text with each `(ARRAY[…])::text[]` as `said` gives it, from `ARRAY[…]` and `text`.
fn rewritten<'a>(sql: &'a str, said: &dyn Fn(&str, &str) -> Option<String>) -> Cow<'a, str> {
    const HEAD: &str = "(ARRAY[";
    if !sql.contains(HEAD) {
        return Cow::Borrowed(sql);
    }
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let held = quoted(rest).unwrap_or(0);
        if held > 0 {
            text.push_str(&rest[..held]);
            rest = &rest[held..];
            continue;
        }
        let found = rest.starts_with(HEAD).then(|| listed(rest)).flatten();
        let changed = found.and_then(|(list, cast)| {
            let name = &rest[1 + list..][..cast];
            let name = name.strip_prefix(")::")?.strip_suffix("[]")?;
            Some((said(&rest[1..=list], name)?, 1 + list + cast))
        });
        if let Some((list, length)) = changed {
            text.push_str(&list);
            rest = &rest[length..];
        } else {
            text.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    Cow::Owned(text)
}

/// What stands between the commas of a list.
fn values(inner: &str) -> Vec<&str> {
    let (mut values, mut depth, mut begin, mut at) = (Vec::new(), 0, 0, 0);
    while let Some(letter) = inner[at..].chars().next() {
        if let Some(held) = quoted(&inner[at..]) {
            at += held;
            continue;
        }
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                values.push(&inner[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
        at += letter.len_utf8();
    }
    values.push(&inner[begin..]);
    values
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
    fn a_list_that_was_restored_from_a_dump_is_the_same_list() {
        let shown = "CHECK (((v)::text = ANY ((ARRAY['a, b'::character varying, '(''['::character varying])::text[])))";
        let restored = "CHECK (((v)::text = ANY (ARRAY[('a, b'::character varying)::text, ('(''['::character varying)::text])))";
        assert!(is_same_but_for_lists(shown, restored));
        assert!(is_same_but_for_lists(restored, shown));
        for other in [
            &restored.replace("'a, b'", "'a,b'"),
            &restored.replacen(")::text,", ")::name,", 1),
            "CHECK (((v)::text = ANY (ARRAY[('a, b'::character varying)::text])))",
        ] {
            assert!(!is_same_but_for_lists(shown, other), "{other}");
        }
        assert!(!is_same_but_for_lists(
            "(ARRAY[1.25])::numeric(5,1)[]",
            "ARRAY[(1.25)::numeric(5,1)]"
        ));
    }

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
