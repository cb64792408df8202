//! Random names.

use crate::model::text;

/// `bytes` random bytes from the operating system, as lowercase hexadecimal.
///
/// # Panics
/// If the operating system gives no random bytes; nothing sensible can go on then.
pub fn hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).expect("the operating system gives random bytes");
    text::hex(&buffer)
}
