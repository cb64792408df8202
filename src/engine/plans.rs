//! Plans between `plan` and `reset`: kept outside the project, named by their digest.
//!
//! `plan` changes nothing in the project, so the plan itself lies in the user's state folder. A
//! plan that was altered on disk no longer has its digest and is not found.

use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::model::text::safe;
use crate::plan::Plan;
use crate::system::{ReadFiles, RealFiles, WriteFiles, environment};

/// The fewest digits of a digest that are taken.
pub const FEWEST_DIGITS: usize = 12;

fn folder() -> Result<PathBuf, Failure> {
    environment::state_folder()
        .map(|state| state.join("plans"))
        .ok_or_else(|| {
            Failure::untouched("there is no folder to keep the plan in")
                .with_hint("set XDG_STATE_HOME or REDISTILL_STATE to a folder of yours")
        })
}

/// Keeps a plan.
pub fn keep(plan: &Plan) -> Result<(), Failure> {
    let folder = folder()?;
    let text = serde_json::to_vec(plan).expect("a plan holds nothing that JSON cannot");
    let path = folder.join(format!("{}.json", plan.digest()));
    RealFiles
        .create_folder(&folder, 0o700)
        .and_then(|()| RealFiles.replace(&path, &text, 0o600))
        .map_err(|error| {
            Failure::untouched(format!(
                "the plan cannot be kept in {}: {error}",
                safe(&folder.display().to_string())
            ))
            .with_hint("set REDISTILL_STATE to a folder that can be written to")
        })
}

/// Finds the plan whose digest begins with `digits`.
pub fn find(digits: &str) -> Result<Plan, Failure> {
    let digits = digits.trim().to_ascii_lowercase();
    let is_digest = digits.chars().all(|c| c.is_ascii_hexdigit());
    if !is_digest || digits.len() < FEWEST_DIGITS || digits.len() > 64 {
        return Err(Failure::usage(format!(
            "{} is not a digest: {FEWEST_DIGITS} to 64 hexadecimal digits are needed",
            safe(&digits)
        ))
        .with_hint("make a plan and pass the digest it prints: redistill plan"));
    }
    let folder = folder()?;
    let mut found = Vec::new();
    for path in RealFiles.list(&folder).unwrap_or_default() {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with(&digits) {
            found.push(path);
        }
    }
    let [path] = &found[..] else {
        return Err(unknown(&digits, found.len()));
    };
    let bytes = RealFiles.read(path).map_err(|_| unknown(&digits, 0))?;
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|_| unknown(&digits, 0))?;
    if plan.digest().starts_with(&digits) {
        Ok(plan)
    } else {
        Err(unknown(&digits, 0))
    }
}

/// Forgets a plan that was executed.
pub fn forget(plan: &Plan) {
    if let Ok(folder) = folder() {
        // A plan that stays is harmless: its basis no longer holds.
        let _ = RealFiles.remove_file(&folder.join(format!("{}.json", plan.digest())));
    }
}

/// Forgets every plan of a project.
pub fn forget_all(root: &Path) {
    let Ok(folder) = folder() else {
        return;
    };
    for path in RealFiles.list(&folder).unwrap_or_default() {
        let plan = RealFiles
            .read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Plan>(&bytes).ok());
        if plan.is_some_and(|plan| plan.root == root) {
            let _ = RealFiles.remove_file(&path);
        }
    }
}

fn unknown(digits: &str, found: usize) -> Failure {
    let message = if found > 1 {
        format!("several plans begin with {digits}")
    } else {
        format!("there is no plan {digits}")
    };
    Failure::usage(message).with_hint("make a plan and pass the digest it prints: redistill plan")
}
