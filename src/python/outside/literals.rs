//! The texts of a Python file that may be SQL: every literal but docstrings, comments of columns and
//! rows of data, put together as far as it can be read.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement, Keyword, Operator, Stmt};

use super::UNKNOWN;
use crate::python::names::Names;
use crate::python::syntax::Syntax;

/// The texts, in order.
pub(super) fn texts(syntax: &Syntax) -> Vec<String> {
    let mut names = Names::of(syntax.body());
    for statement in syntax.body() {
        if let Stmt::Assign(assign) = statement
            && let Some(Expr::Name(name)) = assign.targets.first()
        {
            names.bind(name.id.as_str(), &assign.value);
        }
    }
    let mut reader = Reader {
        names,
        found: Vec::new(),
    };
    reader.visit_body(syntax.body());
    reader.found
}

struct Reader {
    /// The texts that the names of the module stand for.
    names: Names,
    found: Vec<String>,
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(expression) if expression.value.is_string_literal_expr() => {}
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        let name = keyword
            .arg
            .as_ref()
            .map(ruff_python_ast::Identifier::as_str);
        if !matches!(name, Some("comment" | "doc" | "message" | "help")) {
            visitor::walk_keyword(self, keyword);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(_) | Expr::FString(_) => self.found.push(self.text(expression)),
            Expr::BinOp(sum) if sum.op == Operator::Add && is_text(expression) => {
                self.found.push(self.text(expression));
            }
            Expr::Call(call) if self.names.last(&call.func) == Some("bulk_insert") => {}
            _ => visitor::walk_expr(self, expression),
        }
    }
}

impl Reader {
    /// The text of an expression, with a mark for what cannot be read.
    fn text(&self, expression: &Expr) -> String {
        let unknown = || UNKNOWN.to_string();
        match expression {
            Expr::StringLiteral(literal) => literal.value.to_str().to_owned(),
            Expr::Name(_) => self.names.string(expression).unwrap_or_else(unknown),
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.text(&sum.left) + &self.text(&sum.right)
            }
            Expr::FString(string) => {
                let parts = string.value.iter().map(|part| match part {
                    FStringPart::Literal(literal) => literal.as_str().to_owned(),
                    FStringPart::FString(string) => {
                        let elements = string.elements.iter().map(|element| match element {
                            InterpolatedStringElement::Literal(literal) => {
                                literal.value.to_string()
                            }
                            InterpolatedStringElement::Interpolation(inner) => {
                                self.text(&inner.expression)
                            }
                        });
                        elements.collect()
                    }
                });
                parts.collect()
            }
            _ => unknown(),
        }
    }
}

/// Whether a sum has a text among its parts.
fn is_text(expression: &Expr) -> bool {
    match expression {
        Expr::BinOp(sum) => is_text(&sum.left) || is_text(&sum.right),
        Expr::StringLiteral(_) | Expr::FString(_) => true,
        _ => false,
    }
}
