//! What the terminal's events mean. Pure.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::tui::message::{Key, Message, Mouse};

/// What an event of the terminal means.
pub(super) fn messages_of(event: Event) -> Vec<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
            let code = match key.code {
                // With Ctrl some terminals send the capital letter.
                KeyCode::Char(letter) if is_control => KeyCode::Char(letter.to_ascii_lowercase()),
                code => code,
            };
            let mut keys = Vec::new();
            // A terminal cannot tell Alt from an Esc that was pressed just before.
            if key.modifiers.contains(KeyModifiers::ALT) {
                keys.push(Message::Key(Key::plain(KeyCode::Esc)));
            }
            keys.push(Message::Key(Key {
                code,
                control: is_control,
            }));
            keys
        }
        Event::Mouse(mouse) => {
            let what = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Mouse::Click,
                MouseEventKind::ScrollUp => Mouse::WheelUp,
                MouseEventKind::ScrollDown => Mouse::WheelDown,
                _ => return Vec::new(),
            };
            vec![Message::Mouse(what, mouse.column, mouse.row)]
        }
        Event::Paste(text) => vec![Message::Paste(text)],
        // The loop looks at the size before each frame.
        _ => Vec::new(),
    }
}
