//! What a demo stands on: its interpreter, its server, its folder.
//!
//! Called by the demo command. Installing is a step of its own, because it takes long, needs the
//! network, and happens once.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::place::Place;
use super::project::{Demo, DemoError, create};
use super::tree;
use crate::model::{Secret, Target};
use crate::sandbox::{Kept, Server, ServerOptions, provisions, python};
use crate::system::{ReadFiles as _, RealFiles};

pub use crate::sandbox::provisions::Provision;

/// What has to be installed before the first demo on this machine.
pub fn missing() -> Vec<Provision> {
    provisions::missing()
}

/// Installs one of [`missing`]; `stop` ends it.
pub fn install(provision: Provision, stop: &AtomicBool) -> Result<(), DemoError> {
    Ok(provisions::install(provision, stop)?)
}

/// A running server and the folder of its project.
#[derive(Debug)]
pub struct Ground {
    // Dropped in this order: the server lets go of its files before they go.
    server: Server,
    place: Place,
    python: PathBuf,
}

impl Ground {
    /// Starts a server for a project that is not there yet.
    pub fn start(place: Place) -> Result<Self, DemoError> {
        let options = ServerOptions {
            tcp: true,
            kept: (!place.is_temporary()).then(|| Kept {
                folder: place.server(),
                port: None,
            }),
            ..ServerOptions::default()
        };
        Ok(Self {
            server: Server::start_with(&options)?,
            python: python::provided()?,
            place,
        })
    }

    /// Starts the server of a kept demo, where it was: undo knows a database by its address.
    pub fn start_again(folder: &Path) -> Result<(Self, Demo), DemoError> {
        let place = Place::kept(folder)?;
        let known = tree::read_connection(&place.project()).map_err(|source| DemoError::File {
            path: place.project().join(tree::ENV_FILE),
            source,
        })?;
        let (Some(port), Some(password)) = known else {
            return Err(DemoError::NotKept(place.folder().to_owned()));
        };
        let major = RealFiles
            .read(&place.server().join("data/PG_VERSION"))
            .ok()
            .and_then(|text| String::from_utf8_lossy(&text).trim().parse().ok());
        let options = ServerOptions {
            major,
            password: Some(Secret::new(password)),
            kept: Some(Kept {
                folder: place.server(),
                port: Some(port),
            }),
            ..ServerOptions::default()
        };
        let ground = Self {
            server: Server::start_with(&options)?,
            python: python::provided()?,
            place,
        };
        let project = ground.place.project();
        ground.link_interpreter(&project)?;
        let demo = Demo::reopen(&project, &ground.target(), &ground.python)?;
        Ok((ground, demo))
    }

    /// Creates the project.
    pub fn create(&self) -> Result<Demo, DemoError> {
        let demo = create(&self.place.project(), &self.target(), &self.python)?;
        self.link_interpreter(demo.folder())?;
        Ok(demo)
    }

    /// Lets a plain `redistill --project …` and a plain `.venv/bin/python` find the interpreter.
    fn link_interpreter(&self, project: &Path) -> Result<(), DemoError> {
        let Some(environment) = self.python.parent().and_then(Path::parent) else {
            return Ok(());
        };
        let link = project.join(".venv");
        tree::link(environment, &link).map_err(|source| DemoError::File { path: link, source })
    }

    /// The server over TCP, in its maintenance database.
    ///
    /// # Panics
    /// Never: a demo's server is started with TCP.
    pub fn target(&self) -> Target {
        self.server
            .tcp_target()
            .expect("a demo's server listens on 127.0.0.1")
    }

    /// The server's version: `15.18`.
    pub fn version(&self) -> &str {
        self.server.version().split(' ').next().unwrap_or_default()
    }

    /// The interpreter with Alembic.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// The folder.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the server still runs.
    pub fn is_running(&self) -> bool {
        self.server.is_running()
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Ends the server; project and data stay if the user wanted them.
    pub fn finish(mut self) {
        if !self.place.is_temporary() {
            self.place.keep();
        }
    }
}
