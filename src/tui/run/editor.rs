//! The user's editor, opened at a line. Called by the loop; starts nothing itself.

use std::path::Path;

use crate::system::environment;

/// The user's editor with its way to name a line.
pub(super) fn command(path: &Path, line: usize) -> (String, Vec<String>) {
    let named = environment::variable("VISUAL").or_else(|| environment::variable("EDITOR"));
    let named = named.unwrap_or_else(|| "vi".to_owned());
    let mut words = named.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_else(|| "vi".to_owned());
    let mut arguments: Vec<String> = words.collect();
    let path = path.display().to_string();
    let name = program.rsplit('/').next().unwrap_or(&program);
    if matches!(name, "code" | "codium" | "cursor" | "zed" | "subl" | "hx") {
        if matches!(name, "code" | "codium" | "cursor") {
            arguments.push("-g".to_owned());
        }
        arguments.push(format!("{path}:{line}"));
    } else {
        arguments.extend([format!("+{line}"), path]);
    }
    (program, arguments)
}
