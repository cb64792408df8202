//! Fault injection: dies at a chosen journal record, as `kill -9` would.
//!
//! Debug builds only. `REDISTILL_CRASH_BEFORE_RECORD=n` aborts the process just before its n-th
//! record is written, `REDISTILL_CRASH_AFTER_RECORD=n` right after it is durable; n counts from 1,
//! over all journals of the process. Together they reach every gap between two entries, which is
//! what the crash tests walk through.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::system::environment;

static RECORDS: AtomicUsize = AtomicUsize::new(0);

/// Called before a record is written.
pub fn before_record() {
    let number = RECORDS.fetch_add(1, Ordering::Relaxed) + 1;
    die_at("REDISTILL_CRASH_BEFORE_RECORD", number);
}

/// Called when it is durable.
pub fn after_record() {
    die_at(
        "REDISTILL_CRASH_AFTER_RECORD",
        RECORDS.load(Ordering::Relaxed),
    );
}

fn die_at(variable: &str, number: usize) {
    if environment::variable(variable).and_then(|n| n.parse().ok()) == Some(number) {
        std::process::abort();
    }
}
