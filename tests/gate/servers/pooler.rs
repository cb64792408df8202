//! A pooler for tests: speaks just enough of PostgreSQL's protocol to hand transactions to other
//! server processes, and counts round trips. Trusts everybody; no TLS, no COPY, no cancelling.

use std::collections::VecDeque;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use redistill::model::{Host, Target};

/// When a client gives its server process back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Never: a process of its own, made for it.
    Direct,
    /// At its end.
    Session,
    /// After each transaction.
    Transaction,
    /// After each statement; transactions are not allowed.
    Statement,
}

/// A running pooler; its threads end with the test.
pub struct Pooler {
    pub target: Target,
    shared: Arc<Shared>,
}

struct Shared {
    mode: Mode,
    server: Target,
    idle: Mutex<VecDeque<UnixStream>>,
    given_back: Condvar,
    round_trips: AtomicUsize,
}

impl Pooler {
    /// Stands before a server with a socket, with so many warm server processes.
    pub fn start(mode: Mode, server: &Target, processes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target {
            host: Host::Tcp("127.0.0.1".to_owned()),
            port: listener.local_addr().unwrap().port(),
            ..server.clone()
        };
        let idle = (0..processes).map(|_| open(server).unwrap()).collect();
        let shared = Arc::new(Shared {
            mode,
            server: server.clone(),
            idle: Mutex::new(idle),
            given_back: Condvar::new(),
            round_trips: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                // A client that goes away is the end of its thread, not of the test.
                std::thread::spawn(move || serve(client, &shared));
            }
        });
        Self { target, shared }
    }

    /// How often the clients waited for an answer.
    pub fn round_trips(&self) -> usize {
        self.shared.round_trips.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// The process that waited longest: transactions wander as soon as there are two.
    fn take(&self) -> Result<UnixStream> {
        if self.mode == Mode::Direct {
            return open(&self.server);
        }
        let mut idle = self.idle.lock().unwrap();
        loop {
            if let Some(process) = idle.pop_front() {
                return Ok(process);
            }
            idle = self.given_back.wait(idle).unwrap();
        }
    }

    fn give_back(&self, process: UnixStream) {
        self.idle.lock().unwrap().push_back(process);
        self.given_back.notify_one();
    }
}

fn serve(mut client: TcpStream, shared: &Shared) -> Result<()> {
    client.set_nodelay(true)?;
    read_startup(&mut client)?;
    // Authentication, key data of nobody, ready.
    client.write_all(b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I")?;
    let mut held: Option<UnixStream> = None;
    let end = converse(&mut client, shared, &mut held);
    // What a client leaves in the middle of a transaction is of no use to others.
    if let Some(mut process) = held.filter(|_| shared.mode != Mode::Direct) {
        process.write_all(b"Q\0\0\0\x0dROLLBACK\0")?;
        until_ready(&mut process, &mut std::io::sink())?;
        shared.give_back(process);
    }
    end
}

fn converse(client: &mut TcpStream, shared: &Shared, held: &mut Option<UnixStream>) -> Result<()> {
    loop {
        let (kind, message) = read_message(client)?;
        if kind == b'X' {
            return Ok(());
        }
        if held.is_none() {
            *held = Some(shared.take()?);
        }
        let process = held.as_mut().unwrap();
        process.write_all(&message)?;
        if kind != b'Q' && kind != b'S' {
            continue;
        }
        shared.round_trips.fetch_add(1, Ordering::SeqCst);
        if shared.mode == Mode::Statement {
            let mut answer = Vec::new();
            if until_ready(process, &mut answer)? != b'I' {
                return client.write_all(&refusal());
            }
            client.write_all(&answer)?;
            shared.give_back(held.take().unwrap());
            continue;
        }
        let state = until_ready(process, client)?;
        if state == b'I' && shared.mode == Mode::Transaction {
            shared.give_back(held.take().unwrap());
        }
    }
}

/// What `PgBouncer` says to a transaction in statement mode.
fn refusal() -> Vec<u8> {
    let mut body = Vec::new();
    for field in [
        "SFATAL",
        "VFATAL",
        "C08P01",
        "Mtransaction blocks not allowed in statement pooling mode",
    ] {
        body.extend(field.as_bytes());
        body.push(0);
    }
    body.push(0);
    let mut message = vec![b'E'];
    message.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    message.extend(body);
    message
}

/// Passes the server's messages on to its `ReadyForQuery`, and gives the transaction's state.
fn until_ready(process: &mut UnixStream, to: &mut dyn Write) -> Result<u8> {
    let mut answer = Vec::new();
    loop {
        let (kind, message) = read_message(process)?;
        answer.extend(&message);
        if kind == b'Z' {
            to.write_all(&answer)?;
            return Ok(message[5]);
        }
    }
}

/// The type of a message, and all of its bytes.
fn read_message(from: &mut dyn Read) -> Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let mut message = head.to_vec();
    message.resize(1 + usize::try_from(length).unwrap(), 0);
    from.read_exact(&mut message[5..])?;
    Ok((head[0], message))
}

/// The first message has no type.
fn read_startup(from: &mut dyn Read) -> Result<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap();
    from.read_exact(&mut vec![0; length - 4])
}

/// A server process, logged in and ready.
fn open(server: &Target) -> Result<UnixStream> {
    let Host::Socket(folder) = &server.host else {
        panic!("the server listens on a socket")
    };
    let mut process = UnixStream::connect(folder.join(format!(".s.PGSQL.{}", server.port)))?;
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    for text in ["user", &server.user, "database", &server.database] {
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    process.write_all(&u32::try_from(body.len() + 4).unwrap().to_be_bytes())?;
    process.write_all(&body)?;
    until_ready(&mut process, &mut std::io::sink())?;
    Ok(process)
}
