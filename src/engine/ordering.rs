//! In which order modules of one database are built: those first that the foreign keys of others lead
//! to. Asked before the rehearsals; their ground, the order of the plan and so of the reset and, the
//! other way round, of the undo follow it.

use std::collections::{BTreeMap, BTreeSet};

use super::planning::{all_version_tables, not_seen};
use super::{Assessment, Depth, Engine, Survey, failures, lock};
use crate::error::Failure;
use crate::events::Observer;
use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::text::safe;
use crate::model::{ModuleName, QualifiedName};
use crate::plan::{Choices, Source};
use crate::rehearse::{self, Groundwork, Layer, Subject};
use crate::rules::{Crossing, Seen};

/// The order, and what it rests on.
pub(super) struct Order {
    /// The modules, those first that others need.
    sequence: Vec<ModuleName>,
    /// What must be there before a module, in order.
    beneath: BTreeMap<ModuleName, Vec<ModuleName>>,
    /// The keys that say so.
    keys: Vec<Crossing>,
    /// A look at all modules, where only some were asked for and others are needed.
    around: Option<Survey>,
}

impl Order {
    /// Where a module stands.
    pub(super) fn place(&self, module: &ModuleName) -> usize {
        let place = self.sequence.iter().position(|one| one == module);
        place.unwrap_or(usize::MAX)
    }

    /// What the plan says of a module that needs others.
    pub(super) fn remark(&self, module: &ModuleName) -> Option<String> {
        let beneath = self.beneath.get(module).filter(|all| !all.is_empty())?;
        let names: Vec<&str> = beneath.iter().map(|name| name.0.as_str()).collect();
        let names = names.join(", ");
        let own = self.keys.iter().filter(|key| key.module == *module);
        let keys: Vec<String> = own
            .filter(|key| key.on.as_ref().is_some_and(|on| beneath.contains(on)))
            .map(|key| format!("{} refers to {}", key.column, key.target))
            .collect();
        Some(format!(
            "a new database needs {names} before it, and so did every scratch of its rehearsal: {}",
            keys.join(", ")
        ))
    }

    /// A module's evidence, and the survey that it is of.
    fn find<'s>(
        &'s self,
        survey: &'s Survey,
        module: &ModuleName,
    ) -> Option<(&'s ModuleEvidence, &'s Survey)> {
        std::iter::once(survey)
            .chain(&self.around)
            .find_map(|survey| {
                let seen = survey
                    .evidence
                    .modules
                    .iter()
                    .find(|seen| seen.module.name == *module);
                seen.map(|seen| (seen, survey))
            })
    }

    /// The evidence of what must be there before a module.
    pub(super) fn beneath<'s>(
        &'s self,
        survey: &'s Survey,
        module: &ModuleName,
    ) -> Vec<&'s ModuleEvidence> {
        let names = self.beneath.get(module).into_iter().flatten();
        names
            .filter_map(|name| self.find(survey, name).map(|(seen, _)| seen))
            .collect()
    }

    /// The version tables of all modules that were looked at.
    pub(super) fn version_tables(&self, survey: &Survey) -> Vec<QualifiedName> {
        let mut tables = all_version_tables(&survey.evidence);
        let around = self.around.as_ref().map(|around| &around.evidence);
        tables.extend(around.into_iter().flat_map(all_version_tables));
        tables.sort();
        tables.dedup();
        tables
    }
}

impl Engine<'_> {
    /// Finds the order. A cycle is refused, with the keys that make it.
    pub(super) fn order(
        &self,
        survey: &Survey,
        assessment: &Assessment,
        choices: &Choices,
    ) -> Result<Order, Failure> {
        let wants_models = choices.source == Source::Models || choices.with_model_changes;
        let is_nobodys = |crossing: &Crossing| {
            crossing.on.is_none() && (crossing.seen != Seen::Models || wants_models)
        };
        let is_part = !self.request.only.is_empty();
        if is_part && assessment.crossings.iter().any(is_nobodys) {
            // Its tables may be those of a module that was not asked for.
            let whole = self.whole();
            let around = whole.survey_modules(Depth::Full)?;
            let crossings = whole.assess(&around, Depth::Full).crossings;
            let order = ordered(&around.evidence, &crossings, wants_models)?;
            return Ok(Order {
                around: Some(around),
                ..order
            });
        }
        ordered(&survey.evidence, &assessment.crossings, wants_models)
    }

    /// A session that looks at all modules, with the same interpreters.
    pub(super) fn whole(&self) -> Engine<'_> {
        let mut request = self.request.clone();
        request.only.clear();
        Engine {
            request,
            observer: &Deaf,
            cancel: self.cancel,
            files: self.files,
            workers: lock(&self.workers).clone().into(),
            sandbox: lock(&self.sandbox).clone().into(),
            empty_sandbox: lock(&self.empty_sandbox).clone().into(),
        }
    }

    /// Builds what must be there before a module; none where it stands alone.
    pub(super) fn groundwork(
        &self,
        subject: &Subject<'_>,
        survey: &Survey,
        order: &Order,
    ) -> Result<Option<Groundwork>, Failure> {
        let name = &subject.module.name;
        let mut layers = Vec::new();
        for other in order.beneath.get(name).into_iter().flatten() {
            let (seen, of) = order.find(survey, other).ok_or_else(|| not_seen(other))?;
            let trouble = || {
                of.troubles
                    .get(other)
                    .cloned()
                    .unwrap_or_else(|| not_seen(other))
            };
            layers.push(Layer {
                module: &seen.module,
                x: self.x_of(other),
                chain: &seen.chain,
                described: seen.described.seen().ok_or_else(trouble)?,
                worker: self.worker_of(seen)?,
            });
        }
        if layers.is_empty() {
            return Ok(None);
        }
        let laid = rehearse::lay(subject, &layers);
        laid.map(Some)
            .map_err(|error| failures::rehearsal(name, &error))
    }
}

/// Hears nothing: what is looked at beside the work is not announced.
struct Deaf;

impl Observer for Deaf {
    fn on_event(&self, _: &crate::events::Event) {}
}

/// The order by all keys; where those go round, by the keys that revisions make alone: without the
/// table of one of these a chain does not run, and the others can wait.
fn ordered(
    evidence: &Evidence,
    crossings: &[Crossing],
    wants_models: bool,
) -> Result<Order, Failure> {
    let names: Vec<&ModuleName> = evidence
        .modules
        .iter()
        .map(|seen| &seen.module.name)
        .collect();
    let is_told = |crossing: &Crossing, least: Seen| {
        let on = crossing.on.as_ref();
        on.is_some_and(|on| names.contains(&on)) && crossing.seen <= least
    };
    let most = if wants_models {
        Seen::Models
    } else {
        Seen::Database
    };
    let mut round = Vec::new();
    for least in [most, Seen::Revision] {
        let keys: Vec<Crossing> = crossings
            .iter()
            .filter(|crossing| is_told(crossing, least))
            .cloned()
            .collect();
        match sorted(&names, &keys) {
            Ok(sequence) => {
                let beneath = names
                    .iter()
                    .map(|name| ((*name).clone(), needed(name, &sequence, &keys)));
                return Ok(Order {
                    beneath: beneath.collect(),
                    sequence,
                    keys,
                    around: None,
                });
            }
            Err(cycle) => round = keys_of(&cycle, &keys),
        }
    }
    Err(goes_round(evidence, &round))
}

/// The modules with those first that others need, else as they come; or those that go round.
fn sorted(
    names: &[&ModuleName],
    keys: &[Crossing],
) -> Result<Vec<ModuleName>, BTreeSet<ModuleName>> {
    let mut sequence: Vec<ModuleName> = Vec::new();
    let mut open: Vec<&ModuleName> = names.to_vec();
    while !open.is_empty() {
        let waits = |name: &ModuleName| {
            let mut own = keys.iter().filter(|key| key.module == *name);
            own.any(|key| key.on.as_ref().is_some_and(|on| open.contains(&on)))
        };
        let Some(at) = open.iter().position(|name| !waits(name)) else {
            return Err(circle(&open, keys));
        };
        sequence.push(open.remove(at).clone());
    }
    Ok(sequence)
}

/// Of modules that wait, those that others of them wait for in turn: the circle without its tails.
fn circle(open: &[&ModuleName], keys: &[Crossing]) -> BTreeSet<ModuleName> {
    let mut left: BTreeSet<ModuleName> = open.iter().map(|name| (*name).clone()).collect();
    loop {
        let is_needed = |name: &ModuleName| {
            keys.iter()
                .any(|key| key.on.as_ref() == Some(name) && left.contains(&key.module))
        };
        let tails: Vec<ModuleName> = left
            .iter()
            .filter(|name| !is_needed(name))
            .cloned()
            .collect();
        if tails.is_empty() {
            return left;
        }
        left.retain(|name| !tails.contains(name));
    }
}

fn keys_of(cycle: &BTreeSet<ModuleName>, keys: &[Crossing]) -> Vec<Crossing> {
    let is_inside = |key: &&Crossing| {
        cycle.contains(&key.module) && key.on.as_ref().is_some_and(|on| cycle.contains(on))
    };
    keys.iter().filter(is_inside).cloned().collect()
}

/// All that a module needs, and what that needs, in order.
fn needed(name: &ModuleName, sequence: &[ModuleName], keys: &[Crossing]) -> Vec<ModuleName> {
    let mut found: BTreeSet<&ModuleName> = BTreeSet::new();
    let mut open = vec![name];
    while let Some(one) = open.pop() {
        let own = keys.iter().filter(|key| key.module == *one);
        for on in own.filter_map(|key| key.on.as_ref()) {
            if found.insert(on) {
                open.push(on);
            }
        }
    }
    sequence
        .iter()
        .filter(|one| found.contains(one))
        .cloned()
        .collect()
}

fn goes_round(evidence: &Evidence, keys: &[Crossing]) -> Failure {
    let mut names: Vec<String> = keys
        .iter()
        .map(|key| safe(&key.module.0).into_owned())
        .collect();
    names.sort();
    names.dedup();
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let on = key.on.as_ref().map_or("", |on| on.0.as_str());
            let place = key.location.as_ref().map_or(String::new(), |location| {
                let path = failures::shown(&evidence.root, &location.path);
                format!(" ({path}:{})", location.line)
            });
            let said = format!(
                "{}: {} refers to {} of {on}",
                key.module, key.column, key.target
            );
            format!("{}{place}", safe(&said))
        })
        .collect();
    Failure::refused(format!(
        "{}: their foreign keys lead to each other's tables, so none of these chains can be built \
         before the others",
        names.join(" and ")
    ))
    .with_detail(lines.join("\n"))
    .with_hint(
        "take the keys of one direction out of the models and of the revisions that make them (a plain \
         column instead), drop them from the databases, then: redistill plan",
    )
    .with_hint(
        "or make the modules one: one script folder, one chain with all their tables, then: redistill \
         plan",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(module: &str, on: &str, seen: Seen) -> Crossing {
        Crossing {
            module: ModuleName(module.to_owned()),
            on: Some(ModuleName(on.to_owned())),
            column: format!("{module}s.{on}_id"),
            target: format!("{on}s.id"),
            seen,
            location: None,
        }
    }

    fn evidence(names: &[&str]) -> Evidence {
        let modules = names.iter().map(|name| {
            let module = crate::model::Module::plain(*name, "/p".into());
            ModuleEvidence::of(module, crate::model::Chain::new(Vec::new(), Vec::new()))
        });
        Evidence::of("/p", modules.collect())
    }

    fn shown(order: &Order) -> Vec<String> {
        let names =
            |all: &[ModuleName]| -> Vec<String> { all.iter().map(|name| name.0.clone()).collect() };
        order
            .sequence
            .iter()
            .map(|name| format!("{name}:{}", names(&order.beneath[name]).join("+")))
            .collect()
    }

    #[test]
    fn what_others_need_comes_first_and_the_rest_as_it_is() {
        let found = evidence(&["a", "b", "c", "d"]);
        let keys = [
            key("a", "c", Seen::Revision),
            key("c", "d", Seen::Database),
            key("b", "d", Seen::Models),
        ];
        let order = ordered(&found, &keys, false).ok().unwrap();
        assert_eq!(shown(&order), ["b:", "d:", "c:d", "a:d+c"]);
        let order = ordered(&found, &keys, true).ok().unwrap();
        assert_eq!(shown(&order), ["d:", "b:d", "c:d", "a:d+c"]);
    }

    #[test]
    fn keys_of_revisions_decide_where_all_go_round_and_those_that_go_round_are_named() {
        let found = evidence(&["a", "b", "c"]);
        let mut keys = vec![
            key("a", "b", Seen::Revision),
            key("b", "a", Seen::Database),
            key("c", "a", Seen::Revision),
        ];
        let order = ordered(&found, &keys, false).ok().unwrap();
        assert_eq!(shown(&order), ["b:", "a:b", "c:b+a"]);
        keys[1].seen = Seen::Revision;
        let failure = ordered(&found, &keys, false).err().unwrap();
        assert!(
            failure.message.starts_with("a and b: "),
            "{}",
            failure.message
        );
        let detail = failure.detail.unwrap();
        assert_eq!(
            detail,
            "a: as.b_id refers to bs.id of b\nb: bs.a_id refers to as.id of a"
        );
    }
}
