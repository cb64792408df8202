//! Which modules resolve to one database.

use super::ownership::modelled;
use crate::evidence::ModuleEvidence;
use crate::model::Location;
use crate::rules::finding::LineEdit;
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
            other.module.name != module.module.name
                && !other.module.is_sibling(&module.module)
                && shares(module, sources, other, theirs)
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

/// Whether two modules resolve to one database.
pub fn shares(
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

/// The condition of an `include_name` filter that lets this module's tables pass and no others.
///
/// By the module's own prefix, else by one that its tables have in common and no neighbour's table
/// has; where there is none, by the metadata: a prefix that misses a table of the module's own would
/// make autogenerate create it again.
pub(super) fn own_tables(
    case: &Case<'_>,
    module: &ModuleEvidence,
    sources: &ModuleSources,
) -> String {
    let bare = |name: String| name.rsplit('.').next().unwrap_or_default().to_owned();
    let tables: Vec<String> = modelled(module, sources).map(bare).collect();
    let of_others: Vec<String> = in_database(case, module)
        .into_iter()
        .filter(|(other, _)| other.module.name != module.module.name)
        .flat_map(|(other, theirs)| modelled(other, theirs).map(bare).collect::<Vec<_>>())
        .collect();
    let fits = |prefix: &String| {
        tables
            .iter()
            .all(|table| table.starts_with(prefix.as_str()))
            && !of_others
                .iter()
                .any(|table| table.starts_with(prefix.as_str()))
    };
    let first_word = tables
        .first()
        .and_then(|table| table.split_once('_'))
        .map(|(word, _)| format!("{word}_"));
    let named = format!("{}_", prefix(&module.module.name.0));
    match [Some(named), first_word].into_iter().flatten().find(fits) {
        Some(prefix) => format!("type_ != \"table\" or name.startswith(\"{prefix}\")"),
        None => "type_ != \"table\" or name in target_metadata.tables".to_owned(),
    }
}

/// The line of the call of `context.configure` with one more keyword, where the call's first line
/// shows how to add it.
pub(super) fn with_keyword(place: &Location, keyword: &str) -> Option<LineEdit> {
    let line = &place.source_line;
    let at = line.find("configure(")? + "configure(".len();
    let (head, rest) = line.split_at(at);
    let indent: String = line
        .chars()
        .take_while(|letter| letter.is_whitespace())
        .collect();
    let (before, after) = if rest.trim().is_empty() {
        (Vec::new(), format!("{indent}    {keyword},"))
    } else {
        // A keyword may only come first where no argument stands without one.
        let name: String = rest
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect();
        let is_keyword = !name.is_empty() && rest[name.len()..].trim_start().starts_with('=');
        if !is_keyword && !rest.starts_with("**") {
            return None;
        }
        (vec![line.clone()], format!("{head}{keyword}, {rest}"))
    };
    Some(LineEdit {
        path: place.path.clone(),
        // Lines are added before the one that follows the opening parenthesis.
        line: place.line + usize::from(before.is_empty()),
        before,
        after: vec![after],
    })
}

/// Where `context.configure` is called online, or env.py itself.
pub(super) fn configure_place(module: &ModuleEvidence, sources: &ModuleSources) -> Location {
    let call = sources.env.as_ref().and_then(|env| {
        env.configure
            .iter()
            .find(|call| call.keywords.iter().any(|word| word == "connection"))
            .or(env.configure.last())
    });
    match call {
        Some(call) => call.location.clone(),
        None => Location::of_file(module.module.env_py()),
    }
}
