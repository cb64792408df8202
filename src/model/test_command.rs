//! The command that runs a module's own tests, as the configuration names it.

use serde::{Deserialize, Serialize};

use super::text::count;

/// Where `verify --scaffold` writes a migration test, in the module's folder.
pub const SCAFFOLD_PLACE: &str = "tests/test_migrations.py";

/// A command, where it runs, and for how long at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCommand {
    /// The program and its arguments; never empty.
    pub words: Vec<String>,
    /// The folder that it runs in, relative to the project; empty for the project's own.
    pub folder: String,
    /// After so many seconds it is ended.
    pub limit: u64,
}

impl TestCommand {
    /// As a person types it in the folder: `pytest tests/test_migrations.py`.
    pub fn line(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|one| word(one)).collect();
        words.join(" ")
    }

    /// As a person types it in the project's folder: `cd api && pytest tests`.
    pub fn by_hand(&self) -> String {
        match self.folder.as_str() {
            "" => self.line(),
            folder => format!("cd {} && {}", word(folder), self.line()),
        }
    }

    /// `pytest tests in api, at most 10 minutes`.
    pub fn in_words(&self) -> String {
        let place = match self.folder.as_str() {
            "" => "the project's folder",
            folder => folder,
        };
        format!("{} in {place}, at most {}", self.line(), self.limit_words())
    }

    /// `10 minutes`, `90 seconds`.
    pub fn limit_words(&self) -> String {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        if self.limit != 0 && self.limit.is_multiple_of(60) {
            count(number(self.limit / 60), "minute")
        } else {
            count(number(self.limit), "second")
        }
    }

    /// The lines of the configuration that name it, in one: `[modules.api] tests = ["pytest"]`.
    pub fn setting(environment: &str, words: &[String]) -> String {
        let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let key = if !environment.is_empty() && environment.chars().all(is_bare) {
            environment.to_owned()
        } else {
            quoted(environment)
        };
        let words: Vec<String> = words.iter().map(|one| quoted(one)).collect();
        format!("[modules.{key}] tests = [{}]", words.join(", "))
    }
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// A word for a POSIX shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_as_it_is_typed() {
        let words = ["pytest", "-m", "not slow", "it's"].map(str::to_owned);
        let mut tests = TestCommand {
            words: words.to_vec(),
            folder: "my api".to_owned(),
            limit: 600,
        };
        assert_eq!(
            tests.by_hand(),
            r"cd 'my api' && pytest -m 'not slow' 'it'\''s'"
        );
        assert!(tests.in_words().ends_with("in my api, at most 10 minutes"));
        tests.limit = 90;
        tests.folder.clear();
        assert!(tests.by_hand().starts_with("pytest"));
        assert!(
            tests
                .in_words()
                .contains("the project's folder, at most 90 seconds")
        );
        assert_eq!(
            TestCommand::setting("api", &["a\"b".to_owned(), "c".to_owned()]),
            r#"[modules.api] tests = ["a\"b", "c"]"#
        );
        assert_eq!(
            TestCommand::setting("the shop", &["c".to_owned()]),
            r#"[modules."the shop"] tests = ["c"]"#
        );
    }
}
