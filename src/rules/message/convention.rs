//! The convention of messages: `<type>(<scope>): <subject>`, blank line, body, footer.
//!
//! Read by the message rules and by `redistill message`. The grammar is that of Conventional
//! Commits 1.0.0 (conventionalcommits.org); the types beside `feat` and `fix`, which it names, are
//! those of its usual configuration (`@commitlint/config-conventional`).

use serde::Deserialize;

use super::change::Bump;
use crate::model::Revision;

/// What the configuration says: `[messages] convention = "…"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// Every message follows it.
    Conventional,
    /// None is expected to.
    None,
}

/// The types, those with a meaning for the version first.
pub const TYPES: [&str; 11] = [
    "feat", "fix", "build", "chore", "ci", "docs", "perf", "refactor", "revert", "style", "test",
];

/// A message, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The type, in lower case; may be none of [`TYPES`].
    pub kind: String,
    /// The scope, where there is one.
    pub scope: Option<String>,
    /// Whether `!` or a footer says that the change is incompatible.
    pub breaking: bool,
    /// What follows the colon.
    pub subject: String,
}

impl Message {
    /// What the message says about the version.
    pub fn bump(&self) -> Bump {
        match self.kind.as_str() {
            _ if self.breaking => Bump::Major,
            "feat" => Bump::Minor,
            "fix" | "perf" => Bump::Patch,
            _ => Bump::None,
        }
    }

    /// Whether the type is one of [`TYPES`].
    pub fn has_known_type(&self) -> bool {
        TYPES.contains(&self.kind.as_str())
    }
}

/// Why a text is no message of the convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// No colon ends a type.
    #[error("no type stands before the subject")]
    NoType,
    /// What stands before the colon is no type.
    #[error("what stands before the colon is no type with a scope")]
    BadType,
    /// `feat(): …`.
    #[error("the scope is empty")]
    EmptyScope,
    /// `feat:subject`.
    #[error("a space is missing after the colon")]
    NoSpace,
    /// `feat: `.
    #[error("the subject is empty")]
    EmptySubject,
    /// The second line is not blank.
    #[error("no blank line separates the subject from the body")]
    NoBlankLine,
}

/// Reads a message.
pub fn parse(text: &str) -> Result<Message, Malformed> {
    let text = text.trim_end();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("").trim_end();
    if first.trim().is_empty() {
        return Err(Malformed::Empty);
    }
    let (head, rest) = first.split_once(':').ok_or(Malformed::NoType)?;
    let (head, is_marked) = match head.strip_suffix('!') {
        Some(head) => (head, true),
        None => (head, false),
    };
    let (kind, scope) = match head.split_once('(') {
        Some((kind, rest)) => {
            let scope = rest.strip_suffix(')').ok_or(Malformed::BadType)?;
            if scope.trim().is_empty() {
                return Err(Malformed::EmptyScope);
            }
            if scope.contains(['(', ')']) {
                return Err(Malformed::BadType);
            }
            (kind, Some(scope.to_owned()))
        }
        None => (head, None),
    };
    let is_word = kind.starts_with(|c: char| c.is_ascii_alphabetic())
        && kind
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !is_word {
        return Err(Malformed::BadType);
    }
    let subject = rest.trim();
    if subject.is_empty() {
        return Err(Malformed::EmptySubject);
    }
    if !rest.starts_with(' ') {
        return Err(Malformed::NoSpace);
    }
    if lines.next().is_some_and(|second| !second.trim().is_empty()) {
        return Err(Malformed::NoBlankLine);
    }
    // The units are not case-sensitive, but for this footer, which is in capitals.
    let has_footer = text
        .lines()
        .skip(2)
        .any(|line| line.starts_with("BREAKING CHANGE: ") || line.starts_with("BREAKING-CHANGE: "));
    Ok(Message {
        kind: kind.to_ascii_lowercase(),
        scope,
        breaking: is_marked || has_footer,
        subject: subject.to_owned(),
    })
}

/// The text of a docstring without the lines that Alembic's template adds.
pub fn without_header(docstring: &str) -> String {
    const ADDED: [&str; 5] = [
        "Revision ID:",
        "Revises:",
        "Create Date:",
        "Branch Labels:",
        "Depends On:",
    ];
    let kept: Vec<&str> = docstring
        .lines()
        .map(str::trim)
        .filter(|line| !ADDED.iter().any(|added| line.starts_with(added)))
        .collect();
    kept.join("\n").trim().to_owned()
}

/// Whether a revision is exempt: a plain `initial_schema` of a baseline, a merge as Alembic names
/// it, and `model_changes`, which redistill itself writes.
pub fn is_exempt(revision: &Revision) -> bool {
    let plain = revision.message.to_lowercase().replace([' ', '-'], "_");
    if revision.down.is_empty() {
        matches!(
            plain.trim_end_matches('.'),
            "initial_schema" | "initial" | "initial_migration" | "baseline"
        )
    } else {
        plain == "model_changes" || revision.down.len() > 1 && plain.starts_with("merge")
    }
}

/// The parts of a message to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// `feat`.
    pub kind: String,
    /// `shop`; none where it is empty.
    pub scope: String,
    /// `orders have a currency`.
    pub subject: String,
    /// Paragraphs; none where it is empty.
    pub body: String,
    /// What breaks; none where it is empty.
    pub breaking: String,
}

impl Parts {
    /// The message.
    pub fn compose(&self) -> String {
        let scope = match self.scope.trim() {
            "" => String::new(),
            scope => format!("({scope})"),
        };
        let breaking = self.breaking.trim();
        let mark = if breaking.is_empty() { "" } else { "!" };
        let mut text = format!("{}{scope}{mark}: {}", self.kind.trim(), self.subject.trim());
        for part in [
            self.body.trim().to_owned(),
            if breaking.is_empty() {
                String::new()
            } else {
                format!("BREAKING CHANGE: {breaking}")
            },
        ] {
            if !part.is_empty() {
                text.push_str("\n\n");
                text.push_str(&part);
            }
        }
        text
    }
}

/// A first line that follows the convention, where the text says enough to write one.
pub fn corrected(text: &str, why: Malformed, kind: &str) -> Option<String> {
    let first = text.lines().next().unwrap_or("").trim();
    let (head, rest) = first.split_once(':').unwrap_or(("", first));
    let rest = rest.trim();
    match why {
        Malformed::NoType => Some(format!("{kind}: {first}")),
        Malformed::NoSpace => Some(format!("{head}: {rest}")),
        Malformed::EmptyScope => {
            let kept = head.split('(').next()?.trim();
            let mark = if head.ends_with('!') { "!" } else { "" };
            Some(format!("{kept}{mark}: {rest}"))
        }
        // `Feat (shop) : …`: spaces alone are wrong.
        Malformed::BadType => {
            let squeezed: String = head.chars().filter(|c| !c.is_whitespace()).collect();
            let line = format!("{squeezed}: {rest}");
            let is_right = parse(&line).is_ok_and(|message| message.has_known_type());
            Some(if is_right {
                line
            } else {
                format!("{kind}: {first}")
            })
        }
        Malformed::Empty | Malformed::EmptySubject | Malformed::NoBlankLine => None,
    }
}

/// The known type that is most like a word; none if nothing is.
pub fn nearest_type(word: &str) -> Option<&'static str> {
    const OTHERS: [(&str, &str); 10] = [
        ("feature", "feat"),
        ("add", "feat"),
        ("added", "feat"),
        ("bugfix", "fix"),
        ("hotfix", "fix"),
        ("fixed", "fix"),
        ("doc", "docs"),
        ("tests", "test"),
        ("refact", "refactor"),
        ("migration", "feat"),
    ];
    let known = OTHERS.iter().find(|(other, _)| *other == word);
    known.map(|(_, kind)| *kind).or_else(|| {
        TYPES
            .into_iter()
            .find(|kind| word.len() >= 3 && (kind.starts_with(word) || word.starts_with(kind)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_convention() {
        for (text, kind, scope, breaking) in [
            ("feat: a", "feat", None, false),
            ("fix(shop): a: b", "fix", Some("shop"), false),
            ("feat(shop)!: a", "feat", Some("shop"), true),
            ("Feat!: a", "feat", None, true),
            (
                "chore(a b/c-1): x\n\nbody\n\nBREAKING CHANGE: y",
                "chore",
                Some("a b/c-1"),
                true,
            ),
            ("fix: x\n\nBREAKING-CHANGE: y", "fix", None, true),
            ("fix: x\n\nbreaking change: y", "fix", None, false),
            ("nonsense: x", "nonsense", None, false),
        ] {
            let read = parse(text).unwrap();
            assert_eq!(
                (read.kind.as_str(), read.scope.as_deref(), read.breaking),
                (kind, scope, breaking),
                "{text}"
            );
        }
    }

    #[test]
    fn texts_that_are_none() {
        for (text, why, correction) in [
            ("", Malformed::Empty, None),
            ("  \n", Malformed::Empty, None),
            ("add users", Malformed::NoType, Some("feat: add users")),
            (
                "add users: all",
                Malformed::BadType,
                Some("feat: add users: all"),
            ),
            ("feat (shop): x", Malformed::BadType, Some("feat(shop): x")),
            ("feat() : x", Malformed::BadType, Some("feat: feat() : x")),
            ("feat(): x", Malformed::EmptyScope, Some("feat: x")),
            (
                "feat(shop: x",
                Malformed::BadType,
                Some("feat: feat(shop: x"),
            ),
            ("feat:x", Malformed::NoSpace, Some("feat: x")),
            ("feat: ", Malformed::EmptySubject, None),
            (": x", Malformed::BadType, Some("feat: : x")),
            ("feat: x\nbody", Malformed::NoBlankLine, None),
        ] {
            assert_eq!(parse(text), Err(why), "{text}");
            let line = corrected(text, why, "feat");
            assert_eq!(line.as_deref(), correction, "{text}");
            if let Some(line) = line {
                assert!(parse(&line).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn what_is_composed_is_read_again() {
        let parts = Parts {
            kind: "feat".to_owned(),
            scope: "shop".to_owned(),
            subject: "orders have a currency".to_owned(),
            body: "Old rows get EUR.".to_owned(),
            breaking: "clients send a currency".to_owned(),
        };
        let text = parts.compose();
        assert_eq!(
            text,
            "feat(shop)!: orders have a currency\n\nOld rows get EUR.\n\n\
             BREAKING CHANGE: clients send a currency"
        );
        assert!(parse(&text).unwrap().breaking);
        let plain = Parts {
            kind: "fix".to_owned(),
            subject: "x".to_owned(),
            ..Parts::default()
        };
        assert_eq!(plain.compose(), "fix: x");
    }

    #[test]
    fn the_template_s_lines_are_not_the_message_s() {
        let doc = "feat: x\n\nbody\n\nRevision ID: a\nRevises: \nCreate Date: 2026-09-07 09:41:12";
        assert_eq!(without_header(doc), "feat: x\n\nbody");
        assert_eq!(without_header("feat: x\nRevision ID: a"), "feat: x");
    }
}
