//! The source line of a finding with its place above and a mark below, drawn by `annotate-snippets`.
//!
//! Called by `text`. What is drawn is escaped before it is handed over, and all columns are counted in
//! the escaped line: whatever a file holds, it cannot steer the terminal or shift the mark.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::paint::Paint;
use crate::model::Location;
use crate::model::text::safe;
use crate::rules::Severity;

/// How wide a frame is where nobody says: long enough for code, short enough for a log.
const WIDTH: usize = 140;
/// What line number, bar and the signs of a cut line take of it.
const GUTTER: usize = 16;

/// The frame's lines, each with its line feed. `path` is drawn for the location's own.
pub(super) fn draw(
    location: &Location,
    path: &str,
    severity: Severity,
    paint: Paint,
    width: Option<usize>,
) -> String {
    let source = shown_source(&location.source_line);
    let width = width.unwrap_or(WIDTH);
    let mut span = marked(&location.source_line, location.column);
    if span.len() + GUTTER > width {
        // What does not fit in is marked by its name.
        span.end = span.start + word(&location.source_line, span.start).max(1);
    }
    let (before, rest) = split(&location.source_line, span.start);
    let start = shown_source(before).len();
    let (part, _) = split(rest, span.len());
    let end = start + shown_source(part).len();
    let level = match severity {
        Severity::Refuse => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let group = Group::with_level(level).element(
        Snippet::source(source.as_str())
            .line_start(location.line)
            .annotation(AnnotationKind::Primary.span(start..end.max(start))),
    );
    let renderer = match paint {
        Paint::Coloured => Renderer::styled(),
        Paint::Plain => Renderer::plain(),
    };
    let drawn = renderer.term_width(width).render(&[group]);
    // The column of the file, as an editor counts it, not that of the escaped line.
    let (line, column) = (location.line, location.column);
    let margin = " ".repeat(line.to_string().len());
    let arrow = paint.dim("-->");
    let path = safe(path);
    format!("{margin}{arrow} {path}:{line}:{column}\n{drawn}\n")
}

/// Source as it is drawn: tabs as four spaces, foreign characters escaped.
pub(super) fn shown_source(source: &str) -> String {
    safe(&source.replace('\t', "    ")).into_owned()
}

/// A text before and from a character.
fn split(text: &str, characters: usize) -> (&str, &str) {
    let at = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// The characters to mark, from 0: the expression that begins at the column, as far as it lies on this
/// line; a call whose parentheses are closed later up to its parenthesis.
fn marked(line: &str, column: usize) -> Range<usize> {
    let letters: Vec<char> = line.trim_end().chars().collect();
    let start = column.saturating_sub(1).min(letters.len());
    let behind = start + word(line, start);
    let end = match letters.get(behind) {
        Some('(' | '[') => closing(&letters, behind).unwrap_or(behind),
        Some('"' | '\'') => closing(&letters, behind).unwrap_or(letters.len()),
        _ => behind,
    };
    start..end.max((start + 1).min(letters.len()))
}

/// How long the name, dots included, is that begins at a character.
fn word(line: &str, start: usize) -> usize {
    line.chars()
        .skip(start)
        .take_while(|c| c.is_alphanumeric() || "_.".contains(*c))
        .count()
}

/// Behind the end of the bracket or string that opens at `from`.
fn closing(letters: &[char], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut at = from;
    while let Some(&letter) = letters.get(at) {
        match (quote, letter) {
            (Some(_), '\\') => at += 1,
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '#') => return None,
            _ => {}
        }
        at += 1;
        if quote.is_none() && depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn drawn(line: &str, column: usize, width: Option<usize>) -> String {
        let location = Location {
            path: PathBuf::from("/p/app/models.py"),
            line: 9,
            column,
            source_line: line.to_owned(),
        };
        draw(
            &location,
            "app/models.py",
            Severity::Warn,
            Paint::Plain,
            width,
        )
    }

    #[test]
    fn the_whole_expression_is_marked() {
        for (line, column, expected) in [
            ("x = Column(Integer, a)", 12, "Integer"),
            (
                "x = sa.Enum('a)', name='b'), c",
                5,
                "sa.Enum('a)', name='b')",
            ),
            ("    op.create_table(", 5, "op.create_table"),
            ("    op.f([1, (2)], # )", 5, "op.f"),
            ("config.set('a#b') # c", 1, "config.set('a#b')"),
            ("revision = 'a\\'b'  # c", 12, "'a\\'b'"),
            ("sqlalchemy.url = x", 1, "sqlalchemy.url"),
            ("x = -1", 5, "-"),
            ("x", 9, ""),
            ("", 1, ""),
        ] {
            let letters: Vec<char> = line.chars().collect();
            let part: String = letters[marked(line, column)].iter().collect();
            assert_eq!(part, expected, "{line}");
        }
    }

    #[test]
    fn tabs_wide_and_hostile_characters_do_not_shift_the_mark() {
        insta::assert_snapshot!(drawn("\tx = '表\u{202e}', Integer", 12, None), @r"
         --> app/models.py:9:12
          |
        9 |     x = '表\u{202e}', Integer
          |                       ^^^^^^^
        ");
    }

    #[test]
    fn a_mark_that_does_not_fit_in_names_the_call() {
        let line = format!("x = sa.Enum({})", "'a label', ".repeat(9));
        let text = drawn(&line, 5, Some(80));
        assert!(text.ends_with("|     ^^^^^^^\n"), "{text}");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = format!(
            "    x = f({}Integer, {})",
            "a, ".repeat(40),
            "b, ".repeat(40)
        );
        let text = drawn(&line, 131, Some(80));
        assert!(text.contains("^^^^^^^"), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let (source, mark) = (text.lines().nth(2).unwrap(), text.lines().nth(3).unwrap());
        assert_eq!(source.find("Integer"), mark.find('^'), "{text}");
    }
}
