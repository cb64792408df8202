//! The foreign keys that lead from a module's chain to tables that another's makes: what must be there
//! before it can be built.
//!
//! Asked by the engine, which orders baselines and rehearsals by it; no rule of its own (RD306 is the
//! finding). What a chain makes counts for more than what models declare: models often repeat a
//! neighbour's table for SQLAlchemy's sake. Pure.

use std::collections::BTreeSet;

use super::keys::{Key, model_keys, of_revisions};
use super::ownership::{canonical, creates, of_live, owns};
use super::sharing::shares;
use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::{Location, ModuleName};
use crate::rules::rule::{Case, Scope};
use crate::rules::sources::{ModuleSources, Sources};

/// Where a crossing key was seen. The first says most: the chain cannot be replayed without its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// A revision makes it.
    Revision,
    /// The live database has it.
    Database,
    /// The models want it.
    Models,
}

/// One foreign key out of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Whose table has it.
    pub module: ModuleName,
    /// Whose table it refers to, in the same database; none: no chain that is looked at makes it so
    /// that it could be read.
    pub on: Option<ModuleName>,
    /// `orders.user_id`.
    pub column: String,
    /// `users.id`.
    pub target: String,
    /// Where it was seen.
    pub seen: Seen,
    /// Where it is written, as far as known.
    pub location: Option<Location>,
}

/// All of them, each once: where it says most.
pub fn crossings(evidence: &Evidence, sources: &Sources) -> Vec<Crossing> {
    let case = Case {
        evidence,
        sources,
        scope: Scope::Full,
    };
    let mut found = Vec::new();
    for (module, own) in case.modules() {
        let mut told = BTreeSet::new();
        let made = of_revisions(own)
            .into_iter()
            .map(|key| (key, Seen::Revision));
        let live = live_keys(module)
            .into_iter()
            .map(|key| (key, Seen::Database));
        let wanted = model_keys(module, own);
        let wanted = wanted.into_iter().map(|key| (key, Seen::Models));
        for (key, seen) in made.chain(live).chain(wanted) {
            let table = canonical(module, &key.table);
            let to_table = canonical(module, &key.to_table);
            // A live database has the neighbours' keys, too, and models repeat their tables.
            let is_ours = seen == Seen::Revision || makes(&case, module, own, table);
            if !is_ours || table == to_table || creates(module, own, to_table) {
                continue;
            }
            let column = format!("{table}.{}", key.column);
            let target = format!("{to_table}.{}", key.to_column);
            if told.insert((column.clone(), target.clone())) {
                found.push(Crossing {
                    module: module.module.name.clone(),
                    on: maker(&case, module, own, to_table),
                    column,
                    target,
                    seen,
                    location: key.location,
                });
            }
        }
    }
    found
}

/// Whether a table is this module's: its chain makes it, or no chain does and its models have it.
fn makes(case: &Case<'_>, module: &ModuleEvidence, own: &ModuleSources, table: &str) -> bool {
    creates(module, own, table)
        || !case
            .modules()
            .any(|(other, theirs)| creates(other, theirs, table))
            && owns(module, own, table)
}

/// The other module of the database whose table it is.
fn maker(
    case: &Case<'_>,
    module: &ModuleEvidence,
    own: &ModuleSources,
    table: &str,
) -> Option<ModuleName> {
    let mut others = case.modules().filter(|(other, theirs)| {
        other.module.name != module.module.name
            && shares(module, own, other, theirs)
            && makes(case, other, theirs, table)
            // A table that both models have is a repetition, and nobody can say of whose.
            && (creates(other, theirs, table) || !owns(module, own, table))
    });
    others.next().map(|(other, _)| other.module.name.clone())
}

fn live_keys(module: &ModuleEvidence) -> Vec<Key> {
    let live = module.database.seen().map(|database| &database.live);
    let keys = live.into_iter().flat_map(|live| &live.foreign_keys);
    keys.map(|key| Key {
        table: of_live(module, &key.table),
        column: key.column.clone(),
        to_table: of_live(module, &key.to_table),
        to_column: key.to_column.clone(),
        kind: None,
        to_kind: None,
        location: None,
        written: None,
        to_written: None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::schema::on_stage::{live_key, live_table};
    use crate::rules::stage::{Stage, seen};

    const USERS: &str =
        "def upgrade():\n    op.create_table('users', sa.Column('id', sa.Integer()))\n";
    const ORDERS: &str = "def upgrade():\n    op.create_table('orders', sa.Column('id', sa.Integer()),\n        sa.Column('user_id', sa.Integer(), sa.ForeignKey('users.id')))\n";
    const STUB: &str = "class U(Base):\n    __tablename__ = 'users'\n    id = Column(Integer)\nclass O(Base):\n    __tablename__ = 'orders'\n    user_id = Column(Integer, ForeignKey('users.id'))\n";

    /// Both in one database.
    fn stage() -> Stage {
        let mut stage = Stage::with(&["shop", "admin"]);
        let shared = stage.database().identity.clone();
        seen(&mut stage.module("admin").database).identity = shared;
        stage
    }

    fn shown(stage: &Stage) -> Vec<String> {
        let found = crossings(&stage.evidence, &stage.sources);
        let one = |crossing: &Crossing| {
            let on = crossing.on.as_ref().map_or("?", |on| on.0.as_str());
            let line = crossing.location.as_ref().map_or(0, |place| place.line);
            format!(
                "{} {} -> {} {} {:?} {line}",
                crossing.module, crossing.column, on, crossing.target, crossing.seen
            )
        };
        found.iter().map(one).collect()
    }

    #[test]
    fn a_revisions_key_into_another_chains_table_crosses_though_models_repeat_it() {
        let mut stage = stage();
        stage.revision("admin", USERS);
        stage.revision("shop", ORDERS).models("shop", STUB);
        assert_eq!(
            shown(&stage),
            ["shop orders.user_id -> admin users.id Revision 3"]
        );
    }

    #[test]
    fn a_live_key_counts_where_no_revision_says_it_and_a_strange_table_is_nobodys() {
        let mut stage = stage();
        stage.revision("admin", USERS);
        stage.revision(
            "shop",
            "def upgrade():\n    op.create_table('orders', sa.Column('id', sa.Integer()))\n",
        );
        let live = &mut stage.database().live;
        live.tables = vec![live_table("users", &[]), live_table("orders", &[])];
        live.foreign_keys = vec![
            live_key("orders", "user_id", "users", "id"),
            live_key("orders", "region_id", "regions", "id"),
        ];
        assert_eq!(
            shown(&stage),
            [
                "shop orders.user_id -> admin users.id Database 0",
                "shop orders.region_id -> ? regions.id Database 0",
            ]
        );
    }
}
