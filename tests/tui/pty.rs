//! The program on a pseudo-terminal. Waits for conditions, never for times.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::{Lab, interpreter};

/// How long a condition may take on a machine with much else to do. A bound for what never comes;
/// what comes is never waited for any longer.
const PATIENCE: Duration = Duration::from_mins(4);

/// A terminal with the program in it.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// All that was written so far, as it came.
    written: Vec<u8>,
    /// The terminal's modes before the program came.
    found: String,
    state: PathBuf,
    size: (u16, u16),
}

impl Pty {
    /// Starts the program in the lab's project, on a terminal of these columns and rows.
    pub fn open(lab: &Lab, size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        Self::start(lab.root(), &[], size, variables, lab.beside("state"))
    }

    /// The same once more, by the same person.
    pub fn open_again(lab: &Lab, other: &Self) -> Self {
        Self::start(lab.root(), &[], other.size, &[], other.state.clone())
    }

    /// Starts the program with these arguments in a folder.
    pub fn start(
        folder: &Path,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
        state: PathBuf,
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redistill"));
        command.args(arguments);
        command.cwd(folder);
        command.env("REDISTILL_PYTHON", interpreter());
        command.env("REDISTILL_STATE", &state);
        command.env("XDG_CONFIG_HOME", state.join("config"));
        Self::launch(command, size, state, variables)
    }

    /// Starts any program on a terminal.
    pub fn launch(
        mut command: CommandBuilder,
        size: (u16, u16),
        state: PathBuf,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(cells(size)).unwrap();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for name in [
            "LC_ALL",
            "LC_CTYPE",
            "NO_COLOR",
            "VIRTUAL_ENV",
            "REDISTILL_THEME",
        ] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let found = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        // Else the end of the program would not be the end of the output.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            output,
            parser: vt100::Parser::new(size.1, size.0, 0),
            written: Vec::new(),
            found,
            state,
            size,
        }
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Presses keys.
    pub fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn wait_for(&mut self, wanted: &str) {
        self.wait(wanted, |pty| pty.text().contains(wanted));
    }

    #[track_caller]
    fn wait(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        while !is_so(self) {
            assert!(
                since.elapsed() < PATIENCE,
                "no {what:?} on:\n{}",
                self.text()
            );
            match self.output.recv_timeout(Duration::from_millis(50)) {
                Ok(bytes) => self.take_in(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("it ended:\n{}", self.text()),
            }
        }
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.master.resize(cells(size)).unwrap();
        self.parser.screen_mut().set_size(size.1, size.0);
    }

    /// Sends the program a signal.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let ended = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .unwrap();
        assert!(ended.success());
    }

    /// Waits until the program is stopped, as a job of a shell is.
    #[track_caller]
    pub fn wait_until_stopped(&mut self) {
        let path = format!("/proc/{}/stat", self.id());
        self.wait("a stopped program", |_| {
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains(") T "))
        });
        self.drain();
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    /// Takes in what comes until nothing comes for a moment.
    pub fn drain(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.take_in(&bytes);
        }
    }

    /// How many bytes come within this time.
    pub fn bytes_within(&mut self, time: Duration) -> usize {
        let (until, before) = (Instant::now() + time, self.written.len());
        while let Ok(bytes) =
            (self.output).recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            self.take_in(&bytes);
        }
        self.written.len() - before
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.written.extend_from_slice(bytes);
    }

    /// Waits until any letter stands on the app's own screen.
    #[track_caller]
    pub fn wait_for_letters(&mut self) {
        self.wait("a first frame", |pty| {
            pty.parser.screen().alternate_screen() && !pty.text().trim().is_empty()
        });
    }

    /// All cells with their looks, as a terminal would be told to draw them.
    pub fn drawing(&self) -> Vec<u8> {
        self.parser.screen().contents_formatted()
    }

    /// Waits until the screen is another one.
    #[track_caller]
    pub fn wait_for_change(&mut self, before: &[u8]) {
        self.wait("a change", |pty| pty.drawing() != before);
    }

    /// Whether any cell has a colour of its own.
    pub fn has_colours(&self) -> bool {
        let screen = self.parser.screen();
        let (rows, columns) = screen.size();
        (0..rows)
            .flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column)))
            .any(|cell| [cell.fgcolor(), cell.bgcolor()] != [vt100::Color::Default; 2])
    }

    /// Whether the program wants to hear of the mouse.
    pub fn has_mouse(&self) -> bool {
        self.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// What was last put on the clipboard, as base64.
    pub fn copied(&self) -> Option<String> {
        let written = String::from_utf8_lossy(&self.written);
        let (_, rest) = written.rsplit_once("\x1b]52;c;")?;
        let end = rest.find(['\x07', '\x1b'])?;
        Some(rest[..end].to_owned())
    }

    /// All that was written so far, as it came.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// Waits until the whole screen is this one.
    #[track_caller]
    pub fn wait_for_screen(&mut self, screen: &str) {
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .map(|line| line.trim_end().to_owned())
                .collect()
        };
        let wanted = lines(screen);
        self.wait(screen, |pty| lines(&pty.text()) == wanted);
    }

    /// Waits until something that is not on the screen is so.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn() -> bool) {
        self.wait(what, |_| is_so());
    }

    /// The first cell of a text on the screen, as column and row.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let (_, columns) = self.parser.screen().size();
        let found = (self.parser.screen().rows(0, columns).enumerate()).find_map(|(row, line)| {
            let (before, _) = line.split_once(text)?;
            Some((before.chars().count(), row))
        });
        let (column, row) = found.unwrap_or_else(|| panic!("no {text:?} on:\n{}", self.text()));
        (column.try_into().unwrap(), row.try_into().unwrap())
    }

    /// Waits for a text and clicks on its first cell with the left button.
    #[track_caller]
    pub fn click(&mut self, text: &str) {
        self.wait_for(text);
        let (x, y) = self.place_of(text);
        self.click_at(x, y);
    }

    /// Clicks on a cell.
    pub fn click_at(&mut self, x: u16, y: u16) {
        let (x, y) = (x + 1, y + 1);
        self.keys(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    }

    /// The middle button, as a terminal answers it: what was selected comes in one piece.
    pub fn paste(&mut self, text: &str) {
        self.keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Closes the terminal, as the cross of its window does, and waits for the program's end.
    #[track_caller]
    pub fn close(self) {
        let Self {
            master,
            writer,
            output,
            mut child,
            ..
        } = self;
        // The thread that reads holds the terminal open until it has something to read.
        drop(output);
        master.resize(cells((61, 17))).unwrap();
        drop((master, writer));
        let since = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(since.elapsed() < PATIENCE, "it lives on without a terminal");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// The program's process.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for the end; the exit code.
    #[track_caller]
    pub fn end(&mut self) -> u32 {
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.text()
            );
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
                self.take_in(&bytes);
            }
        };
        self.drain();
        status.exit_code()
    }

    /// The terminal is as it was before the program came: modes, screen, cursor, mouse, paste.
    #[track_caller]
    pub fn is_as_found(&self) {
        assert_eq!(modes(&*self.master), self.found);
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "still on the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "paste is still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

fn cells((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Everything that `stty -a` would show.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
