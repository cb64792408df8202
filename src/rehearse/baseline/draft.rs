//! The first text: Alembic's own pieces, surrounded by what it cannot say. Called by the drafter.

use super::Drafter;
use crate::model::QualifiedName;
use crate::plan::Source;
use crate::rehearse::Groundwork;
use crate::rehearse::RehearseError;
use crate::schema::{Catalog, Piece, is_left_out, merge, surround};
use crate::worker::DraftRequest;

impl Drafter<'_> {
    /// Alembic's own pieces, surrounded by what it cannot say; without the tables of `others`.
    pub(super) fn draft(
        &self,
        reference: &Catalog,
        others: Vec<QualifiedName>,
    ) -> Result<(Vec<Piece>, Vec<String>), RehearseError> {
        self.subject.phase("draft")?;
        let leave_out = &self.leave_out;
        let beneath = self.subject.beneath;
        // For `models` the database must be empty, and is empty again afterwards.
        let empty;
        let (source, database) = match (self.subject.choices.source, &self.replayed) {
            (Source::Chain, Some(replayed)) => (crate::worker::Source::Chain, replayed.target()),
            (Source::Chain, None) | (Source::Models, _) => {
                empty = self.subject.scratch("e")?;
                (crate::worker::Source::Models, empty.target())
            }
        };
        let before = match source {
            crate::worker::Source::Chain => Vec::new(),
            crate::worker::Source::Models => prerequisites(reference),
        };
        let draft = self
            .subject
            .call(|call| {
                let request = DraftRequest {
                    source,
                    database,
                    default_schema: Some(self.subject.described.default_schema.clone()),
                    leave_out: [
                        self.subject.version_tables.clone(),
                        others,
                        beneath.map(Groundwork::tables).unwrap_or_default(),
                    ]
                    .concat(),
                    before,
                };
                self.subject
                    .worker
                    .draft(&self.subject.request(), &request, call)
            })
            .map_err(RehearseError::Draft)?;
        let mut drafted = draft.pieces;
        drafted.retain(|piece| {
            !is_left_out(&piece.key(), leave_out)
                && !beneath.is_some_and(|ground| ground.has(&piece.key()))
                && !self.subject.described.is_another_tenants(&piece.schema)
        });
        let around = surround(reference, &drafted, leave_out).pieces;
        let around = self.carries(reference, &Catalog::default(), &drafted, around);
        Ok((merge(drafted, around), draft.imports))
    }
}

/// What the defaults, checks, indexes and types of the models may call, in the order in which it is
/// tried: extensions, schemas, types, sequences of nobody, functions. Bodies are not looked into.
fn prerequisites(reference: &Catalog) -> Vec<String> {
    const KINDS: [&str; 7] = [
        "extension",
        "schema",
        "domain",
        "composite type",
        "sequence",
        "function",
        "aggregate",
    ];
    let of_kind = |kind: &'static str| {
        reference
            .objects
            .iter()
            .filter(move |(key, object)| key.kind == kind && object.get("owned by").is_none())
            .filter_map(|(_, object)| object.definition.clone())
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}
