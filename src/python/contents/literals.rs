//! Literals that belong into the environment: passwords, tokens, servers' addresses, private paths.
//!
//! Silent on what is only data or a name: a column called `password`, an address in an example, the
//! fallback `os.environ.get("URL", "postgresql://localhost/app")`. A secret is never kept.

use std::borrow::Cow;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Keyword, Stmt};

use crate::model::Location;
use crate::model::text::without_passwords;
use crate::python::syntax::Syntax;

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HardcodedKind {
    /// A password in a URL, in SQL, or under a name that says so; a key by its form.
    Secret,
    /// The host of a database or another service.
    Address,
    /// A path of one machine.
    Path,
}

/// A value that belongs into the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardcoded {
    /// What it is.
    pub kind: HardcodedKind,
    /// In words that hold no secret: `a password in a URL`, `the address 10.0.3.7`.
    pub what: String,
    /// Where; no secret stands in its source line.
    pub location: Location,
}

/// The hard-coded values of a file, one a literal.
pub(super) fn read(syntax: &Syntax) -> Vec<Hardcoded> {
    let mut walk = Walk {
        syntax,
        names: Vec::new(),
        in_lookup: 0,
        in_open: 0,
        found: Vec::new(),
    };
    walk.visit_body(syntax.body());
    walk.found
}

/// A line of source without the passwords of its URLs and SQL.
pub fn hide_secrets(line: &str) -> Cow<'_, str> {
    let shown = without_passwords(line);
    match sql_password(&shown) {
        Some((at, length)) => {
            let (before, rest) = shown.split_at(at);
            Cow::Owned(format!("{before}***{}", &rest[length..]))
        }
        None => shown,
    }
}

struct Walk<'a> {
    syntax: &'a Syntax,
    /// The names that a value is bound to, innermost last: variable, keyword, key of a dictionary.
    names: Vec<String>,
    /// Inside `os.environ.get(…)`: a fallback.
    in_lookup: usize,
    /// Inside `open(…)`, `Path(…)`.
    in_open: usize,
    found: Vec<Hardcoded>,
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            // A docstring or a comment in the form of one.
            Stmt::Expr(expression) if expression.value.is_string_literal_expr() => {}
            Stmt::Assign(assign) => {
                let name = assign.targets.first().and_then(bound_name);
                self.under(name, &assign.value);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.under(bound_name(&assign.target), value);
                }
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        let name = keyword.arg.as_ref().map(ToString::to_string);
        self.under(name, &keyword.value);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(literal) => self.literal(literal.value.to_str(), expression),
            // The parts of an f-string that are literal: `f"postgresql://app:geheim@{host}/x"`.
            Expr::FString(string) => {
                let text: String = string
                    .value
                    .elements()
                    .map(|element| match element.as_literal() {
                        Some(literal) => literal.value.to_string(),
                        None => "{}".to_owned(),
                    })
                    .collect();
                self.literal(&text, expression);
                visitor::walk_expr(self, expression);
            }
            Expr::Call(call) => self.call(call, expression),
            Expr::Dict(map) => {
                for item in map {
                    let name = item.key.as_ref().and_then(|key| {
                        Some(key.as_string_literal_expr()?.value.to_str().to_owned())
                    });
                    self.under(name, &item.value);
                }
            }
            // A key that is looked up is not what the name stands for.
            Expr::Subscript(subscript) => {
                self.visit_expr(&subscript.value);
                self.under(None, &subscript.slice);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

impl<'a> Walk<'a> {
    fn under(&mut self, name: Option<String>, value: &'a Expr) {
        self.names.push(name.unwrap_or_default());
        self.visit_expr(value);
        self.names.pop();
    }

    fn call(&mut self, call: &'a ExprCall, expression: &'a Expr) {
        let (owner, name) = match call.func.as_ref() {
            Expr::Name(name) => (None, name.id.as_str()),
            Expr::Attribute(attribute) => (last(&attribute.value), attribute.attr.as_str()),
            _ => (None, ""),
        };
        let is_lookup = matches!(name, "getenv" | "env" | "config")
            || matches!((owner, name), (Some("environ" | "env"), _));
        let is_open = matches!(name, "open" | "Path" | "read_sql" | "read_csv");
        self.in_lookup += usize::from(is_lookup);
        self.in_open += usize::from(is_open);
        // What is handed to a function is not what its result is called.
        self.names.push(String::new());
        visitor::walk_expr(self, expression);
        self.names.pop();
        self.in_lookup -= usize::from(is_lookup);
        self.in_open -= usize::from(is_open);
    }

    fn literal(&mut self, text: &str, expression: &Expr) {
        let name = self.names.last().map_or("", String::as_str);
        let Some((kind, what, secret)) = self.judge(name, text) else {
            return;
        };
        let mut location = self.syntax.at(expression);
        location.source_line = hide_secrets(&location.source_line).into_owned();
        if let Some(secret) = secret {
            location.source_line = location.source_line.replace(&secret, "***");
        }
        self.found.push(Hardcoded {
            kind,
            what,
            location,
        });
    }

    /// What a literal is, in words, and the secret in it.
    fn judge(&self, name: &str, text: &str) -> Option<(HardcodedKind, String, Option<String>)> {
        use HardcodedKind::{Address, Path, Secret};
        if let Some((scheme, password, host)) = credentials(text) {
            let is_fallback = self.in_lookup > 0 && is_local(host);
            return (!is_fallback).then(|| {
                let what = format!("a password in a {scheme} URL");
                (Secret, what, Some(password.to_owned()))
            });
        }
        if let Some((at, length)) = sql_password(text) {
            let secret = text[at..at + length].to_owned();
            return Some((Secret, "a password in SQL".to_owned(), Some(secret)));
        }
        if let Some(what) = key_by_form(text) {
            return Some((Secret, what.to_owned(), Some(text.to_owned())));
        }
        if names_secret(name) && is_secret(text) && self.in_lookup == 0 {
            return Some((Secret, format!("a value for {name}"), Some(text.to_owned())));
        }
        if let Some(host) = service_host(text).or_else(|| address(text))
            && !is_local(host)
            && !host.contains('{')
        {
            return Some((Address, format!("the address {host}"), None));
        }
        let is_private = ["/home/", "/Users/", "/root/", "C:\\Users\\"]
            .iter()
            .any(|folder| text.starts_with(folder) && text.len() > folder.len());
        let is_opened = self.in_open > 0 && text.starts_with('/') && text.len() > 1;
        let is_one_line = !text.contains(['\n', '{']);
        ((is_private || is_opened) && is_one_line && self.in_lookup == 0)
            .then(|| (Path, format!("the path {text}"), None))
    }
}

fn bound_name(target: &Expr) -> Option<String> {
    match target {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
        Expr::Subscript(subscript) => Some(
            subscript
                .slice
                .as_string_literal_expr()?
                .value
                .to_str()
                .to_owned(),
        ),
        _ => None,
    }
}

fn last(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => Some(&attribute.attr),
        _ => None,
    }
}

/// Scheme, password and host of a URL that is the whole text or stands in it.
fn credentials(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once("://")?;
    let scheme = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || "+.-".contains(c)))
        .next()
        .filter(|scheme| !scheme.is_empty())?;
    let end = after
        .find(|c: char| c.is_whitespace() || "/'\"<>?".contains(c))
        .unwrap_or(after.len());
    let (login, host) = after[..end].rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    let is_example =
        host.is_empty() || (login == "user:pass" || scheme == "driver") || is_placeholder(password);
    (!is_example).then_some((scheme, password, host))
}

/// Empty, or filled in later: `{password}`, `%s`, `$PASSWORD`, `<password>`, `***`.
fn is_placeholder(password: &str) -> bool {
    password.is_empty()
        || password.contains(['{', '}', '<', '>', '$'])
        || password.contains("%(")
        || password == "%s"
        || password.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.'))
}

/// `PASSWORD '…'`: where the password stands and how long it is.
fn sql_password(text: &str) -> Option<(usize, usize)> {
    let upper = text.to_ascii_uppercase();
    let word = upper
        .match_indices("PASSWORD")
        .find(|(at, word)| upper[at + word.len()..].trim_start().starts_with('\''))?;
    // Only where a role gets one: `COMMENT ON COLUMN … password 'x'` is none.
    let has_role = ["ROLE", "USER"].iter().any(|kind| upper.contains(kind));
    let quote = word.0 + upper[word.0..].find('\'')?;
    let length = text[quote + 1..].find('\'')?;
    let password = &text[quote + 1..quote + 1 + length];
    (has_role && !is_placeholder(password) && !password.starts_with(':'))
        .then_some((quote + 1, length))
}

/// Keys whose form says what they are.
fn key_by_form(text: &str) -> Option<&'static str> {
    let rest_is = |prefix: &str, least: usize| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= least
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        })
    };
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        Some("a private key")
    } else if rest_is("AKIA", 16) {
        Some("an AWS access key")
    } else if [
        ("ghp_", 30),
        ("github_pat_", 30),
        ("glpat-", 20),
        ("sk_live_", 16),
        ("xoxb-", 16),
        ("xoxp-", 16),
    ]
    .iter()
    .any(|(prefix, least)| rest_is(prefix, *least))
    {
        Some("an access token")
    } else {
        None
    }
}

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Alembic's own words for the places of a template (`EnvironmentContext.configure`).
    if ["upgrade_token", "downgrade_token"].contains(&name.as_str()) {
        return false;
    }
    [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "secret_key",
        "private_key",
        "access_key",
        "password_hash",
        "hashed_password",
    ]
    .iter()
    .any(|word| name == *word || name.ends_with(&format!("_{word}")))
}

/// A word alone is a name (`password = "password_hash"`), a secret has more to it.
fn is_secret(text: &str) -> bool {
    let is_one = !text.contains(char::is_whitespace) && text.len() >= 5;
    let has_more = text
        .chars()
        .any(|c| !(c.is_ascii_lowercase() || matches!(c, '_' | '-' | '.' | ':')));
    let is_constant = text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_one && has_more && !is_constant && !is_placeholder(text) && !text.contains("://")
}

/// The host of a URL of a service that environments have each their own of.
fn service_host(text: &str) -> Option<&str> {
    let (scheme, after) = text.split_once("://")?;
    let scheme = scheme.split('+').next().unwrap_or(scheme);
    if scheme.contains(char::is_whitespace) {
        return None;
    }
    let end = after.find(['/', '?', ' ', '\'']).unwrap_or(after.len());
    let server = after[..end].rsplit('@').next()?;
    let host = server.split(':').next().unwrap_or(server);
    let is_service = matches!(
        scheme,
        "postgresql"
            | "postgres"
            | "mysql"
            | "mariadb"
            | "redis"
            | "rediss"
            | "amqp"
            | "amqps"
            | "mongodb"
            | "kafka"
            | "ldap"
            | "ldaps"
    );
    let is_internal = [".internal", ".local", ".lan", ".corp", ".intranet"]
        .iter()
        .any(|suffix| host.ends_with(suffix));
    let is_web = matches!(scheme, "http" | "https" | "ws" | "wss");
    let is_own = is_service || is_web && (is_internal || address(host).is_some());
    // `db` is a name within one network, and everybody's example.
    (is_own && host.contains('.') && !host.contains("example")).then_some(host)
}

/// An IPv4 address that is the whole text, with or without a port.
fn address(text: &str) -> Option<&str> {
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok();
    // `1.2.3.4` may be a version; private networks and the rest above are addresses.
    let first: u8 = host.split('.').next()?.parse().ok()?;
    (is_address && first >= 10).then_some(host)
}

fn is_local(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or(host);
    matches!(
        host,
        "" | "localhost" | "0.0.0.0" | "::1" | "255.255.255.255"
    ) || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn found(source: &str) -> Vec<Hardcoded> {
        read(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()))
    }

    #[test]
    fn secrets_are_found_and_never_kept() {
        for source in [
            "U = 'postgresql://app:Geheim1@db.shop.net/x'\n",
            "x(f'postgresql://app:Geheim1@{HOST}/x')\n",
            "op.execute(\"CREATE ROLE app LOGIN PASSWORD 'Geheim1'\")\n",
            "op.execute('''\nALTER USER app\n  WITH PASSWORD 'Geheim1' ''')\n",
            "op.bulk_insert(t, [{'name': 'a', 'password': 'Geheim1'}])\n",
            "connect(host=h, password='Geheim1')\n",
            "API_TOKEN = 'Geheim1'\n",
            "config['secret_key'] = 'Geheim1'\n",
            "os.environ.get('URL', 'postgresql://app:Geheim1@db.shop.net/x')\n",
        ] {
            let found = found(source);
            assert_eq!(found.len(), 1, "{source}: {found:?}");
            assert_eq!(found[0].kind, HardcodedKind::Secret, "{source}");
            assert!(!format!("{found:?}").contains("Geheim1"), "{found:?}");
        }
        assert_eq!(found("K = 'AKIAABCDEFGHIJKLMNOP'\n").len(), 1);
    }

    #[test]
    fn addresses_and_paths() {
        for (source, what) in [
            ("H = '10.0.3.7:5432'\n", "the address 10.0.3.7"),
            (
                "U = 'postgresql://db.shop.net/x'\n",
                "the address db.shop.net",
            ),
            (
                "U = 'http://api.shop.internal/x'\n",
                "the address api.shop.internal",
            ),
            (
                "open('/srv/data/rows.csv')\n",
                "the path /srv/data/rows.csv",
            ),
            ("P = '/home/ada/rows.csv'\n", "the path /home/ada/rows.csv"),
        ] {
            let found = found(source);
            assert_eq!(found.len(), 1, "{source}: {found:?}");
            assert_eq!(found[0].what, what);
        }
    }

    #[test]
    fn names_examples_and_fallbacks_are_not() {
        for source in [
            "sa.Column('password', sa.String(60))\n",
            "op.alter_column('users', 'password', new_column_name='password_hash')\n",
            "FIELDS = {'password': 'password_hash', 'token': 'text'}\n",
            "context.configure(connection=c, upgrade_token='%s_Upgrades' % name)\n",
            "op.create_index('ix_token', 'sessions', ['token'], unique=True)\n",
            "U = os.environ.get('URL', 'postgresql://app:app@localhost/x')\n",
            "U = f'postgresql://{user}:{password}@{host}/x'\n",
            "U = 'driver://user:pass@localhost/dbname'\n",
            "'''postgresql://app:Geheim1@db/x'''\n",
            "op.bulk_insert(t, [{'logo': 'https://example.com/a.png', 'mail': 'a@b.org'}])\n",
            "VERSION = '1.2.3.4'\nHOST = '127.0.0.1'\n",
            "op.execute(\"UPDATE users SET password = '' WHERE name = 'a'\")\n",
            "op.execute(sa.text(\"ALTER ROLE app PASSWORD ':pw'\"))\n",
            "secret = os.environ['SECRET_1']\n",
            "TOKEN = 'ACCESS_TOKEN'\n",
            "P = '/static/a.png'\n",
            "comment = 'see https://docs.shop.net:80/a@b'\n",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
    }
}
