//! Text within eighty columns, for the reports that people read on a terminal.

use unicode_width::UnicodeWidthStr as _;

use crate::model::text::safe;

/// How wide a line may be.
const WIDTH: usize = 80;

/// Pieces with a separator, broken between two where a line would be too wide. The first one is
/// written at column `indent`, where every further line begins. Foreign text is escaped.
pub(super) fn wrapped(pieces: &[String], separator: &str, indent: usize) -> String {
    let mut shown = String::new();
    let mut column = indent;
    for (index, piece) in pieces.iter().enumerate() {
        let mut piece = safe(piece).into_owned();
        if index + 1 < pieces.len() {
            piece.push_str(separator.trim_end());
        }
        let width = piece.width();
        if index > 0 && column + 1 + width > WIDTH {
            shown.push('\n');
            shown.push_str(&" ".repeat(indent));
            column = indent;
        } else if index > 0 {
            shown.push(' ');
            column += 1;
        }
        shown.push_str(&piece);
        column += width;
    }
    shown
}

/// A sentence, broken between its words.
pub(super) fn sentence(text: &str, indent: usize) -> String {
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    wrapped(&words, " ", indent)
}
