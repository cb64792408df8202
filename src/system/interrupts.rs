//! SIGINT, SIGTERM, SIGHUP as a flag: whoever works looks at it between two steps.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// A flag that the signals set. Registered once; the handlers stay for the life of the process.
pub fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Without the handler the signal ends the process, and the journal has the last word.
        let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
    }
    flag
}
