//! Files of the project that run its migrations where it is deployed.
//!
//! Used by the facade. A file counts when deploying is what it is for: the settings of a hosting
//! platform, a manifest of a cluster, a pipeline job with an environment. An image, a compose file
//! or a test job also runs migrations on a developer's machine and proves nothing by itself; it
//! counts together with a platform's settings, or if its name says production. The reasons stand in
//! `docs/design/0005-shared-history.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::evidence::Deployment;
use crate::system::{FileKind, ReadFiles};

/// Commands that upgrade a database.
const COMMANDS: &[&str] = &[
    "alembic",
    "flask db upgrade",
    "flask-db upgrade",
    "command.upgrade(",
];
/// Settings of platforms that deploy.
const PLATFORMS: &[&str] = &[
    "procfile",
    "fly.toml",
    "render.yaml",
    "render.yml",
    "app.json",
    "railway.json",
    "railway.toml",
    "app.yaml",
    "dockerrun.aws.json",
    "heroku.yml",
    "nixpacks.toml",
    "cloudbuild.yaml",
    "serverless.yml",
    "captain-definition",
    "copilot.yml",
    "zeabur.yaml",
];
/// Folders of cluster manifests and the like.
const CLUSTERS: &[&str] = &[
    "k8s",
    "kubernetes",
    "helm",
    "charts",
    "kustomize",
    "manifests",
    "deploy",
    "deployment",
    "deployments",
    "ansible",
    "nomad",
    "infra",
];
/// Words in a file name that say what it is for.
const NAMES: &[&str] = &[
    "prod",
    "production",
    "deploy",
    "deployment",
    "release",
    "staging",
];
/// What a pipeline job that deploys has, and one that tests has not.
const DEPLOYS: &[&str] = &[
    "environment:",
    "deployment:",
    "secrets.",
    "ssh ",
    "kubectl",
    "helm ",
    "flyctl",
    "heroku",
    "gcloud",
    "aws ecs",
    "deploy",
];
/// The largest file that is read.
const LARGEST: u64 = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Deploying is what it is for.
    Deploys,
    /// Runs wherever it is started.
    Starts,
    /// A pipeline: one job of it may deploy.
    Pipeline,
}

/// The lines that upgrade, in files that deploy. `tracked` is relative to `top`.
pub(super) fn find(
    root: &Path,
    top: &Path,
    tracked: Vec<PathBuf>,
    files: &dyn ReadFiles,
) -> Vec<Deployment> {
    let mut paths: BTreeSet<PathBuf> = tracked.into_iter().map(|path| top.join(path)).collect();
    for folder in [top, root] {
        paths.extend(files.list(folder).unwrap_or_default());
    }
    let mut found = Vec::new();
    let mut starting = Vec::new();
    let mut platform = None;
    for path in paths.into_iter().filter(|path| concerns(root, top, path)) {
        let Some(kind) = kind_of(top, &path) else {
            continue;
        };
        let Some(text) = read(&path, files) else {
            continue;
        };
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if kind == Kind::Deploys && PLATFORMS.contains(&name.to_lowercase().as_str()) {
            platform.get_or_insert(name);
        }
        let lines: Vec<&str> = text.lines().collect();
        for (index, _) in lines.iter().enumerate().filter(|(_, line)| upgrades(line)) {
            let line = |why: &str| Deployment {
                path: path.clone(),
                line: index + 1,
                why: why.to_owned(),
            };
            match kind {
                Kind::Deploys => found.push(line("it deploys")),
                Kind::Pipeline if job_deploys(&lines, index) => {
                    found.push(line("its job deploys"));
                }
                Kind::Pipeline => {}
                Kind::Starts => starting.push(line("")),
            }
        }
    }
    // What an image runs when it starts, it runs where a platform starts it.
    if let Some(platform) = platform {
        found.extend(starting.into_iter().map(|line| Deployment {
            why: format!("{platform} deploys it"),
            ..line
        }));
    }
    found
}

/// Whether a file speaks of this project: inside it, in a folder above it, or in a folder that a
/// repository keeps for all of its projects.
fn concerns(root: &Path, top: &Path, path: &Path) -> bool {
    let Some(folder) = path.parent() else {
        return false;
    };
    let common = [
        ".github",
        ".circleci",
        "docker",
        "scripts",
        "bin",
        "ci",
        "ops",
    ];
    let first = path
        .strip_prefix(top)
        .ok()
        .and_then(|inside| inside.components().next());
    let first = first.map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    path.starts_with(root)
        || root.starts_with(folder)
        || first.is_some_and(|name| {
            common.contains(&name.as_str()) || CLUSTERS.contains(&name.as_str())
        })
}

fn kind_of(top: &Path, path: &Path) -> Option<Kind> {
    let inside = path.strip_prefix(top).unwrap_or(path);
    let parts: Vec<String> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy().to_lowercase())
        .collect();
    let (name, folders) = parts.split_last()?;
    let is_yaml = has_suffix(name, &[".yml", ".yaml"]);
    let says = |word: &str| NAMES.contains(&word);
    let is_named = name.split(['.', '-', '_']).any(says);
    let is_cluster = folders
        .iter()
        .any(|folder| CLUSTERS.contains(&folder.as_str()));
    let starts = name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || has_suffix(name, &[".sh", ".dockerfile"])
        || matches!(
            name.as_str(),
            "makefile" | "justfile" | "prestart.py" | "main.py" | "app.py"
        )
        || (is_yaml && (name.contains("compose")));
    let is_pipeline = (is_yaml
        && folders
            .first()
            .is_some_and(|first| first == ".github" || first == ".circleci"))
        || matches!(
            name.as_str(),
            ".gitlab-ci.yml" | "bitbucket-pipelines.yml" | "jenkinsfile" | "azure-pipelines.yml"
        );
    if is_pipeline {
        Some(Kind::Pipeline)
    } else if PLATFORMS.contains(&name.as_str())
        || (is_cluster && (is_yaml || has_suffix(name, &[".sh", ".tpl", ".hcl"])))
        || (starts && is_named)
    {
        Some(Kind::Deploys)
    } else {
        starts.then_some(Kind::Starts)
    }
}

fn has_suffix(name: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| name.ends_with(suffix))
}

fn read(path: &Path, files: &dyn ReadFiles) -> Option<String> {
    let stat = files.stat(path).ok()??;
    if stat.kind != FileKind::File || stat.size > LARGEST {
        return None;
    }
    let contents = files.read(path).ok()?;
    Some(String::from_utf8_lossy(&contents).into_owned())
}

/// Whether a line upgrades a database; words may stand in a list (`["alembic", "upgrade", "head"]`).
fn upgrades(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with('#') || line.starts_with("//") {
        return false;
    }
    let plain: String = line
        .chars()
        .map(|c| {
            if matches!(c, '"' | '\'' | ',' | '[' | ']') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    COMMANDS.iter().any(|command| match *command {
        "alembic" => words.find("alembic").is_some_and(|at| {
            words[at..].contains(" upgrade ") || words[at..].ends_with(" upgrade")
        }),
        command => words.contains(command),
    })
}

/// Whether the job around a line deploys. A job is what is indented below a key of the second level
/// (`jobs: … test:`) or of the first (GitLab).
fn job_deploys(lines: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_text = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let has_jobs = lines.iter().any(|line| line.starts_with("jobs:"));
    let level = if has_jobs {
        let below = lines
            .iter()
            .skip_while(|line| !line.starts_with("jobs:"))
            .skip(1);
        below
            .filter(|line| is_text(line))
            .map(|line| indent(line))
            .next()
            .unwrap_or(2)
    } else {
        0
    };
    let is_head = |line: &str| is_text(line) && indent(line) <= level;
    let start = (0..=at).rev().find(|n| is_head(lines[*n])).unwrap_or(0);
    let end = (at + 1..lines.len())
        .find(|n| is_head(lines[*n]))
        .unwrap_or(lines.len());
    let job = lines[start..end].join("\n").to_lowercase();
    let has_own_server = job.contains("services:") && job.contains("postgres");
    !has_own_server && DEPLOYS.iter().any(|word| job.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_upgrade() {
        for line in [
            "release: alembic upgrade head",
            "CMD [\"alembic\", \"-c\", \"x.ini\", \"upgrade\", \"head\"]",
            "  - flask db upgrade",
            "python -m alembic upgrade heads && uvicorn app:app",
        ] {
            assert!(upgrades(line), "{line}");
        }
        for line in [
            "# alembic upgrade head",
            "pip install --upgrade alembic",
            "alembic check",
        ] {
            assert!(!upgrades(line), "{line}");
        }
    }

    #[test]
    fn a_job_that_tests_is_not_one_that_deploys() {
        let text = "jobs:\n  test:\n    services:\n      postgres:\n        image: postgres\n    \
                    steps:\n      - run: alembic upgrade head\n  ship:\n    environment: production\n    \
                    steps:\n      - run: alembic upgrade head\n";
        let lines: Vec<&str> = text.lines().collect();
        let at: Vec<usize> = (0..lines.len()).filter(|n| upgrades(lines[*n])).collect();
        assert_eq!(at.len(), 2);
        assert!(!job_deploys(&lines, at[0]));
        assert!(job_deploys(&lines, at[1]));
    }
}
