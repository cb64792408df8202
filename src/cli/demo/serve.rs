//! `redistill demo --serve DIR`: the server of a kept demo, until Ctrl-C.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::super::args::Global;
use super::super::{print, text_or_json};
use super::closing::shell;
use super::{absolute, failed};
use crate::demo::{self, Demo, DemoError, Ground, MODULES};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::Target;
use crate::model::text::safe_lines;

/// How often Ctrl-C and the server are looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// Starts the server, says how to reach it, and stays.
pub fn serve(global: &Global, cancel: &AtomicBool, folder: &Path) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let folder = absolute(folder)?;
    for provision in demo::missing() {
        demo::install(provision, cancel).map_err(|error| failed(&error))?;
    }
    let (ground, demo) = Ground::start_again(&folder).map_err(|error| not_started(&error))?;
    print::result(&if is_json {
        document(&ground, &demo)
    } else {
        text(&ground, &demo)
    });
    while !cancel.load(Ordering::Relaxed) {
        if !ground.is_running() {
            return Err(Failure::untouched("the server ended by itself")
                .with_detail(safe_lines(&ground.log()))
                .with_hint(format!(
                    "start it again: redistill demo --serve {}",
                    shell(ground.place().folder())
                )));
        }
        std::thread::park_timeout(PAUSE);
    }
    ground.finish();
    if !is_json {
        print::aside("the server is stopped; project and databases stay");
    }
    Ok(Exit::Done)
}

fn not_started(error: &DemoError) -> Failure {
    let failure = failed(error);
    match error {
        DemoError::Sandbox(_) => failure.with_hint(
            "it may run already, or another program has its port; another port is set in the \
             project's .env, ARTSTORE_DB_PORT",
        ),
        DemoError::File { .. } => Failure::usage(failure.message)
            .with_hint("make one there first: redistill demo --keep DIR"),
        _ => failure,
    }
}

/// The URL without its password, which stands in the project's `.env`.
fn url(server: &Target, database: &str) -> String {
    format!(
        "postgresql://{}@{}/{database}",
        server.user,
        server.server()
    )
}

fn text(ground: &Ground, demo: &Demo) -> String {
    let project = shell(demo.folder());
    let server = ground.target();
    let mut lines = vec![
        format!(
            "PostgreSQL {} runs on {} until Ctrl-C",
            ground.version(),
            server.server()
        ),
        String::new(),
    ];
    for module in MODULES {
        lines.push(format!(
            "{:<16} {}",
            module.name,
            url(&server, module.database)
        ));
    }
    lines.push(format!(
        "{:<16} in {}",
        "password",
        shell(&demo.folder().join(".env"))
    ));
    lines.push(format!(
        "{:<16} {}",
        "interpreter",
        shell(&demo.folder().join(".venv/bin/python"))
    ));
    lines.push(String::new());
    for command in ["check", "log", "plan", "undo ID"] {
        lines.push(format!("redistill --project {project} {command}"));
    }
    lines.join("\n") + "\n"
}

fn document(ground: &Ground, demo: &Demo) -> String {
    let server = ground.target();
    let databases: Vec<_> = MODULES
        .iter()
        .map(|module| json!({ "module": module.name, "url": url(&server, module.database) }))
        .collect();
    let value = json!({
        "schema": "redistill.demo-server/1",
        "project": demo.folder(),
        "port": server.port,
        "databases": databases,
    });
    format!("{value}\n")
}
