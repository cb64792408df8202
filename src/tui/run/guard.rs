//! Whatever ends the app, the terminal is given back first, and what broke off is told after it.
//!
//! Called by the loop's entry. A panic of the loop itself gives the terminal back and is told as
//! ever; one of another thread waits until the screen is ours no more.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Failure, Kind};
use crate::model::text::safe;
use crate::tui::terminal;

/// Does the work on the terminal.
pub(super) fn guarded<T>(work: impl FnOnce() -> io::Result<T>) -> Result<T, Failure> {
    let panics = keep_panics();
    let outcome = work();
    terminal::leave();
    let told = std::mem::take(&mut *panics.lock().unwrap_or_else(PoisonError::into_inner));
    if told.is_empty() {
        outcome.map_err(|error| lost(&error))
    } else {
        Err(Failure::new(Kind::Bug, "a part of redistill broke off")
            .with_detail(told.join("\n"))
            .with_hint("see whether a run is open: redistill log"))
    }
}

fn lost(error: &io::Error) -> Failure {
    Failure::untouched(format!("the terminal cannot be used: {error}"))
        .with_hint("the same without the app: redistill check")
}

fn keep_panics() -> Arc<Mutex<Vec<String>>> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeper = Arc::clone(&kept);
    let own = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == own {
            terminal::leave();
            before(info);
        } else if let Ok(mut kept) = keeper.lock() {
            kept.push(safe(&info.to_string().replace('\n', " ")).into_owned());
        }
    }));
    kept
}

#[cfg(test)]
mod tests {
    //! A panic on a real terminal: this test program is started once more, on a terminal of its
    //! own, where it takes the terminal as the app does and breaks off.

    use std::io::Read as _;

    use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

    use super::guarded;
    use crate::tui::model::Model;
    use crate::tui::terminal::{self, Terminal};
    use crate::tui::theme::{Theme, Wishes};

    /// Draws the app's first frame.
    fn open() -> std::io::Result<Terminal> {
        let mut terminal = Terminal::take(true)?;
        let theme = Theme::choose(&Wishes::default());
        terminal.draw(&Model::new("/".into(), terminal::size()?, theme))?;
        Ok(terminal)
    }

    #[test]
    #[ignore = "the half of the next test that breaks off; it needs a terminal of its own"]
    fn breaking_off_in_the_loop() {
        let _: Result<(), _> = guarded(|| {
            let _terminal = open()?;
            panic!("the loop broke");
        });
    }

    #[test]
    #[ignore = "the half of the next test that breaks off; it needs a terminal of its own"]
    fn breaking_off_beside_the_loop() {
        let failure = guarded(|| {
            let _terminal = open()?;
            let thread = std::thread::spawn(|| panic!("the \u{1b}[5mthread broke"));
            assert!(thread.join().is_err());
            Ok(())
        });
        println!("told: {:?}", failure.unwrap_err().detail);
    }

    fn modes(master: &dyn MasterPty) -> String {
        format!("{:?}", master.get_termios().unwrap())
    }

    /// Runs one of the halves on a terminal; gives what was written, and the terminal's modes
    /// before and after.
    fn on_a_terminal(half: &str) -> (Vec<u8>, [String; 2]) {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = format!("tui::run::guard::tests::{half}");
        command.args([
            "--ignored",
            "--exact",
            &name,
            "--nocapture",
            "--test-threads",
            "1",
        ]);
        command.env("TERM", "xterm-256color");
        let before = modes(&*pair.master);
        let mut child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let reading = std::thread::spawn(move || {
            let mut all = Vec::new();
            // The end of a terminal is an error.
            let _ = reader.read_to_end(&mut all);
            all
        });
        child.wait().unwrap();
        let after = modes(&*pair.master);
        drop(pair.slave);
        (reading.join().unwrap(), [before, after])
    }

    #[test]
    fn a_panic_leaves_the_terminal_as_it_was_found_and_is_told_after_it() {
        for (half, told) in [
            ("breaking_off_in_the_loop", "the loop broke"),
            ("breaking_off_beside_the_loop", "thread broke"),
        ] {
            let (bytes, [before, after]) = on_a_terminal(half);
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(before, after, "{half}");
            let mut parser = vt100::Parser::new(24, 80, 0);
            parser.process(&bytes);
            let screen = parser.screen();
            assert!(
                !screen.alternate_screen() && !screen.hide_cursor(),
                "{half}"
            );
            assert!(!screen.bracketed_paste(), "{half}");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
            let entered = text.find("\u{1b}[?1049h").unwrap();
            let left = text.find("\u{1b}[?1049l").unwrap();
            let said = text.find(told).unwrap_or_else(|| panic!("{half}: {text}"));
            assert!(entered < left && left < said, "{half}: {text:?}");
            assert!(!text.contains("\u{1b}[5m"), "{text:?}");
        }
    }
}
