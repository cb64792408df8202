//! One round: many chains in one project, each a module with a database, through one reset.
//!
//! The oracles are `pg_dump` and Alembic's own command line; redistill is only started.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::author::Chain;
use super::clock::Clock;
use super::files::files;
use super::judge::{difference, ordered, shortfalls, why_not};
use super::scripts::Script;
use crate::support::{Lab, Module};

/// What became of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Clean,
    /// Alembic itself cannot upgrade an empty database with it.
    NotReplayed(String),
    Fails(Failure),
}

/// Where the property does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `plan`, `reset`, `live`, `fresh`, `down`, `again`, `undo`.
    pub stage: &'static str,
    pub why: String,
}

/// What a round came to.
pub struct Report {
    pub outcomes: Vec<Outcome>,
    /// The chains as they ran: what the server does not take is out.
    pub chains: Vec<Chain>,
    /// How many operations the generator wrote, and how many of them the server took.
    pub drawn: usize,
    pub kept: usize,
}

/// How the round goes.
#[derive(Clone, Copy)]
pub struct Manner {
    pub strategy: &'static str,
    pub is_undone: bool,
}

/// A chain on its way.
struct Runner {
    /// Its place in the report.
    at: usize,
    name: String,
    expected: String,
}

/// Chains as they are after the sieve, in the order given.
fn sieved(lab: &Lab, chains: &[Chain]) -> Vec<Chain> {
    let jobs: Vec<Value> = chains
        .iter()
        .enumerate()
        .map(|(at, chain)| {
            let database = format!("sieve{at}");
            lab.create_database(&database);
            let revisions: Vec<Vec<&str>> = chain
                .revisions
                .iter()
                .map(|revision| revision.iter().map(|one| one.0.as_str()).collect())
                .collect();
            json!({"url": lab.url("psycopg", &database), "is_stepwise": chain.is_stepwise, "revisions": revisions})
        })
        .collect();
    let answers = Script::start(include_str!("sieve.py")).ask(&jobs);
    let mut kept = chains.to_vec();
    for (at, chain) in kept.iter_mut().enumerate() {
        lab.sql("postgres", &format!("drop database sieve{at}"));
        for (number, revision) in chain.revisions.iter_mut().enumerate() {
            let mut answers = answers[at][number].as_array().unwrap().iter();
            revision.retain(|operation| {
                let answer = answers.next().unwrap();
                if let (Some(why), true) = (
                    answer.as_str(),
                    std::env::var_os("REDISTILL_SIEVED").is_some(),
                ) {
                    println!("sieved: {why}\n    {}", operation.0);
                }
                answer.is_null()
            });
        }
    }
    kept
}

/// Runs chains that went through the sieve.
pub fn run(chains: &[Chain], manner: Manner) -> Report {
    let lab = Lab::new();
    let mut clock = Clock::new();
    let drawn = chains
        .iter()
        .flat_map(|chain| &chain.revisions)
        .map(Vec::len)
        .sum();
    let chains = sieved(&lab, chains);
    clock.mark("sieve");
    let kept = chains
        .iter()
        .flat_map(|chain| &chain.revisions)
        .map(Vec::len)
        .sum();
    let mut round = Round {
        outcomes: vec![Outcome::Clean; chains.len()],
        runners: Vec::new(),
        manner,
        lab,
        alembic: Script::start(include_str!("walk.py")),
        clock,
    };
    round.build(&chains);
    if !round.runners.is_empty() {
        round.go();
    }
    Report {
        outcomes: round.outcomes,
        chains,
        drawn,
        kept,
    }
}

struct Round {
    lab: Lab,
    /// Alembic's command line, warm.
    alembic: Script,
    runners: Vec<Runner>,
    outcomes: Vec<Outcome>,
    manner: Manner,
    clock: Clock,
}

impl Round {
    /// Writes the modules and upgrades their databases by Alembic alone.
    fn build(&mut self, chains: &[Chain]) {
        for (at, chain) in chains.iter().enumerate() {
            let name = format!("m{at:02}");
            let files = files(chain, &name);
            let borrowed: Vec<(&str, &str)> = files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()))
                .collect();
            let stepwise = if chain.is_stepwise { "True" } else { "False" };
            self.lab.add(&Module {
                folder: &name,
                database: &name,
                driver: chain.driver,
                models: "",
                revisions: &borrowed,
                configure: &format!(
                    "transaction_per_migration={stepwise}, include_name=lambda *_: False,"
                ),
                ..Module::default()
            });
            self.lab.create_database(&name);
            self.runners.push(Runner {
                at,
                name,
                expected: String::new(),
            });
        }
        for (at, said) in self.walk(&["upgrade", "head"]) {
            self.leave(at, Outcome::NotReplayed(said));
        }
        self.clock.mark("upgrade");
        for (runner, dump) in self
            .runners
            .iter()
            .zip(self.dumps())
            .map(|(runner, dump)| (runner.at, dump))
            .collect::<Vec<_>>()
        {
            self.runners
                .iter_mut()
                .find(|other| other.at == runner)
                .unwrap()
                .expected = dump;
        }
        self.clock.mark("dumps");
    }

    /// Takes a chain out of the project.
    fn leave(&mut self, at: usize, outcome: Outcome) {
        self.outcomes[at] = outcome;
        if let Some(gone) = self.runners.iter().position(|runner| runner.at == at) {
            let gone = self.runners.remove(gone);
            std::fs::remove_dir_all(self.lab.root().join(&gone.name)).unwrap();
        }
    }

    fn fail(&mut self, at: usize, stage: &'static str, why: String) {
        // The first failure is the one to look at.
        if self.outcomes[at] == Outcome::Clean {
            self.outcomes[at] = Outcome::Fails(Failure { stage, why });
        }
    }

    /// Alembic in every module; gives those where it fails.
    fn walk(&self, arguments: &[&str]) -> Vec<(usize, String)> {
        let jobs: Vec<Value> = self
            .runners
            .iter()
            .map(|runner| json!([self.lab.root().join(&runner.name), arguments]))
            .collect();
        let answers = self.alembic.ask(&jobs);
        self.runners
            .iter()
            .zip(answers)
            .filter(|(_, answer)| answer[0] != 0)
            .map(|(runner, answer)| {
                let said = answer[1].as_str().unwrap_or_default();
                let lines: Vec<&str> = said.lines().collect();
                (
                    runner.at,
                    lines[lines.len().saturating_sub(12)..].join("\n"),
                )
            })
            .collect()
    }

    /// Complete dumps without the version table, rows in order.
    fn dumps(&self) -> Vec<String> {
        let names: Vec<&str> = self
            .runners
            .iter()
            .map(|runner| runner.name.as_str())
            .collect();
        let dump = |names: &[&str]| -> Vec<String> {
            names
                .iter()
                .map(|name| ordered(&self.lab.dump(name, &["-T", "alembic_version"])))
                .collect()
        };
        let (first, second) = names.split_at(names.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| dump(second));
            let mut all = dump(first);
            all.extend(other.join().unwrap());
            all
        })
    }

    fn go(&mut self) {
        let Some(digest) = self.plan() else { return };
        self.clock.mark("plan");
        let before = self.manner.is_undone.then(|| self.state());
        self.clock.mark("state");
        let answer = self
            .lab
            .redistill(&["reset", "--plan", &digest, "--format", "json"]);
        if answer.code != 0 {
            for at in self.places() {
                self.fail(
                    at,
                    "reset",
                    format!(
                        "{}\n{}",
                        answer.stderr,
                        answer.stdout.lines().last().unwrap_or_default()
                    ),
                );
            }
            return;
        }
        let last: Value = serde_json::from_str(answer.stdout.lines().last().unwrap()).unwrap();
        let id = last["id"].as_str().unwrap().to_owned();
        self.clock.mark("reset");
        self.compare("live");
        self.clock.mark("live");
        self.swap();
        self.rebuild();
        self.clock.mark("rebuild");
        if let Some(before) = before {
            self.swap_back();
            self.undo(&id, &before);
            self.clock.mark("undo");
        }
    }

    fn places(&self) -> Vec<usize> {
        self.runners.iter().map(|runner| runner.at).collect()
    }

    /// Files, and databases with their version tables.
    fn state(&self) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
        let dumps = self
            .runners
            .iter()
            .map(|runner| ordered(&self.lab.dump(&runner.name, &[])));
        (self.lab.tree(), dumps.collect())
    }

    /// The digest of a plan for all chains that can be planned.
    fn plan(&mut self) -> Option<String> {
        let strategy = self.manner.strategy;
        while !self.runners.is_empty() {
            let answer = self
                .lab
                .redistill(&["plan", "--format", "json", "--strategy", strategy]);
            if answer.code == 0 {
                return Some(answer.json()["digest"].as_str().unwrap().to_owned());
            }
            let mut refused = self.named(&answer.stdout);
            if refused.is_empty() {
                // An error ends the whole plan, and says whose it is; the others are planned again.
                let why = why_not(&answer.stdout, &answer.stderr);
                let is_its = |runner: &&Runner| {
                    let name = &runner.name;
                    let error = answer
                        .stderr
                        .lines()
                        .find(|line| line.starts_with("redistill: "));
                    error.is_some_and(|line| {
                        // Of a module, or of a database: `127.0.0.1:5432 / m01: `.
                        line.starts_with(&format!("redistill: {name}: "))
                            || line.contains(&format!(" / {name}: "))
                    })
                };
                let its: Vec<usize> = self.runners.iter().filter(is_its).map(|r| r.at).collect();
                let whose = if its.is_empty() { self.places() } else { its };
                refused.extend(whose.into_iter().map(|at| (at, why.clone())));
            }
            for (at, why) in refused {
                self.leave(at, Outcome::Fails(Failure { stage: "plan", why }));
            }
        }
        None
    }

    /// The chains that the plan's own account finds fault with.
    fn named(&self, stdout: &str) -> Vec<(usize, String)> {
        let json: Value = serde_json::from_str(stdout).unwrap_or_default();
        let modules = json["modules"].as_array().into_iter().flatten();
        let found = modules.filter_map(|module| {
            let why = shortfalls(module);
            let runner = self
                .runners
                .iter()
                .find(|runner| module["module"] == *runner.name)?;
            (!why.is_empty()).then(|| (runner.at, why.join("\n")))
        });
        found.collect()
    }

    /// The databases are what the old chains built.
    fn compare(&mut self, stage: &'static str) {
        let dumps = self.dumps();
        let differing: Vec<(usize, String)> = self
            .runners
            .iter()
            .zip(&dumps)
            .filter(|(runner, dump)| runner.expected != **dump)
            .map(|(runner, dump)| (runner.at, difference(&runner.expected, dump)))
            .collect();
        for (at, why) in differing {
            self.fail(at, stage, why);
        }
    }

    fn swap(&self) {
        for Runner { name, .. } in &self.runners {
            self.lab.sql(
                "postgres",
                &format!("alter database {name} rename to {name}_live"),
            );
            self.lab.create_database(name);
        }
    }

    fn swap_back(&self) {
        for Runner { name, .. } in &self.runners {
            self.lab.sql("postgres", &format!("drop database {name}"));
            self.lab.sql(
                "postgres",
                &format!("alter database {name}_live rename to {name}"),
            );
        }
    }

    /// Up, down and up again, by Alembic alone.
    fn rebuild(&mut self) {
        let nothing = self
            .runners
            .first()
            .map(|runner| ordered(&self.lab.dump(&runner.name, &[])))
            .unwrap();
        for (at, said) in self.walk(&["upgrade", "head"]) {
            self.fail(at, "fresh", said);
        }
        self.compare("fresh");
        for (at, said) in self.walk(&["downgrade", "base"]) {
            self.fail(at, "down", said);
        }
        for (runner, dump) in self.places().into_iter().zip(self.dumps()) {
            if dump != nothing {
                self.fail(runner, "down", difference(&nothing, &dump));
            }
        }
        for (at, said) in self.walk(&["upgrade", "head"]) {
            self.fail(at, "again", said);
        }
        self.compare("again");
    }

    fn undo(&mut self, id: &str, before: &(BTreeMap<String, Vec<u8>>, Vec<String>)) {
        let answer = self.lab.redistill(&["undo", id]);
        let after = self.state();
        if answer.code != 0 || after.0 != before.0 {
            for at in self.places() {
                self.fail(at, "undo", format!("the files differ; {}", answer.stderr));
            }
        }
        for (number, at) in self.places().into_iter().enumerate() {
            if before.1[number] != after.1[number] {
                self.fail(at, "undo", difference(&before.1[number], &after.1[number]));
            }
        }
    }
}
