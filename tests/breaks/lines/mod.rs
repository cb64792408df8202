//! The lines, one project each: what six real projects lost when their histories were replaced. The
//! tenth, drift, is [`super::drift`].

mod models;
mod needs;
mod rows;
mod types;
