//! The folder for what is built once and used by every run: virtual environments, a ready data
//! directory. Nothing in it is ever the user's.

use std::io;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::system::{RealFiles, WriteFiles as _, environment, private};

/// The state folder, created; where it cannot be written, a private one among the temporary files.
pub(super) fn folder() -> io::Result<PathBuf> {
    if let Some(state) = environment::state_folder()
        && state.is_absolute()
        && RealFiles.create_folder(&state, 0o700).is_ok()
        && private::is_writable(&state)
    {
        return Ok(state);
    }
    let user = rustix::process::geteuid().as_raw();
    let fallback = environment::temporary_folder().join(format!("redistill-state-{user}"));
    private::ensure_folder(&fallback)?;
    Ok(fallback)
}

/// A short name for what something was made from.
pub(super) fn hash(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n"));
    format!("{digest:x}")[..12].to_owned()
}
