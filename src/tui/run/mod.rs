//! The loop: the only place that reads keys, draws, and does what `update` wants done.
//!
//! It sleeps until the terminal, the session or a signal has something to say; only while something
//! runs does it wake up by itself, to move the clock. It draws only after something changed.
//!
//! ```text
//! input    what an event of the terminal means     signals   signals as messages
//! editor   the user's editor                       guard     whatever ends it, the terminal is free
//! ```

mod editor;
mod guard;
mod input;
mod signals;

use std::collections::VecDeque;
use std::io::{self, Write as _, stdin, stdout};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event;
use crossterm::execute;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::keymap::Keymap;
use super::message::{Command, Message, Source};
use super::model::Model;
use super::session::{self, Session};
use super::terminal::{self, Terminal};
use super::theme::{Theme, Wishes};
use super::update::{start, update};
use crate::engine::Request;
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::safe;
use crate::report;
use crate::system::{ReadFiles as _, RealFiles, environment, hand_over};

/// How often the clock moves while something runs.
const TICK: Duration = Duration::from_millis(100);

/// How long is looked for an event that may be there. Without any time crossterm looks at nothing.
const GLANCE: Duration = Duration::from_millis(1);

/// How the app ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit code.
    pub exit: Exit,
    /// What is worth a line in the shell, once the app's screen is gone.
    pub words: Vec<String>,
}

/// What the app is opened on, and how.
#[derive(Debug)]
pub struct Opening {
    /// The project.
    pub request: Request,
    /// How it looks and what its keys are.
    pub looks: Looks,
    /// A line above the survey for somebody who is led here.
    pub aside: Option<String>,
    /// What was done before, in figures: a reset's report begins with it.
    pub credit: Option<String>,
}

/// How somebody wants the app.
#[derive(Clone, Debug)]
pub struct Looks {
    /// What flags and settings say of colours and symbols; the environment is read here.
    pub wishes: Wishes,
    /// Whether the mouse is ours; else the terminal selects text with it as ever.
    pub has_mouse: bool,
    /// The keys.
    pub keymap: Keymap,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            wishes: Wishes::default(),
            has_mouse: true,
            keymap: Keymap::default(),
        }
    }
}

/// Whether the terminal can show the app.
pub fn is_possible() -> bool {
    use std::io::IsTerminal as _;
    stdin().is_terminal() && stdout().is_terminal() && environment::has_able_terminal()
}

/// Runs the app until somebody leaves it.
pub fn run(opening: Opening, cancel: &Arc<AtomicBool>) -> Result<Ending, Failure> {
    guard::guarded(|| {
        let mut app = App::new(opening, cancel)?;
        let outcome = app.run();
        // The terminal first: the session may take a moment to end its children.
        terminal::leave();
        app.cancel.store(true, Ordering::SeqCst);
        app.session.end();
        outcome?;
        Ok(app.ending())
    })
}

/// Hands messages to the loop and wakes it.
#[derive(Clone)]
pub struct Bell {
    messages: Sender<Message>,
    wire: Arc<UnixStream>,
}

impl Bell {
    /// Hands over a message.
    pub fn ring(&self, message: Message) {
        // Nobody listens any more: the app is ending.
        let _ = self.messages.send(message);
        self.wake();
    }

    /// Wakes the loop.
    pub fn wake(&self) {
        // A full wire wakes it, too.
        let _ = (&*self.wire).write(&[1]);
    }
}

struct App {
    model: Model,
    terminal: Terminal,
    session: Session,
    cancel: Arc<AtomicBool>,
    bell: Bell,
    inbox: Receiver<Message>,
    wire: UnixStream,
    since: Instant,
    is_stopped: bool,
    /// Whether an editor has the terminal: its Ctrl-C is not ours.
    is_away: Arc<AtomicBool>,
}

impl App {
    fn new(opening: Opening, cancel: &Arc<AtomicBool>) -> io::Result<Self> {
        let Opening {
            request,
            looks,
            aside,
            credit,
        } = opening;
        let since = Instant::now();
        let (sender, inbox) = mpsc::channel();
        let (near, far) = UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        let bell = Bell {
            messages: sender,
            wire: Arc::new(far),
        };
        let is_away = Arc::new(AtomicBool::new(false));
        signals::listen(bell.clone(), Arc::clone(&is_away))?;
        let mut terminal = Terminal::take(looks.has_mouse)?;
        let theme = Theme::choose(&heard(&looks.wishes));
        let mut model = Model::new(request.root.clone(), terminal::size()?, theme);
        model.keymap = looks.keymap;
        model.aside = aside;
        model.credit = credit;
        // The first frame does not wait for anything.
        terminal.draw(&model)?;
        let session = Session::start(request, bell.clone(), Arc::clone(cancel))?;
        Ok(Self {
            model,
            terminal,
            session,
            cancel: Arc::clone(cancel),
            bell,
            inbox,
            wire: near,
            since,
            is_stopped: false,
            is_away,
        })
    }

    fn run(&mut self) -> io::Result<()> {
        let commands = start(&mut self.model);
        if self.perform(commands)? {
            return Ok(());
        }
        loop {
            self.fit()?;
            self.terminal.draw(&self.model)?;
            if self.wait()? || self.take_in()? {
                return Ok(());
            }
        }
    }

    /// Sleeps until there is something to do; whether the terminal is gone.
    fn wait(&mut self) -> io::Result<bool> {
        let limit = self.model.work.as_ref().map(|_| Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(TICK.subsec_nanos()),
        });
        let input = stdin();
        let mut ends = [
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&self.wire, PollFlags::IN),
        ];
        match poll(&mut ends, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let is_gone = ends[0].revents().intersects(gone);
        let mut bytes = [0; 256];
        while io::Read::read(&mut self.wire, &mut bytes).is_ok_and(|read| read > 0) {}
        if is_gone {
            self.is_stopped = true;
            // What runs must come to a safe place before we go.
            self.cancel.store(true, Ordering::SeqCst);
        }
        Ok(is_gone)
    }

    /// Takes in everything that has happened; whether the app ends.
    fn take_in(&mut self) -> io::Result<bool> {
        let now = Message::Tick(self.since.elapsed());
        update(&mut self.model, now);
        while let Ok(message) = self.inbox.try_recv() {
            self.is_stopped |= matches!(message, Message::Stop);
            if self.send(message)? {
                return Ok(true);
            }
        }
        if self.session.is_gone() {
            return Ok(true);
        }
        while event::poll(GLANCE)? {
            for message in input::messages_of(event::read()?) {
                if self.send(message)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn send(&mut self, message: Message) -> io::Result<bool> {
        let commands = update(&mut self.model, message);
        self.perform(commands)
    }

    /// Does what `update` wants done; whether the app ends.
    fn perform(&mut self, commands: Vec<Command>) -> io::Result<bool> {
        let mut waiting = VecDeque::from(commands);
        while let Some(command) = waiting.pop_front() {
            match command {
                Command::Ask(ask) => {
                    // Before it is handed over: what is cancelled from here on is this request.
                    self.cancel.store(false, Ordering::SeqCst);
                    self.session.ask(ask);
                }
                Command::Cancel => self.cancel.store(true, Ordering::SeqCst),
                Command::DropTypeAhead => waiting.extend(self.drop_type_ahead()?),
                Command::Copy(text) => {
                    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
                }
                Command::Edit(path, line) => waiting.extend(self.edit(&path, line)?),
                Command::Read(path) => self.read(path),
                Command::Suspend => self.suspend()?,
                Command::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Shows the dialog, forgets what was typed before it, and lets it take keys.
    fn drop_type_ahead(&mut self) -> io::Result<Vec<Command>> {
        self.terminal.draw(&self.model)?;
        while event::poll(GLANCE)? {
            // Another size is seen before the next frame anyway.
            event::read()?;
        }
        Ok(update(&mut self.model, Message::Armed))
    }

    /// A file is read beside the loop: a slow disk must not hold it.
    fn read(&self, path: PathBuf) {
        let bell = self.bell.clone();
        let reading = move || {
            let source = RealFiles
                .read(&path)
                .map(|bytes| {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let does = report::operations::does(&path, &text);
                    Source { text, does }
                })
                .map_err(|error| format!("cannot be read: {error}"));
            bell.ring(Message::Source(path, source));
        };
        let thread = std::thread::Builder::new().stack_size(session::STACK);
        // Without a thread it is read with the next look.
        let _ = thread.spawn(reading);
    }

    fn edit(&mut self, path: &Path, line: usize) -> io::Result<Vec<Command>> {
        let (program, arguments) = editor::command(path, line);
        self.is_away.store(true, Ordering::SeqCst);
        terminal::leave();
        let ended = hand_over(&program, arguments);
        self.terminal.enter()?;
        self.is_away.store(false, Ordering::SeqCst);
        self.fit()?;
        let notice = match ended {
            Ok(status) if status.success() => "back; r looks at everything again".to_owned(),
            Ok(status) => format!("{program} ended with {status}"),
            Err(error) => format!("{program} cannot be started: {error}; set VISUAL or EDITOR"),
        };
        // A file that was edited is read again.
        self.model.sources.remove(path);
        Ok(update(&mut self.model, Message::Notice(notice)))
    }

    fn suspend(&mut self) -> io::Result<()> {
        terminal::leave();
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
        self.terminal.enter()?;
        self.fit()
    }

    /// The terminal may have another size by now.
    fn fit(&mut self) -> io::Result<()> {
        let size = terminal::size()?;
        if size != self.model.size {
            self.terminal.fit(size)?;
            update(&mut self.model, Message::Resize(size.0, size.1));
        }
        Ok(())
    }

    fn ending(&self) -> Ending {
        let finished = self.model.finished.as_ref();
        let (mut exit, mut words) = (Exit::Done, Vec::new());
        match finished.map(|finished| &finished.outcome) {
            Some(Ok(ended)) => {
                if ended.is_untested {
                    exit = Exit::Refused;
                }
                // The figures, as the report on the screen began.
                let summary = finished.and_then(|finished| finished.summary.as_deref());
                let figures = summary.and_then(|summary| summary.lines().next());
                words.extend(figures.map(str::to_owned));
                words.push(format!("{}: {}", ended.id, ended.outcome));
                if ended.outcome == "done" {
                    words.push(format!("undo: redistill undo {}", ended.id));
                }
                words.extend(
                    ended
                        .by_hand
                        .iter()
                        .map(|s| format!("by hand: {}", safe(s))),
                );
            }
            Some(Err(failure)) => {
                exit = failure.kind.exit();
                words.push(failure.message.clone());
                words.extend(failure.hints.iter().cloned());
            }
            None if self.is_stopped => exit = Exit::Cancelled,
            None => {}
        }
        Ending { exit, words }
    }
}

/// The wishes with what the environment says.
pub fn heard(wishes: &Wishes) -> Wishes {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(environment::variable);
    Wishes {
        theme: environment::variable("REDISTILL_THEME"),
        no_color: wishes.no_color || environment::variable("NO_COLOR").is_some(),
        colorterm: environment::variable("COLORTERM"),
        locale,
        ..wishes.clone()
    }
}
