//! The form that the project gives its files: post-write hooks, the file's name, the time zone, and
//! the linters that the old files pass.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use redistill::sandbox::python;

use crate::support::{Lab, Module};

/// The packages of a project with linters.
const PACKAGES: [&str; 5] = [
    "alembic==1.20.1",
    "sqlalchemy==2.1.9",
    "psycopg[binary]==3.3.9",
    "ruff==0.17.6",
    "black==26.10.1",
];
const VERSIONS: &str = "api/alembic/versions";

fn add_settings(lab: &Lab, settings: &str) {
    let ini = lab.read("api/alembic.ini");
    lab.write("api/alembic.ini", &format!("{ini}{settings}"));
}

/// Plans and resets; gives the baseline's path and text, which lies there as the plan showed it.
fn baseline(lab: &Lab) -> (String, String) {
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let module = &plan["modules"][0];
    let path = module["baseline_path"].as_str().unwrap().to_owned();
    lab.redistill(&["reset", "--plan", plan["digest"].as_str().unwrap()])
        .expect(0);
    let text = lab.read(&path);
    assert_eq!(text, module["baseline"].as_str().unwrap());
    assert_eq!(module["remarks"], serde_json::json!([]), "{module:#}");
    (path, text)
}

/// The line of the docstring that says when.
fn created(text: &str) -> &str {
    text.lines()
        .find_map(|line| line.strip_prefix("Create Date: "))
        .unwrap()
}

#[test]
fn a_hook_that_rewrites_the_file_runs_once_and_names_and_times_are_the_projects() {
    let lab = Lab::with_module(&Module::default());
    let (hook, log) = (lab.beside("house"), lab.beside("log"));
    // Two quotes become one kind, and a line is added: what a formatter and a licence tool do.
    let text = format!(
        "#!/bin/sh\nbasename \"$1\" >> '{}'\nsed -i \"s/'/\\\"/g\" \"$1\"\necho '# by the house' >> \"$1\"\n",
        log.display()
    );
    std::fs::write(&hook, text).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = format!(
        "[post_write_hooks]\nhooks = house\nhouse.type = exec\nhouse.executable = {}\n\
         house.options = REVISION_SCRIPT_FILENAME\n",
        hook.display()
    );
    let names = "file_template = %%(year)d_%%(rev)s-%%(slug)s\ntimezone = Europe/Berlin\n";
    add_settings(&lab, &format!("{names}{hooks}"));

    let (path, text) = baseline(&lab);
    assert_eq!(text.matches("# by the house").count(), 1, "{text}");
    assert!(text.ends_with("# by the house\n"), "{text}");
    assert!(!text.contains('\''), "{text}");
    let calls = std::fs::read_to_string(&log).unwrap();
    let name = Path::new(&path).file_name().unwrap().to_str().unwrap();
    assert_eq!(calls, format!("{name}\n"));
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("Revision ID: "))
        .unwrap();
    let moment = chrono::DateTime::parse_from_str(created(&text), "%Y-%m-%d %H:%M:%S%.f%:z");
    let moment = moment.unwrap_or_else(|why| panic!("{why}: {}", created(&text)));
    assert!([3600, 7200].contains(&moment.offset().local_minus_utc()));
    let year = moment.format("%Y");
    assert_eq!(name, format!("{year}_{id}-initial_schema.py"));
    // It is the file that is loaded, up and down.
    lab.alembic("api", &["check"]);
    lab.alembic("api", &["downgrade", "base"]);
    lab.alembic("api", &["upgrade", "head"]);

    let ini = lab.read("api/alembic.ini");
    lab.write("api/alembic.ini", &ini.replace("Europe/Berlin", "UTC"));
    let (_, text) = baseline(&lab);
    assert!(created(&text).ends_with("+00:00"), "{}", created(&text));
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 2);
}

fn passes(python: &Path, lab: &Lab, program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(python.with_file_name(program))
        .args(arguments)
        .arg(VERSIONS)
        .current_dir(lab.root())
        .output()
        .unwrap();
    println!(
        "{program} {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success()
}

#[test]
#[ignore = "needs ruff and black from the package index: cargo test --test integration -- baseline::house --ignored"]
fn linters_that_the_old_files_pass_pass_the_baseline() {
    let python = python::with_packages(&PACKAGES).unwrap();
    let check = ["check", "--no-cache"];
    let format = ["format", "--check", "--no-cache"];
    let black = ["--check"];

    // ruff, with rules about imports and annotations, and lines as short as PEP 8 has them.
    let lab = Lab::with_module(&Module::default()).run_by(&python);
    lab.write(
        "pyproject.toml",
        "[tool.ruff]\nline-length = 79\n[tool.ruff.lint]\nselect = [\"E\", \"F\", \"I\", \"UP\", \"Q\"]\n",
    );
    assert!(!passes(&python, &lab, "ruff", &format));
    passes(&python, &lab, "ruff", &["check", "--no-cache", "--fix"]);
    passes(&python, &lab, "ruff", &["format", "--no-cache"]);
    assert!(passes(&python, &lab, "ruff", &check) && passes(&python, &lab, "ruff", &format));
    let (_, text) = baseline(&lab);
    assert!(passes(&python, &lab, "ruff", &check), "{text}");
    assert!(passes(&python, &lab, "ruff", &format), "{text}");
    lab.alembic("api", &["check"]);

    // black as a hook, as Alembic's own template offers it; the old files were never formatted.
    let lab = Lab::with_module(&Module::default()).run_by(&python);
    assert!(!passes(&python, &lab, "black", &black));
    add_settings(
        &lab,
        "[post_write_hooks]\nhooks = black\nblack.type = console_scripts\nblack.entrypoint = black\n\
         black.options = -q REVISION_SCRIPT_FILENAME\n",
    );
    let (_, text) = baseline(&lab);
    assert!(passes(&python, &lab, "black", &black), "{text}");
    lab.alembic("api", &["check"]);
}
