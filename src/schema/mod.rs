//! The catalog of a database as data: snapshot, comparison, carry-over, the text of a baseline.
//!
//! Pure, but for nothing: the queries in `assets/sql` are run by `rehearse` and `survey`, which
//! hand the rows to [`Catalog`]. Nothing here opens a connection.

mod catalog;

pub use catalog::{Catalog, Difference, Object, ObjectKey};
