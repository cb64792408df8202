//! RD620 hard-coded-secret, RD621 hard-coded-address, RD622 hard-coded-path: what belongs into the
//! environment.

use crate::python::contents::HardcodedKind;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// Passwords, tokens, keys.
pub static SECRET: Rule = Rule {
    code: "RD620",
    name: "hard-coded-secret",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision or env.py holds a password, token or key",
    explanation: Explanation {
        what: "A literal is a URL with a password, SQL that gives a role a password, a value under a name such as \
               `password` or `api_key`, or a key by its form. The secret itself is never shown.",
        why: "Everybody who can read the repository can read it, every environment gets the same one, and it stays in \
              the git history after it was changed.",
        example: "```python\nop.execute(\"CREATE ROLE app LOGIN PASSWORD 'correct-horse'\")\n```",
        remedy: "Take it from the environment, `os.environ[\"APP_PASSWORD\"]`, and change the secret: it is known.",
    },
    check: secrets,
};

/// Hosts of databases and services.
pub static ADDRESS: Rule = Rule {
    code: "RD621",
    name: "hard-coded-address",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "a revision or env.py holds the address of a server",
    explanation: Explanation {
        what: "A literal is an IP address, or a URL of a database or of an internal service. localhost is not meant.",
        why: "Every environment has its own; the migration then talks to, or writes down, the one of somebody else.",
        example: "```python\nop.execute(\"INSERT INTO nodes VALUES ('10.0.3.7')\")\n```",
        remedy: "Take it from the environment: `os.environ[\"NODE_HOST\"]`.",
    },
    check: addresses,
};

/// Paths of one machine.
pub static PATH: Rule = Rule {
    code: "RD622",
    name: "hard-coded-path",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "a revision or env.py holds a path of one machine",
    explanation: Explanation {
        what: "A literal is a path in somebody's home folder, or an absolute path that is opened.",
        why: "On the next machine the file is not there, and the upgrade stops at this revision.",
        example: "```python\nrows = open(\"/home/ada/rows.csv\")\n```",
        remedy: "Make it relative to the file, `Path(__file__).parent / \"rows.csv\"`, or take it from the environment.",
    },
    check: paths,
};

fn secrets(case: &Case<'_>) -> Vec<Finding> {
    found(&SECRET, HardcodedKind::Secret, case)
}

fn addresses(case: &Case<'_>) -> Vec<Finding> {
    found(&ADDRESS, HardcodedKind::Address, case)
}

fn paths(case: &Case<'_>) -> Vec<Finding> {
    found(&PATH, HardcodedKind::Path, case)
}

fn found(rule: &Rule, kind: HardcodedKind, case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let files = sources.contents.iter().chain(&sources.env_contents);
        for value in files.flat_map(|file| &file.hardcoded) {
            if value.kind != kind {
                continue;
            }
            let file = value.location.path.file_name().unwrap_or_default();
            let file = file.to_string_lossy();
            findings.push(
                rule.finding(file.as_ref(), format!("{file} holds {}", value.what))
                    .of(&module.module.name)
                    .at(&value.location)
                    .remedy(match kind {
                        HardcodedKind::Secret => {
                            "take it from the environment with os.environ, and change the secret"
                        }
                        HardcodedKind::Address => "take it from the environment with os.environ",
                        HardcodedKind::Path => {
                            "make it relative to the file, or take it from the environment"
                        }
                    }),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn each_is_one_finding_and_shows_no_secret() {
        let mut stage = Stage::one();
        stage.file(
            "shop",
            "from alembic import op\ndef upgrade():\n    op.execute(\"CREATE ROLE app PASSWORD 'Geheim1'\")\n    \
             x = open('/srv/rows.csv')\n    y = 'redis://cache.shop.net/0'\n\
             def downgrade():\n    op.execute('DROP ROLE app')\n",
        );
        assert_eq!(stage.codes(), ["RD620", "RD621", "RD622"]);
        let all = format!("{:?}", stage.findings());
        assert!(!all.contains("Geheim1") && all.contains("***"), "{all}");
        assert_eq!(stage.only("RD620").location.unwrap().line, 3);
    }

    #[test]
    fn env_py_is_read_too_and_the_environment_is_fine() {
        let mut stage = Stage::one();
        stage.env(
            "shop",
            "config.set_main_option('sqlalchemy.url', 'postgresql+psycopg://a:Geheim1@db/x')\n",
        );
        assert_eq!(stage.codes(), ["RD620",]);
        let mut stage = Stage::one();
        stage.env(
            "shop",
            "config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'])\n",
        );
        assert!(stage.codes().is_empty());
    }
}
