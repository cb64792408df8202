//! What the user leaves out of the baseline: whether it can be, and what is knowingly otherwise for
//! it. Called by the drafter.

use std::collections::BTreeSet;

use super::{Built, Drafter};
use crate::plan::Source;
use crate::rehearse::RehearseError;
use crate::schema::{
    Catalog, Difference, ObjectKey, Piece, falls_with, is_left_out, names_any, near, rows_key,
    with_parts,
};

impl Drafter<'_> {
    /// Takes the choices, with all that belongs to what they name. Refused where something that is
    /// not named needs it.
    pub(super) fn take_choices(&mut self, reference: &Catalog) -> Result<(), RehearseError> {
        let left = &self.subject.choices.leave_out;
        let falls = falls_with(reference, left);
        if !falls.is_empty() {
            let shown = |(key, need): &(ObjectKey, ObjectKey)| (key.to_string(), need.to_string());
            return Err(RehearseError::Needed {
                left: left.clone(),
                falls: falls.iter().map(shown).collect(),
            });
        }
        self.leave_out = with_parts(reference, left);
        Ok(())
    }

    /// Parts what differs into what was agreed to and what is lost.
    pub(super) fn judge(&self, differences: Vec<Difference>) -> (Vec<Difference>, Vec<Difference>) {
        let choices = self.subject.choices;
        let is_models = choices.source == Source::Models;
        differences.into_iter().partition(|other| {
            is_left_out(other.object(), &self.leave_out)
                || is_models && choices.accept_losses
                || self.is_ahead(other)
        })
    }

    /// The choices that name nothing here, with what may have been meant. A choice that names a
    /// part of a table that the baseline has all the same is refused.
    pub(super) fn unknown(
        &self,
        reference: &Catalog,
        built: &Built,
        pieces: &[Piece],
        values: Vec<ObjectKey>,
    ) -> Result<Vec<(String, Vec<String>)>, RehearseError> {
        let mut known: BTreeSet<ObjectKey> = reference.objects.keys().cloned().collect();
        known.extend(built.catalog.objects.keys().cloned());
        known.extend(pieces.iter().map(Piece::key));
        known.extend(values);
        known.extend(reference.tables().iter().map(rows_key));
        let mut unknown = Vec::new();
        for choice in &self.subject.choices.leave_out {
            if !names_any(choice, &known) {
                unknown.push((choice.clone(), near(choice, &known)));
            }
            let one = std::slice::from_ref(choice);
            let stays = reference
                .objects
                .keys()
                .any(|key| is_left_out(key, one) && built.catalog.objects.contains_key(key));
            let differs = built
                .accepted
                .iter()
                .any(|other| is_left_out(other.object(), one));
            if stays && !differs {
                return Err(RehearseError::Stays {
                    what: choice.clone(),
                });
            }
        }
        Ok(unknown)
    }
}
