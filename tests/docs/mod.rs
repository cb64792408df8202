//! The documents that follow from the code: `docs/reference/` is what the code says now.
//!
//! `REDISTILL_RENEW_DOCS=1 cargo test --test integration docs` writes the generated ones anew.

mod commands;
mod json;
mod rules;

use std::process::Command;

use crate::support::repository;

const RENEW: &str = "REDISTILL_RENEW_DOCS=1 cargo test --test integration docs";

fn is_renewing() -> bool {
    std::env::var_os("REDISTILL_RENEW_DOCS").is_some()
}

/// Compares a generated document with the one that is checked in, or renews it.
#[track_caller]
fn is_up_to_date(name: &str, text: &str) {
    let path = repository("docs/reference").join(name);
    if is_renewing() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let first = there.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(
        there == text,
        "docs/reference/{name} is out of date; renew it: {RENEW}\nfirst difference: {first:#?}"
    );
}

/// What the program prints.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_redistill"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "redistill {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_manual_page_is_up_to_date() {
    is_up_to_date("redistill.1", &printed(&["man"]));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut pages = vec![repository("README.md")];
    for folder in [
        "docs",
        "docs/design",
        "docs/guide",
        "docs/reference",
        "docs/reference/rules",
    ] {
        for entry in std::fs::read_dir(repository(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    let mut dead = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap();
            let is_file = !link.is_empty() && !link.contains("://");
            if is_file && !page.parent().unwrap().join(link).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn commands_that_are_named_exist() {
    let known = redistill::cli::command();
    let known: Vec<&str> = known
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    let mut files = vec![repository("README.md")];
    crate::architecture::source_files(&repository("src"), &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // What somebody is told to type: after a colon, or set as code.
        for start in [": redistill ", "`redistill "] {
            for rest in text.split(start).skip(1) {
                let word: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
                if !word.is_empty() && !known.contains(&&*word) {
                    wrong.push(format!("{}: redistill {word}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
