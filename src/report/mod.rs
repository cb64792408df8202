//! What was found, planned and done, as text, JSON, Markdown. Pure: data in, strings out.

pub mod chain;
pub mod note;
pub mod plan;
