//! One integration binary: the program from outside, and the rules that the source keeps.
#![expect(
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests look at the world from outside, fail where it is not as they say, and write \
              projects as text"
)]

mod architecture;
mod baseline;
mod breaks;
mod choices;
mod cli;
mod docs;
mod gate;
mod guided;
mod kinds;
mod peers;
mod property;
mod shapes;
mod strategies;
mod support;
mod tui;
