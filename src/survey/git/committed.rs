//! Whether HEAD holds a file as it stands. Called through [`super::is_committed`].

use std::path::{Path, PathBuf};

use super::program::{Git, failed};
use super::repository_of;
use crate::evidence::NO_REPOSITORY;
use crate::system::ReadFiles;

/// Compares the file with its blob in HEAD; other line ends are the same (`core.autocrlf`). What is
/// only staged, linked from elsewhere or ignored is not committed.
pub fn is_committed(path: &Path, files: &dyn ReadFiles) -> Result<bool, String> {
    let real = files.canonical(path).map_err(|error| error.to_string())?;
    let folder = repository_of(&real, files).ok_or(NO_REPOSITORY)?;
    let git = Git::at(folder)?;
    let top = git
        .maybe_line(&["rev-parse", "--show-toplevel"])?
        .ok_or("git does not say where the repository begins")?;
    let git = Git::at(PathBuf::from(&top))?;
    let Some(inside) = real.strip_prefix(&top).ok().and_then(Path::to_str) else {
        return Ok(false);
    };
    let head = git.maybe_line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
    let Some(head) = head else {
        return Ok(false);
    };
    // A path of an object name is taken literally; what HEAD does not hold is git's quiet no.
    let object = format!("{head}:{inside}");
    let Some(blob) = git.maybe_line(&["rev-parse", "--verify", "--quiet", &object])? else {
        return Ok(false);
    };
    let answer = git.ask(&["cat-file", "blob", &blob], Vec::new())?;
    if answer.code != Some(0) {
        return Err(failed("cat-file", &answer.stderr));
    }
    let present = files.read(&real).map_err(|error| error.to_string())?;
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    Ok(plain(&answer.stdout) == plain(&present))
}
