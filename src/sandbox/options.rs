//! What a server is wanted for.

use std::path::PathBuf;

use crate::model::Secret;

/// How a server is to be started; the default is any version on a Unix socket.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// The major version wanted; the closest newer one stands in where it is missing.
    pub major: Option<u32>,
    /// Settings of `postgresql.conf` beside our own; a later one wins.
    pub settings: Vec<(String, String)>,
    /// Also listen on 127.0.0.1, with a password.
    pub tcp: bool,
    /// The password of `postgres` over TCP; random unless given.
    pub password: Option<Secret>,
    /// Keep the data in a folder of the caller's; implies `tcp`.
    pub kept: Option<Kept>,
    /// Rows whose number nobody knows go into it: its data lies on disk, not in memory.
    pub large: bool,
    /// The folder of the programs; looked for unless given.
    pub programs: Option<PathBuf>,
}

impl ServerOptions {
    /// Whether the server listens on 127.0.0.1.
    pub(super) fn listens(&self) -> bool {
        self.tcp || self.kept.is_some()
    }
}

/// Data that outlives the server.
#[derive(Clone, Debug)]
pub struct Kept {
    /// A folder; the data directory is `data` in it. One that is there already is used as it is.
    pub folder: PathBuf,
    /// The port, the same at every start; a free one is chosen unless given.
    pub port: Option<u16>,
}
