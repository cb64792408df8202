//! Whose a table is: what a module's models, metadata and chain say about it.
//!
//! Names are compared in one form: the schema stands before the name unless it is `public` or the
//! default one of the module's connection.

use crate::evidence::{LiveSchema, ModuleEvidence};
use crate::model::QualifiedName;
use crate::python::operations::OperationKind;
use crate::rules::rule::Case;
use crate::rules::sources::ModuleSources;

/// The schema that the module's unqualified names are in.
pub(super) fn default_schema(module: &ModuleEvidence) -> &str {
    module
        .described
        .seen()
        .map_or("public", |described| described.default_schema.as_str())
}

/// A name in the one form, from a model's or a revision's.
pub(super) fn canonical<'a>(module: &ModuleEvidence, name: &'a str) -> &'a str {
    match name.split_once('.') {
        Some((schema, rest)) if schema == "public" || schema == default_schema(module) => rest,
        _ => name,
    }
}

/// A name in the one form, from the catalog's.
pub(super) fn of_live(module: &ModuleEvidence, name: &QualifiedName) -> String {
    if name.schema == default_schema(module) {
        name.name.clone()
    } else {
        format!("{}.{}", name.schema, name.name)
    }
}

/// The tables of the module's models, by source and by metadata.
pub(super) fn modelled<'a>(
    module: &'a ModuleEvidence,
    sources: &'a ModuleSources,
) -> impl Iterator<Item = String> {
    let described = module.described.seen();
    let metadata = described
        .into_iter()
        .flat_map(|described| &described.tables)
        .map(|table| match &table.schema {
            Some(schema) => format!("{schema}.{}", table.name),
            None => table.name.clone(),
        });
    sources
        .tables
        .iter()
        .map(crate::python::TableFact::qualified)
        .chain(metadata)
        .map(|name| canonical(module, &name).to_owned())
}

/// Whether the module has models at all.
pub(super) fn has_models(module: &ModuleEvidence, sources: &ModuleSources) -> bool {
    modelled(module, sources).next().is_some()
}

/// Whether the chain creates the table somewhere.
pub(super) fn creates(module: &ModuleEvidence, sources: &ModuleSources, table: &str) -> bool {
    sources
        .revisions
        .iter()
        .flat_map(|file| &file.upgrade)
        .any(|operation| match &operation.kind {
            OperationKind::CreateTable(made) => canonical(module, &made.qualified()) == table,
            OperationKind::RenameTable { to, .. } => canonical(module, to) == table,
            _ => false,
        })
}

/// Whether the models have the table; without models, whether the chain creates it.
pub(super) fn owns(module: &ModuleEvidence, sources: &ModuleSources, table: &str) -> bool {
    if has_models(module, sources) {
        modelled(module, sources).any(|own| own == table)
    } else {
        creates(module, sources, table)
    }
}

/// The name of another module that owns the table.
pub(super) fn other_owner<'a>(
    case: &Case<'a>,
    module: &ModuleEvidence,
    table: &str,
) -> Option<&'a str> {
    case.modules()
        .filter(|(other, _)| other.module.name != module.module.name)
        .find(|(other, theirs)| owns(other, theirs, table))
        .map(|(other, _)| other.module.name.0.as_str())
}

/// The live database of a module that is exactly at its chain's head: only there may models and
/// database be compared, since a revision that waits would be taken for a difference.
pub(super) fn live_at_head(module: &ModuleEvidence) -> Option<&LiveSchema> {
    let database = module.database.seen()?;
    let heads = module.chain.effective_heads();
    let is_there = !heads.is_empty()
        && heads
            .iter()
            .all(|head| database.version_table.rows.contains(&head.0));
    is_there.then_some(&database.live)
}

/// The schemas that a module's tables are in: the default one and those that its models name.
pub(super) fn has_schema(module: &ModuleEvidence, sources: &ModuleSources, schema: &str) -> bool {
    schema == default_schema(module)
        || modelled(module, sources)
            .any(|name| name.split_once('.').is_some_and(|(own, _)| own == schema))
}
