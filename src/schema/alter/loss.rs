//! What a statement may lose.

use crate::model::{quote_identifier, quote_literal};

/// Whether every value of one type is a value of the other, unchanged. What is not known to be so is
/// not.
pub fn is_widening(was: &str, will: &str) -> bool {
    let ((old, old_size), (new, new_size)) = (split(was), split(will));
    match (old, new) {
        ("smallint", "integer" | "bigint" | "numeric")
        | ("integer", "bigint" | "numeric")
        | ("bigint", "numeric")
        | ("text", "character varying") => new_size.is_none(),
        ("real", "double precision")
        | ("date", "timestamp without time zone")
        | ("character varying", "text") => true,
        ("character varying", "character varying") => {
            fits(old_size.as_deref(), new_size.as_deref())
        }
        ("numeric", "numeric") => numeric_fits(old_size.as_deref(), new_size.as_deref()),
        (
            "timestamp without time zone" | "timestamp with time zone" | "time without time zone",
            same,
        ) if old == same => new_size.is_none() || new_size == old_size,
        _ => was == will,
    }
}

/// Whether the server converts of its own accord; it then refuses what does not fit, where a cast in
/// words would cut it off.
pub fn is_assigned(was: &str, will: &str) -> bool {
    const TEXTS: [&str; 3] = ["text", "character varying", "character"];
    const NUMBERS: [&str; 6] = [
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
    ];
    let (old, new) = (split(was).0, split(will).0);
    let both = |kinds: &[&str]| kinds.contains(&old) && kinds.contains(&new);
    both(&TEXTS) || both(&NUMBERS) || TEXTS.contains(&new) || old == new || is_widening(was, will)
}

/// `numeric(10,2)` → `numeric`, `10,2`.
fn split(kind: &str) -> (&str, Option<String>) {
    let Some(open) = kind.find('(') else {
        return (kind, None);
    };
    let close = kind.find(')').unwrap_or(kind.len());
    let size = kind.get(open + 1..close).unwrap_or_default().to_owned();
    // `timestamp(3) without time zone`
    let rest = kind.get(close + 1..).unwrap_or_default().trim();
    let name = match (kind[..open].trim_end(), rest) {
        (name, "") => name,
        ("timestamp", "without time zone") => "timestamp without time zone",
        ("timestamp", "with time zone") => "timestamp with time zone",
        ("time", "without time zone") => "time without time zone",
        _ => kind,
    };
    (name, Some(size))
}

fn fits(old: Option<&str>, new: Option<&str>) -> bool {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (old, new) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(old), Some(new)) => number(old) <= number(new),
    }
}

fn numeric_fits(old: Option<&str>, new: Option<&str>) -> bool {
    let parts = |text: &str| -> Option<(i64, i64)> {
        let (precision, scale) = text.split_once(',').unwrap_or((text, "0"));
        Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
    };
    match (old.map(parts), new.map(parts)) {
        (_, None) => true,
        (Some(Some((precision, scale))), Some(Some((wider, finer)))) => {
            finer >= scale && wider - finer >= precision - scale
        }
        _ => false,
    }
}

/// What a statement that somebody else wrote may lose, from its words; none where it only adds.
/// `is_widened` says whether the types that it changes are all known to be wider.
pub fn of_statement(statement: &str, is_widened: bool) -> Option<&'static str> {
    let words: Vec<String> = statement
        .split_whitespace()
        .map(|word| word.trim_matches(';').to_uppercase())
        .collect();
    let text = words.join(" ");
    let begins = |what: &str| text.starts_with(what);
    let inner = statement.trim().trim_end_matches(';');
    if ["/*", "--", ";"].iter().any(|sign| inner.contains(sign)) {
        return Some(UNTOLD);
    }
    if words.iter().any(|word| word == "CASCADE")
        && !text.contains(" ON DELETE CASCADE")
        && !text.contains(" ON UPDATE CASCADE")
    {
        return Some("objects that hang on it");
    }
    if begins("DROP TABLE") || begins("TRUNCATE") || begins("DELETE") {
        return Some("rows");
    }
    if begins("DROP SCHEMA") || begins("DROP MATERIALIZED VIEW") && text.contains("CASCADE") {
        return Some("objects");
    }
    if begins("DROP TYPE") || begins("DROP DOMAIN") {
        return Some("a type");
    }
    if begins("UPDATE") {
        return Some("values that it overwrites");
    }
    if begins("ALTER TABLE") {
        if text.contains(" DROP COLUMN ") || drops_bare_column(&words) {
            return Some("the values of a column");
        }
        if text.contains(" DROP IDENTITY") || text.contains(" DROP EXPRESSION") {
            return Some("what the column was filled with");
        }
        if text.contains(" TYPE ") && (!is_widened || text.contains(" USING ")) {
            return Some("values that do not fit the new type");
        }
        if text.contains(" SET NOT NULL") {
            return Some("nothing, but fails on rows without a value");
        }
        return None;
    }
    // What cannot be read through may do anything.
    let only_adds = ["CREATE ", "COMMENT ", "GRANT ", "SET "]
        .iter()
        .any(|word| begins(word));
    let is_added = begins("ALTER TYPE ") && text.contains(" ADD VALUE ");
    // What they are made of is known, and they are made again on the way back.
    let is_definition = ["INDEX", "VIEW", "TRIGGER", "POLICY", "RULE", "STATISTICS"]
        .iter()
        .any(|kind| begins(&format!("DROP {kind} ")));
    let is_known = only_adds || is_added || is_definition || numbers_on(inner);
    (!is_known).then_some(UNTOLD)
}

/// Whether it is, word for word, the statement by which a column that begins to number its rows goes
/// on behind those that are there.
fn numbers_on(statement: &str) -> bool {
    let told = || {
        let rest = statement.strip_prefix("SELECT setval(pg_get_serial_sequence('")?;
        let (table, rest) = rest.split_once("', '")?;
        let (column, _) = rest.split_once("')")?;
        let (table, column) = (table.replace("''", "'"), column.replace("''", "'"));
        let sequence = format!(
            "pg_get_serial_sequence({}, {})",
            quote_literal(&table),
            quote_literal(&column)
        );
        Some([column.clone(), quote_identifier(&column)].map(|name| {
            format!(
                "SELECT setval({sequence}, greatest(CAST(max({name}) AS bigint) + 1, \
                 nextval({sequence})), false) FROM {table}"
            )
        }))
    };
    told().is_some_and(|forms| forms.iter().any(|form| form == statement))
}

/// What is to be said where nothing is known.
const UNTOLD: &str = "what cannot be told from its text";

/// `ALTER TABLE t DROP x`, without the word COLUMN.
fn drops_bare_column(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        pair[0] == "DROP"
            && !matches!(
                pair[1].as_str(),
                "CONSTRAINT" | "DEFAULT" | "NOT" | "EXPRESSION" | "IDENTITY" | "COLUMN"
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_on_with_the_numbers_loses_nothing_word_for_word() {
        let sequence = "pg_get_serial_sequence('shop.notes', 'Odd')";
        let statement = format!(
            "SELECT setval({sequence}, greatest(CAST(max(\"Odd\") AS bigint) + 1, \
             nextval({sequence})), false) FROM shop.notes"
        );
        assert_eq!(of_statement(&statement, false), None);
        let more = format!("{statement}, (SELECT forget()) AS x");
        assert!(of_statement(&more, false).is_some());
    }

    #[test]
    fn only_what_is_known_to_be_wider_is_wider() {
        for (was, will, expected) in [
            ("character varying(80)", "character varying(120)", true),
            ("character varying(80)", "character varying", true),
            ("character varying(80)", "text", true),
            ("character varying(80)", "character varying(20)", false),
            ("text", "character varying(80)", false),
            ("character(3)", "text", false),
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("integer", "numeric(4,2)", false),
            ("numeric(8,2)", "numeric(10,2)", true),
            ("numeric(8,2)", "numeric(9,4)", false),
            ("numeric(8,2)", "numeric(10,1)", false),
            ("numeric(8,2)", "numeric", true),
            (
                "timestamp(3) without time zone",
                "timestamp without time zone",
                true,
            ),
            (
                "timestamp without time zone",
                "timestamp(0) without time zone",
                false,
            ),
            (
                "timestamp without time zone",
                "timestamp with time zone",
                false,
            ),
            ("json", "jsonb", false),
            ("date", "timestamp without time zone", true),
            ("public.mood", "text", false),
        ] {
            assert_eq!(is_widening(was, will), expected, "{was} to {will}");
        }
        assert!(is_assigned("text", "character varying(3)"));
        assert!(!is_assigned("text", "integer"));
    }

    #[test]
    fn statements_of_others_are_judged_by_their_words() {
        for (statement, is_loss) in [
            ("DROP TABLE notes", true),
            ("ALTER TABLE notes DROP COLUMN title", true),
            ("ALTER TABLE notes DROP title", true),
            ("alter table notes alter column title set not null", true),
            (
                "ALTER TABLE notes ALTER COLUMN title TYPE INTEGER USING 1",
                true,
            ),
            ("UPDATE notes SET title = ''", true),
            ("DO $$ BEGIN END $$", true),
            ("CREATE INDEX x ON t (a); DROP TABLE t", true),
            ("/* gone */ DROP TABLE t", true),
            ("DROP VIEW v CASCADE", true),
            ("DROP SEQUENCE s", true),
            ("ALTER TYPE t DROP ATTRIBUTE a", true),
            ("ALTER TABLE t ALTER COLUMN c DROP IDENTITY", true),
            ("ALTER TYPE mood ADD VALUE 'happy'", false),
            (
                "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE",
                false,
            ),
            ("ALTER TABLE notes ADD COLUMN later INTEGER", false),
            ("ALTER TABLE notes DROP CONSTRAINT x", false),
            ("ALTER TABLE notes ALTER COLUMN title DROP NOT NULL", false),
            ("CREATE INDEX x ON notes (title)", false),
            ("DROP INDEX x", false),
        ] {
            assert_eq!(
                of_statement(statement, false).is_some(),
                is_loss,
                "{statement}"
            );
        }
        assert_eq!(
            of_statement("ALTER TABLE t ALTER COLUMN c TYPE TEXT", true),
            None
        );
        let other = "ALTER TABLE t ALTER COLUMN c TYPE TEXT USING upper(c)";
        assert!(of_statement(other, true).is_some());
    }
}
