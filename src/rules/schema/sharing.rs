//! Which modules resolve to one database.

use crate::evidence::ModuleEvidence;
use crate::rules::rule::Case;
use crate::rules::sources::ModuleSources;

/// The names of the other modules in this module's database, in order.
///
/// By the databases' identities where both were seen; else by what both env.py asked for; else by
/// equal URLs in both settings files.
pub(super) fn neighbours<'a>(
    case: &Case<'a>,
    module: &ModuleEvidence,
    sources: &ModuleSources,
) -> Vec<&'a str> {
    case.modules()
        .filter(|(other, theirs)| {
            other.module.name != module.module.name && shares(module, sources, other, theirs)
        })
        .map(|(other, _)| other.module.name.0.as_str())
        .collect()
}

/// The modules in this module's database, itself included, in order.
pub(super) fn in_database<'a>(
    case: &Case<'a>,
    module: &ModuleEvidence,
) -> Vec<(&'a ModuleEvidence, &'a ModuleSources)> {
    let sources = case.sources.of(&module.module.name);
    case.modules()
        .filter(|(other, theirs)| {
            other.module.name == module.module.name || shares(module, sources, other, theirs)
        })
        .collect()
}

/// Whether a finding about the database itself is this module's to tell: the first one's in it.
pub(super) fn is_first_of_database(case: &Case<'_>, module: &ModuleEvidence) -> bool {
    in_database(case, module)
        .first()
        .is_some_and(|(first, _)| first.module.name == module.module.name)
}

/// The other modules that may be in this module's database: those that are, and those of which it
/// cannot be told.
pub(super) fn possible_neighbours<'a>(
    case: &Case<'a>,
    module: &ModuleEvidence,
) -> Vec<(&'a ModuleEvidence, &'a ModuleSources)> {
    let sources = case.sources.of(&module.module.name);
    case.modules()
        .filter(|(other, theirs)| {
            other.module.name != module.module.name
                && is_shared(module, sources, other, theirs) != Some(false)
        })
        .collect()
}

fn shares(
    one: &ModuleEvidence,
    one_sources: &ModuleSources,
    other: &ModuleEvidence,
    other_sources: &ModuleSources,
) -> bool {
    is_shared(one, one_sources, other, other_sources) == Some(true)
}

/// Whether two modules are in one database; none where that cannot be told.
fn is_shared(
    one: &ModuleEvidence,
    one_sources: &ModuleSources,
    other: &ModuleEvidence,
    other_sources: &ModuleSources,
) -> Option<bool> {
    if let (Some(a), Some(b)) = (one.database.seen(), other.database.seen()) {
        return Some(a.identity.same_database(&b.identity));
    }
    let asked = |module: &ModuleEvidence| {
        let asked = module.described.seen()?.asked_for.first()?;
        Some((
            asked.host.clone(),
            asked.port.clone(),
            asked.database.clone()?,
        ))
    };
    if let (Some(a), Some(b)) = (asked(one), asked(other)) {
        return Some(a == b);
    }
    // A URL that env.py replaces says nothing.
    let written = |sources: &ModuleSources| {
        let url = sources.url.as_ref()?;
        (!url.is_placeholder() && !is_replaced(sources)).then(|| address(&url.value).to_owned())
    };
    Some(written(one_sources)? == written(other_sources)?)
}

fn is_replaced(sources: &ModuleSources) -> bool {
    sources
        .env
        .as_ref()
        .is_some_and(|env| !env.url_settings.is_empty() || env.url_elsewhere)
}

/// Host, port and database of a URL: without driver and credentials.
fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.rsplit_once('@').map_or(rest, |(_, address)| address)
}

/// Whether the module has a version table of its own: any other than the default one.
pub(super) fn has_own_version_table(module: &ModuleEvidence, sources: &ModuleSources) -> bool {
    match (module.described.seen(), &sources.env) {
        (Some(described), _) => {
            described.version_table != "alembic_version" || described.version_table_schema.is_some()
        }
        (None, Some(env)) => {
            env.configures("version_table") || env.configures("version_table_schema")
        }
        (None, None) => false,
    }
}

/// Whether env.py filters what autogenerate looks at.
pub(super) fn has_filter(module: &ModuleEvidence, sources: &ModuleSources) -> bool {
    match (module.described.seen(), &sources.env) {
        (Some(described), _) => !described.filters.is_empty(),
        (None, Some(env)) => env.configures("include_name") || env.configures("include_object"),
        (None, None) => false,
    }
}

/// `query-module` → `query`: what a table prefix or a version table is called after.
pub(super) fn prefix(module: &str) -> String {
    let name: String = module
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    name.trim_end_matches("_module")
        .trim_matches('_')
        .to_owned()
}

/// Where `context.configure` is called online, or env.py itself.
pub(super) fn configure_place(
    module: &ModuleEvidence,
    sources: &ModuleSources,
) -> crate::model::Location {
    let call = sources.env.as_ref().and_then(|env| {
        env.configure
            .iter()
            .find(|call| call.keywords.iter().any(|word| word == "connection"))
            .or(env.configure.last())
    });
    match call {
        Some(call) => call.location.clone(),
        None => crate::model::Location::of_file(module.module.env_py()),
    }
}
