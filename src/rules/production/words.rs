//! The words by which people name what is in production, found in names and comments.

/// Words that name a production system.
const WORDS: [&str; 14] = [
    "prod",
    "production",
    "prd",
    "live",
    "primary",
    "master",
    "prods",
    "productive",
    "produktion",
    "produktiv",
    "producción",
    "produccion",
    "produção",
    "producao",
];

/// What `prod` and `live` stand before without a separator: `proddb`, `livedb`.
const BEHIND: [&str; 12] = [
    "db", "database", "sql", "pg", "postgres", "server", "srv", "data", "cluster", "env", "eu",
    "us",
];

/// Words that end like production and are something else.
const OTHERS: [&str; 4] = ["reproduction", "coproduction", "nonproduction", "nonprod"];

/// The word of production in a name or comment, where there is one: `shop-prod-2`, `prodDb`,
/// `shopprod`, but not `products`, `delivery` or `reproduction`.
pub(super) fn production_word(text: &str) -> Option<String> {
    words(text).into_iter().find(|word| is_production(word))
}

/// The same for the name of a host, database, role or stage, where `non-prod` says that it is none.
pub(super) fn production_name(name: &str) -> Option<String> {
    let words = words(name);
    let is_denied = |at: usize| at > 0 && words[at - 1] == "non";
    (0..words.len())
        .find(|at| is_production(&words[*at]) && !is_denied(*at))
        .map(|at| words[at].clone())
}

fn is_production(word: &str) -> bool {
    if WORDS.contains(&word) {
        return true;
    }
    if OTHERS.contains(&word) {
        return false;
    }
    let is_compound = |head: &str| {
        word.strip_prefix(head)
            .is_some_and(|rest| BEHIND.contains(&rest))
    };
    is_compound("prod")
        || is_compound("live")
        || word.ends_with("prod")
        || word.ends_with("production")
}

/// Runs of letters, in lower case; a capital after a small letter begins a new one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    let mut after_lower = false;
    for letter in text.chars() {
        if !letter.is_alphabetic() {
            is_open = false;
        } else if is_open && !(letter.is_uppercase() && after_lower) {
            if let Some(word) = words.last_mut() {
                word.extend(letter.to_lowercase());
            }
        } else {
            words.push(letter.to_lowercase().collect());
            is_open = true;
        }
        after_lower = letter.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words_or_plain_compounds() {
        for (name, word) in [
            ("shop_prod", Some("prod")),
            ("PROD01", Some("prod")),
            ("prodDb", Some("prod")),
            ("PRODDB", Some("proddb")),
            ("shopprod", Some("shopprod")),
            ("preprod", Some("preprod")),
            ("db.live.example.com", Some("live")),
            ("livedb", Some("livedb")),
            ("pg-primary-0", Some("primary")),
            ("config.settings.production", Some("production")),
            ("products", None),
            ("delivery", None),
            ("olive", None),
            ("reproduction", None),
            ("nonprod", None),
            ("artstore_admin", None),
        ] {
            assert_eq!(production_word(name).as_deref(), word, "{name}");
        }
    }

    #[test]
    fn a_name_may_deny_it_a_comment_may_not() {
        for name in ["non-prod", "db-non-production-1", "NonProd"] {
            assert_eq!(production_name(name), None, "{name}");
        }
        assert!(production_name("non-prod-and-prod").is_some());
        for comment in ["not production", "this is non-prod", "live coding"] {
            assert!(production_word(comment).is_some(), "{comment}");
        }
        assert_eq!(production_word("reproduction of bug 7"), None);
    }
}
