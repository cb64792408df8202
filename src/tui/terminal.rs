//! The terminal: taken over, given back. Called by `run` alone.
//!
//! Whatever ends the app (quit, failure, signal, panic), the terminal is as it was found: mode,
//! screen, mouse, paste, cursor.

use std::io::{self, Stdout, Write as _, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::backend::CrosstermBackend;

use super::model::Model;
use super::view;

/// Whether the terminal is ours; read by the panic hook.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal, ours.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
}

impl Terminal {
    /// Takes it over.
    pub fn take() -> io::Result<Self> {
        let inner = ratatui::Terminal::new(CrosstermBackend::new(stdout()))?;
        let mut terminal = Self { inner };
        terminal.enter()?;
        Ok(terminal)
    }

    /// Takes it over again, after an editor or a stop.
    pub fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(
            stdout(),
            EnterAlternateScreen,
            EnableMouseCapture,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        self.inner.clear()
    }

    /// Draws, and says how big it is.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.inner
            .draw(|frame| view::view(model, frame))
            .map(|_| ())
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.inner.size()?;
        Ok((size.width, size.height))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives it back. Twice is once; what cannot be written is past helping.
pub fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = stdout().flush();
    let _ = disable_raw_mode();
}
