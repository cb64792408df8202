//! Environment variables and the folders they lead to.

use std::ffi::OsString;
use std::path::PathBuf;

/// A variable; none if it is unset, empty or not UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the terminal says that it knows more than plain text: `TERM` is set and not `dumb`.
pub fn has_able_terminal() -> bool {
    variable("TERM").is_some_and(|term| term != "dumb")
}

/// All variables.
pub fn variables() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// The user's home.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|path| path.is_absolute())
}

/// The folder for data that outlives a run but belongs to no project: plans, cached virtual
/// environments. `$REDISTILL_STATE`, else `$XDG_STATE_HOME/redistill`, else
/// `~/.local/state/redistill`.
pub fn state_folder() -> Option<PathBuf> {
    if let Some(path) = variable("REDISTILL_STATE") {
        return Some(PathBuf::from(path));
    }
    if let Some(path) = variable("XDG_STATE_HOME").map(PathBuf::from)
        && path.is_absolute()
    {
        return Some(path.join("redistill"));
    }
    home().map(|home| home.join(".local/state/redistill"))
}

/// The folder of the user's own settings: `$XDG_CONFIG_HOME/redistill`, else
/// `~/.config/redistill`.
pub fn configuration_folder() -> Option<PathBuf> {
    if let Some(path) = variable("XDG_CONFIG_HOME").map(PathBuf::from)
        && path.is_absolute()
    {
        return Some(path.join("redistill"));
    }
    home().map(|home| home.join(".config/redistill"))
}

/// The current directory.
pub fn current_directory() -> std::io::Result<PathBuf> {
    std::env::current_dir()
}

/// The folder for temporary files.
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// PATH with this folder before all others.
pub fn path_with(first: &std::path::Path) -> Option<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&path).filter(|folder| !folder.as_os_str().is_empty());
    std::env::join_paths(std::iter::once(first.to_owned()).chain(rest)).ok()
}

/// A program on PATH, absolute. Relative entries (`.`) are passed over: what lies in the folder that
/// is looked at must not be run for having the right name.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let folders = std::env::join_paths(folders).ok()?;
    which::which_in(name, Some(folders), "/").ok()
}
