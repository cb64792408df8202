//! `RD1xx`: the database holds, or may hold, production data. No flag changes these.

pub mod archiving;
pub mod comment;
pub mod managed;
pub mod marker;
pub mod name;
pub mod publication;
pub mod replica;
pub mod standby;
pub mod subscription;
pub mod unidentified;
pub mod unseen;

use super::finding::Finding;
use super::rule::{Case, Rule};
use crate::evidence::{DatabaseEvidence, Observed, Signals};

/// Marks a database as production; written by `redistill mark production`.
pub const PRODUCTION_MARK: &str = "redistill: production";

/// Marks a database as one that may be reset; outranks weak signs, never strong ones.
pub const DISPOSABLE_MARK: &str = "redistill: disposable";

/// What `judge` finds in every live database that was seen, with its module.
fn on_signals(case: &Case<'_>, judge: impl Fn(&DatabaseEvidence) -> Vec<Finding>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| Some((module, module.database.seen()?)))
        .flat_map(|(module, database)| {
            judge(database)
                .into_iter()
                .map(|finding| finding.of(&module.module.name))
        })
        .collect()
}

/// One finding for every sign that `signs` sees of a live database's server.
fn on_server_signs(
    case: &Case<'_>,
    rule: &Rule,
    (what, remedy): (&str, &str),
    signs: fn(&Signals) -> Vec<String>,
) -> Vec<Finding> {
    on_signals(case, |database| {
        let message = format!("the server of {} {what}", database.label);
        signs(&database.signals)
            .into_iter()
            .map(|seen| {
                rule.finding(&database.label, &message)
                    .seen(seen)
                    .remedy(remedy)
            })
            .collect()
    })
}

/// How many rows a view has, where it has any.
fn rows_in(view: &str, count: &Observed<i64>) -> Option<String> {
    match count {
        Observed::Seen(rows) if *rows > 0 => Some(format!("{view} has {rows} rows")),
        _ => None,
    }
}

/// The words that name a production system.
const WORDS: [&str; 6] = ["prod", "production", "prd", "live", "primary", "master"];

/// The word of production in a name, where there is one: `shop-prod-2`, `prodDb`, but not
/// `products` or `delivery`.
fn production_word(name: &str) -> Option<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in name.chars() {
        if !letter.is_alphabetic() || (letter.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        after_lower = letter.is_lowercase();
    }
    words
        .into_iter()
        .find(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words() {
        for (name, word) in [
            ("shop_prod", Some("prod")),
            ("PROD01", Some("prod")),
            ("prodDb", Some("prod")),
            ("db.live.example.com", Some("live")),
            ("pg-primary-0", Some("primary")),
            ("products", None),
            ("delivery", None),
            ("reproduction", None),
            ("artstore_admin", None),
        ] {
            assert_eq!(production_word(name).as_deref(), word, "{name}");
        }
    }
}
