//! A program that gets the terminal until it ends: the user's editor.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitStatus};

/// Runs a program in the foreground, with our terminal and our process group, until it ends.
pub fn hand_over<S: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> io::Result<ExitStatus> {
    Command::new(program).args(arguments).status()
}
