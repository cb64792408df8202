//! Names that a file reads and nothing in it binds: a `NameError` when the line runs.
//!
//! Careful on the side of silence: a name that is bound anywhere in the file, in whatever scope,
//! counts as bound everywhere; a star import, `exec` or `globals()` may bind anything; annotations
//! are not looked at, because Python 3.14 does not evaluate them. What `check --fix` asks before it
//! writes, [`newly_unbound`], is careful on the other side.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, Identifier, Parameter, Pattern, Stmt, TypeParam,
};
use ruff_text_size::Ranged as _;

use crate::model::Location;
use crate::python::syntax::Syntax;

/// A name that nothing binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnboundName {
    /// The name: `geoalchemy2`.
    pub name: String,
    /// With what follows it where it is first read: `geoalchemy2.types.Geometry`.
    pub dotted: String,
    /// Where it is first read.
    pub location: Location,
}

/// The unbound names of a file, in order of their first place.
pub(super) fn unbound(syntax: &Syntax) -> Vec<UnboundName> {
    let mut walk = Walk::default();
    walk.visit_body(syntax.body());
    if walk.may_bind_anything {
        return Vec::new();
    }
    let mut first: BTreeMap<&str, &Expr> = BTreeMap::new();
    for (name, expression) in &walk.read {
        if !walk.bound.contains(*name) && !is_builtin(name) {
            first.entry(name).or_insert(expression);
        }
    }
    let mut found: Vec<UnboundName> = first
        .into_iter()
        .map(|(name, expression)| UnboundName {
            name: name.to_owned(),
            dotted: syntax.source(expression.range()).to_owned(),
            location: syntax.at(expression),
        })
        .collect();
    found.sort_by(|a, b| a.location.cmp(&b.location));
    found
}

/// The names that `after` reads, `before` does not, and nothing in `after` binds; sorted: what a
/// correction forgot to import. Careful on the other side: what may bind anything binds nothing
/// here, and a builtin that is new is named, too.
pub fn newly_unbound(before: &Syntax, after: &Syntax) -> Vec<String> {
    let walked = |syntax| {
        let mut walk = Walk {
            reads_annotations: true,
            ..Walk::default()
        };
        walk.visit_body(Syntax::body(syntax));
        walk
    };
    let (old, new) = (walked(before), walked(after));
    let known: BTreeSet<&str> = old.read.iter().map(|(name, _)| *name).collect();
    let missing: BTreeSet<&str> = new
        .read
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !known.contains(name) && !new.bound.contains(name))
        .collect();
    missing.into_iter().map(str::to_owned).collect()
}

/// Whether statements bind a name, in whatever scope, or may bind any.
pub(super) fn binds(body: &[Stmt], name: &str) -> bool {
    let mut walk = Walk::default();
    walk.visit_body(body);
    walk.may_bind_anything || walk.bound.contains(name)
}

#[derive(Default)]
struct Walk<'a> {
    bound: BTreeSet<&'a str>,
    /// With the whole dotted expression.
    read: Vec<(&'a str, &'a Expr)>,
    may_bind_anything: bool,
    reads_annotations: bool,
}

impl<'a> Walk<'a> {
    fn bind(&mut self, name: Option<&'a str>) {
        self.bound.extend(name);
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(Some(&function.name)),
            Stmt::ClassDef(class) => self.bind(Some(&class.name)),
            Stmt::Global(names) => self
                .bound
                .extend(names.names.iter().map(Identifier::as_str)),
            Stmt::Try(guarded) => {
                // `try: unicode except NameError:` knows what it does.
                let knows = guarded.handlers.iter().any(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    handler.type_.as_ref().is_none_or(|kind| names_error(kind))
                });
                self.may_bind_anything |= knows;
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        if alias.name.as_str() == "*" {
            self.may_bind_anything = true;
            return;
        }
        let first = alias.name.split('.').next();
        self.bind(alias.asname.as_ref().map(Identifier::as_str).or(first));
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind(Some(&parameter.name));
        visitor::walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bind(inner.name.as_ref().map(Identifier::as_str));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(inner) => inner.name.as_ref(),
            Pattern::MatchStar(inner) => inner.name.as_ref(),
            Pattern::MatchMapping(inner) => inner.rest.as_ref(),
            _ => None,
        };
        self.bind(name.map(Identifier::as_str));
        visitor::walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        let name = match parameter {
            TypeParam::TypeVar(inner) => &inner.name,
            TypeParam::ParamSpec(inner) => &inner.name,
            TypeParam::TypeVarTuple(inner) => &inner.name,
        };
        self.bind(Some(name.as_str()));
        visitor::walk_type_param(self, parameter);
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        if self.reads_annotations {
            visitor::walk_annotation(self, annotation);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_load() => self.read.push((&name.id, expression)),
            Expr::Name(name) => self.bind(Some(&name.id)),
            Expr::Attribute(_) => {
                if let Some(name) = root(expression) {
                    self.read.push((name, expression));
                    self.dynamic(name);
                    return;
                }
            }
            _ => {}
        }
        if let Expr::Name(name) = expression {
            self.dynamic(&name.id);
        }
        visitor::walk_expr(self, expression);
    }
}

impl Walk<'_> {
    fn dynamic(&mut self, name: &str) {
        self.may_bind_anything |= matches!(name, "exec" | "globals" | "locals" | "vars");
    }
}

/// The name that a plain dotted expression begins with.
fn root(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => root(&attribute.value),
        _ => None,
    }
}

fn names_error(kind: &Expr) -> bool {
    match kind {
        Expr::Name(name) => matches!(
            name.id.as_str(),
            "NameError" | "Exception" | "BaseException"
        ),
        Expr::Tuple(kinds) => kinds.elts.iter().any(names_error),
        _ => false,
    }
}

/// The names of Python's `builtins`, 3.8 to 3.14, and those that every module has.
fn is_builtin(name: &str) -> bool {
    // `WindowsError` is one on Windows only, and no revision reads it elsewhere.
    const NAMES: &str = "ArithmeticError AssertionError AttributeError BaseException \
        BaseExceptionGroup BlockingIOError BrokenPipeError BufferError BytesWarning \
        ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError \
        ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning \
        EnvironmentError Exception ExceptionGroup False FileExistsError FileNotFoundError \
        FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning \
        IndentationError IndexError InterruptedError IsADirectoryError KeyError \
        KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None \
        NotADirectoryError NotImplemented NotImplementedError OSError OverflowError \
        PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError \
        RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning \
        StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit \
        TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError \
        UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning \
        ValueError Warning WindowsError ZeroDivisionError __build_class__ __debug__ __doc__ \
        __import__ __loader__ __name__ __package__ __spec__ __file__ __cached__ __path__ \
        __builtins__ __annotations__ __class__ __dict__ abs aiter all anext any ascii bin bool \
        breakpoint bytearray bytes callable chr classmethod compile complex copyright credits \
        delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr \
        globals hasattr hash help hex id input int isinstance issubclass iter len license list \
        locals map max memoryview min next object oct open ord pow print property quit range \
        repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars \
        zip __module__ __qualname__ reveal_type";
    NAMES.split_ascii_whitespace().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names(source: &str) -> Vec<String> {
        unbound(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()))
            .into_iter()
            .map(|found| format!("{}:{}", found.location.line, found.dotted))
            .collect()
    }

    #[test]
    fn what_autogenerate_forgets_to_import() {
        assert_eq!(
            names(
                "from alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    \
                 op.create_table('a', sa.Column('b', sqlmodel.sql.sqltypes.AutoString()),\n        \
                 sa.Column('c', postgresql.JSONB(astext_type=Text())),\n        \
                 sa.Column('d', app.types.Money()))\n    app.types.again()\n"
            ),
            [
                "5:sqlmodel.sql.sqltypes.AutoString",
                "6:postgresql.JSONB",
                "6:Text",
                "7:app.types.Money"
            ]
        );
    }

    #[test]
    fn every_way_to_bind_a_name() {
        assert_eq!(
            names(
                r"
import a.b, c as d
from e import f as g, h
from __future__ import annotations
def function(p, /, q=1, *args, r, **kw) -> Unknown:
    global made
    return a, d, g, h, p, q, args, r, kw, made, inner, later
class K[T](object):
    x: Missing = 1
    def m(self): return __class__, T, x
for i, (j, *k) in []: print(i, j, k)
with open('x') as w, (open('y')) as (v, u): w, v, u
try: pass
except (ValueError, KeyError) as error: error
if (walrus := 1): walrus
[l for l in range(3) if l]; {n: o for n, o in {}}
lambda s: s
match 1:
    case [one, *two] if one: two
    case {'k': three, **four}: three, four
    case int() as five: five
type Alias = int
Alias
inner: int = 3
later = __file__, __name__
x[0] = x
"
            ),
            [""; 0]
        );
    }

    #[test]
    fn what_may_bind_anything_silences() {
        for line in [
            "from app.models import *\n",
            "globals()['x'] = 1\n",
            "try:\n    unicode\nexcept NameError:\n    pass\n",
        ] {
            assert_eq!(names(&format!("{line}unknown()\n")), [""; 0], "{line}");
        }
        assert_eq!(names("unknown()\n"), ["1:unknown"]);
    }

    fn missing(before: &str, after: &str) -> Vec<String> {
        let parse = |text: &str| Syntax::parse(Path::new("/p/m.py"), text.as_bytes());
        newly_unbound(&parse(before), &parse(after))
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
