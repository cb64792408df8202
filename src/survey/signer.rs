//! Who signs: the name and address that git knows, else the login.

use std::path::Path;
use std::time::Duration;

use crate::system::connect::Surroundings;
use crate::system::environment;
use crate::system::process::Process;

const LIMIT: Duration = Duration::from_secs(10);

/// `Ada Lovelace <ada@example.com>`, or the login. Reads git's configuration, runs nothing of it.
pub fn name(root: &Path) -> String {
    let person = setting(root, "user.name");
    match (person, setting(root, "user.email")) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(name), None) => name,
        (None, _) => Surroundings::of_environment()
            .login
            .unwrap_or_else(|| "an unnamed user".to_owned()),
    }
}

fn setting(root: &Path, key: &str) -> Option<String> {
    let git = environment::find_program("git")?;
    let mut process = Process::new(git)
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(["--no-pager", "config", "--get", key])
        .directory(root)
        .env_clear()
        .env("LC_ALL", "C");
    // Where the user's own configuration is.
    for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
        if let Some(value) = environment::variable(name) {
            process = process.env(name, value);
        }
    }
    let output = process.output(LIMIT).ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
