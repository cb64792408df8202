//! Comments that set a rule aside: `# redistill: ignore[RD302] reason`.
//!
//! Read by `survey::sources` from Python and ini files; judged by `rules::suppression`. Says what is
//! written, faults included; knows no rule.

use std::path::Path;

use super::syntax::Syntax;
use crate::model::Location;

/// What every such comment holds; a file without it need not be looked through.
pub const SIGN: &[u8] = b"redistill";

/// One comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreComment {
    /// Where it stands.
    pub location: Location,
    /// The codes or names as written.
    pub codes: Vec<String>,
    /// The reason as written; may be empty.
    pub reason: String,
    /// Why it cannot be followed, as a lowercase fragment.
    pub fault: Option<&'static str>,
    /// The line that it speaks of: its own, or the next one with code if it stands alone.
    pub line: usize,
    /// Whether it stands alone above the first statement, and so speaks of the whole file, too.
    pub is_in_head: bool,
}

/// The comments of a Python file. What looks like one inside a string is none.
pub fn read(syntax: &Syntax) -> Vec<IgnoreComment> {
    let head = syntax.first_statement_line();
    syntax
        .comments()
        .filter_map(|range| {
            let location = syntax.at(&range);
            let (codes, reason, fault) = directive(syntax.source(range))?;
            let before = location.source_line.chars().take(location.column - 1);
            let stands_alone = before.into_iter().all(char::is_whitespace);
            let line = if stands_alone {
                next_code_line(syntax.text(), location.line)
            } else {
                location.line
            };
            Some(IgnoreComment {
                codes,
                reason,
                fault,
                line,
                is_in_head: stands_alone && head.is_none_or(|head| location.line < head),
                location,
            })
        })
        .collect()
}

/// The comments of an ini file. They stand on lines of their own: behind a value `ConfigParser` takes
/// them for a part of it.
pub fn read_ini(path: &Path, text: &str) -> Vec<IgnoreComment> {
    let mut is_head = true;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        if !start.starts_with(['#', ';']) {
            is_head = is_head && start.is_empty();
            continue;
        }
        if let Some((codes, reason, fault)) = directive(start) {
            found.push(IgnoreComment {
                location: Location {
                    path: path.to_owned(),
                    line: index + 1,
                    column: line.chars().count() - start.chars().count() + 1,
                    source_line: line.to_owned(),
                },
                codes,
                reason,
                fault,
                line: next_code_line(text, index + 1),
                is_in_head: is_head,
            });
        }
    }
    found
}

/// The first line below `line` that is neither blank nor a comment.
fn next_code_line(text: &str, line: usize) -> usize {
    let is_code = |text: &str| !text.is_empty() && !text.starts_with(['#', ';']);
    text.lines()
        .enumerate()
        .skip(line)
        .find(|(_, text)| is_code(text.trim()))
        .map_or(line, |(index, _)| index + 1)
}

type Directive = (Vec<String>, String, Option<&'static str>);

/// `# …  # redistill: ignore[RD302, RD301] reason`; none if the comment speaks of something else.
fn directive(comment: &str) -> Option<Directive> {
    let rest = comment.match_indices("redistill").find_map(|(at, word)| {
        let marks = comment[..at].trim_end();
        let is_start = marks.ends_with('#') || marks.ends_with(';');
        let rest = comment[at + word.len()..].trim_start().strip_prefix(':')?;
        let rest = rest.trim_start().strip_prefix("ignore")?;
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        (is_start && ends).then_some(rest)
    })?;
    let missing = |fault| Some((Vec::new(), String::new(), Some(fault)));
    let Some(inner) = rest.trim_start().strip_prefix('[') else {
        return missing("it names no code");
    };
    let Some((codes, reason)) = inner.split_once(']') else {
        return missing("its bracket is not closed");
    };
    let codes: Vec<String> = codes
        .split(',')
        .map(|code| code.trim().to_owned())
        .filter(|code| !code.is_empty())
        .collect();
    // What another tool's comment says behind it is no reason.
    let reason = reason.split(" # ").next().unwrap_or(reason);
    let reason = reason
        .trim_start_matches(|c: char| c.is_whitespace() || "-:–—#".contains(c))
        .trim_end();
    let fault = if codes.is_empty() {
        Some("it names no code")
    } else if reason.is_empty() {
        Some("it gives no reason")
    } else {
        None
    };
    Some((codes, reason.to_owned(), fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(source: &str) -> Vec<IgnoreComment> {
        read(&Syntax::parse(Path::new("/p/m.py"), source.as_bytes()))
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_one_with_code() {
        let found = python(
            "\"\"\"Doc.\"\"\"\n# redistill: ignore[RD510] generated\nimport a\n\n\
             x = 1  # noqa # redistill: ignore[RD301, foreign-key-type-difference] old\tdata # type: ignore\n\
             f(\n    # redistill:ignore[RD302]: kept\n    # on purpose\n\n    2,\n)\n",
        );
        let seen: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.location.line,
                    one.line,
                    one.is_in_head,
                    one.reason.as_str(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (2, 3, true, "generated"),
                (5, 5, false, "old\tdata"),
                (7, 10, false, "kept")
            ]
        );
        assert_eq!(found[1].codes, ["RD301", "foreign-key-type-difference"]);
        assert!(found.iter().all(|one| one.fault.is_none()));
    }

    #[test]
    fn faults_are_said() {
        for (comment, fault) in [
            ("# redistill: ignore", "it names no code"),
            ("# redistill: ignore[] because", "it names no code"),
            ("# redistill: ignore[RD302", "its bracket is not closed"),
            ("# redistill: ignore[RD302]  - ", "it gives no reason"),
            ("# redistill: ignore[RD302] # noqa", "it gives no reason"),
        ] {
            let found = python(&format!("x = 1  {comment}\n"));
            assert_eq!(found[0].fault, Some(fault), "{comment}");
        }
    }

    #[test]
    fn other_comments_and_strings_are_none() {
        for source in [
            "x = '# redistill: ignore[RD302] no'\n",
            "\"\"\"\n# redistill: ignore[RD302] no\n\"\"\"\n",
            "# see redistill: ignore[RD302] in the manual\n",
            "# redistill: ignored by most\n",
            "# made by redistill\n",
        ] {
            assert_eq!(python(source), [], "{source}");
        }
    }

    #[test]
    fn ini_files_have_them_on_lines_of_their_own() {
        let found = read_ini(
            Path::new("/p/alembic.ini"),
            "; redistill: ignore[RD404] local\n[alembic]\n  # redistill: ignore[RD405] b\n\nsqlalchemy.url = x # redistill: ignore[RD404] part of the value\n",
        );
        let seen: Vec<_> = found
            .iter()
            .map(|one| (one.line, one.is_in_head, one.location.column))
            .collect();
        assert_eq!(seen, [(2, true, 1), (5, false, 3)]);
    }
}
