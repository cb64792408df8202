//! What a revision file or an env.py holds beside its operations: docstring, imports, names that
//! nothing binds, values that belong into the environment, files that it reads.
//!
//! Called by `survey::sources`; judged by the rules of the message and project families. A secret
//! that stands in the source never leaves this file: what is kept of its line is redacted.

mod bound;
mod literals;

use std::path::{Path, PathBuf};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

use super::syntax::Syntax;
use crate::model::Location;

pub use bound::{UnboundName, newly_unbound};
pub use literals::{Hardcoded, HardcodedKind, hide_secrets};

/// The docstring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docstring {
    /// Where its literal begins.
    pub location: Location,
    /// Its text, stripped.
    pub text: String,
}

/// One module that a file imports from, wherever the statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFact {
    /// `app.models`; with its dots where it is relative.
    pub module: String,
    /// The names that are taken from it; `*` for all; none for `import app.models`.
    pub names: Vec<String>,
    /// Where.
    pub location: Location,
}

/// What a function comes to when it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// There is none.
    #[default]
    Missing,
    /// It does nothing: `pass`, a docstring, `return`.
    Empty,
    /// It does nothing but raise.
    Raises,
    /// It does something.
    Works,
}

/// A function by its shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionFact {
    /// What it comes to.
    pub shape: Shape,
    /// Where it is defined; none where it is missing.
    pub location: Option<Location>,
}

/// The facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The file.
    pub path: PathBuf,
    /// The docstring, if there is one.
    pub docstring: Option<Docstring>,
    /// Imports, in order.
    pub imports: Vec<ImportFact>,
    /// The line before which one more import goes.
    pub import_line: usize,
    /// Names that are read and that nothing in the file binds.
    pub unbound: Vec<UnboundName>,
    /// Values that belong into the environment.
    pub hardcoded: Vec<Hardcoded>,
    /// SQL files that it opens.
    pub sql_files: Vec<Location>,
    /// The identifiers of `replaces = (…)`: what a baseline of redistill stands for.
    pub replaces: Vec<String>,
    /// The lines on which `down_revision` and `depends_on` are assigned.
    pub parents: Vec<Location>,
    /// `upgrade`.
    pub upgrade: FunctionFact,
    /// `downgrade`.
    pub downgrade: FunctionFact,
}

/// Reads one file.
pub fn read(syntax: &Syntax) -> Contents {
    let mut reader = Reader {
        syntax,
        imports: Vec::new(),
        sql_files: Vec::new(),
    };
    reader.visit_body(syntax.body());
    let docstring = docstring(syntax);
    let last_import = syntax
        .body()
        .iter()
        .filter(|statement| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_)))
        .map(|statement| syntax.last_line(statement))
        .max();
    let after_docstring = syntax
        .body()
        .first()
        .filter(|_| docstring.is_some())
        .map_or(1, |statement| syntax.last_line(statement) + 1);
    Contents {
        path: syntax.path().to_owned(),
        docstring,
        imports: reader.imports,
        import_line: last_import.map_or(after_docstring, |line| line + 1),
        unbound: bound::unbound(syntax),
        hardcoded: literals::read(syntax),
        sql_files: reader.sql_files,
        replaces: replaces(syntax),
        parents: parents(syntax),
        upgrade: function(syntax, "upgrade"),
        downgrade: function(syntax, "downgrade"),
    }
}

fn docstring(syntax: &Syntax) -> Option<Docstring> {
    let Stmt::Expr(statement) = syntax.body().first()? else {
        return None;
    };
    let literal = statement.value.as_string_literal_expr()?;
    let mut location = syntax.at(literal);
    location.source_line = hide_secrets(&location.source_line).into_owned();
    Some(Docstring {
        location,
        text: literal.value.to_str().trim().to_owned(),
    })
}

fn replaces(syntax: &Syntax) -> Vec<String> {
    let value = syntax
        .body()
        .iter()
        .rev()
        .find_map(|statement| match statement {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] if name.id.as_str() == "replaces" => Some(&assign.value),
                _ => None,
            },
            Stmt::AnnAssign(assign) => match assign.target.as_ref() {
                Expr::Name(name) if name.id.as_str() == "replaces" => assign.value.as_ref(),
                _ => None,
            },
            _ => None,
        });
    let names = super::names::Names::default();
    super::columns::listed(value.map(AsRef::as_ref), &names)
}

fn parents(syntax: &Syntax) -> Vec<Location> {
    syntax
        .body()
        .iter()
        .filter(|statement| {
            let target = match statement {
                Stmt::Assign(assign) => assign.targets.first(),
                Stmt::AnnAssign(assign) => Some(assign.target.as_ref()),
                _ => None,
            };
            matches!(target, Some(Expr::Name(name))
                if matches!(name.id.as_str(), "down_revision" | "depends_on"))
        })
        .map(|statement| syntax.at(statement))
        .collect()
}

fn function(syntax: &Syntax, name: &str) -> FunctionFact {
    let found = syntax
        .body()
        .iter()
        .rev()
        .find_map(|statement| match statement {
            Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
            _ => None,
        });
    // `downgrade = upgrade`, `from .common import downgrade`, a definition under `if`: it works, as
    // far as can be known.
    let Some(function) = found else {
        let is_elsewhere = bound::binds(syntax.body(), name);
        return FunctionFact {
            shape: if is_elsewhere {
                Shape::Works
            } else {
                Shape::Missing
            },
            location: None,
        };
    };
    FunctionFact {
        shape: shape(function),
        location: Some(syntax.at(&function.name)),
    }
}

fn shape(function: &StmtFunctionDef) -> Shape {
    for statement in &function.body {
        match statement {
            Stmt::Pass(_) => {}
            Stmt::Expr(expression)
                if is_constant(&expression.value) || is_talk(&expression.value) => {}
            Stmt::Return(back) if back.value.as_deref().is_none_or(is_constant) => {
                return Shape::Empty;
            }
            Stmt::Raise(_) => return Shape::Raises,
            _ => return Shape::Works,
        }
    }
    Shape::Empty
}

fn is_constant(expression: &Expr) -> bool {
    expression.is_literal_expr()
}

/// `print(…)`, `logger.warning(…)`: something is said, nothing is done.
fn is_talk(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    match call.func.as_ref() {
        Expr::Name(name) => name.id.as_str() == "print",
        Expr::Attribute(attribute) => {
            matches!(
                attribute.attr.as_str(),
                "debug" | "info" | "warning" | "warn"
            ) && matches!(attribute.value.as_ref(), Expr::Name(owner)
                    if matches!(owner.id.as_str(), "log" | "logger" | "logging" | "LOG" | "warnings"))
        }
        _ => false,
    }
}

struct Reader<'a> {
    syntax: &'a Syntax,
    imports: Vec<ImportFact>,
    sql_files: Vec<Location>,
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.imports.push(ImportFact {
                        module: alias.name.to_string(),
                        names: Vec::new(),
                        location: self.syntax.at(statement),
                    });
                }
            }
            Stmt::ImportFrom(import) => self.imports.push(ImportFact {
                module: format!(
                    "{}{}",
                    ".".repeat(import.level as usize),
                    import.module.as_ref().map_or("", |module| module.as_str())
                ),
                names: import
                    .names
                    .iter()
                    .map(|alias| alias.name.to_string())
                    .collect(),
                location: self.syntax.at(statement),
            }),
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.call(call);
        }
        visitor::walk_expr(self, expression);
    }
}

impl Reader<'_> {
    /// Any call that is handed the name of an SQL file: `open("x.sql")`, `Path(…) / "x.sql"` in an
    /// argument, `read_sql("x.sql")`.
    fn call(&mut self, call: &ExprCall) {
        let names_file = call.arguments.args.iter().any(ends_in_sql);
        let place = self.syntax.at(call);
        let is_new = self
            .sql_files
            .last()
            .is_none_or(|last| last.line != place.line);
        if names_file && is_new {
            self.sql_files.push(place);
        }
    }
}

fn ends_in_sql(expression: &Expr) -> bool {
    match expression {
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            is_sql_file(text) && !text.contains(char::is_whitespace)
        }
        Expr::FString(string) => string
            .value
            .elements()
            .last()
            .and_then(|element| element.as_literal())
            .is_some_and(|literal| is_sql_file(&literal.value)),
        Expr::BinOp(sum) => ends_in_sql(&sum.right),
        _ => false,
    }
}

fn is_sql_file(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("sql"))
        // `f"{HERE}/.sql"`: the name comes from elsewhere.
        || name == ".sql"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(source: &str) -> Contents {
        read(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()))
    }

    #[test]
    fn shapes_of_functions() {
        for (body, shape) in [
            ("    pass\n", Shape::Empty),
            ("    '''Nothing.'''\n", Shape::Empty),
            ("    ...\n    return None\n", Shape::Empty),
            ("    print('no way back')\n", Shape::Empty),
            (
                "    logger.info('x')\n    raise Irreversible()\n",
                Shape::Raises,
            ),
            ("    op.drop_table('a')\n", Shape::Works),
            ("    if x:\n        pass\n", Shape::Works),
        ] {
            let read = contents(&format!("def downgrade():\n{body}"));
            assert_eq!(read.downgrade.shape, shape, "{body}");
        }
        assert_eq!(contents("x = 1\n").downgrade.shape, Shape::Missing);
        for source in [
            "downgrade = upgrade\n",
            "from x import downgrade\n",
            "if y:\n    def downgrade():\n        pass\n",
            "from x import *\n",
        ] {
            assert_eq!(contents(source).downgrade.shape, Shape::Works, "{source}");
        }
    }

    #[test]
    fn imports_and_the_place_for_one_more() {
        let read = contents(
            "\"\"\"m\n\nRevises: a\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa, app.db\n\
             from ..x import y\n\ndef upgrade():\n    from app.models import *\n",
        );
        let found: Vec<_> = read
            .imports
            .iter()
            .map(|import| format!("{}:{}", import.module, import.names.join("+")))
            .collect();
        assert_eq!(
            found,
            [
                "alembic:op",
                "sqlalchemy:",
                "app.db:",
                "..x:y",
                "app.models:*"
            ]
        );
        assert_eq!(read.import_line, 8);
        assert_eq!(read.docstring.unwrap().text, "m\n\nRevises: a");
        assert_eq!(contents("\"\"\"m\"\"\"\nx = 1\n").import_line, 2);
    }

    #[test]
    fn what_a_baseline_replaces() {
        assert_eq!(contents("replaces = ('a', 'b',)\n").replaces, ["a", "b"]);
        assert_eq!(
            contents("replaces: tuple[str, ...] = ('a',)\n").replaces,
            ["a"]
        );
        assert_eq!(contents("replaces = compute()\n").replaces, [""; 0]);
    }

    #[test]
    fn sql_files_that_are_opened() {
        let read = contents(
            "def upgrade():\n    open('a.sql').read()\n    Path(HERE / 'b.sql').read_text()\n    \
             run(f'{HERE}/c.sql')\n    op.execute('select 1 -- not a.sql file')\n",
        );
        let lines: Vec<_> = read.sql_files.iter().map(|place| place.line).collect();
        assert_eq!(lines, [2, 3, 4]);
    }
}
