//! Signals as messages. Called by the loop once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::Bell;
use crate::tui::message::{Key, Message};

/// Signals become messages. The thread ends with the process.
pub(super) fn listen(bell: Bell, is_away: Arc<AtomicBool>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                match signal {
                    // The editor's own affair.
                    SIGINT | SIGTSTP if is_away.load(Ordering::SeqCst) => {}
                    SIGTSTP => bell.ring(Message::Key(Key::control('z'))),
                    // Crossterm has the new size; the loop only has to look.
                    SIGCONT | SIGWINCH => bell.wake(),
                    _ => bell.ring(Message::Stop),
                }
            }
        })
        .map(|_| ())
}
