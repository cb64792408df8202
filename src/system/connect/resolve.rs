//! From parameters to a target, as the driver would do it.

use std::path::{Path, PathBuf};

use super::error::ResolveError;
use super::parameters::Parameters;
use super::passfile::{self, Lookup, Wanted};
use super::surroundings::Surroundings;
use super::tls;
use crate::evidence::AskedFor;
use crate::model::{Host, Secret, Target};

/// Where drivers look for a server's socket when no host is named; the first that has one.
pub(super) const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

const DEFAULT_PORT: u16 = 5432;

/// A target, and what the user should know about how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Where the connection goes.
    pub target: Target,
    /// Sentences without a period: a password file that was ignored.
    pub notes: Vec<String>,
}

/// Resolves what a project's code asked for in our own environment.
pub fn resolve(asked: &AskedFor) -> Result<Target, ResolveError> {
    resolve_in(asked, &Surroundings::of_environment()).map(|resolved| resolved.target)
}

/// Resolves what a project's code asked for.
///
/// Parameters that change neither the server nor the protection (`application_name`, `options`,
/// timeouts, caches) are left out.
pub fn resolve_in(asked: &AskedFor, around: &Surroundings) -> Result<Resolved, ResolveError> {
    let mut parameters = Parameters::asked(asked);
    if reads_variables(&asked.driver) {
        parameters.fill_from_service(around)?;
        parameters.fill_from_variables(around);
    }
    let (tls, root_certificate) = tls::protection(&parameters, around)?;
    let (host, port) = place(&parameters, &asked.driver)?;
    let user = match parameters.get("user").or(around.login.as_deref()) {
        Some(user) => user.to_owned(),
        None => {
            return Err(ResolveError::Unsupported {
                what: "a connection without a role".to_owned(),
            });
        }
    };
    let database = parameters.get("dbname").unwrap_or(&user).to_owned();
    let mut target = Target {
        host,
        port,
        user,
        password: parameters.get("password").map(Secret::new),
        database,
        tls,
        root_certificate,
    };
    let mut notes = Vec::new();
    if target.password.is_none() && reads_variables(&asked.driver) {
        notes.extend(add_password(&mut target, &parameters, around));
    }
    Ok(Resolved { target, notes })
}

/// pg8000 alone is neither built on libpq nor does it imitate it.
fn reads_variables(driver: &str) -> bool {
    driver != "pg8000"
}

fn place(parameters: &Parameters, driver: &str) -> Result<(Host, u16), ResolveError> {
    let host = parameters.get("host");
    let address = parameters.get("hostaddr");
    for several in [host, address].into_iter().flatten() {
        if several.contains(',') {
            return Err(ResolveError::SeveralHosts {
                hosts: several.to_owned(),
            });
        }
    }
    if host.is_some() && address.is_some() {
        return Err(ResolveError::Unsupported {
            what: "hostaddr together with host".to_owned(),
        });
    }
    let port = match parameters.get("port") {
        Some(text) => number(text).ok_or(ResolveError::BadPort)?,
        None => DEFAULT_PORT,
    };
    if let Some(socket) = parameters.get("unix_sock") {
        return Ok(socket_place(Path::new(socket), port));
    }
    match host.or(address) {
        Some(host) if host.starts_with('/') => Ok(socket_place(Path::new(host), port)),
        Some(host) => Ok((Host::Tcp(tcp_host(host)?), port)),
        None if reads_variables(driver) => Ok((Host::Socket(default_socket(port)), port)),
        None => Ok((Host::Tcp("localhost".to_owned()), port)),
    }
}

/// A socket's folder; asyncpg and pg8000 also take the socket itself, whose name ends in the port.
fn socket_place(path: &Path, port: u16) -> (Host, u16) {
    let named = path
        .file_name()
        .and_then(|name| name.to_str()?.strip_prefix(".s.PGSQL."))
        .and_then(number);
    match (named, path.parent()) {
        (Some(named), Some(folder)) => (Host::Socket(folder.to_owned()), named),
        _ => (Host::Socket(path.to_owned()), port),
    }
}

fn tcp_host(host: &str) -> Result<String, ResolveError> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Some(path) = bare.strip_prefix('@') {
        return Err(ResolveError::Unsupported {
            what: format!("the abstract socket @{path}"),
        });
    }
    if bare.contains('@') {
        return Err(ResolveError::BadHost {
            character: '@',
            written: "%40",
        });
    }
    Ok(bare.to_owned())
}

fn number(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|port| *port != 0)
}

fn default_socket(port: u16) -> PathBuf {
    SOCKET_FOLDERS
        .iter()
        .map(PathBuf::from)
        .find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists())
        .unwrap_or_else(|| PathBuf::from(SOCKET_FOLDERS[0]))
}

/// Takes the password from the password file; a note if the file was ignored.
fn add_password(
    target: &mut Target,
    parameters: &Parameters,
    around: &Surroundings,
) -> Option<String> {
    let path = match parameters.get("passfile") {
        Some(path) => PathBuf::from(path),
        None => around.home.as_ref()?.join(".pgpass"),
    };
    let wanted = Wanted {
        host: &target.host,
        port: target.port,
        database: &target.database,
        user: &target.user,
    };
    match passfile::look_up(&path, wanted) {
        Lookup::Found(password) => {
            target.password = Some(password);
            None
        }
        Lookup::Nothing => None,
        Lookup::Ignored(why) => Some(why),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::model::TlsMode;
    use crate::system::connect::asked_by_url;

    /// A home with a service file, a root certificate and a password file of this mode.
    fn home(mode: u32) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::write(
            path(".pg_service.conf"),
            "[dev]\nhost=db\nport=5433\nuser=sam\nsslmode=require\n",
        )
        .unwrap();
        fs::write(
            path(".pgpass"),
            "db:5433:*:sam:of sam\n*:*:shop:*:of shop\n",
        )
        .unwrap();
        fs::set_permissions(path(".pgpass"), fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir(path(".postgresql")).unwrap();
        home
    }

    fn around(home: &tempfile::TempDir, variables: &[(&str, &str)]) -> Surroundings {
        Surroundings {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            home: Some(home.path().to_owned()),
            login: Some("login".to_owned()),
        }
    }

    fn told(target: &Target) -> String {
        let password = target.password.as_ref().map_or("-", Secret::expose);
        let tls = serde_json::to_string(&target.tls).unwrap();
        let (user, database, server) = (&target.user, &target.database, target.server());
        format!(
            "{user} {password} {server} {database} {}",
            tls.trim_matches('"')
        )
    }

    #[test]
    fn what_is_asked_outranks_service_variables_and_defaults() {
        let home = home(0o600);
        let environment: &[(&str, &str)] = &[
            ("PGHOST", "envhost"),
            ("PGUSER", "envuser"),
            ("PGDATABASE", "envdb"),
            ("PGPASSWORD", "envpw"),
            ("PGSSLMODE", "verify-ca"),
        ];
        let cases = [
            ("postgresql://u:p@h:1/d", environment, "u p h:1 d verify-ca"),
            (
                "postgresql://",
                environment,
                "envuser envpw envhost:5432 envdb verify-ca",
            ),
            (
                "postgresql+asyncpg://h/d?ssl=require",
                environment,
                "envuser envpw h:5432 d require",
            ),
            (
                "postgresql://?service=dev",
                environment,
                "sam envpw db:5433 envdb require",
            ),
            (
                "postgresql://h/d?service=dev&sslmode=disable",
                &[],
                "sam - h:5433 d disable",
            ),
            (
                "postgresql:///shop",
                &[("PGSERVICE", "dev")],
                "sam of sam db:5433 shop require",
            ),
            (
                "postgresql://h/shop",
                &[],
                "login of shop h:5432 shop prefer",
            ),
            ("postgresql://h", &[], "login - h:5432 login prefer"),
            (
                "postgresql://h/shop?passfile=/none",
                &[],
                "login - h:5432 shop prefer",
            ),
            (
                "postgresql+pg8000:///shop",
                environment,
                "login - localhost:5432 shop prefer",
            ),
            (
                "postgresql://@/shop?host=/run/x&port=7",
                &[],
                "login of shop /run/x:7 shop prefer",
            ),
            (
                "postgresql+pg8000://u@/d?unix_sock=/s/.s.PGSQL.99",
                &[],
                "u - /s:99 d prefer",
            ),
            (
                "postgresql://[::1]:6000/x?sslmode=verify-full",
                &[],
                "login - [::1]:6000 x verify-full",
            ),
            (
                "postgresql://h/x?sslrootcert=system",
                &[],
                "login - h:5432 x verify-full",
            ),
            (
                "postgresql+asyncpg://h/x?ssl=true",
                &[],
                "login - h:5432 x verify-full",
            ),
        ];
        for (url, variables, expected) in cases {
            let asked = asked_by_url(url).unwrap();
            let resolved = resolve_in(&asked, &around(&home, variables)).unwrap();
            assert_eq!(told(&resolved.target), expected, "{url}");
            assert!(resolved.notes.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_followed_faithfully_is_refused() {
        let home = home(0o600);
        let cases = [
            ("postgresql://h/x?sslmode=strict", "`strict` is no sslmode"),
            ("postgresql://h/x?sslcert=/c", "sslcert is not supported"),
            (
                "postgresql://h/x?channel_binding=require",
                "channel_binding=require is not supported",
            ),
            (
                "postgresql://a,b/x",
                "several hosts are named (a,b); name the one to be used",
            ),
            (
                "postgresql://h:x/d",
                "the port is not a number from 1 to 65535",
            ),
            (
                "postgresql://h:0/d",
                "the port is not a number from 1 to 65535",
            ),
            (
                "postgresql:///d?host=@x",
                "the abstract socket @x is not supported",
            ),
            (
                "postgresql://u:p@w@h/d",
                "the host holds `@`; in a password it is written %40",
            ),
            (
                "postgresql://h/x?host=a&hostaddr=1.2.3.4",
                "hostaddr together with host is not supported",
            ),
        ];
        for (url, expected) in cases {
            let error = asked_by_url(url)
                .and_then(|asked| resolve_in(&asked, &around(&home, &[])))
                .unwrap_err();
            assert_eq!(error.to_string(), expected, "{url}");
        }
        let asked = asked_by_url("postgresql://?service=none").unwrap();
        let error = resolve_in(&asked, &around(&home, &[])).unwrap_err();
        assert!(matches!(error, ResolveError::UnknownService { .. }));
    }

    #[test]
    fn a_password_file_that_others_can_read_is_ignored_with_a_note() {
        let home = home(0o644);
        let asked = asked_by_url("postgresql://h/shop").unwrap();
        let resolved = resolve_in(&asked, &around(&home, &[])).unwrap();
        assert_eq!(resolved.target.password, None);
        assert!(resolved.notes[0].contains("it needs mode 0600"));
        let given = asked_by_url("postgresql://u:p@h/shop").unwrap();
        assert!(
            resolve_in(&given, &around(&home, &[]))
                .unwrap()
                .notes
                .is_empty()
        );
    }

    #[test]
    fn the_usual_root_certificate_is_found() {
        let home = home(0o600);
        let asked = asked_by_url("postgresql://h/x?sslmode=verify-ca").unwrap();
        let root = || {
            resolve_in(&asked, &around(&home, &[]))
                .unwrap()
                .target
                .root_certificate
        };
        assert_eq!(root(), None);
        let path = home.path().join(".postgresql/root.crt");
        fs::write(&path, "").unwrap();
        assert_eq!(root(), Some(path));
    }

    #[test]
    fn a_context_object_is_taken_for_the_strictest() {
        let mut asked = asked_by_url("postgresql+asyncpg://h/x").unwrap();
        asked.other.push((
            "ssl".to_owned(),
            "<ssl.SSLContext object at 0x7f>".to_owned(),
        ));
        let resolved = resolve_in(&asked, &Surroundings::default());
        // No login name here, and none asked for.
        assert!(matches!(resolved, Err(ResolveError::Unsupported { .. })));
        asked.user = Some("u".to_owned());
        let target = resolve_in(&asked, &Surroundings::default()).unwrap().target;
        assert_eq!(target.tls, TlsMode::VerifyFull);
    }
}
