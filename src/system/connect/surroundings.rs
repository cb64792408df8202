//! What a driver looks at beside the connection's own parameters.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::system::environment;

/// Variables, home and login name: the project's child's where it differs from ours.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Environment variables; only those of libpq are read.
    pub variables: BTreeMap<String, String>,
    /// The home, for `~/.pgpass`, `~/.pg_service.conf` and `~/.postgresql/root.crt`.
    pub home: Option<PathBuf>,
    /// The operating system's user, libpq's default role.
    pub login: Option<String>,
}

impl Surroundings {
    /// Ours.
    pub fn of_environment() -> Self {
        let variables = environment::variables()
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            home: environment::home(),
            login: login(),
        }
    }

    /// A variable that is set and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value.as_str())
    }
}

/// The name in the user database, as libpq asks for it; else what the variables say.
fn login() -> Option<String> {
    let user = rustix::process::geteuid().as_raw().to_string();
    let listed = fs::read_to_string("/etc/passwd").ok().and_then(|table| {
        table.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == user).then(|| name.to_owned())
        })
    });
    listed
        .or_else(|| environment::variable("USER"))
        .or_else(|| environment::variable("LOGNAME"))
}
