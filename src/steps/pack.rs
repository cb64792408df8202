//! The archive's bytes: files to tar.gz and back. Pure.
//!
//! Reading goes to the very end. A tar reader stops at the last entry, before the gzip trailer
//! with its checksum: about half of all single-bit flips would then go unnoticed.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

/// A file to pack: path, contents, permission bits.
pub struct Packed<'a> {
    /// Its name in the archive.
    pub path: &'a str,
    /// Its bytes.
    pub contents: &'a [u8],
    /// Its permission bits.
    pub mode: u32,
}

/// Packs files in the given order.
pub fn pack(files: &[Packed<'_>], modified: u64) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(file.contents.len() as u64);
        header.set_mode(file.mode & 0o777);
        header.set_mtime(modified);
        tar.append_data(&mut header, file.path, file.contents)?;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&tar.into_inner()?)?;
    gzip.finish()
}

/// Unpacks into memory. Refuses trailing bytes, anything that is not a regular file, and a name
/// that comes twice; names are the caller's to judge.
pub fn unpack(bytes: &[u8]) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut rest = bytes;
    let mut plain = Vec::new();
    // Reading to the end checks the trailer; what is left in `rest` came after it.
    GzDecoder::new(&mut rest).read_to_end(&mut plain)?;
    if !rest.is_empty() {
        return Err(invalid("bytes follow the compressed stream"));
    }
    let mut members = BTreeMap::new();
    for entry in tar::Archive::new(plain.as_slice()).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(invalid("an entry is not a regular file"));
        }
        let path = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| invalid("a name is not UTF-8"))?;
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents)?;
        if members.insert(path, contents).is_some() {
            return Err(invalid("a name comes twice"));
        }
    }
    Ok(members)
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
