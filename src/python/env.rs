//! What an env.py does with its URL and with `context.configure`, read without running it.
//!
//! Called by `survey::sources`; judged by the rules of the environment family.

use std::collections::HashSet;
use std::path::PathBuf;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::Ranged as _;

use super::columns::keyword_is;
use super::names::Names;
use super::syntax::Syntax;
use crate::model::Location;

/// Where a URL comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable or `-x`: whoever runs Alembic decides.
    Caller,
    /// Settings, a literal, a function.
    Project,
}

/// The modes for which URLs are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Modes {
    /// Both, as far as can be seen.
    #[default]
    Both,
    /// Every one stands in a function that is not for the offline mode.
    Online,
}

/// A place that gives Alembic a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlSetting {
    /// Where.
    pub location: Location,
    /// The value as written: `settings.database.sync_url`, `"postgresql://…"`.
    pub written: String,
    /// The value, where it is a literal.
    pub literal: Option<String>,
    /// Whether it runs with the module, not inside a function.
    pub at_module_level: bool,
    /// Whether it runs on a condition only.
    pub is_conditional: bool,
    /// Where the value comes from, as far as it is written here.
    pub origin: Origin,
    /// Whether it is `config.set_main_option("sqlalchemy.url", …)`, where `%` must be doubled.
    pub through_config: bool,
}

/// One call of `context.configure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigureCall {
    /// Where.
    pub location: Location,
    /// Its keywords, in order; `**` where a mapping is passed.
    pub keywords: Vec<String>,
    /// `version_table`, where it is a literal.
    pub version_table: Option<String>,
}

/// What an env.py does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvFacts {
    /// The file.
    pub path: PathBuf,
    /// The assignment of `config = context.config`.
    pub config: Option<Location>,
    /// Where a URL is given.
    pub url_settings: Vec<UrlSetting>,
    /// Whether the URL or engine may come from somewhere that cannot be read here: an engine from
    /// the application, a function that is handed the configuration.
    pub url_elsewhere: bool,
    /// Calls that read the configured URL: `engine_from_config`, `get_main_option`.
    pub url_uses: Vec<Location>,
    /// Where the offline mode reads the configured URL.
    pub offline_use: Option<Location>,
    /// The modes for which URLs are given.
    pub modes: Modes,
    /// Module-level calls that run the migrations.
    pub runs: Vec<Location>,
    /// Calls of `context.configure`.
    pub configure: Vec<ConfigureCall>,
    /// Whether an asynchronous engine is used.
    pub is_async: bool,
    /// Where `alembic-postgresql-enum` is imported, unless it is told to keep the types that no model
    /// knows.
    pub enum_plugin: Option<Location>,
    /// Whether `os.environ` or `os.getenv` is read.
    pub reads_environment: bool,
}

impl EnvFacts {
    /// Whether every or some `configure` call passes a keyword.
    pub fn configures(&self, keyword: &str) -> bool {
        self.configure.iter().any(|call| {
            call.keywords
                .iter()
                .any(|word| word == keyword || word == "**")
        })
    }
}

/// Reads an env.py.
pub fn read(syntax: &Syntax) -> EnvFacts {
    let mut reader = Reader {
        syntax,
        names: Names::of(syntax.body()),
        facts: EnvFacts {
            path: syntax.path().to_owned(),
            ..EnvFacts::default()
        },
        in_function: 0,
        keeps_unused_enums: false,
        in_branch: 0,
        functions: Vec::new(),
        overrides: HashSet::new(),
    };
    for statement in syntax.body() {
        reader.visit_stmt(statement);
    }
    if reader.keeps_unused_enums {
        reader.facts.enum_plugin = None;
    }
    reader.facts
}

const KEY: &str = "sqlalchemy.url";

struct Reader<'a> {
    syntax: &'a Syntax,
    names: Names,
    facts: EnvFacts,
    in_function: usize,
    keeps_unused_enums: bool,
    in_branch: usize,
    /// The names of the functions around, outermost first.
    functions: Vec<String>,
    /// Variables whose value comes from the environment.
    overrides: HashSet<String>,
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.in_function += 1;
                self.functions.push(function.name.to_string());
                walk_stmt(self, statement);
                self.functions.pop();
                self.in_function -= 1;
            }
            Stmt::ClassDef(_) => {
                self.in_function += 1;
                walk_stmt(self, statement);
                self.in_function -= 1;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.imported(alias.name.as_str(), statement);
                }
            }
            Stmt::ImportFrom(import) => {
                if let Some(module) = &import.module {
                    self.imported(module.as_str(), statement);
                }
            }
            Stmt::If(_) | Stmt::Try(_) | Stmt::Match(_) | Stmt::For(_) | Stmt::While(_) => {
                self.in_branch += 1;
                walk_stmt(self, statement);
                self.in_branch -= 1;
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, &assign.value);
                }
                walk_stmt(self, statement);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "environ" => {
                self.facts.reads_environment = true;
            }
            Expr::Dict(map) => {
                for item in map {
                    if let Some(key) = &item.key
                        && self.names.string(key).as_deref() == Some(KEY)
                    {
                        self.url(&item.value, false);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Reader<'_> {
    fn imported(&mut self, module: &str, statement: &Stmt) {
        if module.split('.').next() == Some("alembic_postgresql_enum") {
            let place = self.syntax.at(statement);
            self.facts.enum_plugin.get_or_insert(place);
        }
    }

    fn assigned(&mut self, target: &Expr, value: &Expr) {
        match target {
            Expr::Name(name) => {
                if name.id.as_str() == "config" && self.in_function == 0 {
                    self.facts.config.get_or_insert(self.syntax.at(name));
                }
                if matches!(name.id.as_str(), "connectable" | "engine")
                    && !matches!(value, Expr::Call(_) | Expr::NoneLiteral(_))
                {
                    self.facts.url_elsewhere = true;
                }
                self.names.bind(name.id.as_str(), value);
                if self.origin(value) == Origin::Caller {
                    self.overrides.insert(name.id.to_string());
                }
            }
            // `configuration["sqlalchemy.url"] = url`.
            Expr::Subscript(subscript)
                if self.names.string(&subscript.slice).as_deref() == Some(KEY) =>
            {
                self.url(value, false);
            }
            _ => {}
        }
    }

    fn url(&mut self, value: &Expr, through_config: bool) {
        let is_offline = self.functions.iter().any(|name| name.contains("offline"));
        let is_first = self.facts.url_settings.is_empty();
        let may_be_online = is_first || self.facts.modes == Modes::Online;
        self.facts.modes = if may_be_online && self.in_function > 0 && !is_offline {
            Modes::Online
        } else {
            Modes::Both
        };
        self.facts.url_settings.push(UrlSetting {
            location: self.syntax.at(value),
            written: self.syntax.source(value.range()).to_owned(),
            literal: self.names.string(value),
            at_module_level: self.in_function == 0,
            is_conditional: self.in_branch > 0,
            origin: self.origin(value),
            through_config,
        });
    }

    /// `os.environ["…"]`, `os.getenv("…")`, `context.get_x_argument(…)`, or a variable with it.
    fn origin(&self, value: &Expr) -> Origin {
        let written = self.syntax.source(value.range());
        let is_caller = ["environ", "getenv", "get_x_argument"]
            .iter()
            .any(|word| written.contains(word))
            // `settings.url` is not the variable `url`.
            || written
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .filter_map(|path| path.split('.').next())
                .any(|word| self.overrides.contains(word));
        if is_caller {
            Origin::Caller
        } else {
            Origin::Project
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let Some(name) = self.names.last(&call.func).map(str::to_owned) else {
            return;
        };
        self.keeps_unused_enums |= keyword_is(call, "drop_unused_enums", false);
        let argument = |at: usize| call.arguments.args.get(at);
        let is_key = |at: usize| {
            argument(at)
                .and_then(|value| self.names.string(value))
                .as_deref()
                == Some(KEY)
        };
        match name.as_str() {
            "set_main_option" if is_key(0) => self.set_option(call, 1),
            "set_section_option" if is_key(1) => self.set_option(call, 2),
            "get_main_option" | "get_section_option" if is_key(0) || is_key(1) => {
                let place = self.syntax.at(call);
                if self.functions.iter().any(|name| name.contains("offline")) {
                    self.facts.offline_use.get_or_insert(place.clone());
                }
                self.facts.url_uses.push(place);
            }
            "engine_from_config" | "async_engine_from_config" => {
                self.facts.url_uses.push(self.syntax.at(call));
                self.facts.is_async |= name.starts_with("async");
                if let Some(keyword) = call.arguments.find_keyword("url") {
                    self.url(&keyword.value, false);
                }
            }
            "create_engine" | "create_async_engine" => {
                self.facts.is_async |= name.contains("async");
                if let Some(value) = call.arguments.find_argument_value("url", 0)
                    && !self.reads_config(value)
                {
                    self.url(value, false);
                }
            }
            "AsyncEngine" | "run_sync" => self.facts.is_async = true,
            "getenv" => self.facts.reads_environment = true,
            "configure" if call.func.is_attribute_expr() => self.configure(call),
            _ if self.in_function == 0 && is_run(&name) => {
                self.facts.runs.push(self.syntax.at(call));
            }
            _ => self.unknown(call, &name),
        }
    }

    fn set_option(&mut self, call: &ExprCall, at: usize) {
        if let Some(value) = call.arguments.args.get(at) {
            let before = self.facts.url_settings.len();
            self.url(value, true);
            // The message points at the call, where the line to move or change begins.
            if let Some(setting) = self.facts.url_settings.get_mut(before) {
                setting.location = self.syntax.at(call);
            }
        }
    }

    /// `create_engine(config.get_main_option("sqlalchemy.url"))` reads the URL, it gives none.
    fn reads_config(&self, value: &Expr) -> bool {
        self.syntax
            .source(value.range())
            .contains("get_main_option")
    }

    fn configure(&mut self, call: &ExprCall) {
        self.facts.configure.push(ConfigureCall {
            location: self.syntax.at(call),
            keywords: call
                .arguments
                .keywords
                .iter()
                .map(|keyword| {
                    keyword
                        .arg
                        .as_ref()
                        .map_or("**", |name| name.as_str())
                        .to_owned()
                })
                .collect(),
            version_table: call
                .arguments
                .find_keyword("version_table")
                .and_then(|keyword| self.names.string(&keyword.value)),
        });
    }

    /// A function of the application that is handed the configuration may set the URL; one that
    /// gives an engine needs none.
    fn unknown(&mut self, call: &ExprCall, name: &str) {
        let is_handed_config = call.arguments.args.iter().any(
            |argument| matches!(argument, Expr::Name(name) if matches!(name.id.as_str(), "config" | "alembic_cfg")),
        );
        if is_handed_config && !matches!(name, "fileConfig" | "print" | "getattr")
            || matches!(name, "get_engine" | "get_engine_url" | "make_engine")
        {
            self.facts.url_elsewhere = true;
        }
    }
}

fn is_run(name: &str) -> bool {
    name.starts_with("run_migrations") || name == "run_async_migrations"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn facts(source: &str) -> EnvFacts {
        read(&Syntax::parse(Path::new("/p/env.py"), source.as_bytes()))
    }

    #[test]
    fn the_order_of_setting_and_running_is_seen() {
        let read = facts(
            r#"
import os
config = context.config
config.set_main_option("sqlalchemy.url", settings.database.sync_url)

def run_migrations_offline():
    context.configure(url=config.get_main_option("sqlalchemy.url"), version_table="v_x")

def run_migrations_online():
    connectable = engine_from_config(config.get_section("alembic"), prefix="sqlalchemy.")

if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
config.set_main_option("sqlalchemy.url", os.environ["X"])
"#,
        );
        assert_eq!(read.url_settings.len(), 2);
        assert_eq!(read.url_settings[0].written, "settings.database.sync_url");
        assert_eq!(read.runs.len(), 2);
        assert!(read.url_settings[0].location < read.runs[0]);
        assert!(read.url_settings[1].location.line > read.runs[1].line);
        assert_eq!(read.configure[0].version_table.as_deref(), Some("v_x"));
        assert!(read.reads_environment && !read.is_async && !read.url_elsewhere);
    }

    #[test]
    fn engines_of_the_application_and_async_ones() {
        assert!(facts("from app.db import engine\nconnectable = engine\n").url_elsewhere);
        assert!(facts("configure_url(config)\n").url_elsewhere);
        assert!(facts("x = async_engine_from_config(s)\n").is_async);
        assert_eq!(facts("e = create_engine(URL)\n").url_settings.len(), 1);
        assert!(
            facts("e = create_engine(config.get_main_option('sqlalchemy.url'))\n")
                .url_settings
                .is_empty()
        );
    }
}
