//! The full lane: all of this folder on every PostgreSQL whose programs are given.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs that a folder may lack, because packages of servers leave them out. A newer one serves.
const CLIENTS: [&str; 2] = ["pg_dump", "psql"];

#[test]
#[ignore = "the full lane: REDISTILL_PG_BINS=DIR:DIR cargo test --test integration -- kinds::versions --ignored --nocapture"]
fn every_version_that_is_given() {
    let given = std::env::var_os("REDISTILL_PG_BINS")
        .expect("REDISTILL_PG_BINS names folders of programs, parted by colons");
    let folders: Vec<PathBuf> = std::env::split_paths(&given).collect();
    let mut failed = Vec::new();
    for folder in &folders {
        let server = version(&folder.join("postgres")).expect("a folder with a server");
        let links = tempfile::tempdir().unwrap();
        let dumper = link(folder, &folders, server[0], links.path());
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "kinds::",
                "--skip",
                "kinds::versions",
                "--test-threads",
                "2",
            ])
            .env("REDISTILL_PG_BIN", links.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let result = text.lines().rfind(|line| line.starts_with("test result"));
        println!(
            "PostgreSQL {}.{}, pg_dump {}.{}: {}",
            server[0],
            server[1],
            dumper[0],
            dumper[1],
            result.unwrap_or("no result")
        );
        for line in text.lines().filter(|line| line.starts_with("test kinds")) {
            println!("  {line}");
        }
        if !output.status.success() {
            failed.push(format!(
                "{}: {text}\n{}",
                folder.display(),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A folder of links: the server's own programs, and the closest clients that can read it.
fn link(folder: &Path, given: &[PathBuf], major: u32, links: &Path) -> [u32; 2] {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let program = entry.path().canonicalize().unwrap();
        symlink(program, links.join(entry.file_name())).unwrap();
    }
    for client in CLIENTS {
        let place = links.join(client);
        if place.exists() {
            continue;
        }
        let candidates = given.iter().map(|folder| folder.join(client));
        let closest = candidates
            .filter_map(|program| Some((version(&program)?, program)))
            .filter(|(found, _)| found[0] >= major)
            .min();
        if let Some((_, program)) = closest {
            symlink(program.canonicalize().unwrap(), place).unwrap();
        }
    }
    version(&links.join("pg_dump")).expect("a pg_dump that can read this server")
}

/// `[15, 18]` out of `pg_dump (PostgreSQL) 15.18 (Debian …)`.
fn version(program: &Path) -> Option<[u32; 2]> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (_, rest) = text.split_once("(PostgreSQL) ")?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next()?.parse().ok();
    Some([next()?, next()?])
}
