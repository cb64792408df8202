//! A chain as revision files.

use super::author::{Chain, Operation};

/// The revision files of a chain: name and text.
pub fn files(chain: &Chain, prefix: &str) -> Vec<(String, String)> {
    let mut down = "None".to_owned();
    let mut files = Vec::new();
    for (number, operations) in chain.revisions.iter().enumerate() {
        let id = format!("{prefix}{number:03}");
        let body = body(operations);
        files.push((
            format!("{id}_step.py"),
            format!(
                "\"\"\"step {number}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\
                 from sqlalchemy.dialects import postgresql\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\n\
                 def upgrade():\n{body}"
            ),
        ));
        down = format!("\"{id}\"");
    }
    files
}

fn body(operations: &[Operation]) -> String {
    if operations.is_empty() {
        return "    pass\n".to_owned();
    }
    // No string in an operation has a line break of its own.
    operations
        .iter()
        .flat_map(|operation| operation.0.lines())
        .fold(String::new(), |all, line| format!("{all}    {line}\n"))
}
