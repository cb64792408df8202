//! Names and texts as people never should, and do, choose them.

use super::dice::Dice;

/// A name as PostgreSQL always takes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as an SQL literal under `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as a Python literal; JSON's strings are Python's, too.
pub fn python(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

const RESERVED: &[&str] = &[
    "user",
    "order",
    "select",
    "table",
    "group",
    "check",
    "desc",
    "offset",
    "limit",
    "analyse",
    "default",
    "primary",
    "window",
    "end",
    "all",
    "both",
    "when",
    "references",
];

/// `@` is the plain word, `#` a number.
const SHAPES: &[&str] = &[
    "@#",
    "@# ",
    "Mixed@#",
    "UPPER_@_#",
    "@ with spaces #",
    "größe_@_#",
    "表_@_#",
    "@_#_😀",
    "#_@",
    "@-#",
    "@.#",
    "@:#",
    ":@#",
    "@%#",
    "%s_@#",
    "%(@)s#",
    "@'#",
    "@\"#",
    "@\\#",
    "@$#",
    "$1_@#",
    "@;#",
    "@(#)",
    "@,#",
    "@/*#*/",
    "@--#",
    "@[#]",
    "@{#}",
    "@?#",
    "@@#",
    "é@#",
];

/// Texts for comments, defaults, labels and rows.
pub const TEXTS: &[&str] = &[
    "plain",
    "it's",
    "100%",
    "%s and %(name)s",
    "a:b :c ::d",
    "12:30",
    "\\d+\\.",
    "back\\",
    "line\nbreak",
    "two\r\nlines",
    "tab\there",
    "\"quoted\"",
    "'both' \"kinds\"",
    "$$ dollar $x$",
    "naïve ☃ 😀",
    "",
    " lead and trail ",
    "'; DROP TABLE x; --",
    "/* no */ -- comment",
    "{}",
    "\u{202e}turned",
    "null",
    "\"\"\"triple\"\"\"",
    "'''",
    "\\:escaped",
    "ends with :",
    "E'\\n'",
    "x\n    indented\n\nblank line",
    "%%",
    "{{ x }} ${y}",
    "\u{1}\u{1b}[31m",
];

pub fn text(dice: &mut Dice) -> &'static str {
    TEXTS[dice.below(TEXTS.len())]
}

/// Gives names that it has not given before.
#[derive(Default)]
pub struct Words {
    pub count: usize,
    reserved: usize,
}

impl Words {
    /// A new name; `oddity` in a hundred are odd.
    pub fn fresh(&mut self, dice: &mut Dice, word: &str, oddity: usize) -> String {
        self.count += 1;
        if !dice.chance(oddity) {
            return format!("{word}_{}", self.count);
        }
        match dice.below(8) {
            0 if self.reserved < RESERVED.len() => {
                self.reserved += 1;
                RESERVED[self.reserved - 1].to_owned()
            }
            1 => self.long(word, "x"),
            2 => self.long(word, "é"),
            _ => {
                let shape = *dice.pick(SHAPES);
                shape
                    .replacen('@', word, 1)
                    .replacen('#', &self.count.to_string(), 1)
            }
        }
    }

    /// As many bytes as a name may have.
    fn long(&self, word: &str, filling: &str) -> String {
        let mut name = format!("{word}_{}_", self.count);
        while name.len() + filling.len() <= 63 {
            name.push_str(filling);
        }
        name
    }
}
