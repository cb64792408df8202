//! The names that a file uses and binds: whether a changed file would still find all it names.
//!
//! Called before a fix is written. Scopes are not told apart: a name that is bound anywhere in the
//! file counts, which is enough to catch a type that nobody imported.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Parameter, Stmt};

use super::syntax::Syntax;

/// The names that `after` uses, `before` does not, and nothing in `after` binds; sorted. A star
/// import binds what cannot be known, and is taken to bind nothing.
pub fn unbound(before: &Syntax, after: &Syntax) -> Vec<String> {
    let (old, new) = (Names::of(before), Names::of(after));
    new.used
        .into_iter()
        .filter(|name| !old.used.contains(name) && !new.bound.contains(name))
        .collect()
}

#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    bound: BTreeSet<String>,
}

impl Names {
    fn of(syntax: &Syntax) -> Self {
        let mut names = Self::default();
        names.visit_body(syntax.body());
        names
    }

    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_owned());
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.asname.as_ref().unwrap_or(&alias.name);
                    let first = whole.split('.').next().unwrap_or(whole);
                    self.bind(first);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind(&parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            match name.ctx {
                ExprContext::Load => self.used.insert(name.id.to_string()),
                _ => self.bound.insert(name.id.to_string()),
            };
        }
        walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn missing(before: &str, after: &str) -> Vec<String> {
        let parse = |text: &str| Syntax::parse(Path::new("/p/m.py"), text.as_bytes());
        unbound(&parse(before), &parse(after))
    }

    #[test]
    fn a_new_name_must_be_bound() {
        let head = "import sqlalchemy as sa\nfrom a.b import UUID as PG_UUID, Text\nimport c.d\n";
        let with = |value: &str| format!("{head}def f(p):\n    q = 1\n    x = Column({value})\n");
        let before = with("Integer");
        for (value, names) in [
            ("PG_UUID(as_uuid=True)", vec![]),
            ("sa.Uuid()", vec![]),
            ("c.d.X(p, q)", vec![]),
            ("UUID()", vec!["UUID"]),
            ("Uuid(Numeric)", vec!["Numeric", "Uuid"]),
        ] {
            assert_eq!(missing(&before, &with(value)), names, "{value}");
        }
    }

    #[test]
    fn what_was_unbound_before_is_not_new() {
        assert_eq!(missing("x = a\n", "x = a + a\n"), [] as [&str; 0]);
    }
}
