//! `redistill demo`.
