//! libpq's password file: `host:port:database:user:password`, the first match wins.
//!
//! Manual: "The Password File". A file that others can read is ignored, as libpq does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::model::{Host, Secret};

/// What a line must match.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) host: &'a Host,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// What the file gave.
pub(super) enum Lookup {
    Found(Secret),
    /// No file, or no line that matches.
    Nothing,
    /// The file is there and was not used; why.
    Ignored(String),
}

/// Looks a password up.
pub(super) fn look_up(path: &Path, wanted: Wanted<'_>) -> Lookup {
    // Links are followed, as libpq does.
    let Ok(metadata) = fs::metadata(path) else {
        return Lookup::Nothing;
    };
    if !metadata.is_file() {
        return Lookup::Ignored(format!(
            "the password file {} is not a plain file and was ignored",
            path.display()
        ));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Lookup::Ignored(format!(
            "the password file {} can be read by others and was ignored; it needs mode 0600",
            path.display()
        ));
    }
    match fs::read_to_string(path) {
        Ok(text) => find(&text, wanted).map_or(Lookup::Nothing, Lookup::Found),
        Err(error) => Lookup::Ignored(format!(
            "the password file {} was ignored: {error}",
            path.display()
        )),
    }
}

fn find(text: &str, wanted: Wanted<'_>) -> Option<Secret> {
    let host = match wanted.host {
        Host::Tcp(host) => host.clone(),
        Host::Socket(folder) if is_default(folder) => "localhost".to_owned(),
        Host::Socket(folder) => folder.display().to_string(),
    };
    let port = wanted.port.to_string();
    let wanted = [host.as_str(), &port, wanted.database, wanted.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let fields = fields(line);
            let matches = fields.len() > wanted.len()
                && fields
                    .iter()
                    .zip(wanted)
                    .all(|((raw, field), wanted)| raw == "*" || field == wanted);
            matches.then(|| Secret::new(fields[wanted.len()].1.clone()))
        })
}

/// The folders that drivers are built with as default.
pub(super) fn is_default(folder: &Path) -> bool {
    super::resolve::SOCKET_FOLDERS
        .iter()
        .any(|known| folder == Path::new(known))
}

/// The fields of a line: raw, and with `\:` and `\\` resolved. The fifth goes to the end.
fn fields(line: &str) -> Vec<(String, String)> {
    let mut fields = vec![(String::new(), String::new())];
    let mut characters = line.trim_end_matches('\r').chars();
    while let Some(character) = characters.next() {
        let is_last = fields.len() == 5;
        let last = fields.last_mut().expect("a line has at least one field");
        match character {
            ':' if !is_last => fields.push((String::new(), String::new())),
            '\\' => {
                let escaped = characters.next();
                last.0.push('\\');
                last.0.extend(escaped);
                last.1.extend(escaped);
            }
            other => {
                last.0.push(other);
                last.1.push(other);
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r"
# localhost:5432:shop:anna:commented
localhost:5433:*:anna:first
db\:1:*:shop:anna:with\:colon\\
[::1]:1:a:b:c
*:*:shop:*:any:thing
/tmp/s:*:*:*:socket
short:line
";

    #[test]
    fn the_first_line_that_matches_counts() {
        let tcp = |host: &str| Host::Tcp(host.to_owned());
        let cases = [
            (tcp("localhost"), 5433, "shop", "anna", Some("first")),
            (tcp("localhost"), 5432, "shop", "anna", Some("any:thing")),
            (tcp("db:1"), 9, "shop", "anna", Some(r"with:colon\")),
            (tcp("localhost"), 5432, "other", "anna", None),
            (tcp("short"), 1, "line", "x", None),
            (Host::Socket("/tmp/s".into()), 1, "x", "y", Some("socket")),
            (
                Host::Socket("/var/run/postgresql".into()),
                5433,
                "x",
                "anna",
                Some("first"),
            ),
        ];
        for (host, port, database, user, expected) in cases {
            let wanted = Wanted {
                host: &host,
                port,
                database,
                user,
            };
            let found = find(FILE, wanted);
            let found = found.as_ref().map(Secret::expose);
            assert_eq!(found, expected, "{host:?} {port} {database} {user}");
        }
    }
}
