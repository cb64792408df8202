//! Breaking a line of prose at its words.

use unicode_width::UnicodeWidthStr as _;

/// The lines of a text, none wider than `width` unless one word is. Blanks between words that stay
/// on a line stay as they are; without a width nothing is broken.
pub(super) fn words(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else {
        return vec![text.to_owned()];
    };
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let is_full = !line.is_empty() && line.width() + word.trim_end().width() > width;
        if is_full {
            lines.push(word.to_owned());
        } else {
            line.push_str(word);
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(words("a bb ccc", Some(4)), ["a bb", "ccc"]);
        assert_eq!(words("a  bb", Some(80)), ["a  bb"]);
        assert_eq!(words("表表 表", Some(4)), ["表表", "表"]);
        assert_eq!(words("abcdefgh i", Some(3)), ["abcdefgh", "i"]);
        assert_eq!(words("", Some(3)), [""]);
        assert_eq!(words("a b", None), ["a b"]);
    }
}
