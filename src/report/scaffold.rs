//! The pytest module that `redistill verify --scaffold` writes: a module's cycle on real PostgreSQL.
//!
//! Pure: the template filled in. Called by the engine, which writes the file.

use std::path::{Component, Path, PathBuf};

use crate::model::text::safe;
use crate::model::{ConfigSource, Module, ModuleName, TestCommand};

const TEMPLATE: &str = include_str!("../../assets/templates/test_migrations.py");
/// Where it goes, in the module's folder.
pub const PLACE: &str = crate::model::SCAFFOLD_PLACE;
/// What the usual formatters take for a line.
const WIDTH: usize = 88;

/// How env.py connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engines {
    /// `create_engine`.
    Blocking,
    /// `create_async_engine`.
    Asynchronous,
}

/// The test of a module. `x` are the arguments for `context.get_x_argument()`.
pub fn scaffold(root: &Path, module: &Module, engines: Engines, x: &[String]) -> String {
    let (imports, execute) = match engines {
        Engines::Blocking => (IMPORTS.to_owned(), EXECUTE),
        Engines::Asynchronous => (asynchronous_imports(), EXECUTE_ASYNC),
    };
    let imports = if x.is_empty() {
        imports
    } else {
        imports.replacen(
            "import uuid\n",
            "import uuid\nfrom argparse import Namespace\n",
            1,
        )
    };
    TEMPLATE
        .replace("@MODULE@", &prose(&module.name.0))
        .replace("@COMMAND@", &prose(&command(root, &module.directory)))
        .replace("@IMPORTS@\n", &imports)
        .replace("@CONFIG@", &config(module, x))
        .replace("@EXECUTE@\n", execute)
}

/// What runs it, from the project's folder.
pub fn command(root: &Path, directory: &Path) -> String {
    let run = format!("python -m pytest {PLACE}");
    match directory.strip_prefix(root) {
        Ok(folder) if folder.as_os_str().is_empty() => run,
        Ok(folder) => format!("cd {} && {run}", quoted(&folder.display().to_string())),
        Err(_) => format!("cd {} && {run}", quoted(&directory.display().to_string())),
    }
}

/// What lets a reset run it.
pub fn setting(module: &ModuleName) -> String {
    let words = ["python", "-m", "pytest", PLACE].map(str::to_owned);
    TestCommand::setting(module.environment(), &words)
}

/// For a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A name within a docstring.
fn prose(text: &str) -> String {
    safe(text).replace('\\', r"\\").replace('"', r#"\""#)
}

/// A Python string, as the usual formatters want it.
fn string(text: &str) -> String {
    format!(
        "\"{}\"",
        safe(text).replace('\\', r"\\").replace('"', r#"\""#)
    )
}

/// `Config(str(MODULE / "alembic.ini"))`, broken into lines where it is too long for one.
fn config(module: &Module, x: &[String]) -> String {
    let path = |path: &Path| format!("MODULE / {}", string(&from(&module.directory, path)));
    let mut arguments = Vec::new();
    match &module.config {
        ConfigSource::Ini { path: ini, section } => {
            arguments.push(format!("str({})", path(ini)));
            if section != "alembic" {
                arguments.push(format!("ini_section={}", string(section)));
            }
        }
        ConfigSource::Pyproject { path: toml, ini } => {
            arguments.extend(ini.as_deref().map(|ini| format!("str({})", path(ini))));
            arguments.push(format!("toml_file={}", path(toml)));
        }
    }
    if !x.is_empty() {
        let x: Vec<String> = x.iter().map(|x| string(x)).collect();
        arguments.push(format!("cmd_opts=Namespace(x=[{}])", x.join(", ")));
    }
    let line = format!("Config({})", arguments.join(", "));
    if "CONFIG = ".len() + line.len() <= WIDTH {
        return line;
    }
    let together = arguments.join(", ");
    if together.len() + 4 <= WIDTH {
        return format!("Config(\n    {together}\n)");
    }
    format!("Config(\n    {},\n)", arguments.join(",\n    "))
}

/// A path as seen from a folder, with `/`.
fn from(folder: &Path, path: &Path) -> String {
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(path.components().skip(shared)).collect();
    relative.display().to_string()
}

const IMPORTS: &str = "import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.pool import NullPool
";

fn asynchronous_imports() -> String {
    format!("import asyncio\n{IMPORTS}")
        .replace("import create_engine, event", "import event")
        .replace(
            "make_url\n",
            "make_url\nfrom sqlalchemy.ext.asyncio import create_async_engine\n",
        )
}

const EXECUTE: &str = r#"    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs one statement outside of a transaction."""
        engine = create_engine(
            f"postgresql+{self.dialect.driver}://",
            connect_args=self.place,
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
        )
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
"#;

const EXECUTE_ASYNC: &str = r#"    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs one statement outside of a transaction."""

        async def run() -> list[tuple[Any, ...]]:
            engine = create_async_engine(
                f"postgresql+{self.dialect.driver}://",
                connect_args=self.place,
                isolation_level="AUTOCOMMIT",
                poolclass=NullPool,
            )
            async with engine.connect() as connection:
                result = await connection.execute(text(statement))
                return [tuple(row) for row in result] if result.returns_rows else []

        return asyncio.run(run())
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn module(config: ConfigSource) -> Module {
        Module {
            config,
            ..Module::plain("my api", PathBuf::from("/p/my api"))
        }
    }

    fn ini(path: &str, section: &str) -> ConfigSource {
        ConfigSource::Ini {
            path: PathBuf::from(path),
            section: section.to_owned(),
        }
    }

    #[test]
    fn nothing_of_the_template_is_left_and_the_configuration_is_the_modules() {
        let toml = ConfigSource::Pyproject {
            path: PathBuf::from("/p/my api/pyproject.toml"),
            ini: None,
        };
        for (config, x, shown) in [
            (
                ini("/p/my api/alembic.ini", "alembic"),
                &[][..],
                r#"Config(str(MODULE / "alembic.ini"))"#,
            ),
            (
                ini("/p/all.ini", "bill\"ing"),
                &[],
                r#"Config(str(MODULE / "../all.ini"), ini_section="bill\"ing")"#,
            ),
            (
                toml,
                &["tenant=a".to_owned()][..],
                r#"Config(toml_file=MODULE / "pyproject.toml", cmd_opts=Namespace(x=["tenant=a"]))"#,
            ),
        ] {
            for engines in [Engines::Blocking, Engines::Asynchronous] {
                let text = scaffold(Path::new("/p"), &module(config.clone()), engines, x);
                assert!(text.contains(&format!("CONFIG = {shown}\n")), "{text}");
                assert!(
                    text.contains("\n    cd 'my api' && python -m pytest"),
                    "{text}"
                );
                assert!(
                    !text.contains("@MODULE") && !text.contains("@EXECUTE"),
                    "{text}"
                );
                assert_eq!(text.contains("asyncio"), engines == Engines::Asynchronous);
                assert_eq!(text.contains("import Namespace"), !x.is_empty());
            }
        }
    }
}
