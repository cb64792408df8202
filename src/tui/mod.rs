//! The terminal app: the checklist of a reset, driven by keys or mouse. Called by `cli`.
//!
//! The Elm Architecture: [`update`](update::update) takes a message and changes the [`Model`],
//! [`view`](view::view) draws it and changes nothing, [`run`] alone reads keys, draws, and owns the
//! [`session`] thread on which the engine works. It decides nothing about a reset: survey, verdict,
//! rehearsal, plan and run are the engine's, as for every other face.
//!
//! `docs/design/0010-the-app.md` holds the decisions.

mod confirmation;
mod consent;
#[cfg(test)]
mod fixture;
mod form;
mod keymap;
mod layout;
mod list;
mod menu;
mod message;
mod model;
mod page;
mod picture;
mod run;
mod session;
mod standing;
mod syntax;
mod terminal;
mod text;
mod theme;
mod update;
mod view;

pub use keymap::{Change, Keymap, Mistake};
pub use model::Model;
pub use picture::svg;
pub use run::{Ending, Looks, Opening, heard, is_possible, run};
pub use theme::{Colours, Letters, Theme, Wishes};
