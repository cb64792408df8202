//! Nets of others.
