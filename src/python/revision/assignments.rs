//! What a module assigns to the four names that Alembic reads from a revision file.
//!
//! Walks the module's statements in order; the last assignment wins. A literal at module level is a
//! value; everything else that may bind or change one of the names makes it dynamic.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Pattern, Stmt};

use crate::python::source::Source;

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `None`.
    None,
    /// A string, possibly concatenated from several literals.
    Text(String),
    /// A tuple, list or set of strings and `None`.
    Several(Vec<Option<String>>),
}

/// What is known of a name at the end of the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Never assigned.
    #[default]
    Unset,
    /// A literal, assigned at this line.
    Known(Value, usize),
    /// Only running the module would tell.
    Dynamic {
        /// The reason, as a lowercase fragment.
        why: &'static str,
        /// The line.
        line: usize,
    },
}

/// The four names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Assignments {
    pub(super) revision: State,
    pub(super) down_revision: State,
    pub(super) branch_labels: State,
    pub(super) depends_on: State,
    /// The line of the first `from … import *`.
    pub(super) star_import: Option<usize>,
    /// Names that hold a list or a set.
    mutable: Vec<&'static str>,
}

impl Assignments {
    pub(super) fn gather(source: &Source) -> Self {
        let mut gathered = Self::default();
        for statement in source.suite() {
            gathered.statement(statement, source);
        }
        let mut reflection = Reflection::default();
        reflection.visit_body(source.suite());
        gathered.reflect(&reflection, source);
        gathered
    }

    /// What may have been changed by ways that name no name, or by another name of the same list.
    fn reflect(&mut self, reflection: &Reflection<'_>, source: &Source) {
        for name in ["revision", "down_revision", "branch_labels", "depends_on"] {
            let is_unset = self.slot(name).is_some_and(|slot| *slot == State::Unset);
            if let Some(place) = reflection.anything.filter(|_| !is_unset) {
                self.set_dynamic(
                    name,
                    source.line_of(place),
                    "the module changes itself here",
                );
            }
            let other = reflection.read.iter().find(|(read, _)| *read == name);
            if let Some((_, place)) = other
                && self.mutable.contains(&name)
            {
                let why = "it is a list that is used here and may be changed";
                self.set_dynamic(name, source.line_of(*place), why);
            }
        }
    }

    fn slot(&mut self, name: &str) -> Option<&mut State> {
        match name {
            "revision" => Some(&mut self.revision),
            "down_revision" => Some(&mut self.down_revision),
            "branch_labels" => Some(&mut self.branch_labels),
            "depends_on" => Some(&mut self.depends_on),
            _ => None,
        }
    }

    fn set_dynamic(&mut self, name: &str, line: usize, why: &'static str) {
        if let Some(slot) = self.slot(name) {
            *slot = State::Dynamic { why, line };
        }
    }

    fn statement(&mut self, statement: &Stmt, source: &Source) {
        match statement {
            Stmt::Assign(assign) => {
                self.expression(&assign.value, source);
                for target in &assign.targets {
                    self.assign(target, Some(&assign.value), source);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.expression(value, source);
                    self.assign(&assign.target, Some(value), source);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    let name = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    self.set_dynamic(name, source.line_of(import), "it is imported");
                }
            }
            Stmt::ImportFrom(import) => {
                let line = source.line_of(import);
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.star_import.get_or_insert(line);
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.set_dynamic(name, line, "it is imported");
                }
            }
            other => {
                let why = match other {
                    Stmt::AugAssign(_) => "it is changed by an augmented assignment",
                    Stmt::Delete(_) => "it is deleted",
                    Stmt::FunctionDef(_) | Stmt::ClassDef(_) => "it is a function or class",
                    Stmt::Expr(_) => "it is changed by a call",
                    _ => "it is assigned inside a block",
                };
                Bindings::of(other, source, why).apply(self);
            }
        }
    }

    /// Walrus assignments and method calls inside an expression.
    fn expression(&mut self, expression: &Expr, source: &Source) {
        let mut bindings = Bindings::new(source, "it is changed inside an expression");
        bindings.visit_expr(expression);
        bindings.apply(self);
    }

    fn assign(&mut self, target: &Expr, value: Option<&Expr>, source: &Source) {
        let line = source.line_of(target);
        match target {
            Expr::Name(name) => {
                if value.is_some_and(|value| value.is_list_expr() || value.is_set_expr()) {
                    let known = ["revision", "down_revision", "branch_labels", "depends_on"];
                    let known = known.into_iter().filter(|known| *known == name.id.as_str());
                    self.mutable.extend(known);
                }
                if let Some(slot) = self.slot(name.id.as_str()) {
                    *slot = value.and_then(literal).map_or(
                        State::Dynamic {
                            why: "its value is computed",
                            line,
                        },
                        |value| State::Known(value, line),
                    );
                }
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let targets = elements(target).unwrap_or_default();
                let values = value.and_then(elements).unwrap_or_default();
                let pairs = targets.len() == values.len()
                    && !targets.iter().chain(values).any(Expr::is_starred_expr);
                for (index, target) in targets.iter().enumerate() {
                    let value = if pairs { values.get(index) } else { None };
                    self.assign(target, value, source);
                }
            }
            Expr::Starred(starred) => self.assign(&starred.value, None, source),
            Expr::Subscript(subscript) => self.changed(&subscript.value, line),
            Expr::Attribute(attribute) => self.changed(&attribute.value, line),
            _ => {}
        }
    }

    fn changed(&mut self, object: &Expr, line: usize) {
        if let Expr::Name(name) = object {
            self.set_dynamic(name.id.as_str(), line, "it is changed in place");
        }
    }
}

fn elements(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

fn literal(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::NoneLiteral(_) => Some(Value::None),
        Expr::StringLiteral(text) => Some(Value::Text(text.value.to_str().to_owned())),
        Expr::Tuple(_) | Expr::List(_) | Expr::Set(_) => elements(expression)?
            .iter()
            .map(|item| match literal(item)? {
                Value::None => Some(None),
                Value::Text(text) => Some(Some(text)),
                Value::Several(_) => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Value::Several),
        _ => None,
    }
}

/// Every name that a statement may bind or change in the module's namespace.
struct Bindings<'s> {
    source: &'s Source,
    why: &'static str,
    names: Vec<(String, usize)>,
    star_import: Option<usize>,
    /// Inside a function or class only `global` names are the module's.
    depth: usize,
    /// Inside a comprehension only a walrus binds in the module.
    comprehensions: usize,
}

impl<'s> Bindings<'s> {
    fn new(source: &'s Source, why: &'static str) -> Self {
        Self {
            source,
            why,
            names: Vec::new(),
            star_import: None,
            depth: 0,
            comprehensions: 0,
        }
    }

    fn of(statement: &Stmt, source: &'s Source, why: &'static str) -> Self {
        let mut bindings = Self::new(source, why);
        bindings.visit_stmt(statement);
        bindings
    }

    fn apply(self, assignments: &mut Assignments) {
        if let Some(line) = self.star_import {
            assignments.star_import.get_or_insert(line);
        }
        for (name, line) in self.names {
            assignments.set_dynamic(&name, line, self.why);
        }
    }

    fn bind(&mut self, name: &str, line: usize) {
        self.names.push((name.to_owned(), line));
    }
}

impl<'a> Visitor<'a> for Bindings<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let line = self.source.line_of(statement);
        match statement {
            Stmt::FunctionDef(function) => self.scope(function.name.as_str(), statement, line),
            Stmt::ClassDef(class) => self.scope(class.name.as_str(), statement, line),
            Stmt::Global(global) => {
                for name in &global.names {
                    self.bind(name.as_str(), line);
                }
            }
            Stmt::Import(import) if self.depth == 0 => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    let name = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    self.bind(name, line);
                }
            }
            Stmt::ImportFrom(import) if self.depth == 0 => {
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.star_import.get_or_insert(line);
                    }
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name), line);
                }
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let line = self.source.line_of(expression);
        match expression {
            Expr::Name(name)
                if self.depth == 0 && self.comprehensions == 0 && !name.ctx.is_load() =>
            {
                self.bind(name.id.as_str(), line);
            }
            Expr::Named(walrus) if self.depth == 0 => {
                if let Expr::Name(name) = &*walrus.target {
                    self.bind(name.id.as_str(), line);
                }
            }
            Expr::Subscript(subscript) if self.depth == 0 && !subscript.ctx.is_load() => {
                if let Expr::Name(name) = &*subscript.value {
                    self.bind(name.id.as_str(), line);
                }
            }
            // `depends_on.append(…)`; strings have no method that changes them, but then
            // nobody calls one for nothing.
            Expr::Call(call) if self.depth == 0 => {
                if let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Name(name) = &*attribute.value
                {
                    let changes = matches!(
                        attribute.attr.as_str(),
                        "append"
                            | "extend"
                            | "insert"
                            | "remove"
                            | "pop"
                            | "clear"
                            | "add"
                            | "update"
                            | "discard"
                            | "reverse"
                            | "sort"
                    );
                    if changes {
                        self.bind(name.id.as_str(), line);
                    }
                }
            }
            Expr::Lambda(_) => return,
            Expr::Generator(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => {
                self.comprehensions += 1;
                visitor::walk_expr(self, expression);
                self.comprehensions -= 1;
                return;
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(inner) => inner.name.as_ref(),
            Pattern::MatchStar(inner) => inner.name.as_ref(),
            Pattern::MatchMapping(inner) => inner.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name
            && self.depth == 0
        {
            self.bind(name.as_str(), self.source.line_of(pattern));
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_except_handler(&mut self, handler: &'a ruff_python_ast::ExceptHandler) {
        let ruff_python_ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name
            && self.depth == 0
        {
            self.bind(name.as_str(), self.source.line_of(inner));
        }
        visitor::walk_except_handler(self, handler);
    }
}

impl Bindings<'_> {
    fn scope(&mut self, name: &str, statement: &Stmt, line: usize) {
        if self.depth == 0 {
            self.bind(name, line);
        }
        self.depth += 1;
        visitor::walk_stmt(self, statement);
        self.depth -= 1;
    }
}

/// Reads of the four names, and ways to change a module without naming a name. What stands in
/// `upgrade` and `downgrade` does not run while the chain is loaded.
#[derive(Default)]
struct Reflection<'a> {
    anything: Option<&'a Expr>,
    read: Vec<(&'a str, &'a Expr)>,
}

impl<'a> Visitor<'a> for Reflection<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let is_later = matches!(statement, Stmt::FunctionDef(function)
            if matches!(function.name.as_str(), "upgrade" | "downgrade"));
        if !is_later {
            visitor::walk_stmt(self, statement);
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_load() => match name.id.as_str() {
                "globals" | "locals" | "vars" | "exec" => {
                    self.anything.get_or_insert(expression);
                }
                id => self.read.push((id, expression)),
            },
            // `sys.modules[__name__]`.
            Expr::Subscript(subscript) if matches!(&*subscript.slice, Expr::Name(name) if name.id.as_str() == "__name__") =>
            {
                self.anything.get_or_insert(expression);
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}
