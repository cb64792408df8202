//! libpq's service file: named sets of connection parameters.
//!
//! Manual: "The Connection Service File".

use std::fs;
use std::io;
use std::path::PathBuf;

use super::error::ResolveError;
use super::surroundings::Surroundings;

/// The parameters of a service, in the file's order.
pub(super) fn parameters(
    name: &str,
    file: Option<&str>,
    surroundings: &Surroundings,
) -> Result<Vec<(String, String)>, ResolveError> {
    let mut looked = Vec::new();
    for path in files(file, surroundings) {
        looked.push(path.display().to_string());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(ResolveError::BadFile {
                    path,
                    why: error.to_string(),
                });
            }
        };
        let found = section(&text, name).map_err(|line| ResolveError::BadFile {
            path,
            why: format!("line {line} is neither a section nor a parameter"),
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(ResolveError::UnknownService {
        name: name.to_owned(),
        looked: looked.join(", "),
    })
}

/// The user's file, then the system's (the second folder is Debian's).
fn files(file: Option<&str>, surroundings: &Surroundings) -> Vec<PathBuf> {
    let own = file
        .or_else(|| surroundings.variable("PGSERVICEFILE"))
        .map(PathBuf::from)
        .or_else(|| Some(surroundings.home.as_ref()?.join(".pg_service.conf")));
    let system = match surroundings.variable("PGSYSCONFDIR") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => vec![
            PathBuf::from("/etc/postgresql-common"),
            PathBuf::from("/etc"),
        ],
    };
    own.into_iter()
        .chain(
            system
                .into_iter()
                .map(|folder| folder.join("pg_service.conf")),
        )
        .collect()
}

/// The section's parameters; the number of a malformed line in it.
fn section(text: &str, name: &str) -> Result<Option<Vec<(String, String)>>, usize> {
    let mut found: Option<Vec<(String, String)>> = None;
    let mut inside = false;
    for (number, line) in (1_usize..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(title) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            inside = title.strip_suffix(']') == Some(name);
            if inside {
                found = Some(Vec::new());
            }
        } else if inside && let Some(found) = &mut found {
            let (key, value) = line.split_once('=').ok_or(number)?;
            found.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# ours\n[dev]\nhost=one\n# port=1\nport=5433\n\n[other]\nhost=two\nbroken\n";

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = vec![pair("host", "one"), pair("port", "5433")];
        assert_eq!(section(FILE, "dev"), Ok(Some(expected)));
        assert_eq!(section(FILE, "none"), Ok(None));
        assert_eq!(section(FILE, "other"), Err(9));
    }
}
