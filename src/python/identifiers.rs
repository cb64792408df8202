//! The names that a file gives to indexes and constraints, and those that it does not give.
//!
//! Called by `survey::sources` for models and revisions; judged by the schema rules. Reads calls
//! wherever they stand; nothing is executed.

use std::path::PathBuf;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt};

use super::columns::{is_column, keyword_is};
use super::names::Names;
use super::syntax::Syntax;
use crate::model::Location;

/// A name for an index or a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// `index`, `constraint`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Where.
    pub location: Location,
}

/// A constraint without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// `foreign key`, `unique`, `check`.
    pub kind: &'static str,
    /// Where.
    pub location: Location,
}

/// What a file names, and what it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// The file.
    pub path: PathBuf,
    /// Names of indexes and constraints. Those in `op.f(…)` come from a convention that has shortened
    /// them, and are left out.
    pub named: Vec<Identifier>,
    /// Constraints of models without a name.
    pub unnamed: Vec<Unnamed>,
    /// `drop_constraint(None, …)`.
    pub unnamed_drops: Vec<Location>,
    /// Whether a `MetaData` gets a naming convention.
    pub has_convention: bool,
}

/// Reads a file.
pub fn read(syntax: &Syntax) -> Identifiers {
    let mut reader = Reader {
        syntax,
        names: Names::of(syntax.body()),
        found: Identifiers {
            path: syntax.path().to_owned(),
            ..Identifiers::default()
        },
    };
    for statement in syntax.body() {
        reader.visit_stmt(statement);
    }
    reader.found
}

struct Reader<'a> {
    syntax: &'a Syntax,
    names: Names,
    found: Identifiers,
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                if let Some(Expr::Name(name)) = assign.targets.first() {
                    self.names.bind(name.id.as_str(), &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (assign.target.as_ref(), &assign.value) {
                    self.names.bind(name.id.as_str(), value);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.call(call);
        }
        walk_expr(self, expression);
    }
}

impl Reader<'_> {
    fn call(&mut self, call: &ExprCall) {
        let Some(called) = self.names.last(&call.func).map(str::to_owned) else {
            return;
        };
        if call.arguments.find_keyword("naming_convention").is_some() {
            self.found.has_convention = true;
        }
        let is_operation = matches!(call.func.as_ref(), Expr::Attribute(attribute)
            if matches!(attribute.value.as_ref(), Expr::Name(owner) if owner.id.as_str() == "op"
                || owner.id.as_str().contains("batch")));
        match called.as_str() {
            "Index" => self.name(call, "index", Some(0)),
            "create_index" if is_operation => self.name(call, "index", Some(0)),
            "create_foreign_key"
            | "create_unique_constraint"
            | "create_check_constraint"
            | "create_primary_key"
            | "create_exclude_constraint"
                if is_operation =>
            {
                self.name(call, "constraint", Some(0));
            }
            "drop_constraint" if is_operation => {
                let name = call.arguments.find_argument_value("constraint_name", 0);
                if name.is_some_and(Expr::is_none_literal_expr) {
                    self.found.unnamed_drops.push(self.syntax.at(call));
                }
            }
            "UniqueConstraint" => self.constraint(call, "unique"),
            "CheckConstraint" => self.constraint(call, "check"),
            "ForeignKeyConstraint" | "ForeignKey" => self.constraint(call, "foreign key"),
            "PrimaryKeyConstraint" | "ExcludeConstraint" => self.name(call, "constraint", None),
            _ if is_column(call, &self.names)
                && keyword_is(call, "unique", true)
                && !keyword_is(call, "index", true) =>
            {
                self.unnamed(call, "unique");
            }
            _ => {}
        }
    }

    fn constraint(&mut self, call: &ExprCall, kind: &'static str) {
        match call.arguments.find_keyword("name") {
            Some(keyword) if !keyword.value.is_none_literal_expr() => {
                self.name(call, "constraint", None);
            }
            _ => self.unnamed(call, kind),
        }
    }

    fn unnamed(&mut self, call: &ExprCall, kind: &'static str) {
        self.found.unnamed.push(Unnamed {
            kind,
            location: self.syntax.at(call),
        });
    }

    fn name(&mut self, call: &ExprCall, kind: &'static str, position: Option<usize>) {
        let value = call
            .arguments
            .find_keyword("name")
            .map(|keyword| &keyword.value)
            .or_else(|| call.arguments.args.get(position?));
        let Some(value) = value else { return };
        if let Some(name) = self.names.string(value) {
            self.found.named.push(Identifier {
                kind,
                name,
                location: self.syntax.at(value),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn names_and_their_absence_are_seen() {
        let found = read(&Syntax::parse(
            Path::new("/p/m.py"),
            b"
NAME = 'ck_a'
class A(Base):
    __table_args__ = (UniqueConstraint('x'), CheckConstraint('x > 0', name=NAME), Index('ix_a', 'x'))
    x = Column(Integer, ForeignKey('b.id'), unique=True)
    y = Column(Integer, ForeignKey('b.id', name='fk_y'), unique=True, index=True)
def downgrade():
    op.drop_constraint(None, 'a', type_='foreignkey')
    op.create_index(op.f('ix_b'), 'b', ['x'])
    batch_op.create_unique_constraint('uq_b', ['x'])
",
        ));
        let named: Vec<_> = found.named.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(named, ["ck_a", "ix_a", "fk_y", "uq_b"]);
        let unnamed: Vec<_> = found
            .unnamed
            .iter()
            .map(|it| (it.kind, it.location.line))
            .collect();
        assert_eq!(unnamed, [("unique", 4), ("unique", 5), ("foreign key", 5)]);
        assert_eq!(found.unnamed_drops[0].line, 8);
        assert!(!found.has_convention);
        let with = read(&Syntax::parse(
            Path::new("/p/b.py"),
            b"metadata = MetaData(naming_convention=NAMES)\n",
        ));
        assert!(with.has_convention);
    }
}
