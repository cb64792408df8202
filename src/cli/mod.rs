//! The headless face: reads the command line, calls the engine, prints.

mod adopt;
mod args;
mod ask;
mod check;
mod checklist;
mod demo;
mod enums;
mod fix;
mod info;
mod lines;
mod looks;
mod mark;
mod message;
mod past;
mod plan;
mod print;
mod reset;
mod settings;
mod verify;
mod watch;

use std::io::IsTerminal as _;
use std::num::NonZeroU64;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDate;
use clap::{CommandFactory as _, Parser as _};

use crate::engine::{
    Address, Engine, EnvironmentRequest, ModuleOverride, ModuleRequest, Overrides, Request, Tests,
};
use crate::error::{Failure, Kind};
use crate::evidence::Waiver;
use crate::exit::Exit;
use crate::guided;
use crate::model::text::safe;
use crate::model::{ModuleName, RevisionId};
use crate::report;
use crate::system::{ReadFiles as _, RealFiles, environment, interrupts};
use crate::tui;
use args::{AppChoices, Arguments, CheckChoices, Colour, Command, Format, Global, MessageVerb};
use lines::Lines;
use settings::{EnvironmentAddress, Heads};
use watch::{Detail, Watch};

/// Parses the command line, runs it, and says how it ended.
pub fn run() -> Exit {
    // Before the arguments are read, too: what is wrong with them is printed.
    print::choose_colour(Colour::Auto);
    let mut arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are results, everything else is a mistake.
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            let _ = error.print();
            return exit;
        }
    };
    print::choose_colour(arguments.global.color);
    match take_path(&mut arguments).and_then(|()| dispatch(&arguments)) {
        Ok(exit) => exit,
        Err(failure) => {
            print::failure(&failure);
            failure.kind.exit()
        }
    }
}

/// `redistill PATH`: the folder stands where a command would, so a mistyped command is one, too.
fn take_path(arguments: &mut Arguments) -> Result<(), Failure> {
    let Some(path) = arguments.path.take() else {
        return Ok(());
    };
    let shown = path.display().to_string();
    if arguments.command.is_some() {
        return Err(
            Failure::usage(format!("{} stands before the command", safe(&shown)))
                .with_hint("name the folder by its option: redistill --project PATH COMMAND"),
        );
    }
    if !matches!(RealFiles.stat(&path), Ok(Some(_))) {
        return Err(Failure::usage(format!(
            "there is no command and no folder {}",
            safe(&shown)
        ))
        .with_hint("see the commands: redistill --help"));
    }
    arguments.global.project = Some(path);
    Ok(())
}

/// The command line as data: for the generated reference.
pub fn command() -> clap::Command {
    Arguments::command()
}

fn dispatch(arguments: &Arguments) -> Result<Exit, Failure> {
    let global = &arguments.global;
    let cancel = interrupts::flag();
    if arguments.command.is_none() && is_for_the_app(global) {
        return app(global, &arguments.app, &cancel);
    }
    if arguments.command.is_some() && arguments.app != AppChoices::default() {
        return Err(
            Failure::usage("--theme, --ascii and --no-mouse stand before no command").with_hint(
                "they belong to the app: redistill --theme light, or redistill demo --ascii",
            ),
        );
    }
    match arguments
        .command
        .clone()
        .unwrap_or(Command::Check(CheckChoices::default()))
    {
        Command::Check(choices) => with_engine(global, &cancel, |engine| {
            check::check(engine, global, &choices)
        }),
        Command::Chain => with_engine(global, &cancel, |engine| check::chain(engine, global)),
        Command::Explain { code } => explain(&code),
        Command::Plan(choices) => with_engine(global, &cancel, |engine| {
            plan::plan(engine, global, &choices)
        }),
        Command::Verify { scaffold } => with_engine(global, &cancel, |engine| {
            if scaffold {
                verify::scaffold(engine, global)
            } else {
                plan::verify(engine, global)
            }
        }),
        Command::Enums { is_static } => with_engine(global, &cancel, |engine| {
            enums::enums(engine, global, is_static)
        }),
        Command::Reset { plan: None, .. } => guide(global, &cancel),
        Command::Reset {
            plan: Some(plan), ..
        } => with_run(global, &cancel, |engine| {
            reset::reset(engine, global, &plan)
        }),
        Command::Resume => with_run(global, &cancel, |engine| reset::resume(engine, global)),
        Command::Undo { id } => with_run(global, &cancel, |engine| {
            reset::undo(engine, global, id.as_deref())
        }),
        Command::Adopt(choices) => with_engine(global, &cancel, |engine| {
            adopt::adopt(engine, global, &choices)
        }),
        Command::Checklist(choices) => with_engine(global, &cancel, |engine| {
            checklist::checklist(engine, global, &choices)
        }),
        Command::Mark { mark, url, confirm } => with_engine(global, &cancel, |engine| {
            mark::mark(engine, global, mark, url.as_deref(), confirm.as_deref())
        }),
        Command::Message { verb } => match verb {
            MessageVerb::Check { text } => message::check(global, &text),
            MessageVerb::Build(parts) => message::build(global, &parts),
            MessageVerb::Bump { range } => with_engine(global, &cancel, |engine| {
                message::bump(engine, global, range.as_deref())
            }),
        },
        Command::Log => with_engine(global, &cancel, |engine| past::log(engine, global)),
        Command::Show { id } => {
            with_engine(global, &cancel, |engine| past::show(engine, global, &id))
        }
        Command::Info => info::info(global),
        Command::Demo {
            serve: Some(folder),
            ..
        } => demo::serve(global, &cancel, &folder),
        Command::Demo {
            headless,
            keep,
            app,
            ..
        } if !headless && is_for_the_app(global) => {
            demo::open(global, &app, &cancel, keep.as_deref())
        }
        Command::Demo { keep, .. } => demo::demo(global, &cancel, keep.as_deref()),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "redistill", &mut text);
            print::result(&String::from_utf8_lossy(&text));
            Ok(Exit::Done)
        }
        Command::Man => {
            print::result(&manual()?);
            Ok(Exit::Done)
        }
    }
}

/// Whether somebody sits at a terminal that can show the app, and wants nothing else.
fn is_for_the_app(global: &Global) -> bool {
    global.format == Format::Text && !global.quiet && tui::is_possible()
}

/// The terminal app; what is worth keeping is said once its screen is gone.
fn app(global: &Global, choices: &AppChoices, cancel: &Arc<AtomicBool>) -> Result<Exit, Failure> {
    let opening = tui::Opening {
        request: request(global)?,
        looks: looks::looks(global, choices)?,
        aside: None,
        credit: None,
    };
    let ending = tui::run(opening, cancel)?;
    for words in &ending.words {
        print::aside(words);
    }
    Ok(ending.exit)
}

/// The checklist as questions and answers.
fn guide(global: &Global, cancel: &AtomicBool) -> Result<Exit, Failure> {
    text_or_json(global)?;
    if !is_interactive() {
        return Err(
            Failure::usage("the guided run asks questions, and there is no terminal")
                .with_hint("without one: redistill plan, then redistill reset --plan DIGEST"),
        );
    }
    guided::run(request(global)?, global.verbose, cancel)
}

/// The manual page, from the same table that parses.
fn manual() -> Result<String, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut text)
        .map_err(|error| Failure::new(Kind::Bug, error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn explain(code: &str) -> Result<Exit, Failure> {
    let Some(text) = report::explain(code) else {
        return Err(Failure::usage(format!("there is no rule {}", safe(code)))
            .with_hint("codes stand before every finding: redistill check"));
    };
    print::result(&text);
    Ok(Exit::Done)
}

/// Resolves the project and its settings, and lends a session.
fn with_engine(
    global: &Global,
    cancel: &Arc<AtomicBool>,
    work: impl FnOnce(&mut Engine<'_>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let request = request(global)?;
    let watch = Watch::new(detail(global));
    let mut engine = Engine::new(request, &watch, cancel);
    work(&mut engine)
}

/// The same for a command that changes something: a program that reads along is told every event.
fn with_run(
    global: &Global,
    cancel: &Arc<AtomicBool>,
    work: impl FnOnce(&mut Engine<'_>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    if global.format != Format::Json {
        return with_engine(global, cancel, work);
    }
    let watch = Watch::new(detail(global));
    let lines = Lines::beside(&watch);
    let ended = request(global).and_then(|request| {
        let mut engine = Engine::new(request, &lines, cancel);
        work(&mut engine)
    });
    if let Err(failure) = &ended {
        print::result(&lines::failed(failure));
    }
    ended
}

fn detail(global: &Global) -> Detail {
    if global.quiet {
        Detail::Quiet
    } else if global.verbose {
        Detail::Verbose
    } else {
        Detail::Normal
    }
}

/// How long a module's own tests may take unless the configuration says it, in seconds.
const TEST_LIMIT: u64 = 600;

/// What the configuration says of a module's own tests.
fn tests(name: &str, module: &settings::ModuleSettings) -> Result<Option<Tests>, Failure> {
    let Some(words) = module.tests.clone().map(settings::Words::words) else {
        return Ok(None);
    };
    if words.first().is_none_or(String::is_empty) {
        return Err(
            Failure::usage(format!("the tests of {} name no command", safe(name))).with_hint(
                "write it or take the key out: tests = [\"pytest\", \"tests/test_migrations.py\"]",
            ),
        );
    }
    let limit = module.test_timeout.map_or(TEST_LIMIT, NonZeroU64::get);
    Ok(Some(Tests { words, limit }))
}

fn request(global: &Global) -> Result<Request, Failure> {
    let here = environment::current_directory().map_err(|error| {
        Failure::usage(format!("the current directory cannot be read: {error}"))
    })?;
    let named = global
        .project
        .as_ref()
        .map_or(here.clone(), |path| here.join(path));
    let root = RealFiles.canonical(&named).map_err(|error| {
        Failure::usage(format!(
            "the project {} cannot be opened: {error}",
            safe(&named.display().to_string())
        ))
        .with_hint("point at the project's folder: redistill --project PATH check")
    })?;
    let file = settings::load(&root, &RealFiles)?;
    let absolute = |path: PathBuf| {
        if path.is_absolute() {
            path
        } else {
            root.join(path)
        }
    };
    let named = file
        .modules
        .iter()
        .filter_map(|(name, module)| {
            Some(ModuleOverride {
                name: Some(name.clone()),
                config: module.config.clone()?,
                section: module.section.clone(),
            })
        })
        .collect();
    let modules = file
        .modules
        .into_iter()
        .map(|(name, module)| {
            let request = ModuleRequest {
                tests: tests(&name, &module)?,
                python: module.python.map(absolute),
                runner: module.runner.map(settings::Words::words),
                x: module.x,
            };
            Ok((name, request))
        })
        .collect::<Result<_, Failure>>()?;
    // A program without a slash is looked for on PATH, as a shell does.
    let given = global.python.clone().map(|path| {
        if path.components().count() == 1 {
            environment::find_program(&path.to_string_lossy()).unwrap_or_else(|| here.join(&path))
        } else {
            here.join(path)
        }
    });
    let environments = file.environments.into_iter().map(environment_request);
    Ok(Request {
        environments: environments.collect(),
        waivers: file.waivers.into_iter().map(waiver).collect(),
        configuration: file.path,
        only: global.modules.clone(),
        python: given.or(file.python.map(absolute)),
        modules,
        named: Overrides { modules: named },
        backups: match file.backups {
            Some(path) => folder("backups", &path)?,
            None => "backups".to_owned(),
        },
        convention: file.messages.convention,
        ignores: file.ignores,
        notes: file.notes.map(|path| folder("notes", &path)).transpose()?,
        root,
    })
}

fn waiver(settings: settings::WaiverSettings) -> Waiver {
    let heads = match settings.head {
        Heads::One(head) => vec![head],
        Heads::Several(heads) => heads,
    };
    Waiver {
        finding: settings.finding,
        module: settings.module.map(ModuleName),
        heads: heads.into_iter().map(RevisionId).collect(),
        reason: settings.reason,
        until: settings.until.and_then(|until| until.date).and_then(|day| {
            NaiveDate::from_ymd_opt(
                i32::from(day.year),
                u32::from(day.month),
                u32::from(day.day),
            )
        }),
        location: settings.location,
    }
}

fn environment_request(
    (name, settings): (String, settings::EnvironmentSettings),
) -> EnvironmentRequest {
    EnvironmentRequest {
        name,
        address: match settings.address {
            EnvironmentAddress::Variable(name) => Address::Variable(name),
            EnvironmentAddress::Written(url) => Address::Written(url),
        },
        modules: settings.modules,
        version_table: settings.version_table,
        location: settings.location,
    }
}

/// A folder of the configuration, which lies in the project: every effect of a reset does.
fn folder(key: &str, path: &Path) -> Result<String, Failure> {
    let is_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let plain: PathBuf = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect();
    if !is_below || plain.as_os_str().is_empty() {
        return Err(Failure::usage(format!(
            "`{key}` of the configuration is no folder below the project: {}",
            safe(&path.display().to_string())
        ))
        .with_hint(format!(
            "give a path below the project: {key} = \"backups\""
        )));
    }
    Ok(plain.to_string_lossy().into_owned())
}

/// Whether questions can be asked and answered.
fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Refuses a format that a command does not have.
fn text_or_json(global: &Global) -> Result<bool, Failure> {
    match global.format {
        Format::Text => Ok(false),
        Format::Json => Ok(true),
        Format::Sarif | Format::Github => {
            Err(Failure::usage("this format belongs to `redistill check`")
                .with_hint("take --format text or --format json"))
        }
    }
}
