//! What was found, planned and done, as text, JSON, Markdown. Pure.

pub mod note;
pub mod plan;
//! What is said, as text and as JSON. Pure: data in, strings out.

pub mod chain;
