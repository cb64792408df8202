//! The catalog of a database as data: snapshot, comparison, carry-over, the text of a baseline.
//!
//! Pure: the queries in `assets/sql` are run by `survey::catalog`, which hands the rows to
//! [`Catalog`]. Nothing here opens a connection.

mod alter;
mod carry;
mod catalog;
mod compare;
mod compose;
mod data_file;
mod home;
mod leaving;
mod origins;
mod piece;
mod rows;
mod sides;
mod source;
mod teardown;
mod waiting;

pub use alter::{Alter, Change, alter, fills_itself, is_widening, of_statement, wholes, within};
pub use carry::{Carry, by_reference, carry, is_left_out, surround, unsayable};
pub use catalog::{Catalog, Difference, Object, ObjectKey};
pub use compare::{compare, remarks};
pub use compose::{Body, compose, merge};
pub use data_file::{
    EXTENSION as DATA_EXTENSION, carry_data, data_lines, file_name as data_file_name,
    prefix as data_prefix,
};
pub use home::Home;
pub use leaving::{falls_with, names_any, near, parts, with_parts};
pub use origins::{Facet, Origins, Whence};
pub use piece::{Origin, Piece, Stage};
pub use rows::{
    SeedColumn, SeedRows, SeedValue, SequenceValue, carry_rows, carry_sequence, compare_values,
    rows_key, value_key,
};
pub use sides::{Sides, Three, equal, sides};
pub use teardown::{Teardown, teardown};
pub use waiting::settle;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
