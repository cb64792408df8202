//! What the program wrote to a terminal, read as a terminal reads it.

/// Sequences that the app itself has reason to write.
const MODES: [u16; 8] = [25, 1000, 1002, 1003, 1006, 1015, 1049, 2004];

/// What may only come from a foreign name; the empty list for a clean stream.
pub fn foreign(bytes: &[u8]) -> Vec<String> {
    let mut reader = Reader::default();
    let mut parser = vte::Parser::new();
    parser.advance(&mut reader, bytes);
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<String>,
    /// The alternate screen is left: what follows is the summary, in lines.
    is_left: bool,
}

impl Reader {
    fn report(&mut self, what: String) {
        if self.found.len() < 20 {
            self.found.push(what);
        }
    }
}

impl vte::Perform for Reader {
    fn print(&mut self, c: char) {
        let is_foreign = c.is_control()
            || matches!(c,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}');
        if is_foreign {
            self.report(format!("letter {c:?}"));
        }
    }

    fn execute(&mut self, byte: u8) {
        if !(self.is_left && matches!(byte, b'\r' | b'\n')) {
            self.report(format!("control {byte:#04x}"));
        }
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.report(format!("device control {action:?}"));
    }

    fn osc_dispatch(&mut self, parameters: &[&[u8]], _: bool) {
        self.report(format!("operating system command {parameters:?}"));
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        // The end of a string that was not one.
        self.report(format!("escape {intermediates:?} {:?}", char::from(byte)));
    }

    fn csi_dispatch(&mut self, params: &vte::Params, signs: &[u8], _: bool, action: char) {
        let all: Vec<u16> = params.iter().flatten().copied().collect();
        if signs == b"?" && all.contains(&1049) {
            self.is_left = action == 'l';
        }
        let is_ours = match (signs, action) {
            (b"", 'H') => all.iter().all(|cell| *cell <= 500),
            (b"", 'J') => all == [2],
            (b"", 'm') => is_style(&all),
            (b"?", 'h' | 'l') => all.iter().all(|mode| MODES.contains(mode)),
            _ => false,
        };
        if !is_ours {
            self.report(format!("sequence {signs:?} {all:?} {action:?}"));
        }
    }
}

/// Colours, bold, dim, reversed, and their ends; no blinking, nothing hidden.
fn is_style(all: &[u16]) -> bool {
    match all {
        [] => true,
        [38 | 48, 2, _, _, _, rest @ ..]
        | [38 | 48, 5, _, rest @ ..]
        | [0 | 1 | 2 | 7 | 22 | 27 | 39 | 49 | 59, rest @ ..] => is_style(rest),
        _ => false,
    }
}

#[test]
fn what_is_foreign_is_found() {
    for (bytes, expected) in [
        (&b"\x1b[1;1H\x1b[38;5;3mname\x1b[0m\x1b[?25l"[..], 0),
        (b"a\x07", 1),
        (b"a\r\n", 2),
        (b"\x1b[?1049h\x1b[?1049la\r\n", 0),
        (b"\x1b[?1049l\x1b[?1049ha\n", 1),
        (b"\x1b]0;title\x07", 1),
        (b"\x1bPq\x1b\\", 2),
        (b"\x1b[5m", 1),
        (b"\x1b[?1337h", 1),
        (b"\x1b[999;999H", 1),
        ("a\u{9b}5m".as_bytes(), 1),
        ("\u{202e}".as_bytes(), 1),
        (b"\x1bc", 1),
    ] {
        assert_eq!(foreign(bytes).len(), expected, "{bytes:?}");
    }
}
