//! What names in a file stand for: imports under another name, strings and ENUM types in variables.
//!
//! Used by the readers of models, revisions and env.py. It evaluates literals only.

use std::collections::HashMap;

use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement, Operator, Stmt};

use super::columns::EnumFact;

/// The names that a file binds, as far as they are literal.
#[derive(Clone, Debug, Default)]
pub struct Names {
    imported: HashMap<String, String>,
    strings: HashMap<String, Vec<String>>,
    lists: HashMap<String, Vec<Expr>>,
    enums: HashMap<String, Vec<EnumFact>>,
}

impl Names {
    /// The imports of a file, wherever they stand in it at module level.
    pub fn of(body: &[Stmt]) -> Self {
        let mut names = Self::default();
        for statement in body {
            if let Stmt::ImportFrom(import) = statement {
                for alias in &import.names {
                    if let Some(local) = &alias.asname {
                        names
                            .imported
                            .insert(local.to_string(), alias.name.to_string());
                    }
                }
            }
        }
        names
    }

    /// The last part of a dotted name, imports under another name undone: `sa.Integer` and
    /// `Integer` are both `Integer`, `PG_UUID` imported as such is `UUID`.
    pub fn last<'a>(&'a self, expression: &'a Expr) -> Option<&'a str> {
        match expression {
            Expr::Name(name) => Some(
                self.imported
                    .get(name.id.as_str())
                    .map_or(name.id.as_str(), String::as_str),
            ),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        }
    }

    /// Binds a name to what an expression says, where that is literal.
    pub fn bind(&mut self, name: &str, value: &Expr) {
        self.forget(name);
        let strings = self.strings(value);
        if !strings.is_empty() {
            self.strings.insert(name.to_owned(), strings);
        } else if let Some(elements) = elements(value) {
            self.lists.insert(name.to_owned(), elements.to_vec());
        } else if let Some(found) = EnumFact::read(value, self) {
            self.enums.insert(name.to_owned(), vec![found]);
        }
    }

    /// Binds a loop's variable to every element of a literal list.
    pub fn bind_each(&mut self, target: &Expr, list: &Expr) {
        let Some(items) = self.elements(list) else {
            return;
        };
        match target {
            Expr::Name(name) => {
                let strings = items.iter().flat_map(|item| self.strings(item)).collect();
                let enums = items.iter().flat_map(|item| self.enums(item)).collect();
                self.forget(name.id.as_str());
                self.strings.insert(name.id.to_string(), strings);
                self.enums.insert(name.id.to_string(), enums);
            }
            Expr::Tuple(tuple) => {
                for (index, part) in tuple.elts.iter().enumerate() {
                    let column: Vec<Expr> = items
                        .iter()
                        .filter_map(|item| elements(item)?.get(index).cloned())
                        .collect();
                    let Expr::Name(name) = part else { continue };
                    let strings = column.iter().flat_map(|item| self.strings(item)).collect();
                    self.forget(name.id.as_str());
                    self.strings.insert(name.id.to_string(), strings);
                }
            }
            _ => {}
        }
    }

    fn forget(&mut self, name: &str) {
        self.strings.remove(name);
        self.lists.remove(name);
        self.enums.remove(name);
    }

    fn elements(&self, expression: &Expr) -> Option<Vec<Expr>> {
        match expression {
            Expr::Name(name) => self.lists.get(name.id.as_str()).cloned(),
            _ => elements(expression).map(<[Expr]>::to_vec),
        }
    }

    /// Every text that an expression can be, in order; empty where that cannot be read.
    pub fn strings(&self, expression: &Expr) -> Vec<String> {
        match expression {
            Expr::StringLiteral(literal) => vec![literal.value.to_str().to_owned()],
            Expr::Name(name) => self
                .strings
                .get(name.id.as_str())
                .cloned()
                .unwrap_or_default(),
            Expr::FString(string) => {
                string
                    .value
                    .iter()
                    .fold(vec![String::new()], |texts, part| match part {
                        FStringPart::Literal(literal) => {
                            join(&texts, &[literal.as_str().to_owned()])
                        }
                        FStringPart::FString(string) => {
                            string
                                .elements
                                .iter()
                                .fold(texts, |texts, element| match element {
                                    InterpolatedStringElement::Literal(literal) => {
                                        join(&texts, &[literal.value.to_string()])
                                    }
                                    InterpolatedStringElement::Interpolation(inner) => {
                                        join(&texts, &self.strings(&inner.expression))
                                    }
                                })
                        }
                    })
            }
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                join(&self.strings(&sum.left), &self.strings(&sum.right))
            }
            // `sa.text("…")`, `textwrap.dedent("…")`: the text is the argument.
            Expr::Call(call)
                if matches!(self.last(&call.func), Some("text" | "dedent" | "DDL")) =>
            {
                call.arguments
                    .args
                    .first()
                    .map(|argument| self.strings(argument))
                    .unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The one text that an expression is.
    pub fn string(&self, expression: &Expr) -> Option<String> {
        match self.strings(expression).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The ENUM types that an expression builds or names.
    pub fn enums(&self, expression: &Expr) -> Vec<EnumFact> {
        match expression {
            Expr::Name(name) => self
                .enums
                .get(name.id.as_str())
                .cloned()
                .unwrap_or_default(),
            _ => EnumFact::read_all(expression, self),
        }
    }
}

fn elements(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::List(list) => Some(&list.elts),
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

/// Every left text followed by every right one; nothing if either side is unknown.
fn join(left: &[String], right: &[String]) -> Vec<String> {
    // A product of loops over long lists says nothing more after this many.
    const MOST: usize = 256;
    left.iter()
        .flat_map(|a| right.iter().map(move |b| format!("{a}{b}")))
        .take(MOST)
        .collect()
}
