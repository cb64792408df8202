//! The file format: records of length, hash and JSON.
//!
//! ```text
//! length     u32, little endian
//! ~length    u32, the complement: a damaged length is recognised and never followed
//! hash       SHA-256 over the hash of the record before (32 zero bytes for the first) and the JSON
//! JSON       one Entry
//! ```
//!
//! An append that was interrupted leaves a beginning of a record, or a record whose blocks did not
//! reach the disk, at the very end of the file: it counts as not written. Anything wrong before
//! the end is damage, and then nobody may go on from this journal. Pure.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::Entry;

const HEADER: usize = 4 + 4 + 32;

/// Why the bytes are not a journal.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RecordError {
    /// Bytes before the end are not what was written.
    #[error("it is damaged at byte {offset}")]
    Damaged {
        /// Where.
        offset: usize,
    },
    /// The record is whole, but this version does not know such an entry.
    #[error("the record at byte {offset} is of a kind that this version does not know ({why})")]
    Unknown {
        /// Where.
        offset: usize,
        /// What the reader says.
        why: String,
    },
}

/// The state of a journal's end: what the next record is chained to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// The hash of the last whole record.
    hash: [u8; 32],
    /// The length of all whole records, in bytes.
    pub length: usize,
}

impl Tail {
    /// The bytes of the next record, and the tail after it.
    ///
    /// # Panics
    /// If the entry's JSON is 4 GiB long.
    pub fn encode(self, entry: &Entry) -> (Vec<u8>, Self) {
        let json = serde_json::to_vec(entry).expect("an entry holds nothing that JSON cannot");
        let length = u32::try_from(json.len()).expect("a plan is smaller than 4 GiB");
        let hash = chained(&self.hash, &json);
        let mut bytes = Vec::with_capacity(HEADER + json.len());
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend(hash);
        bytes.extend(json);
        let length = self.length + bytes.len();
        (bytes, Self { hash, length })
    }
}

/// Reads all whole records. A torn one at the end was not written: `tail.length` tells where the
/// whole ones end.
pub fn decode(bytes: &[u8]) -> Result<(Vec<Entry>, Tail), RecordError> {
    let mut entries = Vec::new();
    let mut tail = Tail::default();
    loop {
        let offset = tail.length;
        match one(&bytes[offset..], &tail.hash) {
            One::End => return Ok((entries, tail)),
            One::Damaged => return Err(RecordError::Damaged { offset }),
            One::Whole { json, hash } => {
                let entry = serde_json::from_slice(json).map_err(|error| RecordError::Unknown {
                    offset,
                    why: error.to_string(),
                })?;
                entries.push(entry);
                tail = Tail {
                    hash,
                    length: offset + HEADER + json.len(),
                };
            }
        }
    }
}

enum One<'a> {
    Whole { json: &'a [u8], hash: [u8; 32] },
    End,
    Damaged,
}

fn one<'a>(rest: &'a [u8], previous: &[u8; 32]) -> One<'a> {
    let Some((header, body)) = rest.split_at_checked(HEADER) else {
        return One::End;
    };
    let word = |at: usize| {
        u32::from_le_bytes(
            header[at..at + 4]
                .try_into()
                .expect("the slice has four bytes"),
        )
    };
    let length = word(0);
    if word(4) != !length {
        // Blocks that were allocated and never written read as zeros.
        return if rest.iter().all(|byte| *byte == 0) {
            One::End
        } else {
            One::Damaged
        };
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let Some(json) = body.get(..length) else {
        return One::End;
    };
    let hash = chained(previous, json);
    if hash == header[8..] {
        One::Whole { json, hash }
    } else if body.len() == length {
        One::End
    } else {
        One::Damaged
    }
}

fn chained(previous: &[u8; 32], json: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(json);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> (Vec<Entry>, Vec<u8>, Vec<usize>) {
        let entries = vec![
            Entry::TakenBack { index: 3 },
            Entry::Finished {
                index: 1,
                receipt: "3 files".to_owned(),
                tests: None,
            },
            Entry::Committing {
                index: 2,
                xid: "754".to_owned(),
            },
        ];
        let (mut bytes, mut tail, mut ends) = (Vec::new(), Tail::default(), vec![0]);
        for entry in &entries {
            let (more, next) = tail.encode(entry);
            bytes.extend(more);
            tail = next;
            ends.push(bytes.len());
        }
        (entries, bytes, ends)
    }

    #[test]
    fn a_torn_tail_was_not_written_whatever_byte_it_ends_at() {
        let (entries, bytes, ends) = journal();
        for length in 0..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= length).count() - 1;
            let (read, tail) = decode(&bytes[..length]).unwrap();
            assert_eq!(read, entries[..whole], "cut at {length}");
            assert_eq!(tail.length, ends[whole]);
            // Allocated blocks that never got their bytes.
            let mut zeros = bytes[..length].to_vec();
            zeros.resize(bytes.len(), 0);
            if let Ok((read, _)) = decode(&zeros) {
                assert!(entries.starts_with(&read), "zeros from {length}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_damage_or_cuts_the_last_record() {
        let (entries, bytes, ends) = journal();
        let last = ends[ends.len() - 2];
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match decode(&flipped) {
                Err(RecordError::Damaged { .. }) => {}
                Ok((read, _)) => {
                    assert!(bit / 8 >= last, "bit {bit} went unnoticed");
                    assert_eq!(read, entries[..2]);
                }
                Err(error) => panic!("bit {bit}: {error}"),
            }
        }
    }

    #[test]
    fn an_unknown_entry_refuses() {
        let json = br#"{"entry":"teleported","index":1}"#;
        let length = u32::try_from(json.len()).unwrap();
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend((!length).to_le_bytes());
        bytes.extend(chained(&[0; 32], json));
        bytes.extend(json);
        assert!(matches!(
            decode(&bytes),
            Err(RecordError::Unknown { offset: 0, .. })
        ));
    }

    #[test]
    fn noise_never_panics() {
        // A linear congruential generator: the same noise every time.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize
        };
        let (_, bytes, _) = journal();
        for _ in 0..20_000 {
            let mut noisy = bytes.clone();
            for _ in 0..=next() % 6 {
                let at = next() % noisy.len();
                noisy[at] = u8::try_from(next() % 256).unwrap();
            }
            noisy.truncate(next() % (noisy.len() + 1));
            let _ = decode(&noisy);
        }
    }
}
