//! A Python file: bytes to text to syntax tree, as Python itself would decode and parse it.
//!
//! Called by every reader of this room. The parser's crate is named here and in the readers of this
//! room only. Never repairs: a file that does not parse, or holds a merge conflict, is an error.

use std::borrow::Cow;

use ruff_python_ast::{Mod, ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextSize};

/// A place in a file, from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why a file is not Python that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct SourceError {
    /// What is wrong, as a lowercase fragment.
    pub why: String,
    /// Where, if it is at one place.
    pub at: Option<Position>,
    /// The line of source at fault.
    pub source_line: Option<String>,
}

impl SourceError {
    fn whole(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            at: None,
            source_line: None,
        }
    }
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    line_starts: Vec<usize>,
    module: ModModule,
}

impl Source {
    /// Decodes and parses a file. The newest grammar is used; older ones are subsets of it.
    pub fn parse(bytes: &[u8]) -> Result<Self, SourceError> {
        let text = decode(bytes)?;
        let line_starts = line_starts(&text);
        if let Some(error) = conflict_marker(&text, &line_starts) {
            return Err(error);
        }
        if let Some(offset) = text.find('\0') {
            return Err(error_at(
                &text,
                &line_starts,
                offset,
                "the source has a null byte",
            ));
        }
        let options =
            ParseOptions::from(Mode::Module).with_target_version(PythonVersion::latest_preview());
        let parsed = parse_unchecked(&text, options);
        if let Some(error) = parsed.errors().first() {
            let why = format!(
                "syntax error: {}",
                lowercase_first(&error.error.to_string())
            );
            let offset = usize::from(error.location.start());
            return Err(error_at(&text, &line_starts, offset, why));
        }
        if let Some(error) = parsed.unsupported_syntax_errors().first() {
            let why = format!("syntax error: {}", lowercase_first(&error.to_string()));
            let offset = usize::from(error.range.start());
            return Err(error_at(&text, &line_starts, offset, why));
        }
        match parsed.into_syntax() {
            Mod::Module(module) => Ok(Self {
                text,
                line_starts,
                module,
            }),
            Mod::Expression(_) => Err(SourceError::whole("the file is not a module")),
        }
    }

    /// The decoded text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statements at module level.
    pub fn suite(&self) -> &[Stmt] {
        &self.module.body
    }

    /// Where an offset lies.
    pub fn position(&self, offset: TextSize) -> Position {
        position(&self.text, &self.line_starts, usize::from(offset))
    }

    /// The line of a node's start, from 1.
    pub fn line_of(&self, node: &impl Ranged) -> usize {
        self.position(node.start()).line
    }

    /// The text of a line, from 1, without its end; empty past the last.
    pub fn line(&self, line: usize) -> &str {
        line_text(&self.text, &self.line_starts, line)
    }

    /// The docstring, stripped; empty if there is none.
    pub fn docstring(&self) -> &str {
        match self.suite().first() {
            Some(Stmt::Expr(statement)) => statement
                .value
                .as_string_literal_expr()
                .map_or("", |literal| literal.value.to_str().trim()),
            _ => "",
        }
    }
}

/// Decodes a source file: byte order mark, then the coding cookie of the first two lines, then
/// UTF-8 (Python language reference, "Encoding declarations").
pub fn decode(bytes: &[u8]) -> Result<String, SourceError> {
    let (bytes, has_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let Some((name, line)) = cookie(bytes) else {
        return utf8(bytes);
    };
    let at_cookie = |why: String| SourceError {
        why,
        at: Some(Position { line, column: 1 }),
        source_line: None,
    };
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-8" | "utf8" | "utf" | "u8" | "utf-8-sig" | "cp65001" => utf8(bytes),
        name if name.starts_with("utf-8-") => utf8(bytes),
        _ if has_mark => Err(at_cookie(format!(
            "the byte order mark says UTF-8, the coding line says {name}"
        ))),
        "ascii" | "us-ascii" | "646" if bytes.is_ascii() => utf8(bytes),
        "ascii" | "us-ascii" | "646" => Err(at_cookie("the file is not ASCII".to_owned())),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "latin" | "l1" => {
            Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
        }
        "iso-8859-15" | "iso8859-15" | "latin-9" | "latin9" | "l9" => {
            Ok(bytes.iter().map(|&byte| latin9(byte)).collect())
        }
        "cp1252" | "windows-1252" | "1252" => bytes
            .iter()
            .map(|&byte| cp1252(byte))
            .collect::<Option<String>>()
            .ok_or_else(|| at_cookie("the file is not valid Windows-1252".to_owned())),
        other if bytes.is_ascii() && extends_ascii(other) => utf8(bytes),
        other => Err(at_cookie(format!("the encoding {other} is not known"))),
    }
}

/// Encodings in which ASCII bytes are ASCII. Not so in UTF-7, `unicode_escape`, ISO 2022 …, and a
/// name that Python does not know is an error there.
fn extends_ascii(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "koi8-r",
        "koi8-u",
        "gbk",
        "gb2312",
        "gb18030",
        "big5",
        "euc-jp",
        "euc-kr",
        "mac-roman",
        "cp437",
        "cp850",
        "cp866",
    ];
    let numbered = |prefix: &str, from: u32, to: u32| {
        name.strip_prefix(prefix)
            .and_then(|number| number.parse::<u32>().ok())
            .is_some_and(|number| (from..=to).contains(&number))
    };
    NAMES.contains(&name)
        || numbered("iso-8859-", 1, 16) && name != "iso-8859-12"
        || numbered("iso8859-", 1, 16) && name != "iso8859-12"
        || numbered("cp", 1250, 1258)
        || numbered("windows-", 1250, 1258)
}

fn utf8(bytes: &[u8]) -> Result<String, SourceError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let valid = &bytes[..error.valid_up_to()];
            let line = valid.split(|&byte| byte == b'\n').count();
            let start = valid
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(0, |newline| newline + 1);
            let column = String::from_utf8_lossy(&valid[start..]).chars().count() + 1;
            Err(SourceError {
                why: "the file is not UTF-8 and names no other encoding".to_owned(),
                at: Some(Position { line, column }),
                source_line: None,
            })
        }
    }
}

/// The coding cookie and its line: `^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)` (PEP 263). The second
/// line counts only if the first is blank or a comment.
fn cookie(bytes: &[u8]) -> Option<(String, usize)> {
    for (index, line) in bytes.split(|&byte| byte == b'\n').take(2).enumerate() {
        let line = String::from_utf8_lossy(line);
        let trimmed = line.trim_start_matches([' ', '\t', '\x0c', '\r']);
        if trimmed.is_empty() {
            continue;
        }
        let comment = trimmed.strip_prefix('#')?;
        if let Some(name) = cookie_name(comment) {
            return Some((name, index + 1));
        }
    }
    None
}

fn cookie_name(comment: &str) -> Option<String> {
    comment.match_indices("coding").find_map(|(at, word)| {
        let rest = comment[at + word.len()..].strip_prefix([':', '='])?;
        let name: String = rest
            .trim_start_matches([' ', '\t'])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}

fn latin9(byte: u8) -> char {
    match byte {
        0xa4 => '€',
        0xa6 => 'Š',
        0xa8 => 'š',
        0xb4 => 'Ž',
        0xb8 => 'ž',
        0xbc => 'Œ',
        0xbd => 'œ',
        0xbe => 'Ÿ',
        other => char::from(other),
    }
}

/// Windows-1252 as Python decodes it: five bytes are undefined.
fn cp1252(byte: u8) -> Option<char> {
    const HIGH: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0',
        '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => Some(HIGH[usize::from(byte - 0x80)]).filter(|&c| c != '\0'),
        other => Some(char::from(other)),
    }
}

/// A conflict that git left. Both ends must stand at line starts, in this order: a lone `=======`
/// underlines headings in docstrings. Looked for in the text, because inside a docstring the
/// markers would parse.
fn conflict_marker(text: &str, line_starts: &[usize]) -> Option<SourceError> {
    let is_marker = |line: &str, mark: &str| {
        line.strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let lines = || (1..=line_starts.len()).map(|n| (n, line_text(text, line_starts, n)));
    let (first, _) = lines().find(|(_, line)| is_marker(line, "<<<<<<<"))?;
    lines()
        .skip(first)
        .find(|(_, line)| is_marker(line, ">>>>>>>"))?;
    Some(error_at(
        text,
        line_starts,
        line_starts[first - 1],
        "the file holds an unresolved merge conflict",
    ))
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (index, byte) in bytes.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
        if ends {
            starts.push(index + 1);
        }
    }
    starts
}

fn line_text<'t>(text: &'t str, line_starts: &[usize], line: usize) -> &'t str {
    let Some(&start) = line.checked_sub(1).and_then(|index| line_starts.get(index)) else {
        return "";
    };
    let end = line_starts.get(line).copied().unwrap_or(text.len());
    text[start..end].trim_end_matches(['\n', '\r'])
}

fn position(text: &str, line_starts: &[usize], offset: usize) -> Position {
    let line = line_starts.partition_point(|&start| start <= offset);
    let start = line_starts[line - 1];
    let before = text.get(start..offset.min(text.len())).unwrap_or("");
    Position {
        line,
        column: before.chars().count() + 1,
    }
}

fn error_at(
    text: &str,
    line_starts: &[usize],
    offset: usize,
    why: impl Into<String>,
) -> SourceError {
    let at = position(text, line_starts, offset);
    SourceError {
        why: why.into(),
        at: Some(at),
        source_line: Some(line_text(text, line_starts, at.line).to_owned()),
    }
}

fn lowercase_first(message: &str) -> Cow<'_, str> {
    let mut rest = message.chars();
    match rest.next() {
        Some(first) if first.is_uppercase() && !rest.as_str().starts_with(char::is_uppercase) => {
            Cow::Owned(first.to_lowercase().chain(rest).collect())
        }
        _ => Cow::Borrowed(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_line_decides() {
        let latin = b"# -*- coding: latin-1 -*-\nx = '\xe9'\n";
        assert!(decode(latin).unwrap().contains('é'));
        let windows = b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n";
        assert!(decode(windows).unwrap().contains('€'));
        assert_eq!(decode(b"\xef\xbb\xbfx = 1").unwrap(), "x = 1");
        assert!(decode(b"\xef\xbb\xbf# coding: latin-1\n").is_err());
        assert!(decode(b"# coding: ascii\nx = '\xc3\xa9'").is_err());
        assert!(decode(b"# coding: koi8-r\nx = '\xc1'").is_err());
        assert!(decode(b"x = 1\n# coding: latin-1\ny = '\xe9'").is_err());
    }

    #[test]
    fn an_undecodable_byte_has_a_position() {
        let error = decode(b"a = 1\nb = '\xe9'\n").unwrap_err();
        assert_eq!(error.at, Some(Position { line: 2, column: 6 }));
    }

    #[test]
    fn a_syntax_error_has_line_column_and_source() {
        let error = Source::parse(b"x = 1\r\ndef f(:\r\n    pass\r\n").unwrap_err();
        assert_eq!(error.at, Some(Position { line: 2, column: 7 }));
        assert_eq!(error.source_line.as_deref(), Some("def f(:"));
        assert!(error.why.starts_with("syntax error: "), "{}", error.why);
    }

    #[test]
    fn conflict_markers_are_found_also_in_a_docstring() {
        let code = b"<<<<<<< HEAD\ndown_revision = 'a'\n=======\ndown_revision = 'b'\n>>>>>>> x\n";
        let error = Source::parse(code).unwrap_err();
        assert_eq!(error.at.unwrap().line, 1);
        assert!(error.why.contains("merge conflict"));
        let doc = b"'''\n<<<<<<< HEAD\n=======\n>>>>>>> x\n'''\nrevision = 'a'\n";
        assert!(Source::parse(doc).is_err());
        let heading = b"'''Title\n=======\n'''\nrevision = 'a'\n";
        assert!(Source::parse(heading).is_ok());
    }

    #[test]
    fn the_newest_grammar_is_read() {
        let code = b"def f[T](x: T) -> T:\n    return f\"{x!r:{'>'}10}\"\n";
        assert!(Source::parse(code).is_ok());
        assert!(Source::parse(b"print 'old'\n").is_err());
    }
}
