//! Changing lines of a file byte by byte: what is not named by an edit stays as it is.
//!
//! Called by `fixing`. Pure. The edits speak of decoded lines without their ends; byte order mark,
//! encoding, line ends and a missing last line end are kept.

use crate::python::source;
use crate::rules::LineEdit;

/// Why an edit cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EditError {
    /// The lines that are to go are other ones.
    #[error("the file is not as it was read")]
    Changed,
    /// A character that the file's encoding may not have.
    #[error("the new line has a character that the file's encoding may not know")]
    Encoding,
}

/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The file with one edit made.
pub(super) fn apply(bytes: &[u8], edit: &LineEdit) -> Result<Vec<u8>, EditError> {
    let (mark, body) = match bytes.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => (&[][..], bytes),
    };
    let is_utf8 = std::str::from_utf8(body).is_ok();
    let lines: Vec<&[u8]> = body.split_inclusive(|byte| *byte == b'\n').collect();
    let start = edit.line.checked_sub(1).ok_or(EditError::Changed)?;
    let end = start + edit.before.len();
    if end > lines.len() {
        return Err(EditError::Changed);
    }
    let gone = &lines[start..end];
    let is_same = gone
        .iter()
        .zip(&edit.before)
        .all(|(line, before)| decoded(content(line), is_utf8) == *before);
    if !is_same {
        return Err(EditError::Changed);
    }
    let usual = usual_end(&lines, start);
    // The last line of a file may have no end, and keeps having none.
    let last = if end == lines.len() {
        lines.last().map_or(&b""[..], |line| line_end(line))
    } else {
        usual
    };
    let mut new = mark.to_vec();
    for line in &lines[..start] {
        new.extend_from_slice(line);
    }
    if start == lines.len() && !edit.after.is_empty() && lines.last().is_some_and(is_open) {
        new.extend_from_slice(usual);
    }
    for (index, line) in edit.after.iter().enumerate() {
        new.extend(encoded(line, is_utf8)?);
        let is_last = index + 1 == edit.after.len();
        new.extend_from_slice(match gone.get(index) {
            Some(old) if !is_last => match line_end(old) {
                b"" => usual,
                own => own,
            },
            Some(_) | None if is_last && end == lines.len() => last,
            Some(old) => line_end(old),
            None => usual,
        });
    }
    for line in &lines[end..] {
        new.extend_from_slice(line);
    }
    if reads_as_meant(&new, start, edit, is_utf8) {
        Ok(new)
    } else {
        Err(EditError::Encoding)
    }
}

/// Whether Python reads the new lines as they are meant: what is ASCII, or was there before, it does;
/// of the rest the file's own encoding decides.
fn reads_as_meant(new: &[u8], start: usize, edit: &LineEdit, is_utf8: bool) -> bool {
    let was_there = |c: char| edit.before.iter().any(|line| line.contains(c));
    let mut letters = edit.after.iter().flat_map(|line| line.chars());
    if letters.all(|c| c.is_ascii() || was_there(c)) {
        return true;
    }
    is_utf8
        && source::decode(new).is_ok_and(|text| {
            let lines = text
                .split('\n')
                .skip(start)
                .map(|line| line.trim_end_matches('\r'));
            lines.zip(&edit.after).all(|(line, after)| line == after)
        })
}

fn is_open(line: &&[u8]) -> bool {
    !line.ends_with(b"\n")
}

/// A line without its end.
fn content(line: &[u8]) -> &[u8] {
    let mut content = line.strip_suffix(b"\n").unwrap_or(line);
    while let Some(rest) = content.strip_suffix(b"\r") {
        content = rest;
    }
    content
}

fn line_end(line: &[u8]) -> &[u8] {
    &line[content(line).len()..]
}

/// The end of the line before, or of the first line that has one.
fn usual_end<'a>(lines: &[&'a [u8]], start: usize) -> &'a [u8] {
    let above = lines[..start].iter().rev();
    above
        .chain(&lines[start..])
        .map(|line| line_end(line))
        .find(|end| end.ends_with(b"\n"))
        .unwrap_or(b"\n")
}

/// As `python::Syntax` decodes: UTF-8, else byte by byte.
fn decoded(bytes: &[u8], is_utf8: bool) -> String {
    if is_utf8 {
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        bytes.iter().copied().map(char::from).collect()
    }
}

fn encoded(line: &str, is_utf8: bool) -> Result<Vec<u8>, EditError> {
    if is_utf8 {
        return Ok(line.as_bytes().to_vec());
    }
    line.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| EditError::Encoding))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn edit(line: usize, before: &[&str], after: &[&str]) -> LineEdit {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        LineEdit {
            path: PathBuf::from("/p/m.py"),
            line,
            before: owned(before),
            after: owned(after),
        }
    }

    #[test]
    fn all_but_the_named_lines_stays_byte_by_byte() {
        for (bytes, edit, expected) in [
            (
                &b"a\nb\nc\n"[..],
                edit(2, &["b"], &["x"]),
                &b"a\nx\nc\n"[..],
            ),
            (
                b"a\r\nb\r\nc",
                edit(2, &["b"], &["x", "y"]),
                b"a\r\nx\r\ny\r\nc",
            ),
            (b"a\nb", edit(2, &["b"], &["x", "y"]), b"a\nx\ny"),
            (b"a\r\nb", edit(3, &[], &["x"]), b"a\r\nb\r\nx"),
            (b"a\r\nb\r\n", edit(3, &[], &["x"]), b"a\r\nb\r\nx\r\n"),
            (b"a\nb\r\nc\n", edit(2, &["b"], &["x"]), b"a\nx\r\nc\n"),
            (b"a\nb\nc\n", edit(2, &["b"], &[]), b"a\nc\n"),
            (
                b"\xef\xbb\xbfa\n\xc3\xa9\n",
                edit(1, &["a"], &["\u{e9}"]),
                b"\xef\xbb\xbf\xc3\xa9\n\xc3\xa9\n",
            ),
            (
                b"# coding: latin-1\n\xe9 = 1\n",
                edit(2, &["\u{e9} = 1"], &["\u{e9} = 2"]),
                b"# coding: latin-1\n\xe9 = 2\n",
            ),
            (b"x \t\n\x0cy\n", edit(2, &["\x0cy"], &["z"]), b"x \t\nz\n"),
        ] {
            let made = apply(bytes, &edit).unwrap();
            assert_eq!(
                made.escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "{edit:?}"
            );
        }
    }

    #[test]
    fn other_lines_and_foreign_characters_are_refused() {
        assert_eq!(
            apply(b"a\nb\n", &edit(2, &["c"], &["x"])),
            Err(EditError::Changed)
        );
        assert_eq!(
            apply(b"a\n", &edit(2, &["a"], &["x"])),
            Err(EditError::Changed)
        );
        for bytes in [&b"# coding: latin-1\nb\n"[..], b"# \xe9\nb\n"] {
            assert_eq!(
                apply(bytes, &edit(2, &["b"], &["\u{e9}"])),
                Err(EditError::Encoding)
            );
        }
    }
}
