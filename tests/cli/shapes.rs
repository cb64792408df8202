//! The way of a project through a reset, as the tests of this room know it.

pub(super) use crate::shapes::{Way, borrowed, sql_chain};
