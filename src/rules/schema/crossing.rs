//! The foreign keys that lead from a module's chain to tables that another's makes: what must be there
//! before it can be built.
//!
//! Asked by the engine, which orders baselines and rehearsals by it; no rule of its own (RD306 is the
//! finding). What a chain makes counts for more than what models declare: models often repeat a
//! neighbour's table for SQLAlchemy's sake. Pure.

use std::collections::{BTreeSet, HashSet};

use super::keys::{Key, model_keys, of_revisions};
use super::ownership::{canonical, of_live, owns};
use super::sharing::shares;
use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::{Location, ModuleName};
use crate::python::operations::OperationKind;
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

/// A module with the tables that its chain makes: gathered once, for chains are long.
struct Known<'a> {
    module: &'a ModuleEvidence,
    own: &'a ModuleSources,
    created: HashSet<String>,
}

/// All of them, each once: where it says most.
pub fn crossings(evidence: &Evidence, sources: &Sources) -> Vec<Crossing> {
    let case = Case {
        evidence,
        sources,
        scope: Scope::Full,
    };
    let all: Vec<Known<'_>> = case
        .modules()
        .map(|(module, own)| Known {
            module,
            own,
            created: created(module, own),
        })
        .collect();
    all.iter().flat_map(|one| of_module(one, &all)).collect()
}

fn of_module(known: &Known<'_>, all: &[Known<'_>]) -> Vec<Crossing> {
    let (module, own) = (known.module, known.own);
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    let made = of_revisions(own).into_iter();
    let made = made.map(|key| (key, Seen::Revision));
    let live = live_keys(module).into_iter();
    let live = live.map(|key| (key, Seen::Database));
    let wanted = model_keys(module, own).into_iter();
    let wanted = wanted.map(|key| (key, Seen::Models));
    for (key, seen) in made.chain(live).chain(wanted) {
        let table = canonical(module, &key.table);
        let to_table = canonical(module, &key.to_table);
        // A live database has the neighbours' keys, too, and models repeat their tables.
        let is_ours = seen == Seen::Revision || makes(all, known, table);
        if !is_ours || table == to_table || known.created.contains(to_table) {
            continue;
        }
        let column = format!("{table}.{}", key.column);
        let target = format!("{to_table}.{}", key.to_column);
        if told.insert((column.clone(), target.clone())) {
            found.push(Crossing {
                module: module.module.name.clone(),
                on: maker(all, known, to_table),
                column,
                target,
                seen,
                location: key.location,
            });
        }
    }
    found
}

/// The tables that the chain makes somewhere, by the names that they have then.
fn created(module: &ModuleEvidence, own: &ModuleSources) -> HashSet<String> {
    let operations = own.revisions.iter().flat_map(|file| &file.upgrade);
    operations
        .filter_map(|operation| match &operation.kind {
            OperationKind::CreateTable(made) => {
                Some(canonical(module, &made.qualified()).to_owned())
            }
            OperationKind::RenameTable { to, .. } => Some(canonical(module, to).to_owned()),
            _ => None,
        })
        .collect()
}

/// Whether a table is this module's: its chain makes it, or no chain does and its models have it.
fn makes(all: &[Known<'_>], one: &Known<'_>, table: &str) -> bool {
    one.created.contains(table)
        || !all.iter().any(|other| other.created.contains(table))
            && owns(one.module, one.own, table)
}

/// The other module of the database whose table it is.
fn maker(all: &[Known<'_>], one: &Known<'_>, table: &str) -> Option<ModuleName> {
    let mut others = all.iter().filter(|other| {
        other.module.module.name != one.module.module.name
            && shares(one.module, one.own, other.module, other.own)
            && makes(all, other, table)
            // A table that both models have is a repetition, and nobody can say of whose.
            && (other.created.contains(table) || !owns(one.module, one.own, table))
    });
    others.next().map(|other| other.module.module.name.clone())
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
