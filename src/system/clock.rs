//! Time.

use chrono::{DateTime, FixedOffset, Local};

/// The wall clock, in the user's time zone. `REDISTILL_NOW` (RFC 3339) fixes it, so that tests and
/// documentation print the same dates every day.
pub fn now() -> DateTime<FixedOffset> {
    std::env::var("REDISTILL_NOW")
        .ok()
        .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
        .unwrap_or_else(|| Local::now().fixed_offset())
}
