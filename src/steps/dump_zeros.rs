//! Zeros with a sign in the rows of a dump. Called by [`super::dump`]; pure.
//!
//! `pg_dump --inserts` writes numbers without quotes: `(1, -0)`. To the server that is the integer 0
//! taken negative, which is 0, and a `double precision` loses its sign. In quotes it is read as the
//! column's type. Whole numbers and `numeric` have no such zero, so only floating ones are meant.

/// The same statements with such zeros in quotes. The text begins and ends outside of quotes.
pub fn quoted(text: String) -> String {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut within = None;
    for (place, &byte) in bytes.iter().enumerate() {
        match within {
            // A doubled quote ends one string and begins the next.
            Some(quote) if byte == quote => within = None,
            Some(_) => {}
            None if matches!(byte, b'\'' | b'"') => within = Some(byte),
            None => {
                let is_value = byte == b'-'
                    && bytes.get(place + 1) == Some(&b'0')
                    && place
                        .checked_sub(1)
                        .is_some_and(|before| matches!(bytes[before], b'(' | b' '))
                    && matches!(bytes.get(place + 2), Some(b',' | b')'));
                if is_value {
                    found.push(place);
                }
            }
        }
    }
    if found.is_empty() {
        return text;
    }
    let mut all = String::with_capacity(text.len() + 2 * found.len());
    let mut done = 0;
    for place in found {
        all.push_str(&text[done..place]);
        all.push_str("'-0'");
        done = place + 2;
    }
    all.push_str(&text[done..]);
    all
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_zero_with_a_sign_is_put_in_quotes_and_nothing_else() {
        let rows = "INSERT INTO public.\"t (-0)\" VALUES\n\t(-0, 1, -0, -0.5, '(-0, it''s -0)', -0),\n\t(0, '-0', NULL, -01, E'\\\\', -0);\n";
        assert_eq!(
            quoted(rows.to_owned()),
            "INSERT INTO public.\"t (-0)\" VALUES\n\t('-0', 1, '-0', -0.5, '(-0, it''s -0)', '-0'),\n\t(0, '-0', NULL, -01, E'\\\\', '-0');\n"
        );
        let plain = "INSERT INTO t VALUES (0, -1, '-0, -0');\n";
        assert_eq!(quoted(plain.to_owned()), plain);
    }
}
