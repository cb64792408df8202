//! The headless face: reads the command line, calls the engine, prints.

mod args;
mod settings;

pub use args::Arguments;
