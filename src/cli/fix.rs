//! `check --fix`: shows the corrections as diffs, asks, has them written.

use std::path::Path;

use super::args::{FixArg, Format};
use super::{ask, is_interactive, print};
use crate::engine::{Engine, Fixes, LeftAlone};
use crate::error::Failure;
use crate::model::text::{count, safe};
use crate::report::diff::unified;
use crate::report::{Corrected, Paint};
use crate::rules::Finding;

/// Shows what can be corrected and writes it, if it is wanted; gives what was written.
///
/// In text the diffs are a part of the result; in the other formats they stand beside it.
pub fn fix(
    engine: &Engine<'_>,
    findings: &[Finding],
    how: FixArg,
    format: Format,
) -> Result<Vec<Corrected>, Failure> {
    let fixes = engine.fixes(findings);
    let root = engine.root();
    let diffs = diffs(&fixes, root);
    if format == Format::Text {
        print::result(&diffs);
    } else if !diffs.is_empty() {
        print::aside(diffs.trim_end());
    }
    for left in &fixes.left {
        print::aside(&left_alone(left, root));
    }
    let total: usize = fixes.files.iter().map(|file| file.mended.len()).sum();
    if total == 0 {
        print::aside("nothing can be corrected without a decision");
        return Ok(Vec::new());
    }
    let what = format!(
        "{} in {}",
        count(total, "correction"),
        count(fixes.files.len(), "file")
    );
    match how {
        FixArg::Apply => {}
        FixArg::Ask if is_interactive() => ask::confirm(&format!("Write {what}?"))?,
        FixArg::Ask | FixArg::Show => {
            print::aside(&format!(
                "{what}, not written; to write: redistill check --fix=apply"
            ));
            return Ok(Vec::new());
        }
    }
    engine.write_fixes(&fixes)?;
    print::aside(&format!("written: {what}"));
    Ok(corrected(&fixes, root))
}

fn diffs(fixes: &Fixes, root: &Path) -> String {
    let mut text = String::new();
    for file in &fixes.files {
        let path = shown(&file.path, root);
        let decoded = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        };
        text.push_str(&unified(
            &path,
            &decoded(&file.before),
            &decoded(&file.after),
            Paint::Coloured,
        ));
        text.push('\n');
    }
    text
}

fn left_alone(left: &LeftAlone, root: &Path) -> String {
    let path = shown(&left.path, root);
    format!(
        "left alone: {} {}:{}: {}",
        left.code,
        safe(&path),
        left.line,
        safe(&left.why)
    )
}

fn corrected(fixes: &Fixes, root: &Path) -> Vec<Corrected> {
    let mut corrected = Vec::new();
    for file in &fixes.files {
        corrected.extend(file.mended.iter().map(|mended| Corrected {
            code: mended.code.clone(),
            path: shown(&file.path, root),
            line: mended.line,
        }));
    }
    corrected
}

fn shown(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.display().to_string()
}
