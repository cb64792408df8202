//! How what was said and dumped is read: pure.

use serde_json::Value;

/// Why there is no plan: what is lost, and what was said.
pub fn why_not(stdout: &str, stderr: &str) -> String {
    let json: Value = serde_json::from_str(stdout).unwrap_or_default();
    let said = stderr.lines().filter(|line| line.starts_with([' ', 'r']));
    let mut why: Vec<String> = said.map(str::to_owned).collect();
    for module in json["modules"].as_array().into_iter().flatten() {
        why.extend(shortfalls(module));
    }
    for finding in json["findings"].as_array().into_iter().flatten() {
        if finding["severity"] == "refuse" {
            why.push(finding["message"].as_str().unwrap_or_default().to_owned());
        }
    }
    why.join("\n")
}

/// What a planned module loses or leaves.
pub fn shortfalls(module: &Value) -> Vec<String> {
    let all = ["lost", "left_behind", "drift"]
        .into_iter()
        .flat_map(|list| {
            let items = module[list].as_array().into_iter().flatten();
            items.map(move |one| format!("{list}: {one}"))
        });
    all.collect()
}

/// The rows of each table in one order; a table has none.
pub fn ordered(dump: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut rows: Option<Vec<&str>> = None;
    for line in dump.lines() {
        match &mut rows {
            Some(found) if line == "\\." => {
                found.sort_unstable();
                lines.append(found);
                lines.push(line);
                rows = None;
            }
            Some(found) => found.push(line),
            None => {
                lines.push(line);
                if line.starts_with("COPY ") && line.ends_with(" FROM stdin;") {
                    rows = Some(Vec::new());
                }
            }
        }
    }
    lines.join("\n")
}

/// The lines that one has and the other has not, a few of them.
pub fn difference(expected: &str, found: &str) -> String {
    let diff = similar::TextDiff::from_lines(expected, found);
    let text = diff
        .unified_diff()
        .context_radius(2)
        .header("old chain", "baseline")
        .to_string();
    text.lines().take(60).collect::<Vec<_>>().join("\n")
}
