//! A screen as a picture: a `ratatui` buffer written as SVG. Called by tests and by the
//! documentation; pure.
//!
//! Every run of cells in one style is placed by its own column, so that no viewer's font can shift
//! what follows; wide characters take their two columns.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The size of a cell, in pixels.
const CELL: (u32, u32) = (8, 17);

/// From the top of a cell to the line that letters stand on.
const BASE: u32 = 13;

/// The space around, in pixels.
const MARGIN: u32 = 12;

const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d7dae0";

/// How a run of cells looks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    fg: String,
    bg: Option<String>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let mut fg = colour(cell.fg);
        let mut bg = colour(cell.bg);
        if cell.modifier.contains(Modifier::REVERSED) {
            let front = fg.take().unwrap_or_else(|| FOREGROUND.to_owned());
            fg = Some(bg.take().unwrap_or_else(|| BACKGROUND.to_owned()));
            bg = Some(front);
        }
        Self {
            fg: fg.unwrap_or_else(|| FOREGROUND.to_owned()),
            bg,
            is_bold: cell.modifier.contains(Modifier::BOLD),
            is_dim: cell.modifier.contains(Modifier::DIM),
            is_underlined: cell.modifier.contains(Modifier::UNDERLINED),
        }
    }
}

/// Cells of one look, from a column on.
struct Piece {
    x: u16,
    columns: u16,
    text: String,
    look: Look,
}

/// The screen as SVG. `title` is what a screen reader says.
///
/// # Panics
/// Never: writing to a String cannot fail.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let width = u32::from(area.width) * CELL.0 + 2 * MARGIN;
    let height = u32::from(area.height) * CELL.1 + 2 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\" \
         xml:space=\"preserve\">\n",
        escaped(title)
    );
    for y in area.top()..area.bottom() {
        for piece in pieces(buffer, y) {
            draw(&mut text, &piece, y - area.top());
        }
    }
    text.push_str("</g>\n</svg>\n");
    text
}

fn pieces(buffer: &Buffer, y: u16) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut x = buffer.area.left();
    while x < buffer.area.right() {
        let cell = &buffer[(x, y)];
        let columns = u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        let look = Look::of(cell);
        match pieces.last_mut() {
            // A wide character stands alone: its width differs from font to font.
            Some(last)
                if last.look == look && columns == 1 && last.columns > 0 && last.is_plain() =>
            {
                last.text.push_str(cell.symbol());
                last.columns += 1;
            }
            _ => pieces.push(Piece {
                x: x - buffer.area.left(),
                columns,
                text: cell.symbol().to_owned(),
                look,
            }),
        }
        x += columns;
    }
    pieces
}

impl Piece {
    /// Whether every character of it takes one column.
    fn is_plain(&self) -> bool {
        usize::from(self.columns) == self.text.chars().count()
    }
}

fn draw(text: &mut String, piece: &Piece, row: u16) {
    let x = MARGIN + u32::from(piece.x) * CELL.0;
    let y = MARGIN + u32::from(row) * CELL.1;
    let width = u32::from(piece.columns) * CELL.0;
    if let Some(bg) = &piece.look.bg {
        writeln!(
            text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{bg}\"/>",
            CELL.1
        )
        .expect("writing to a String cannot fail");
    }
    if piece.text.trim().is_empty() {
        return;
    }
    let look = &piece.look;
    let mut attributes = format!("fill=\"{}\"", look.fg);
    for (is_on, attribute) in [
        (look.is_bold, " font-weight=\"bold\""),
        (look.is_dim, " opacity=\"0.6\""),
        (look.is_underlined, " text-decoration=\"underline\""),
    ] {
        if is_on {
            attributes.push_str(attribute);
        }
    }
    writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" \
         {attributes}>{}</text>",
        y + BASE,
        escaped(&piece.text)
    )
    .expect("writing to a String cannot fail");
}

/// Text in XML; characters that XML does not know become a question mark.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            ' ' => shown.push('\u{a0}'),
            letter if letter.is_control() => shown.push('?'),
            letter => shown.push(letter),
        }
    }
    shown
}

/// A colour; none for the terminal's own.
fn colour(colour: Color) -> Option<String> {
    let name = match colour {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Black => "#000000",
        Color::Red => "#e06c75",
        Color::Green => "#98c379",
        Color::Yellow => "#e5c07b",
        Color::Blue => "#61afef",
        Color::Magenta => "#c678dd",
        Color::Cyan => "#56b6c2",
        Color::Gray => "#abb2bf",
        Color::DarkGray => "#5c6370",
        Color::LightRed => "#ff7b86",
        Color::LightGreen => "#b5e890",
        Color::LightYellow => "#ffd68a",
        Color::LightBlue => "#82c7ff",
        Color::LightMagenta => "#e19df5",
        Color::LightCyan => "#7fe3ee",
        Color::White => "#ffffff",
        Color::Indexed(number) => return Some(indexed(number)),
    };
    Some(name.to_owned())
}

/// xterm's cube and greys; the first sixteen are drawn as grey, no theme uses them by number.
fn indexed(number: u8) -> String {
    match number {
        0..16 => "#abb2bf".to_owned(),
        16..232 => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let cube = number - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(cube / 36),
                level(cube / 6 % 6),
                level(cube % 6)
            )
        }
        _ => {
            let grey = 8 + (number - 232) * 10;
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn drawn(text: &str, style: Style) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, text, style);
        svg(&buffer, "a & b")
    }

    #[test]
    fn text_and_title_are_escaped() {
        let svg = drawn("a<&>\"", Style::new());
        assert!(svg.contains(">a&lt;&amp;&gt;&quot;"), "{svg}");
        assert!(svg.contains("<title>a\u{a0}&amp;\u{a0}b</title>"), "{svg}");
    }

    #[test]
    fn wide_characters_take_two_columns_and_stand_alone() {
        let svg = drawn("a表b", Style::new());
        let places: Vec<&str> = svg
            .lines()
            .filter(|line| line.starts_with("<text"))
            .map(|line| line.split('"').nth(1).unwrap())
            .collect();
        assert_eq!(places, ["12", "20", "36"]);
        assert!(svg.contains("textLength=\"16\""), "{svg}");
    }

    #[test]
    fn colours_and_weights_are_kept() {
        let style = Style::new().fg(Color::Rgb(1, 2, 255)).bold();
        let svg = drawn("x", style);
        assert!(
            svg.contains("fill=\"#0102ff\" font-weight=\"bold\""),
            "{svg}"
        );
        let svg = drawn("x", Style::new().reversed());
        assert!(svg.contains(&format!("fill=\"{FOREGROUND}\"/>")), "{svg}");
        assert!(svg.contains(&format!("fill=\"{BACKGROUND}\">x")), "{svg}");
        let svg = drawn("x", Style::new().bg(Color::Indexed(196)));
        assert!(svg.contains("fill=\"#ff0000\""), "{svg}");
    }
}
