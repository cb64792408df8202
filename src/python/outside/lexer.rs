//! The words of an SQL text without comments and values. What a block or a function runs is read as
//! if it stood in the text, and so are the texts that it puts together.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::python) enum Kind {
    /// A word, in capitals.
    Word,
    /// A quoted name, as it is.
    Name,
    /// Anything else, one character.
    Mark,
}

/// One of them.
#[derive(Clone, Debug)]
pub(in crate::python) struct Token {
    /// The text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Whether a statement may begin here.
    pub begins: bool,
}

impl Token {
    /// Whether it is this mark.
    pub fn is(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// Bodies in bodies are read this deep.
const DEEPEST: usize = 8;

/// The tokens of a text.
pub(in crate::python) fn tokens(text: &str) -> Vec<Token> {
    read(text, false, 0)
}

fn read(text: &str, is_code: bool, depth: usize) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        is_code,
        depth,
        start: 0,
        found: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.found
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    /// Whether the values in it may be statements: `EXECUTE '…'`.
    is_code: bool,
    depth: usize,
    /// Where the statement at hand begins in what was found.
    start: usize,
    found: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('-', '-') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.at += 1;
                }
            }
            ('/', '*') => self.comment(),
            ('E' | 'e', '\'') => {
                self.at += 1;
                self.value(true);
            }
            ('\'', _) => self.value(false),
            ('"', _) => {
                let name = self.quoted('"', false);
                self.push(name, Kind::Name);
            }
            ('$', _) => self.dollar(),
            (first, _) if is_of_word(first) => {
                let start = self.at;
                while is_of_word(self.peek(0)) || self.peek(0) == '$' {
                    self.at += 1;
                }
                let word: String = self.chars[start..self.at].iter().collect();
                self.push(word.to_uppercase(), Kind::Word);
            }
            (first, _) => {
                self.at += 1;
                if !first.is_whitespace() {
                    self.push(first.to_string(), Kind::Mark);
                }
                if first == ';' {
                    self.start = self.found.len();
                }
            }
        }
    }

    fn push(&mut self, text: String, kind: Kind) {
        let begins = match self.found.last() {
            None => true,
            Some(last) if last.kind == Kind::Word => matches!(
                last.text.as_str(),
                "BEGIN" | "THEN" | "ELSE" | "LOOP" | "EXECUTE"
            ),
            Some(last) => last.is(";"),
        };
        self.found.push(Token { text, kind, begins });
    }

    /// Comments may lie in comments.
    fn comment(&mut self) {
        let mut open = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => open += 1,
                ('*', '/') => open -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if open == 0 {
                return;
            }
        }
    }

    /// What stands between quotes; a doubled one is one.
    fn quoted(&mut self, quote: char, has_escapes: bool) -> String {
        let mut text = String::new();
        self.at += 1;
        while self.at < self.chars.len() {
            let (now, next) = (self.peek(0), self.peek(1));
            self.at += 1;
            if has_escapes && now == '\\' {
                text.push(next);
                self.at += 1;
            } else if now == quote {
                if next != quote {
                    break;
                }
                text.push(quote);
                self.at += 1;
            } else {
                text.push(now);
            }
        }
        text
    }

    fn value(&mut self, has_escapes: bool) {
        let text = self.quoted('\'', has_escapes);
        self.take(&text);
    }

    /// `$$…$$`, `$tag$…$tag$`; a parameter `$1` is a mark.
    fn dollar(&mut self) {
        let mut end = self.at + 1;
        while self.chars.get(end).is_some_and(|c| is_of_word(*c)) {
            end += 1;
        }
        let is_parameter = self.peek(1).is_ascii_digit();
        if is_parameter || self.chars.get(end) != Some(&'$') {
            self.at += 1;
            return self.push("$".to_owned(), Kind::Mark);
        }
        let tag = self.chars[self.at..=end].to_vec();
        let rest = &self.chars[end + 1..];
        let length = rest.windows(tag.len()).position(|found| *found == tag[..]);
        let length = length.unwrap_or(rest.len());
        let text: String = rest[..length].iter().collect();
        self.at = end + 1 + length + tag.len();
        self.take(&text);
    }

    /// A value: the body of a block or function is read, anything else is passed over.
    fn take(&mut self, text: &str) {
        if self.depth >= DEEPEST || !(self.is_code || self.carries_code()) {
            return self.push("'".to_owned(), Kind::Mark);
        }
        let is_code = self.is_code || text.to_uppercase().contains("EXECUTE");
        self.found.extend(read(text, is_code, self.depth + 1));
    }

    /// Whether the statement at hand is `DO` or makes a function.
    fn carries_code(&self) -> bool {
        let words = &self.found[self.start..];
        let is = |at: usize, names: &[&str]| {
            words.get(at).is_some_and(|token: &Token| {
                token.kind == Kind::Word && names.contains(&token.text.as_str())
            })
        };
        is(0, &["DO"]) || is(0, &["CREATE"]) && (1..4).any(|at| is(at, &["FUNCTION", "PROCEDURE"]))
    }
}

/// Letters, digits, and what stands for a part that only a run knows.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == super::UNKNOWN
}
