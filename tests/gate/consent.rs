//! Nothing of a project runs before the user agreed: neither its code nor what its repository or
//! its folder would make git, Python or the program itself run.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Lab, Module};

/// The commands that run nothing of the project and open no connection. Exit codes are not asked
/// for: a hostile project may be refused.
const QUIET: &[&[&str]] = &[
    &["check", "--static"],
    &["check", "--static", "--format", "json"],
    &["check", "--static", "--format", "sarif"],
    &["check", "--static", "--format", "github"],
    &["check", "--static", "--module", "api"],
    &["chain"],
    &["chain", "--format", "json"],
    &["explain", "RD201"],
    &["log"],
    &["show", "no-such-run"],
    &["completions", "bash"],
    &["man"],
    &["--version"],
    &["--help"],
    // Stopped before anything is looked at.
    &["reset", "--plan", "0123456789ab"],
    &["resume"],
    &["undo", "no-such-run"],
    &["mark", "production", "--url", "mysql://nowhere"],
    // Later commands that are static; unknown ones run nothing, either.
    &["message", "check"],
    &["message", "add note"],
    &["enums", "--static"],
    &["checklist", "--static"],
    &["check", "--static", "--fail-on", "note"],
];

/// Everything that is run of a hostile project leaves a file here.
struct Trap {
    lab: Lab,
    witnesses: PathBuf,
}

impl Trap {
    fn new() -> Self {
        let lab = Lab::new();
        lab.add(&Module::default());
        let witnesses = lab.beside("witnesses");
        std::fs::create_dir(&witnesses).unwrap();
        let trap = Self { lab, witnesses };
        for name in ["uv", "poetry", "pipenv"] {
            let path = trap.script(&format!("../managers/{name}"), name);
            assert!(path.is_file());
        }
        trap.python();
        trap.programs();
        trap.repository();
        trap.lab.write(
            "redistill.toml",
            "[environments]\nstaging = { url_env = \"STAGING_URL\" }\n[[waivers]]\nfinding = \"RD201\"\n\
             head = \"n002\"\nreason = \"for git to be asked\"\nuntil = 2099-12-31\n",
        );
        trap
    }

    /// A shell line that leaves a witness.
    fn tell(&self, name: &str) -> String {
        format!("touch '{}/{name}'", self.witnesses.display())
    }

    fn script(&self, path: &str, name: &str) -> PathBuf {
        self.lab
            .write(path, &format!("#!/bin/sh\n{}\ncat\n", self.tell(name)));
        let path = self.lab.root().join(path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Code that writes a witness when it is imported or loaded.
    fn python(&self) {
        let tell = |name: &str| {
            format!(
                "open({:?}, 'w')\n",
                self.witnesses.join(name).display().to_string()
            )
        };
        for path in [
            "sitecustomize.py",
            "usercustomize.py",
            "api/sitecustomize.py",
            "api/app/__init__.py",
            "api/alembic/__init__.py",
            "alembic.py",
            "api/alembic/versions/__init__.py",
        ] {
            self.lab.write(path, &tell(&path.replace('/', "-")));
        }
        for path in [
            "api/alembic/env.py",
            "api/app/models.py",
            "api/alembic/versions/n001_notes.py",
        ] {
            let text = self.lab.read(path);
            self.lab
                .write(path, &format!("{}{text}", tell(&path.replace('/', "-"))));
        }
    }

    /// Programs that lie in the folder under names that something might look for.
    fn programs(&self) {
        for name in [
            "git", "python", "python3", "uv", "poetry", "pipenv", "docker", "psql",
        ] {
            self.script(name, name);
            self.script(&format!("api/{name}"), name);
        }
        for folder in ["", "api/"] {
            for name in ["python", "python3", "git"] {
                self.script(&format!("{folder}.venv/bin/{name}"), "venv");
            }
            self.lab
                .write(&format!("{folder}.venv/pyvenv.cfg"), "home = /usr/bin\n");
            self.lab
                .write(&format!("{folder}.envrc"), &self.tell("envrc"));
            self.lab.write(
                &format!("{folder}.env"),
                &format!("X=$({})\n", self.tell("env")),
            );
            self.lab
                .write(&format!("{folder}.python-version"), "./python3\n");
            self.lab.write(&format!("{folder}uv.lock"), "");
            self.lab.write(&format!("{folder}poetry.lock"), "");
            self.lab.write(&format!("{folder}Pipfile"), "");
        }
        let docker = format!(
            "services:\n  db:\n    image: \"$({})\"\n",
            self.tell("compose")
        );
        self.lab.write("compose.yaml", &docker);
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(["-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.lab.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}\n{text}");
    }

    /// A repository that has git run something at every turn.
    fn repository(&self) {
        self.lab
            .write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
        self.git(&["init", "-q"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "all"]);
        self.git(&["tag", "v1"]);
        self.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        let evil = self.script(".git/evil", "git");
        let evil = evil.display().to_string();
        for hook in [
            "pre-commit",
            "post-checkout",
            "post-index-change",
            "reference-transaction",
            "fsmonitor-watchman",
            "pre-auto-gc",
            "post-rewrite",
        ] {
            self.script(&format!(".git/hooks/{hook}"), hook);
        }
        let included = format!("[core]\n\tpager = {evil}\n\tsshCommand = {evil}\n");
        self.lab.write(".git/included", &included);
        let shell = format!("!{evil}");
        for (key, value) in [
            ("core.fsmonitor", evil.as_str()),
            ("core.pager", &evil),
            ("core.editor", &evil),
            ("core.askPass", &evil),
            ("core.sshCommand", &evil),
            ("core.gitProxy", &evil),
            ("core.alternateRefsCommand", &evil),
            ("core.untrackedCache", "true"),
            ("filter.evil.clean", &evil),
            ("filter.evil.smudge", &evil),
            ("filter.evil.process", &evil),
            ("filter.evil.required", "true"),
            ("diff.evil.textconv", &evil),
            ("diff.evil.command", &evil),
            ("diff.external", &evil),
            ("merge.evil.driver", &evil),
            ("credential.helper", &evil),
            ("gpg.program", &evil),
            ("gpg.ssh.program", &evil),
            ("log.showSignature", "true"),
            ("interactive.diffFilter", &evil),
            ("sequence.editor", &evil),
            ("uploadpack.packObjectsHook", &evil),
            ("trailer.x.command", &evil),
            ("trailer.x.cmd", &evil),
            ("tar.evil.command", &evil),
            ("remote.origin.url", "ssh://nowhere.invalid/x"),
            ("remote.origin.uploadpack", &evil),
            ("remote.origin.vcs", "evil"),
            ("includeIf.gitdir:**.path", "included"),
            ("pager.log", &evil),
            ("pager.config", &evil),
        ] {
            self.git(&["config", key, value]);
        }
        for alias in [
            "log",
            "rev-parse",
            "for-each-ref",
            "ls-tree",
            "hash-object",
            "cat-file",
            "config",
        ] {
            self.git(&["config", &format!("alias.{alias}"), &shell]);
        }
        // A revision that differs, so that git has a reason to compare contents.
        let path = "api/alembic/versions/n002_state.py";
        let text = self.lab.read(path);
        self.lab.write(path, &format!("{text}\n# changed\n"));
    }

    /// The program in a folder of the project, with `.` and the project first on PATH.
    fn command(&self, program: &Path, folder: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap();
        command
            .current_dir(self.lab.root().join(folder))
            .env(
                "PATH",
                format!(".:api:../api:{}:{path}", self.managers().display()),
            )
            .env("NO_COLOR", "1")
            .env("REDISTILL_STATE", self.lab.beside("state"))
            .env("PYTHONPATH", self.lab.root())
            .env("GIT_SSH_COMMAND", self.lab.root().join("git"))
            .env("GIT_EXTERNAL_DIFF", self.lab.root().join("git"))
            .env("GIT_PAGER", self.lab.root().join("git"))
            .env("GIT_EXEC_PATH", self.lab.root())
            .env("PAGER", self.lab.root().join("git"))
            .env_remove("VIRTUAL_ENV")
            .env_remove("REDISTILL_PYTHON")
            .stdin(Stdio::null());
        command
    }

    /// A folder with project managers of the user: what they run is up to the project.
    fn managers(&self) -> PathBuf {
        self.lab.beside("managers")
    }

    fn told(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.witnesses).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.collect()
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_redistill");

/// The programs that an strace of `execve` saw started.
fn executed(trace: &str) -> Vec<PathBuf> {
    let started = trace
        .lines()
        .filter(|line| line.trim_end().ends_with("= 0"));
    started
        .filter_map(|line| {
            let (_, rest) = line.split_once("execve(\"")?;
            Some(PathBuf::from(rest.split('"').next()?))
        })
        .collect()
}

#[test]
fn nothing_of_a_hostile_project_runs_before_consent() {
    let trap = Trap::new();
    for folder in ["", "api"] {
        for arguments in QUIET {
            let output = trap
                .command(Path::new(PROGRAM), folder)
                .args(*arguments)
                .output();
            let output = output.unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                output.status.code().is_some_and(|code| code != 70),
                "{arguments:?}\n{text}"
            );
            assert_eq!(trap.told(), [""; 0], "{arguments:?} in {folder:?}\n{text}");
        }
    }
    // Without an environment in sight a project manager would have to be asked.
    for folder in ["", "api"] {
        std::fs::remove_dir_all(trap.lab.root().join(folder).join(".venv")).unwrap();
    }
    let output = trap
        .command(Path::new(PROGRAM), "")
        .args(QUIET[0])
        .output()
        .unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2));
    assert_eq!(trap.told(), [""; 0]);
    // The static check did look at the repository and at the code.
    let output = trap
        .command(Path::new(PROGRAM), "")
        .args(["check", "--static", "--format", "json"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("RD302"), "{text}");
    assert!(!text.contains("RD204") && !text.contains("RD206"), "{text}");
}

#[test]
fn only_git_from_outside_is_executed_before_consent() {
    if Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("skipped: there is no strace here");
        return;
    }
    let trap = Trap::new();
    let file = trap.lab.beside("trace");
    let mut seen_git = false;
    for arguments in QUIET {
        let mut command = trap.command(Path::new("/usr/bin/env"), "");
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("strace"))
            .find(|path| path.is_file())
            .unwrap();
        command
            .arg(found)
            .args(["-f", "-qq", "-e", "trace=execve", "-s", "4096", "-o"]);
        let output = command
            .arg(&file)
            .arg(PROGRAM)
            .args(*arguments)
            .output()
            .unwrap();
        let trace = std::fs::read_to_string(&file).unwrap_or_default();
        if !trace.contains("execve(") {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            println!("skipped: strace cannot trace here: {text}");
            return;
        }
        for program in executed(&trace) {
            let is_ours = program == Path::new(PROGRAM);
            let is_git = program.file_name().is_some_and(|name| name == "git");
            seen_git |= is_git;
            assert!(is_ours || is_git, "{arguments:?} ran {}", program.display());
            assert!(
                is_ours || !program.starts_with(trap.lab.root()),
                "{arguments:?} ran the project's {}",
                program.display()
            );
            assert!(
                program.is_absolute(),
                "{arguments:?} ran {}",
                program.display()
            );
        }
        assert_eq!(trap.told(), [""; 0], "{arguments:?}");
    }
    assert!(seen_git, "the trace did not see git");
}

#[test]
fn the_trap_itself_works() {
    let trap = Trap::new();
    // What a plain `git status` does in such a repository.
    let _ = Command::new("git")
        .arg("status")
        .current_dir(trap.lab.root())
        .stdin(Stdio::null())
        .output();
    assert!(trap.told().contains(&"git".to_owned()), "{:?}", trap.told());
    let _ = trap
        .command(Path::new("/bin/sh"), "")
        .args(["-c", "python3 </dev/null"])
        .output();
    assert!(
        trap.told().contains(&"python3".to_owned()),
        "{:?}",
        trap.told()
    );
    let _ = Command::new(crate::support::interpreter())
        .args(["-c", "import app"])
        .current_dir(trap.lab.root().join("api"))
        .output();
    assert!(
        trap.told().contains(&"api-app-__init__.py".to_owned()),
        "{:?}",
        trap.told()
    );
}
