//! Keys as they are shown, and as they are written in the user's settings.

use crossterm::event::KeyCode;

use crate::tui::message::Key;

/// Keys that have a name, with another way to write it.
const NAMED: [(KeyCode, &str, &str); 13] = [
    (KeyCode::Enter, "enter", "return"),
    (KeyCode::Esc, "esc", "escape"),
    (KeyCode::Tab, "tab", "tab"),
    (KeyCode::BackTab, "shift+tab", "backtab"),
    (KeyCode::Up, "up", "up"),
    (KeyCode::Down, "down", "down"),
    (KeyCode::Left, "left", "left"),
    (KeyCode::Right, "right", "right"),
    (KeyCode::PageUp, "page up", "page-up"),
    (KeyCode::PageDown, "page down", "page-down"),
    (KeyCode::Home, "home", "home"),
    (KeyCode::End, "end", "end"),
    (KeyCode::Char(' '), "space", "space"),
];

/// A key in letters: `enter`, `ctrl+x`, `?`.
pub fn name(key: Key) -> String {
    let named = NAMED.iter().find(|(code, _, _)| *code == key.code);
    let name = match (named, key.code) {
        (Some((_, name, _)), _) => (*name).to_owned(),
        (None, KeyCode::Char(sign)) => sign.to_string(),
        (None, KeyCode::F(number)) => format!("F{number}"),
        (None, other) => other.to_string(),
    };
    if key.control {
        format!("ctrl+{name}")
    } else {
        name
    }
}

/// The key with this name; none if there is no such key, or no terminal can tell it apart.
pub fn parse(text: &str) -> Option<Key> {
    let lower = text.to_lowercase();
    if let Some(rest) = lower.strip_prefix("ctrl+") {
        let mut letters = rest.chars();
        return match (letters.next(), letters.next()) {
            // Terminals send Ctrl with i, j, m and [ as tab, line feed, enter and esc.
            (Some('i' | 'j' | 'm'), None) => None,
            (Some(letter @ 'a'..='z'), None) => Some(Key::control(letter)),
            _ => None,
        };
    }
    let named = NAMED
        .iter()
        .find(|(_, name, other)| *name == lower || *other == lower);
    if let Some((code, _, _)) = named {
        return Some(Key::plain(*code));
    }
    let number = lower
        .strip_prefix('f')
        .and_then(|digits| digits.parse().ok());
    if let Some(number @ 1..=12) = number {
        return Some(Key::plain(KeyCode::F(number)));
    }
    // A letter is its own name, with its case.
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(sign), None) if !sign.is_control() => Some(Key::sign(sign)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::BINDINGS;

    #[test]
    fn every_key_of_the_table_is_read_by_the_name_that_is_shown() {
        for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
            assert_eq!(parse(&name(*key)), Some(*key), "{}", name(*key));
        }
    }

    #[test]
    fn what_no_terminal_can_send_is_no_key() {
        for text in [
            "", "ctrl+", "ctrl+i", "ctrl+1", "alt+x", "F13", "xy", "\u{1b}",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse("G"), Some(Key::sign('G')));
        assert_eq!(parse("Ctrl+K"), Some(Key::control('k')));
        assert_eq!(parse("f5"), Some(Key::plain(KeyCode::F(5))));
        assert_eq!(parse("Page-Up"), Some(Key::plain(KeyCode::PageUp)));
    }
}
