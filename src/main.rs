//! The program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    redistill::cli::run().into()
}
