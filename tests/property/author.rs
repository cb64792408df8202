//! Writes a chain: draws operations and puts them into revisions.

use super::dice::Dice;
use super::state::{Column, Place, State, Table};
use super::types::Kind;
use super::words::{Words, literal, python, text};
use super::{objects, relations, rows, shapes};

/// One operation: statements of Python in the body of `upgrade()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation(pub String);

/// A chain before it is written down.
#[derive(Clone, Debug)]
pub struct Chain {
    pub seed: u64,
    pub driver: &'static str,
    /// Whether each revision is a transaction of its own.
    pub is_stepwise: bool,
    pub revisions: Vec<Vec<Operation>>,
}

/// What the writing functions share.
pub struct Author {
    pub dice: Dice,
    pub words: Words,
    pub state: State,
    pub driver: &'static str,
    pub revision: Vec<Operation>,
    /// How many of a hundred names are odd.
    oddity: usize,
}

type Draw = fn(&mut Author) -> Option<()>;

impl Chain {
    /// The chain of this seed.
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let driver = match dice.below(10) {
            0 => "asyncpg",
            1 => "psycopg2",
            _ => "psycopg",
        };
        let is_stepwise = dice.chance(70);
        let oddity = *dice.pick(&[0, 20, 20, 60]);
        let length = 3 + dice.below(13);
        let mut author = Author {
            dice,
            words: Words::default(),
            state: State::new(),
            driver,
            revision: Vec::new(),
            oddity,
        };
        let revisions = (0..length)
            .map(|number| author.next_revision(number))
            .collect();
        Self {
            seed,
            driver,
            is_stepwise,
            revisions,
        }
    }
}

impl Author {
    fn next_revision(&mut self, number: usize) -> Vec<Operation> {
        let count = 1 + self.dice.below(8);
        for _ in 0..count {
            // What the state has nothing for is drawn again.
            for _ in 0..6 {
                if self.draw(number).is_some() {
                    break;
                }
            }
        }
        std::mem::take(&mut self.revision)
    }

    fn draw(&mut self, number: usize) -> Option<()> {
        let group: &[(usize, Draw)] = match self.dice.below(100) {
            // The first revisions make what the others work on.
            _ if number < 2 && self.dice.chance(60) => relations::MAKING,
            0..=14 => relations::MAKING,
            15..=39 => relations::CHANGING,
            40..=54 => shapes::CONSTRAINING,
            55..=79 => objects::ALL,
            _ => rows::ALL,
        };
        let total: usize = group.iter().map(|(weight, _)| weight).sum();
        let mut at = self.dice.below(total);
        for (weight, draw) in group {
            if at < *weight {
                return draw(self);
            }
            at -= weight;
        }
        None
    }

    /// Adds Python statements.
    pub fn say(&mut self, code: impl Into<String>) -> Option<()> {
        self.revision.push(Operation(code.into()));
        Some(())
    }

    /// Adds an SQL statement in one of the ways in which people write it.
    pub fn sql(&mut self, statement: &str) -> Option<()> {
        let bound = python(&statement.replace(':', "\\:"));
        let code = match self.dice.below(4) {
            0 if self.driver == "psycopg" => {
                let doubled = python(&statement.replace('%', "%%"));
                format!("op.get_bind().exec_driver_sql({doubled})")
            }
            1 => format!("op.execute(sa.text({bound}))"),
            2 => format!("op.get_bind().execute(sa.text({bound}))"),
            _ => format!("op.execute({bound})"),
        };
        self.say(code)
    }

    /// As an operation of Alembic or as SQL, whichever falls.
    pub fn either(&mut self, code: Option<String>, statement: &str) -> Option<()> {
        match code {
            Some(code) if self.dice.chance(60) => self.say(code),
            _ => self.sql(statement),
        }
    }

    pub fn name(&mut self, word: &str) -> String {
        self.words.fresh(&mut self.dice, word, self.oddity)
    }

    pub fn place(&mut self, word: &str) -> Place {
        let schema = self.dice.pick(&self.state.schemas).clone();
        Place {
            schema,
            name: self.name(word),
        }
    }

    pub fn text(&mut self) -> &'static str {
        text(&mut self.dice)
    }

    /// A table, mostly a plain one.
    pub fn any_table(&mut self) -> Option<Table> {
        self.dice.any(&self.state.tables)
    }

    /// A type, now and then one of the chain's own.
    pub fn kind(&mut self) -> Kind {
        if !self.state.own.is_empty() && self.dice.chance(25) {
            return self.dice.pick(&self.state.own).clone();
        }
        // The common ones are common.
        let few = if self.dice.chance(50) {
            12
        } else {
            self.state.kinds.len()
        };
        self.state.kinds[self.dice.below(few)].clone()
    }

    /// A value of the column's type, as SQL.
    pub fn value(&mut self, column: &Column) -> String {
        if column.kind.is('t') && column.kind.values.is_empty() || self.dice.chance(0) {
            let text = self.text();
            return literal(&text.chars().take(36).collect::<String>());
        }
        self.dice
            .any(&column.kind.values)
            .unwrap_or_else(|| "NULL".to_owned())
    }
}

/// `schema="…"` with a comma before it, where it is not the default.
pub fn schema_argument(schema: &str, key: &str) -> String {
    if schema == "public" {
        String::new()
    } else {
        format!(", {key}={}", python(schema))
    }
}

/// `["a", "b"]`.
pub fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| python(name)).collect();
    format!("[{}]", names.join(", "))
}

/// `"a", "b"` in SQL.
pub fn quoted_list(names: &[String]) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| super::words::quoted(name))
        .collect();
    names.join(", ")
}
