//! A question and its answer, as data.

/// One of the answers to a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The word that chooses it; so does its number, from 1.
    pub word: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// What kind of answer a question takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no; the flag is what an empty line means.
    YesNo(bool),
    /// One of these; an empty line means the first.
    One(Vec<Choice>),
    /// A line of text, which may be empty.
    Text,
    /// Exactly this text, typed in full. An empty line cancels.
    Exactly(String),
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The sentence.
    pub text: String,
    /// More about it, for whoever types `?`.
    pub help: &'static str,
    /// What it takes.
    pub kind: Kind,
}

/// What a typed line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The choice with this index.
    Chosen(usize),
    /// This text.
    Text(String),
    /// Back to the question before.
    Back,
    /// Leave everything as it is.
    Leave,
    /// Tell me more.
    Help,
    /// Not an answer; why.
    Unclear(String),
}

impl Question {
    /// Reads a typed line. Nothing is guessed: what is neither yes nor no is unclear.
    pub fn read(&self, line: &str) -> Answer {
        let line = line.trim();
        // A name is typed as it is, even if it is called `back`.
        if let Kind::Exactly(expected) = &self.kind {
            return match line {
                "" => Answer::Leave,
                "?" => Answer::Help,
                _ if line == expected => Answer::Text(line.to_owned()),
                "<" => Answer::Back,
                _ => Answer::Unclear(format!(
                    "that is not {expected}; type it in full, or an empty line to leave"
                )),
            };
        }
        let lower = line.to_lowercase();
        match (lower.as_str(), &self.kind) {
            ("?" | "help", _) => Answer::Help,
            ("<" | "back", _) => Answer::Back,
            ("quit", _) => Answer::Leave,
            ("y" | "yes", Kind::YesNo(_)) | ("", Kind::YesNo(true)) => Answer::Yes,
            ("n" | "no", Kind::YesNo(_)) | ("", Kind::YesNo(false)) => Answer::No,
            (_, Kind::YesNo(_)) => Answer::Unclear("type yes or no".to_owned()),
            ("", Kind::One(_)) => Answer::Chosen(0),
            (_, Kind::One(choices)) => chosen(&lower, choices),
            (_, Kind::Text | Kind::Exactly(_)) => Answer::Text(line.to_owned()),
        }
    }

    /// What stands before the typed line: the answers, and in capitals or alone what an empty
    /// line means. Short, so that it never breaks.
    pub fn prompt(&self) -> String {
        match &self.kind {
            Kind::YesNo(true) => "[Y/n]".to_owned(),
            Kind::YesNo(false) => "[y/N]".to_owned(),
            Kind::One(choices) => format!("[{}]", choices[0].word),
            Kind::Text => "text".to_owned(),
            Kind::Exactly(_) => "name".to_owned(),
        }
    }

    /// The choices, one a line.
    pub fn listed(&self) -> Vec<String> {
        let Kind::One(choices) = &self.kind else {
            return Vec::new();
        };
        let width = choices.iter().map(|choice| choice.word.len()).max();
        let width = width.unwrap_or(0);
        choices
            .iter()
            .enumerate()
            .map(|(index, choice)| {
                format!(
                    "  {}  {:<width$}  {}",
                    index + 1,
                    choice.word,
                    choice.meaning
                )
            })
            .collect()
    }
}

fn chosen(typed: &str, choices: &[Choice]) -> Answer {
    let by_number = typed
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_sub(1))
        .filter(|index| *index < choices.len());
    let by_word = || choices.iter().position(|choice| choice.word == typed);
    if let Some(index) = by_number.or_else(by_word) {
        return Answer::Chosen(index);
    }
    let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
    Answer::Unclear(format!("type a number or one of: {}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind) -> Question {
        Question {
            text: "Go on?".to_owned(),
            help: "",
            kind,
        }
    }

    #[test]
    fn yes_is_only_yes() {
        let question = of(Kind::YesNo(false));
        for yes in ["y", "YES", " yes "] {
            assert_eq!(question.read(yes), Answer::Yes);
        }
        for no in ["", "n", "No"] {
            assert_eq!(question.read(no), Answer::No);
        }
        for unclear in ["t", "ja", "1", "yy", "y n"] {
            assert!(matches!(question.read(unclear), Answer::Unclear(_)));
        }
        assert_eq!(of(Kind::YesNo(true)).read(""), Answer::Yes);
        assert_eq!(question.prompt(), "[y/N]");
    }

    #[test]
    fn a_choice_is_made_by_number_or_word() {
        let question = of(Kind::One(vec![
            Choice {
                word: "chain",
                meaning: "what the chain built",
            },
            Choice {
                word: "models",
                meaning: "what the models say",
            },
        ]));
        assert_eq!(question.read(""), Answer::Chosen(0));
        assert_eq!(question.read("2"), Answer::Chosen(1));
        assert_eq!(question.read("Models"), Answer::Chosen(1));
        for unclear in ["0", "3", "mod", "-1"] {
            assert!(matches!(question.read(unclear), Answer::Unclear(_)));
        }
        assert_eq!(
            question.listed(),
            [
                "  1  chain   what the chain built",
                "  2  models  what the models say"
            ]
        );
    }

    #[test]
    fn a_name_is_typed_in_full_and_nothing_else_goes_on() {
        let question = of(Kind::Exactly("back".to_owned()));
        assert_eq!(question.read("back"), Answer::Text("back".to_owned()));
        assert_eq!(question.read(""), Answer::Leave);
        assert_eq!(question.read("<"), Answer::Back);
        for unclear in ["BACK", "bac", "yes", "y", "quit"] {
            assert!(matches!(question.read(unclear), Answer::Unclear(_)));
        }
    }

    #[test]
    fn everywhere_one_can_ask_go_back_and_leave() {
        for kind in [Kind::YesNo(true), Kind::Text] {
            let question = of(kind);
            assert_eq!(question.read("?"), Answer::Help);
            assert_eq!(question.read("<"), Answer::Back);
            assert_eq!(question.read("quit"), Answer::Leave);
        }
    }
}
