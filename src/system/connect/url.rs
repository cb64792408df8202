//! Database URLs by SQLAlchemy's grammar (`sqlalchemy.engine.make_url`), which libpq's share.
//!
//! Not by the general rules for URLs: a password may hold `/`, `?` and `#` unescaped, a `+` in it
//! stays a `+`, and the host may be empty.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::error::ResolveError;
use super::resolve::resolve;
use crate::evidence::AskedFor;
use crate::model::{Secret, Target};

/// Resolves a URL that the user gave, in our own environment.
pub fn parse_url(text: &str) -> Result<Target, ResolveError> {
    resolve(&asked_by_url(text)?)
}

/// What a project would ask its driver for, given this URL.
pub fn asked_by_url(text: &str) -> Result<AskedFor, ResolveError> {
    let parts = Parts::split(text.trim()).ok_or(ResolveError::NotAUrl)?;
    let (dialect, driver) = match parts.name.split_once('+') {
        Some((dialect, driver)) => (dialect, driver),
        None => (parts.name, "psycopg2"),
    };
    if !matches!(dialect, "postgresql" | "postgres") {
        return Err(ResolveError::NotPostgres {
            dialect: dialect.to_owned(),
        });
    }
    let port = parts.port.filter(|port| !port.is_empty());
    if let Some(port) = port.filter(|port| port.contains(',')) {
        return Err(ResolveError::SeveralHosts {
            hosts: format!("{}:{port}", parts.host.unwrap_or_default()),
        });
    }
    let text = |part: Option<&str>| part.map(|part| decoded(part).into_owned());
    let mut asked = AskedFor {
        driver: driver.to_owned(),
        is_async: matches!(driver, "asyncpg" | "psycopg_async"),
        host: parts.host.map(host),
        port: port.map(str::to_owned),
        database: text(parts.database.filter(|database| !database.is_empty())),
        user: text(parts.user),
        password: text(parts.password).map(Secret::new),
        other: Vec::new(),
    };
    for (name, value) in query(parts.query.unwrap_or_default()) {
        add(&mut asked, name, value)?;
    }
    Ok(asked)
}

/// SQLAlchemy leaves the host as it is; libpq's URLs have a socket's folder there, escaped.
fn host(text: &str) -> String {
    let decoded = decoded(text);
    if decoded.starts_with('/') {
        decoded.into_owned()
    } else {
        text.to_owned()
    }
}

/// A pair of the query; it outranks the part before it, as in SQLAlchemy's dialects.
fn add(asked: &mut AskedFor, name: String, value: String) -> Result<(), ResolveError> {
    match name.as_str() {
        "host" if asked.other.iter().any(|(name, _)| name == "host") => {
            return Err(ResolveError::SeveralHosts {
                hosts: format!("{}, {value}", asked.host.take().unwrap_or_default()),
            });
        }
        "host" => {
            // `host=name:port`, but not a socket's folder or an address with colons.
            match value.split_once(':') {
                Some((host, port)) if is_name(host) && !port.contains(':') => {
                    asked.host = Some(host.to_owned());
                    asked.port = Some(port.to_owned());
                }
                _ => asked.host = Some(value.clone()),
            }
            // Remembered, so that a second one is noticed; the field outranks it.
            asked.other.push((name, value));
        }
        "port" => asked.port = Some(value),
        "user" => asked.user = Some(value),
        "password" => asked.password = Some(Secret::new(value)),
        "dbname" | "database" => asked.database = Some(value),
        _ => asked.other.push((name, value)),
    }
    Ok(())
}

fn is_name(host: &str) -> bool {
    host.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

/// The parts, not yet decoded.
struct Parts<'a> {
    name: &'a str,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: Option<&'a str>,
    port: Option<&'a str>,
    database: Option<&'a str>,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once("://")?;
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '+';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let (user, password, rest) = split_login(rest);
        let (host, rest) = split_host(rest);
        let (port, rest) = match rest.strip_prefix(':') {
            Some(rest) => {
                let (port, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                (Some(port), rest)
            }
            None => (None, rest),
        };
        let (database, rest) = match rest.strip_prefix('/') {
            Some(rest) => {
                let (database, rest) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
                (Some(database), rest)
            }
            None => (None, rest),
        };
        Some(Self {
            name,
            user,
            password,
            host,
            port,
            database,
            query: rest.strip_prefix('?'),
        })
    }
}

/// `user:password@`: the user has neither `:` nor `/`, the password no `@`.
fn split_login(rest: &str) -> (Option<&str>, Option<&str>, &str) {
    let run = rest.find([':', '/']).unwrap_or(rest.len());
    if let Some(after) = rest[run..].strip_prefix(':')
        && let Some((password, rest_after)) = after.split_once('@')
    {
        return (Some(&rest[..run]), Some(password), rest_after);
    }
    match rest[..run].rfind('@') {
        Some(at) => (Some(&rest[..at]), None, &rest[at + 1..]),
        None => (None, None, rest),
    }
}

/// `[::1]`, or anything up to `/`, `:` or `?`.
fn split_host(rest: &str) -> (Option<&str>, &str) {
    if let Some(inner) = rest.strip_prefix('[') {
        let end = inner.find(['/', '?']).unwrap_or(inner.len());
        if let Some(close) = inner[..end].rfind(']').filter(|close| *close > 0) {
            return (Some(&inner[..close]), &inner[close + 1..]);
        }
    }
    let (host, rest) = rest.split_at(rest.find(['/', ':', '?']).unwrap_or(rest.len()));
    ((!host.is_empty()).then_some(host), rest)
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// As Python's `parse_qsl`: `+` is a space here, pairs without a value are left out.
fn query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let plain = |text: &str| decoded(&text.replace('+', " ")).into_owned();
            (plain(name), plain(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_may_hold_almost_anything() {
        for (url, user, password) in [
            ("postgresql://u:a/b?c#d@h/x", "u", "a/b?c#d"),
            ("postgresql://u:p%40ss%2Fw@h/x", "u", "p@ss/w"),
            ("postgresql://u:a+b%20c@h/x", "u", "a+b c"),
            ("postgresql://u:a:b@h/x", "u", "a:b"),
            ("postgresql://o%3Ac:@h/x", "o:c", ""),
        ] {
            let asked = asked_by_url(url).unwrap();
            assert_eq!(asked.host.as_deref(), Some("h"), "{url}");
            assert_eq!(asked.user.as_deref(), Some(user));
            assert_eq!(asked.password.unwrap().expose(), password);
        }
    }

    #[test]
    fn other_dialects_and_other_texts_are_told_apart() {
        let dialect = |url: &str| match asked_by_url(url) {
            Err(ResolveError::NotPostgres { dialect }) => dialect,
            other => panic!("{other:?}"),
        };
        assert_eq!(dialect("driver://user:pass@localhost/dbname"), "driver");
        assert_eq!(dialect("mysql+pymysql://h/d"), "mysql");
        for text in ["", "host=h dbname=d", "postgresql:/h", "%(url)s"] {
            assert_eq!(asked_by_url(text).unwrap_err(), ResolveError::NotAUrl);
        }
    }

    #[test]
    fn several_hosts_are_named_in_the_refusal() {
        for url in [
            "postgresql://h1:1,h2:2/d",
            "postgresql:///d?host=h1:1&host=h2:2",
        ] {
            let error = asked_by_url(url).unwrap_err().to_string();
            assert!(error.contains("h1") && error.contains("h2"), "{error}");
        }
    }
}
