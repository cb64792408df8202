//! One connection.

use std::fmt;
use std::future::Future;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::ToSql;
use tokio_postgres::{CancelToken, Client, Config, NoTls, Row, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{ConnectError, SqlError};
use super::tls;
use crate::model::{Host, Target, TlsMode};
use crate::system::random;

/// By this name the server lists our connections: `redistill 5c81f0a2`. No other process has it, so
/// that another run is told from our own connections, also from those that are just closing.
pub static APPLICATION_NAME: LazyLock<String> =
    LazyLock::new(|| format!("redistill {}", random::hex(4)));

/// An open connection.
pub struct Session {
    client: Client,
    tls: Option<MakeRustlsConnect>,
    server: String,
}

/// Whether one attempt is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Plain,
    Protected,
    /// Whatever the server offers.
    Either,
}

impl Session {
    /// Opens a connection, giving up after `limit` (per attempt: `allow` and `prefer` may take two).
    pub fn connect(target: &Target, limit: Duration) -> Result<Self, ConnectError> {
        let is_local = matches!(target.host, Host::Socket(_));
        match target.tls {
            // As libpq: a socket is never protected.
            _ if is_local => Self::open(target, Way::Plain, limit),
            TlsMode::Disable => Self::open(target, Way::Plain, limit),
            TlsMode::Allow => match Self::open(target, Way::Plain, limit) {
                Err(error) if error.is_way_refused() => {
                    Self::open(target, Way::Protected, limit).map_err(|_| error)
                }
                opened => opened,
            },
            TlsMode::Prefer => match Self::open(target, Way::Either, limit) {
                Err(error)
                    if error.is_way_refused()
                        || matches!(error, ConnectError::Unprotected { .. }) =>
                {
                    Self::open(target, Way::Plain, limit).map_err(|_| error)
                }
                opened => opened,
            },
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => {
                Self::open(target, Way::Protected, limit)
            }
        }
    }

    fn open(target: &Target, way: Way, limit: Duration) -> Result<Self, ConnectError> {
        let mut config = config(target, limit);
        let server = target.server();
        if way == Way::Plain {
            config.ssl_mode(SslMode::Disable);
            let (client, connection) = within(target, limit, config.connect(NoTls))?;
            drive(connection);
            return Ok(Self {
                client,
                tls: None,
                server,
            });
        }
        config.ssl_mode(if way == Way::Protected {
            SslMode::Require
        } else {
            SslMode::Prefer
        });
        let tls = tls::connector(target).map_err(|why| ConnectError::Unprotected {
            server: server.clone(),
            why,
        })?;
        let (client, connection) = within(target, limit, config.connect(tls.clone()))?;
        drive(connection);
        Ok(Self {
            client,
            tls: Some(tls),
            server,
        })
    }

    /// Runs one statement and gives its rows.
    pub fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, SqlError> {
        runtime()
            .block_on(self.client.query(sql, parameters))
            .map_err(|error| SqlError::new(&error))
    }

    /// The server's major version: 15 for 15.18.
    pub fn major(&self) -> Result<u32, SqlError> {
        let rows = self.query(
            "SELECT pg_catalog.current_setting('server_version_num')::int4 / 10000",
            &[],
        )?;
        Ok(rows[0].get::<_, i32>(0).unsigned_abs())
    }

    /// Runs one statement and gives the number of rows it touched.
    pub fn execute(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, SqlError> {
        runtime()
            .block_on(self.client.execute(sql, parameters))
            .map_err(|error| SqlError::new(&error))
    }

    /// Runs statements separated by semicolons; without an explicit `BEGIN` they are one
    /// transaction.
    pub fn batch(&self, sql: &str) -> Result<(), SqlError> {
        runtime()
            .block_on(self.client.batch_execute(sql))
            .map_err(|error| SqlError::new(&error))
    }

    /// Like [`Session::batch`], and gives all rows as the server writes them; NULL is `None`.
    pub fn simple(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        let messages = runtime()
            .block_on(self.client.simple_query(sql))
            .map_err(|error| SqlError::new(&error))?;
        Ok(texts(&messages))
    }

    /// Like [`Session::simple`], but gives up after `limit`, also where something between us and the
    /// server keeps the statement waiting. The connection is of no use after that.
    pub fn simple_within(
        &self,
        sql: &str,
        limit: Duration,
    ) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        let asked =
            runtime().block_on(async { timeout(limit, self.client.simple_query(sql)).await });
        match asked {
            Ok(answer) => Ok(texts(&answer.map_err(|error| SqlError::new(&error))?)),
            Err(_) => Err(SqlError {
                sqlstate: None,
                message: NO_ANSWER.to_owned(),
                detail: None,
                hint: None,
            }),
        }
    }

    /// `pg_backend_pid()`. Two answers in two transactions tell a transaction pooler.
    pub fn backend_pid(&self) -> Result<i32, SqlError> {
        // Without a prepared statement: behind a pooler it is gone in the next process.
        let rows = self.simple("select pg_catalog.pg_backend_pid()")?;
        let pid = rows.into_iter().flatten().flatten().next();
        pid.and_then(|pid| pid.parse().ok())
            .ok_or_else(|| SqlError {
                sqlstate: None,
                message: "the server does not name its process".to_owned(),
                detail: None,
                hint: None,
            })
    }

    /// Whether the connection has ended; every call fails then.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// A handle with which another thread can cancel what this session runs.
    pub fn canceller(&self) -> Canceller {
        Canceller {
            token: self.client.cancel_token(),
            tls: self.tls.clone(),
            server: self.server.clone(),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.server)
    }
}

/// Cancels a running statement from another thread; it fails with SQLSTATE `57014`.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    tls: Option<MakeRustlsConnect>,
    server: String,
}

impl Canceller {
    /// Asks the server to cancel; the server does not say whether there was anything to cancel.
    pub fn cancel(&self, limit: Duration) -> Result<(), ConnectError> {
        let asked = runtime().block_on(async {
            let ask = async {
                match &self.tls {
                    Some(tls) => self.token.cancel_query(tls.clone()).await,
                    None => self.token.cancel_query(NoTls).await,
                }
            };
            timeout(limit, ask).await
        });
        let why = match asked {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => SqlError::new(&error).message,
            Err(_) => NO_ANSWER.to_owned(),
        };
        Err(ConnectError::Unreachable {
            server: self.server.clone(),
            why,
        })
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canceller({})", self.server)
    }
}

const NO_ANSWER: &str = "no answer in time";

fn config(target: &Target, limit: Duration) -> Config {
    let mut config = Config::new();
    match &target.host {
        Host::Tcp(host) => config.host(host),
        Host::Socket(folder) => config.host_path(folder),
    };
    // Without a password the driver gives up before the server can say that it wants one.
    let password = target.password.as_ref().map_or("", |known| known.expose());
    config
        .port(target.port)
        .user(&target.user)
        .dbname(&target.database)
        .password(password)
        .application_name(APPLICATION_NAME.as_str())
        .connect_timeout(limit);
    config
}

fn within<T>(
    target: &Target,
    limit: Duration,
    connecting: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, ConnectError> {
    match runtime().block_on(async { timeout(limit, connecting).await }) {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(ConnectError::new(target, &error)),
        Err(_) => Err(ConnectError::Unreachable {
            server: target.server(),
            why: NO_ANSWER.to_owned(),
        }),
    }
}

/// The rows among the messages.
fn texts(messages: &[SimpleQueryMessage]) -> Vec<Vec<Option<String>>> {
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|column| row.get(column).map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        })
        .collect()
}

/// Lets the connection run in the background; the client's next call reports whatever ended it.
fn drive<E>(connection: impl Future<Output = Result<(), E>> + Send + 'static)
where
    E: Send + 'static,
{
    runtime().spawn(async move {
        let _ = connection.await;
    });
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("the operating system gives one thread")
    })
}
