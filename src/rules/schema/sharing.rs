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

/// Whether two modules resolve to one database.
pub fn shares(
    one: &ModuleEvidence,
    one_sources: &ModuleSources,
    other: &ModuleEvidence,
    other_sources: &ModuleSources,
) -> bool {
    if let (Some(a), Some(b)) = (one.database.seen(), other.database.seen()) {
        return a.identity.same_database(&b.identity);
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
        return a == b;
    }
    match (&one_sources.url, &other_sources.url) {
        // A URL that env.py replaces says nothing.
        (Some(a), Some(b)) => {
            !a.is_placeholder()
                && address(&a.value) == address(&b.value)
                && !is_replaced(one_sources)
                && !is_replaced(other_sources)
        }
        _ => false,
    }
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
