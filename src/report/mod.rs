//! What is said, as text and as JSON. Pure: data in, strings out.

pub mod chain;
