//! Text for people: foreign names made harmless, plurals, sizes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Adds a line to a `String`; writing to one cannot fail, and this says so once.
macro_rules! line {
    ($text:expr) => {
        $text.push('\n')
    };
    ($text:expr, $($argument:tt)*) => {{
        use std::fmt::Write as _;
        writeln!($text, $($argument)*).expect("writing to a String cannot fail")
    }};
}
pub(crate) use line;

/// Escapes control, escape and bidirectional characters, so that a name from a file, a git
/// repository or a server cannot steer a terminal or reorder a line.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Like [`safe`], line by line: line feeds and tabs stay.
pub fn safe_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\t' || !is_hostile(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}

/// The operating system's words for a failure, without its number and without the names of
/// temporary files.
pub fn io_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            text[..end].to_owned()
        }
    }
}

/// JSON text with hostile characters written as JSON's own escapes: the same value, and harmless
/// on a terminal.
pub fn safe_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Outside of strings JSON has no such character but the line feed.
        if c == '\n' || !is_hostile(c) {
            shown.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(shown, "\\u{unit:04x}").expect("writing to a String cannot fail");
            }
        }
    }
    shown
}

/// Replaces the password of every URL in a text by `***`: what env.py prints or raises may hold one.
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after
            .find(|c: char| c.is_whitespace() || "/'\"<>".contains(c))
            .unwrap_or(after.len());
        shown.push_str(before);
        // A password may itself hold an @ or a colon: the last @ ends it, the first colon begins it.
        rest = match after[..end].rsplit_once('@') {
            Some((login, _)) if login.contains(':') => {
                let user = login.split(':').next().unwrap_or_default();
                shown.push_str(user);
                shown.push_str(":***");
                &after[login.len()..]
            }
            _ => after,
        };
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Bytes in lowercase hexadecimal.
///
/// # Panics
/// Never: writing to a `String` cannot fail.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            text
        })
}

/// `1 file`, `2 files`.
pub fn count(n: usize, singular: &str) -> String {
    if n == 1 {
        format!("1 {singular}")
    } else if let Some(stem) = singular.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'o'])
    {
        format!("{n} {stem}ies")
    } else if singular.ends_with('x') || singular.ends_with("ch") {
        format!("{n} {singular}es")
    } else {
        format!("{n} {singular}s")
    }
}

/// `2,304`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `812 bytes`, `18 kB`, `3.1 MB`; decimal units, as file managers show them.
pub fn bytes(n: u64) -> String {
    if n < 1000 {
        return count(usize::try_from(n).unwrap_or(usize::MAX), "byte");
    }
    let (unit, scale) = if n < 1_000_000 {
        ("kB", 1000)
    } else {
        ("MB", 1_000_000)
    };
    let tenths = n * 10 / scale;
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

/// `0.4 s`, `12 s`, `2 min 5 s`.
pub fn elapsed(time: std::time::Duration) -> String {
    let tenths = time.as_millis() / 100;
    match tenths {
        0..100 => format!("{}.{} s", tenths / 10, tenths % 10),
        100..600 => format!("{} s", tenths / 10),
        _ => format!("{} min {} s", tenths / 600, tenths % 600 / 10),
    }
}

/// Breaks prose at spaces into lines of at most this many characters; a longer word stands alone.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_at_spaces() {
        assert_eq!(wrapped("", 5), Vec::<String>::new());
        assert_eq!(wrapped("a bc  def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdef g", 4), ["abcdef", "g"]);
    }

    #[test]
    fn hostile_characters_are_escaped_and_others_stay() {
        assert_eq!(safe("Überblick_表"), "Überblick_表");
        assert_eq!(safe("a\x1b[31mb"), "a\\u{1b}[31mb");
        assert_eq!(safe("x\u{202e}y\n"), "x\\u{202e}y\\n");
        assert_eq!(safe_lines("a\nb\x07"), "a\nb\\u{7}");
    }

    #[test]
    fn passwords_in_urls_are_not_shown() {
        for (text, shown) in [
            ("no url", "no url"),
            (
                "cannot reach postgresql+psycopg://me:s3c:r@et@host:1/x?y (a)",
                "cannot reach postgresql+psycopg://me:***@host:1/x?y (a)",
            ),
            ("http://host/a:b@c", "http://host/a:b@c"),
            (
                "x://u:p@h y://u@h 'z://:q@h'",
                "x://u:***@h y://u@h 'z://:***@h'",
            ),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }

    #[test]
    fn json_keeps_its_value_and_shows_no_raw_character() {
        let value = serde_json::json!({"a": "x\u{9b}\u{202e}\u{e0001}\u{7f}\u{1b}ü"});
        let text = safe_json(&format!("{value:#}\n"));
        assert!(!text.chars().any(|c| c != '\n' && is_hostile(c)), "{text}");
        assert!(text.contains('ü'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn plurals() {
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2, "entry"), "2 entries");
        assert_eq!(count(0, "index"), "0 indexes");
        assert_eq!(count(3, "key"), "3 keys");
        assert_eq!(count(3, "branch"), "3 branches");
    }

    #[test]
    fn sizes_and_times() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1234), "1.2 kB");
        assert_eq!(bytes(18_400), "18 kB");
        assert_eq!(bytes(3_140_000), "3.1 MB");
        assert_eq!(elapsed(std::time::Duration::from_millis(432)), "0.4 s");
        assert_eq!(elapsed(std::time::Duration::from_secs(125)), "2 min 5 s");
    }
}
