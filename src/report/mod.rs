//! What was found, planned and done, as text, JSON, Markdown. Pure.

pub mod note;
pub mod plan;
