//! Writing the project's files.

use std::io;
use std::path::Path;

use crate::model::{Host, Target};
use crate::system::{FileKind, ReadFiles as _, RealFiles, WriteFiles as _, tree};

/// Where the connection stands, relative to the project; ignored by its git.
pub(super) const ENV_FILE: &str = ".env";

/// Whether a folder can take the project: missing, or empty.
pub(super) fn is_free(folder: &Path) -> io::Result<bool> {
    match RealFiles.stat(folder)? {
        None => Ok(true),
        Some(_) => Ok(RealFiles.list(folder)?.is_empty()),
    }
}

/// Writes one text file, with its folders; replaces what is there.
pub(super) fn write(folder: &Path, path: &str, text: &str) -> io::Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        RealFiles.create_folder(parent, 0o755)?;
    }
    RealFiles.replace(&path, text.as_bytes(), 0o644)
}

/// Reads one file.
pub(super) fn read(folder: &Path, path: &str) -> io::Result<Vec<u8>> {
    RealFiles.read(&folder.join(path))
}

/// Writes the connection into `.env`, readable by the owner only.
pub(super) fn write_connection(folder: &Path, server: &Target) -> io::Result<()> {
    let host = match &server.host {
        Host::Tcp(host) => host.clone(),
        Host::Socket(folder) => folder.display().to_string(),
    };
    let password = server
        .password
        .as_ref()
        .map_or("", |secret| secret.expose());
    let text = format!(
        "# The server of this project; see .env.example.\n\
         ARTSTORE_DB_HOST={host}\n\
         ARTSTORE_DB_PORT={}\n\
         ARTSTORE_DB_USER={}\n\
         ARTSTORE_DB_PASSWORD={password}\n",
        server.port, server.user
    );
    RealFiles.replace(&folder.join(ENV_FILE), text.as_bytes(), 0o600)
}

/// Port and password out of `.env`, as far as they stand there.
pub(super) fn read_connection(folder: &Path) -> io::Result<(Option<u16>, Option<String>)> {
    let text = RealFiles.read(&folder.join(ENV_FILE))?;
    let text = String::from_utf8_lossy(&text);
    let value = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim().to_owned())
    };
    Ok((
        value("ARTSTORE_DB_PORT").and_then(|port| port.parse().ok()),
        value("ARTSTORE_DB_PASSWORD").filter(|password| !password.is_empty()),
    ))
}

/// Makes a link, in the place of one that is there.
pub(super) fn link(to: &Path, at: &Path) -> io::Result<()> {
    if RealFiles
        .stat(at)?
        .is_some_and(|stat| stat.kind == FileKind::Link)
    {
        RealFiles.remove_file(at)?;
    }
    tree::link(to, at)
}

/// Removes everything in a folder that was free before; the folder itself, too, if it was missing.
pub(super) fn clear(folder: &Path, was_missing: bool) -> io::Result<()> {
    for entry in RealFiles.list(folder)? {
        match RealFiles.stat(&entry)?.map(|stat| stat.kind) {
            Some(FileKind::Folder) => RealFiles.remove_tree(&entry)?,
            Some(_) => RealFiles.remove_file(&entry)?,
            None => {}
        }
    }
    if was_missing {
        RealFiles.remove_folder(folder)?;
    }
    Ok(())
}

/// Whether there is nothing at a path.
pub(super) fn is_missing(path: &Path) -> io::Result<bool> {
    Ok(RealFiles.stat(path)?.is_none())
}
