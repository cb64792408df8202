//! Text on the screen: escaped, measured, cut and wrapped.
//!
//! Every character that is drawn goes through [`span`], which escapes what could steer a terminal.

use std::borrow::Cow;
use std::time::Duration;

use super::theme::Letters;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::model::text::{elapsed, safe};

/// A piece of text in a style. Control, escape and bidirectional characters are escaped.
pub fn span(style: Style, text: &str) -> Span<'static> {
    Span::styled(safe(text).into_owned(), style)
}

/// Columns that a text takes once it is escaped.
pub fn width(text: &str) -> usize {
    safe(text).width()
}

/// What stands where something was cut.
const fn cut(letters: Letters) -> &'static str {
    match letters {
        Letters::Unicode => "…",
        Letters::Ascii => "..",
    }
}

/// redistill's own words in the letters that may be drawn: where those are the first 128, its signs
/// become their twins. Foreign letters stay: another name would be another thing.
pub fn worded(letters: Letters, text: &str) -> Cow<'_, str> {
    if letters == Letters::Unicode || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match TWINS.iter().find(|(sign, _)| *sign == letter) {
            Some((_, twin)) => shown.push_str(twin),
            None => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// The signs in sentences of redistill, each with its twin.
const TWINS: [(char, &str); 10] = [
    ('…', "..."),
    ('→', "->"),
    ('×', "x"),
    ('–', "-"),
    ('—', "-"),
    ('·', "-"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
];

/// The text in at most `room` columns, cut in the middle.
pub fn elide(letters: Letters, text: &str, room: usize) -> String {
    let text = safe(text);
    if text.width() <= room {
        return text.into_owned();
    }
    if room < 4 {
        return take(&text, room);
    }
    let mark = cut(letters);
    let tail_room = (room - mark.width()) / 2;
    let head = take(&text, room - mark.width() - tail_room);
    let mut tail = String::new();
    let mut used = 0;
    for letter in text.chars().rev() {
        used += letter.width().unwrap_or(0);
        if used > tail_room {
            break;
        }
        tail.insert(0, letter);
    }
    format!("{head}{mark}{tail}")
}

/// The last columns of a text.
pub fn tail(text: &str, room: usize) -> String {
    let text = safe(text);
    let mut used = 0;
    let letters: Vec<char> = text
        .chars()
        .rev()
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= room
        })
        .collect();
    letters.into_iter().rev().collect()
}

/// The text in at most `room` columns, cut at its end.
pub fn head(letters: Letters, text: &str, room: usize) -> String {
    let text = safe(text);
    if text.width() <= room {
        return text.into_owned();
    }
    let mark = cut(letters);
    format!("{}{mark}", take(&text, room.saturating_sub(mark.width())))
}

/// The first columns of a text.
fn take(text: &str, room: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

/// The text with spaces behind it, cut if it is longer.
pub fn padded(text: &str, room: usize) -> String {
    let cut = take(&safe(text), room);
    let spaces = room.saturating_sub(cut.width());
    format!("{cut}{}", " ".repeat(spaces))
}

/// The text in lines of at most `room` columns, broken between words where that is possible.
/// Line feeds break, tabs become four spaces, indentation is kept in the lines that follow.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(8);
    let mut lines = Vec::new();
    for part in text.split('\n') {
        let part = safe(&part.trim_end_matches('\r').replace('\t', "    ")).into_owned();
        wrap_line(&part, room, &mut lines);
    }
    lines
}

fn wrap_line(part: &str, room: usize, lines: &mut Vec<String>) {
    if part.is_empty() {
        lines.push(String::new());
        return;
    }
    let indent = part.len() - part.trim_start_matches(' ').len();
    let indent = " ".repeat(indent.min(room / 2));
    let mut line = String::new();
    for word in part.split(' ') {
        let is_first = line.trim().is_empty();
        let needed = line.width() + usize::from(!line.is_empty()) + word.width();
        if needed > room && !is_first {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            push_word(word, room, &mut line, lines);
        } else if needed > room {
            push_word(word, room, &mut line, lines);
        } else {
            if !line.is_empty() && line != indent || word.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push(line);
}

/// A word that may be longer than a line.
fn push_word(word: &str, room: usize, line: &mut String, lines: &mut Vec<String>) {
    for letter in word.chars() {
        if line.width() + letter.width().unwrap_or(0) > room {
            lines.push(std::mem::take(line));
        }
        line.push(letter);
    }
}

/// The time since then.
pub fn time(now: Duration, since: Duration) -> String {
    elapsed(now.saturating_sub(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        let all = |text, room| elide(Letters::Unicode, text, room);
        assert_eq!(all("short", 10), "short");
        assert_eq!(all("a_very_long_module_name", 11), "a_ver…_name");
        assert_eq!(all("表表表表表表", 7), "表…表");
        assert_eq!(all("abcdef", 3), "abc");
        for letters in [Letters::Unicode, Letters::Ascii] {
            for room in 4..23 {
                let cut = elide(letters, "a_very_long_module_name", room);
                assert_eq!(width(&cut), room, "{cut}");
                assert_eq!(width(&head(letters, "a_very_long_module_name", room)), room);
            }
        }
        assert_eq!(
            elide(Letters::Ascii, "a_very_long_module_name", 11),
            "a_ver..name"
        );
        assert_eq!(head(Letters::Ascii, "a_very_long_name", 8), "a_very..");
    }

    #[test]
    fn own_signs_have_twins_and_foreign_letters_stay() {
        let text = "reading … 80 × 24, a → b “c” – é表";
        assert_eq!(worded(Letters::Unicode, text), text);
        assert_eq!(
            worded(Letters::Ascii, text),
            "reading ... 80 x 24, a -> b \"c\" - é表"
        );
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 9), ["one two", "three"]);
        assert_eq!(wrap("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(wrap("abcdefghijklm", 8), ["abcdefgh", "ijklm"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("    x = 1", 20), ["    x = 1"]);
    }

    #[test]
    fn nothing_hostile_is_kept() {
        assert_eq!(span(Style::new(), "a\u{1b}[2J").content, "a\\u{1b}[2J");
        assert_eq!(wrap("x\u{202e}y", 20), ["x\\u{202e}y"]);
        assert_eq!(padded("a\u{7}", 8), "a\\u{7}  ");
    }
}
