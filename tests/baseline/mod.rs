//! The text of the baseline: what is said in it, and what it says of itself.

mod golden;
mod house;
mod leaving;
mod origins;
mod result;
mod rows;

use crate::support::{Lab, Module};

/// Revision files of hand-written SQL: each its identifier and its statements, `;;` between them.
fn sql_chain(revisions: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut down = "None".to_owned();
    let mut files = Vec::new();
    for (id, statements) in revisions {
        let up = statements
            .split(";;")
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .fold(String::new(), |all, one| {
                // The drivers read `%` as a placeholder.
                let quoted = serde_json::to_string(&one.replace('%', "%%")).expect("text is JSON");
                format!("{all}    op.get_bind().exec_driver_sql({quoted})\n")
            });
        let text = format!(
            "\"\"\"{id}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
             revision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n{up}"
        );
        files.push((format!("{id}_step.py"), text));
        down = format!("\"{id}\"");
    }
    files
}

/// A project whose only module has this chain, applied.
fn lab(revisions: &[(&str, &str)], configure: &str) -> Lab {
    let files = sql_chain(revisions);
    let borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    Lab::with_module(&Module {
        models: "",
        revisions: &borrowed,
        configure: &format!("include_name=lambda *_: False, {configure}"),
        ..Module::default()
    })
}

/// The plan of the only module.
#[track_caller]
fn planned(lab: &Lab, choices: &[&str]) -> serde_json::Value {
    let arguments = [&["plan", "--format", "json"], choices].concat();
    let plan = lab.redistill(&arguments).expect(0).json();
    plan["modules"][0].clone()
}
