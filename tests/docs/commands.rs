//! `docs/reference/commands.md`: the command line, from the table that parses it.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::is_up_to_date;

const HEAD: &str = "# Commands\n\n<!-- generated from src/cli/args.rs -->\n";

#[test]
fn the_commands_are_up_to_date() {
    let mut root = redistill::cli::command();
    root.build();
    let mut text = format!("{HEAD}\n{}\n", root.get_long_about().unwrap());
    let all = |arg: &&Arg| !is_builtin(arg);
    table(
        &mut text,
        "Options of every command",
        &root.get_arguments().filter(all).collect::<Vec<_>>(),
    );
    for command in root.get_subcommands() {
        section(&mut text, command);
        for verb in command
            .get_subcommands()
            .filter(|verb| verb.get_name() != "help")
        {
            section(&mut text, verb);
        }
    }
    writeln!(text, "\n{}", root.get_after_help().unwrap()).unwrap();
    is_up_to_date("commands.md", &text);
}

fn is_builtin(arg: &Arg) -> bool {
    ["help", "version"].contains(&arg.get_id().as_str())
}

fn section(text: &mut String, command: &Command) {
    writeln!(
        text,
        "\n## {}\n\n{}.",
        command
            .get_display_name()
            .unwrap_or(command.get_name())
            .trim_start_matches("redistill-")
            .replace('-', " "),
        command.get_about().unwrap()
    )
    .unwrap();
    let usage = command.clone().render_usage().to_string();
    writeln!(
        text,
        "\n```text\n{}\n```",
        usage.trim_start_matches("Usage: ")
    )
    .unwrap();
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && !is_builtin(arg))
        .collect();
    table(text, "", &own);
}

fn table(text: &mut String, title: &str, arguments: &[&Arg]) {
    if arguments.is_empty() {
        return;
    }
    if !title.is_empty() {
        writeln!(text, "\n## {title}").unwrap();
    }
    text.push_str("\n| | |\n|---|---|\n");
    for argument in arguments {
        let meaning = meaning(argument).replace('|', "\\|");
        writeln!(
            text,
            "| `{}` | {meaning} |",
            form(argument).replace('|', "\\|")
        )
        .unwrap();
    }
}

/// `-v, --verbose`, `--plan <DIGEST>`, `[id]`.
fn form(argument: &Arg) -> String {
    let names: Vec<String> = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let value = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values());
    let value = value
        .map(|names| format!("<{}>", names[0]))
        .unwrap_or_default();
    format!("{} {value}", names.join(", ")).trim().to_owned()
}

/// The help, the values, the default and the variable.
fn meaning(argument: &Arg) -> String {
    let mut text = argument.get_help().unwrap().to_string();
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        write!(text, "; {}", values.join(", ")).unwrap();
    }
    if let [default] = argument.get_default_values()
        && argument.get_action().takes_values()
    {
        write!(text, "; `{}` unless given", default.to_string_lossy()).unwrap();
    }
    if let Some(variable) = argument.get_env() {
        write!(text, "; variable `{}`", variable.to_string_lossy()).unwrap();
    }
    text
}
