//! The guided run: the same checklist as questions and answers, for plain terminals, screen readers
//! and ssh.
//!
//! [`script`] says what comes next and [`question`] what a typed line means, both pure; [`run`]
//! carries it out with the engine; [`ask`] alone reads from the terminal. The output is linear: no
//! cursor moves but that of the line being typed.

mod ask;
mod question;
mod run;
mod script;
mod wording;

pub use run::run;
