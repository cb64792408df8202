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
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};

use super::model::Model;
use super::view;

/// Whether the terminal is ours; read by the panic hook.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Inner = ratatui::Terminal<CrosstermBackend<Stdout>>;

/// The terminal, ours.
pub struct Terminal {
    inner: Option<Inner>,
    has_mouse: bool,
}

impl Terminal {
    /// Takes it over, with the mouse or without: without it the terminal selects text as ever.
    pub fn take(has_mouse: bool) -> io::Result<Self> {
        let mut terminal = Self {
            inner: Some(fresh(size()?)?),
            has_mouse,
        };
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
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if self.has_mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        self.fit(size()?)
    }

    /// Begins with an empty screen of this size.
    pub fn fit(&mut self, size: (u16, u16)) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        if let Some(old) = self.inner.replace(fresh(size)?) {
            put_away(old);
        }
        Ok(())
    }

    /// Draws, and says how big it is.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let Some(inner) = &mut self.inner else {
            return Ok(());
        };
        inner.draw(|frame| view::view(model, frame)).map(|_| ())
    }
}

/// Columns and rows.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// A terminal whose contents are not known. Its size is fixed: ratatui's own way to follow a new
/// size asks the terminal where its cursor is, and waits for two seconds where none answers.
fn fresh((width, height): (u16, u16)) -> io::Result<Inner> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    ratatui::Terminal::with_options(
        CrosstermBackend::new(stdout()),
        TerminalOptions { viewport },
    )
}

/// ratatui shows the cursor when it is dropped, and says on standard error where it could not. Where
/// the terminal is gone that is gone, too, and saying it would be a panic in the middle of our way
/// out: what runs would not be brought to a safe place.
fn put_away(mut old: Inner) {
    if old.show_cursor().is_err() {
        std::mem::forget(old);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(old) = self.inner.take() {
            put_away(old);
        }
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
