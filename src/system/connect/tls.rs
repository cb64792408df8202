//! How far a connection must be protected, from `sslmode`, asyncpg's `ssl` and pg8000's
//! `ssl_context`.

use std::path::PathBuf;

use super::error::ResolveError;
use super::parameters::Parameters;
use super::surroundings::Surroundings;
use crate::model::TlsMode;

/// Parameters that a target cannot carry and that make a connection safer or another one: left
/// out, it would be weaker than asked. The value that asks for it, or any.
const BINDING: [(&str, Option<&str>); 8] = [
    ("sslcert", None),
    ("sslkey", None),
    ("sslcrl", None),
    ("sslcrldir", None),
    ("requirepeer", None),
    ("require_auth", None),
    ("channel_binding", Some("require")),
    ("gssencmode", Some("require")),
];

/// The mode and the root certificate file; none means the system's.
pub(super) fn protection(
    parameters: &Parameters,
    surroundings: &Surroundings,
) -> Result<(TlsMode, Option<PathBuf>), ResolveError> {
    refuse_binding(parameters)?;
    let mode = asked_mode(parameters)?;
    match parameters.get("sslrootcert") {
        // libpq: the system's authorities make sense only with the name checked.
        Some("system") => Ok((TlsMode::VerifyFull, None)),
        Some(path) => Ok((mode, Some(PathBuf::from(path)))),
        None => {
            let usual = surroundings
                .home
                .as_ref()
                .map(|home| home.join(".postgresql/root.crt"))
                .filter(|path| path.is_file());
            Ok((mode, usual))
        }
    }
}

fn refuse_binding(parameters: &Parameters) -> Result<(), ResolveError> {
    for (name, only) in BINDING {
        let Some(value) = parameters.get(name) else {
            continue;
        };
        if only.is_none_or(|only| only == value) {
            return Err(ResolveError::Unsupported {
                what: only.map_or_else(|| name.to_owned(), |only| format!("{name}={only}")),
            });
        }
    }
    Ok(())
}

fn asked_mode(parameters: &Parameters) -> Result<TlsMode, ResolveError> {
    let named = ["sslmode", "ssl", "ssl_context"]
        .iter()
        .find_map(|name| parameters.get(name));
    let Some(value) = named else {
        return Ok(TlsMode::Prefer);
    };
    match value {
        "disable" | "False" | "false" => Ok(TlsMode::Disable),
        "allow" => Ok(TlsMode::Allow),
        "prefer" | "None" => Ok(TlsMode::Prefer),
        "require" => Ok(TlsMode::Require),
        "verify-ca" => Ok(TlsMode::VerifyCa),
        // `True` is Python's default context. What a context object checks cannot be seen from
        // its text: the strictest is assumed, which may fail but is never weaker.
        "verify-full" | "True" | "true" => Ok(TlsMode::VerifyFull),
        object if object.starts_with('<') => Ok(TlsMode::VerifyFull),
        other => Err(ResolveError::BadTlsMode {
            value: other.to_owned(),
        }),
    }
}
