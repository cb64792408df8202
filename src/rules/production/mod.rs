//! `RD1xx`: the database holds, or may hold, production data. No flag changes these.

pub mod comment;
pub mod marker;
pub mod name;
pub mod standby;
pub mod unidentified;

/// Marks a database as production; written by `redistill mark production`.
pub const PRODUCTION_MARK: &str = "redistill: production";

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
