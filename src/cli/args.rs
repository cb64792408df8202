//! The command line as typed: clap and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Resets an Alembic migration history safely.
#[derive(Debug, Parser)]
#[command(
    name = "redistill",
    version,
    about,
    long_about = "Resets an Alembic migration history safely: it refuses when it sees production \
                  data or shared history, rehearses everything on scratch databases, proves that \
                  the new baseline builds the same schema, archives, and can undo all of it.",
    after_help = "Exit codes: 0 done or clean · 1 refused, a finding at the failing level, or \
                  own tests that did not pass · \
                  2 usage or configuration · 3 failed before anything changed · 4 stopped \
                  half-way (resume or undo) · 5 cancelled, nothing changed · 70 a bug in redistill",
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// The project's folder, where no command is given
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// What to do; unless given the app on a terminal, else `check`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// How the app looks.
    #[command(flatten)]
    pub app: AppChoices,

    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// How the app looks: for `redistill` alone and for the demo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "The app")]
pub struct AppChoices {
    /// The app's colours
    #[arg(long, value_name = "THEME", value_enum)]
    pub theme: Option<ThemeArg>,

    /// Draw the app with the first 128 characters only
    #[arg(long)]
    pub ascii: bool,

    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
}

/// The app's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeArg {
    /// For dark backgrounds
    Dark,
    /// For light backgrounds
    Light,
    /// The strongest differences
    HighContrast,
    /// The terminal's own sixteen
    #[value(name = "16")]
    Sixteen,
    /// None: bold, dim and reversed only
    None,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The project's folder
    #[arg(long, global = true, value_name = "PATH", env = "REDISTILL_PROJECT")]
    pub project: Option<PathBuf>,

    /// Only this module (repeatable)
    #[arg(long = "module", global = true, value_name = "NAME")]
    pub modules: Vec<String>,

    /// The Python interpreter with the project's Alembic
    #[arg(long, global = true, value_name = "PROGRAM", env = "REDISTILL_PYTHON")]
    pub python: Option<PathBuf>,

    /// How the result is written
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,

    /// Show the output of child processes and every phase
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Show the result only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One documented, versioned object.
    Json,
    /// SARIF 2.1.0 (`check`).
    Sarif,
    /// GitHub annotations (`check`).
    Github,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Survey, verdict and lint; runs env.py on a scratch database, changes nothing
    Check(CheckChoices),
    /// The revision graph, read statically
    Chain,
    /// What a rule finds, why, and what to do
    Explain {
        /// The rule's code or name, for example RD302
        code: String,
    },
    /// The dry run: rehearse on scratch databases, print every effect and the digest
    Plan(PlanChoices),
    /// Every ENUM type: labels, columns, where it is made and dropped, the cleanup lines
    Enums {
        /// From the source alone: run no project code and open no connection
        #[arg(long = "static")]
        is_static: bool,
    },
    /// Execute a plan, or go through the checklist question by question
    Reset {
        /// The digest that `redistill plan` printed (at least 12 digits of it)
        #[arg(long, value_name = "DIGEST", required_unless_present = "guided")]
        plan: Option<String>,
        /// Ask instead: the whole way as questions and answers, for any terminal
        #[arg(long, conflicts_with = "plan")]
        guided: bool,
    },
    /// Go on with an interrupted run
    Resume,
    /// Take back a finished or interrupted run
    Undo {
        /// The run, as `redistill log` lists it
        id: Option<String>,
    },
    /// Upgrade, downgrade, upgrade of the present chain on scratch
    Verify {
        /// Instead write the module's own test of it, `tests/test_migrations.py`, if it has none
        #[arg(long)]
        scaffold: bool,
    },
    /// Bring databases of the old history onto the baseline, proven
    Adopt(AdoptChoices),
    /// The review before production: evaluated, asked, signed
    Checklist(ChecklistChoices),
    /// Write into a database what it is for; confirmed by typing its name
    Mark {
        /// What the database is for
        #[arg(value_enum)]
        mark: MarkArg,
        /// The database; the project's only one unless given
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// The database's name, where there is no terminal to type it
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Messages of revisions: check one, build one, derive the next version
    Message {
        /// What to do
        #[command(subcommand)]
        verb: MessageVerb,
    },
    /// Past resets, newest first
    Log,
    /// One past reset
    Show {
        /// The run, as `redistill log` lists it
        id: String,
    },
    /// Paths of settings and state, versions, what the terminal can show
    Info,
    /// The app on a throwaway project with its own PostgreSQL; the whole way by itself without a
    /// terminal
    Demo {
        /// The whole way by itself, told line by line, also on a terminal
        #[arg(long, conflicts_with = "serve")]
        headless: bool,
        /// How the app looks
        #[command(flatten)]
        app: AppChoices,
        /// Leave project and databases in this folder to play with
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Start the server of a demo that was kept, and stay until Ctrl-C
        #[arg(long, value_name = "DIR", conflicts_with = "keep")]
        serve: Option<PathBuf>,
    },
    /// The completion script of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// The manual page
    Man,
}

/// What `message` does.
#[derive(Debug, Clone, Subcommand)]
pub enum MessageVerb {
    /// Whether a message follows the convention `<type>(<scope>): <subject>`
    Check {
        /// The message; `-` reads it from standard input
        text: String,
    },
    /// Ask for the parts, print the message and the Alembic command with it
    Build(MessageParts),
    /// Major, minor or patch: from the messages and from what the revisions really do
    Bump {
        /// The revisions after FROM up to TO; either may be left out
        #[arg(value_name = "FROM..TO")]
        range: Option<String>,
    },
}

/// The parts of a message; asked for where they are not given and there is a terminal.
#[derive(Debug, Clone, Default, Args)]
pub struct MessageParts {
    /// `feat` for a new table or column, `fix` for a mended schema, or another known type
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// The part of the project that it concerns
    #[arg(long)]
    pub scope: Option<String>,
    /// What changes, in a few words
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
    /// Why, in sentences
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// What stops working, for an incompatible change
    #[arg(long, value_name = "TEXT")]
    pub breaking: Option<String>,
}

/// What `check` looks at, and what it takes for a failure.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckChoices {
    /// Run no project code and open no connection
    #[arg(long = "static")]
    pub is_static: bool,

    /// The least severity that ends with exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t)]
    pub fail_on: FailOn,

    /// Correct env.py and models where that needs no decision: shows the changes and asks
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "ask"
    )]
    pub fix: Option<FixArg>,
}

/// What becomes of the corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixArg {
    /// Shown, and written after a yes; without a terminal only shown
    Ask,
    /// Shown only
    Show,
    /// Shown and written
    Apply,
}

/// The least severity that fails a check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// What refuses a reset
    #[default]
    Refuse,
    /// Warnings, too
    Warn,
    /// Every finding
    Note,
}

/// Which databases are brought home, and how.
#[derive(Debug, Clone, Args)]
pub struct AdoptChoices {
    /// A database; those that the modules connect to unless given (repeatable)
    #[arg(long, value_name = "URL")]
    pub url: Vec<String>,

    /// A file with one URL a line; lines that begin with # are left out
    #[arg(long, value_name = "FILE")]
    pub urls: Option<PathBuf>,

    /// How many databases at once
    #[arg(long, value_name = "N", default_value = "4")]
    pub jobs: std::num::NonZeroU8,

    /// Only prove which databases can be brought home; write nothing
    #[arg(long)]
    pub prove: bool,
}

/// How the review is answered and shown.
#[derive(Debug, Clone, Default, Args)]
pub struct ChecklistChoices {
    /// Run no project code and open no connection; what needs them stays open
    #[arg(long = "static")]
    pub is_static: bool,

    /// Answer an open item: `yes`, `no` or `na`, a comment after a colon (repeatable)
    #[arg(long, value_name = "ITEM=ANSWER[:COMMENT]")]
    pub sign: Vec<String>,

    /// A JSON or TOML file with answers, one an item
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,

    /// Write the review as Markdown
    #[arg(long)]
    pub markdown: bool,
}

/// What a database is marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarkArg {
    /// It may be reset
    Disposable,
    /// It must never be reset; only lifted by hand
    Production,
}

/// What is decided at `plan`; part of the digest.
#[derive(Debug, Clone, Default, Args)]
pub struct PlanChoices {
    /// Where the baseline comes from
    #[arg(long, value_enum, default_value_t)]
    pub source: SourceArg,

    /// What the baseline is held against where the old chain does not replay
    #[arg(long, value_enum, default_value_t)]
    pub reference: ReferenceArg,

    /// What becomes of the live database
    #[arg(long, value_enum, default_value_t)]
    pub strategy: StrategyArg,

    /// The baseline's identifier: `new`, `reuse-head` or an identifier
    #[arg(long, value_name = "new|reuse-head|ID", default_value = "new")]
    pub revision_id: String,

    /// The baseline's message
    #[arg(long, default_value = "initial_schema")]
    pub message: String,

    /// Why the reset is made; recorded in the note
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// An object to leave out of the baseline, as `kind name` (repeatable)
    #[arg(long, value_name = "OBJECT")]
    pub leave_out: Vec<String>,

    /// Write what the models are ahead by as a second revision, and apply it
    #[arg(long)]
    pub with_model_changes: bool,

    /// Consent to the plan's statements that may lose something in this database; as HOST:PORT/NAME
    /// where two share a name (repeatable)
    #[arg(long, value_name = "DATABASE")]
    pub accept_destructive: Vec<String>,

    /// With `--source models`: give up everything that the models do not say; all of it is listed
    #[arg(long)]
    pub accept_losses: bool,
}

/// Where the baseline comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SourceArg {
    /// It builds exactly what the old chain built
    #[default]
    Chain,
    /// What the models say, plus carried objects
    Models,
}

/// What the baseline is held against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReferenceArg {
    /// The old chain, replayed on an empty database
    #[default]
    Replay,
    /// The live schema, where the old chain does not replay: the weaker proof
    Live,
}

/// What becomes of the live database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StrategyArg {
    /// Rows stay; schema proven equal, then stamped
    #[default]
    Keep,
    /// Dumped, emptied of the module's objects, built again from the baseline
    Recreate,
    /// The version table is dropped and left away
    Unversioned,
}
