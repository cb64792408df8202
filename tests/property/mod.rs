//! Random chains: whatever operations a history is made of, its baseline builds the same database.
//!
//! A seed gives a chain; the short lane runs the same few in every suite, the long one
//! (`docs/CONTRIBUTING.md`) as many as it is told. What fails is made smaller and printed.

mod author;
mod beside;
mod clock;
mod columns;
mod dice;
mod files;
mod judge;
mod met;
mod objects;
mod relations;
mod round;
mod rows;
mod scripts;
mod shapes;
mod shrink;
mod state;
mod types;
mod words;

use std::fmt::Write as _;

use author::Chain;
use files::files;
use round::{Manner, Outcome, Report, run};

/// How many chains one project of the long lane has.
const TOGETHER: usize = 20;

/// The seeds of the short lane.
const SHORT: &[u64] = &[2, 5, 7];

/// Strategies take turns; a strategy that empties the database has a longer way back.
fn manner(number: usize) -> Manner {
    let is_recreate = match std::env::var("REDISTILL_STRATEGY") {
        Ok(strategy) => strategy == "recreate",
        Err(_) => number % 4 == 3,
    };
    Manner {
        strategy: if is_recreate { "recreate" } else { "keep" },
        is_undone: number.is_multiple_of(2),
    }
}

#[test]
fn a_few_random_chains_and_their_baselines_dump_alike() {
    let mut chains: Vec<Chain> = SHORT.iter().copied().map(Chain::draw).collect();
    chains.push(met::chain());
    let wanted = chains.last().map(|chain| chain.revisions.clone());
    let report = run(&chains, manner(0));
    let ran = report.chains.last().map(|chain| chain.revisions.clone());
    assert_eq!(ran, wanted, "the sieve lets through what was met before");
    assert!(
        report.kept * 4 > report.drawn * 3,
        "{} of {} operations were taken",
        report.kept,
        report.drawn
    );
    for (chain, outcome) in report.chains.iter().zip(report.outcomes) {
        assert_eq!(outcome, Outcome::Clean, "the chain of seed {}", chain.seed);
    }
}

/// `REDISTILL_CHAINS=1000` chains from `REDISTILL_SEED` (1) on; `REDISTILL_SHRINK=no` only names
/// what fails. `REDISTILL_SEEDS=3,14` runs just these; seed 0 is what was met before.
/// `REDISTILL_STRATEGY=recreate` is the strategy of all; `REDISTILL_CHAIN=FOLDER` gets the files of
/// what fails.
#[test]
#[ignore = "as many chains as REDISTILL_CHAINS says take their time"]
fn as_many_random_chains_as_are_wanted() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse().expect("a number is wanted"))
    };
    let (count, first) = (number("REDISTILL_CHAINS", 200), number("REDISTILL_SEED", 1));
    let is_shrinking = std::env::var("REDISTILL_SHRINK").as_deref() != Ok("no");
    let mut tally = Tally::default();
    let seeds: Vec<u64> = match std::env::var("REDISTILL_SEEDS") {
        Ok(list) => list
            .split(',')
            .map(|seed| seed.parse().expect("seeds are numbers"))
            .collect(),
        Err(_) => (first..first + count).collect(),
    };
    for (number, seeds) in seeds.chunks(TOGETHER).enumerate() {
        let chains: Vec<Chain> = seeds.iter().copied().map(chain).collect();
        let report = run(&chains, manner(number));
        tally.add(report, manner(number), is_shrinking);
        println!("{}", tally.line());
    }
    assert!(
        tally.failures.is_empty(),
        "{}\n{}",
        tally.line(),
        tally.failures.join("\n\n")
    );
    assert!(
        tally.not_replayed * 50 <= tally.chains.max(50),
        "{}",
        tally.line()
    );
}

/// Writes the files of a chain that fails where they are wanted.
fn keep(chain: &Chain) {
    let Ok(folder) = std::env::var("REDISTILL_CHAIN") else {
        return;
    };
    let folder = std::path::Path::new(&folder).join(chain.seed.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files(chain, "c") {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// The chain of a seed; that of 0 is what was met before.
fn chain(seed: u64) -> Chain {
    if seed == 0 {
        met::chain()
    } else {
        Chain::draw(seed)
    }
}

#[derive(Default)]
struct Tally {
    chains: usize,
    clean: usize,
    not_replayed: usize,
    drawn: usize,
    kept: usize,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, report: Report, manner: Manner, is_shrinking: bool) {
        self.drawn += report.drawn;
        self.kept += report.kept;
        for (chain, outcome) in report.chains.iter().zip(report.outcomes) {
            self.chains += 1;
            match outcome {
                Outcome::Clean => self.clean += 1,
                Outcome::NotReplayed(why) => {
                    self.not_replayed += 1;
                    println!("seed {} does not replay: {why}", chain.seed);
                }
                Outcome::Fails(failure) => {
                    println!(
                        "seed {} fails at {}: {}",
                        chain.seed, failure.stage, failure.why
                    );
                    keep(chain);
                    let (chain, failure) = if is_shrinking {
                        shrink::shrink(chain, &failure, manner)
                    } else {
                        (chain.clone(), failure)
                    };
                    let mut text = format!(
                        "seed {} ({}) fails at {}: {}\n",
                        chain.seed, chain.driver, failure.stage, failure.why
                    );
                    for (name, body) in files(&chain, "c").iter().filter(|_| is_shrinking) {
                        write!(text, "--- {name}\n{body}").unwrap();
                    }
                    println!("{text}");
                    self.failures.push(text);
                }
            }
        }
    }

    fn line(&self) -> String {
        format!(
            "{} chains: {} clean, {} fail, {} do not replay; {} of {} operations taken",
            self.chains,
            self.clean,
            self.failures.len(),
            self.not_replayed,
            self.kept,
            self.drawn
        )
    }
}
