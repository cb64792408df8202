//! The throwaway project of `redistill demo`: a git repository with three modules, seven
//! revisions, tables with rows, and four seeded bugs.
//!
//! Called by the demo command and by tests that need a whole project. It writes into the folder it
//! is given and into the databases it creates there, and never into one that it found.
//!
//! ```text
//! content   the files and the history, as embedded text
//! edits     the four repairs, as data
//! tree      writing files            git      committing them
//! python    running Alembic          stock    databases and rows
//! project   create and apply: the order of all of it
//! place     its folder             ground   its interpreter and server
//! proof     the project's own Alembic on the result
//! ```

mod content;
mod edits;
mod git;
mod ground;
mod place;
mod project;
mod proof;
mod python;
mod stock;
mod tree;

pub use content::{MODULES, ModuleFacts, files};
pub use edits::{Bug, Edit, FileEdit, edits};
pub use git::GitError;
pub use ground::{Ground, Provision, install, missing};
pub use place::Place;
pub use project::{Applied, Demo, DemoError, create};
pub use proof::Ran;
pub use stock::{StockError, TableRows};
