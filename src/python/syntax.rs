//! A parsed Python file that can say where things stand.
//!
//! Tolerant on purpose: models and env.py are read as far as they go. Revision files have their own,
//! strict reader.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, PySourceType, Stmt};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::model::Location;

/// The syntax tree of one file, its text and its path.
pub struct Syntax {
    path: PathBuf,
    text: String,
    starts: Vec<usize>,
    tree: ModModule,
    comments: Vec<TextRange>,
}

impl Syntax {
    /// Parses a file. What cannot be parsed is missing from the tree.
    pub fn parse(path: &Path, bytes: &[u8]) -> Self {
        let text = decode(bytes).into_owned();
        let parsed = parse_unchecked_source(&text, PySourceType::Python);
        let comments = parsed
            .tokens()
            .iter()
            .filter(|token| token.kind() == TokenKind::Comment)
            .map(Ranged::range)
            .collect();
        let tree = parsed.into_syntax();
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            path: path.to_owned(),
            text,
            starts,
            tree,
            comments,
        }
    }

    /// The statements of the module.
    pub fn body(&self) -> &[Stmt] {
        &self.tree.body
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The decoded text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The comments, from `#` to the end of their line.
    pub fn comments(&self) -> impl Iterator<Item = TextRange> {
        self.comments.iter().copied()
    }

    /// The line of the first statement that is not the docstring.
    pub fn first_statement_line(&self) -> Option<usize> {
        let is_docstring = |statement: &Stmt| matches!(statement, Stmt::Expr(text) if text.value.is_string_literal_expr());
        let skipped = usize::from(self.body().first().is_some_and(is_docstring));
        self.body()
            .get(skipped)
            .map(|statement| self.at(statement).line)
    }

    /// The source of a node.
    pub fn source(&self, range: TextRange) -> &str {
        &self.text[range]
    }

    /// Where a node begins.
    pub fn at(&self, node: &impl Ranged) -> Location {
        self.location(node.start())
    }

    /// The line, from 1, on which a node ends.
    pub fn last_line(&self, node: &impl Ranged) -> usize {
        self.line_index(node.end()) + 1
    }

    fn location(&self, offset: TextSize) -> Location {
        let index = self.line_index(offset);
        let start = self.starts[index];
        let line = self.text[start..].split('\n').next().unwrap_or("");
        Location {
            path: self.path.clone(),
            line: index + 1,
            column: self.text[start..offset.to_usize()].chars().count() + 1,
            source_line: line.trim_end_matches('\r').to_owned(),
        }
    }

    fn line_index(&self, offset: TextSize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset.to_usize())
            .saturating_sub(1)
    }
}

/// UTF-8 with or without its mark; anything else byte by byte as Latin-1, which keeps every line and
/// column where an editor shows it.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_survive_marks_and_carriage_returns() {
        let syntax = Syntax::parse(
            Path::new("/p/m.py"),
            "\u{feff}x = 1\r\nü = 2; y = 3\r\n".as_bytes(),
        );
        let place = syntax.at(&syntax.body()[2]);
        assert_eq!((place.line, place.column), (2, 8));
        assert_eq!(place.source_line, "ü = 2; y = 3");
    }

    #[test]
    fn latin_1_and_broken_files_are_read_as_far_as_they_go() {
        let syntax = Syntax::parse(Path::new("/p/m.py"), b"x = '\xe9'\ndef (:\ny = 2\n");
        assert!(!syntax.body().is_empty());
    }
}
