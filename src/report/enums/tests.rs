//! Two modules, one database or two: whose type is it, and who may drop it?

use super::*;
use crate::evidence::ColumnPlace;
use crate::model::QualifiedName;
use crate::rules::stage::{Stage, seen};

const MODEL: &str = "
class Mood(enum.Enum):
    SAD = 1
    HAPPY = 2

class Person(Base):
    __tablename__ = 'people'
    id = Column(Integer, primary_key=True)
    mood = Column(Enum(Mood, name='mood'))
";

const CHAIN: &str = "
import sqlalchemy as sa
def upgrade():
    op.create_table('people', sa.Column('mood', sa.Enum('SAD', 'HAPPY', name='mood')))
def downgrade():
    op.drop_table('people')
";

fn stage() -> Stage {
    let mut stage = Stage::with(&["shop", "stock"]);
    stage.models("shop", MODEL).revision("shop", CHAIN);
    stage
}

fn live(types: &[(&str, &[&str], &[&str])]) -> Live {
    let types: Vec<EnumType> = types
        .iter()
        .map(|(name, labels, columns)| EnumType {
            name: public(name),
            owner: "ada".to_owned(),
            labels: labels.iter().map(ToString::to_string).collect(),
            columns: columns
                .iter()
                .map(|place| place.split_once('.').unwrap())
                .map(|(table, column)| ColumnPlace {
                    table: public(table),
                    column: column.to_owned(),
                })
                .collect(),
        })
        .collect();
    let name = |name: &str| ModuleName(name.to_owned());
    Live::from([
        (name("shop"), Observed::Seen(types.clone())),
        (name("stock"), Observed::Seen(types)),
    ])
}

fn public(name: &str) -> QualifiedName {
    QualifiedName {
        schema: "public".to_owned(),
        name: name.to_owned(),
    }
}

/// Both modules in the first one's database.
fn share(stage: &mut Stage) {
    let identity = stage.database().identity.clone();
    seen(&mut stage.module("stock").database).identity = identity;
}

fn enums(stage: &Stage, live: &Live) -> Enums {
    Enums::new(&stage.evidence, &stage.sources, live)
}

fn differences(labels: &[&str]) -> Vec<String> {
    let live = live(&[("mood", labels, &["people.mood"])]);
    let mut found = enums(&stage(), &live).modules.remove(0).types.remove(0);
    assert_eq!(found.differences.pop().unwrap(), "no downgrade drops it");
    found.differences
}

#[test]
fn labels_are_compared_with_their_order() {
    assert_eq!(differences(&["SAD", "HAPPY"]), [] as [&str; 0]);
    assert_eq!(
        differences(&["HAPPY", "SAD"]),
        ["the models' order is SAD, HAPPY"]
    );
    assert_eq!(
        differences(&["SAD", "ANGRY"]),
        ["only the models have HAPPY", "only the database has ANGRY"]
    );
}

#[test]
fn places_are_lines_of_the_revisions() {
    let mut stage = stage();
    stage.revision("shop", "import sqlalchemy as sa\ndef upgrade():\n    op.add_column('a', 'b')\ndef downgrade():\n    sa.Enum(name='mood').drop(op.get_bind())\n");
    let enums = enums(&stage, &Live::new());
    let entry = &enums.modules[0].types[0];
    assert_eq!(
        (entry.created[0].line, entry.created[0].path.as_str()),
        (4, "shop/alembic/versions/r1.py")
    );
    assert_eq!(
        (entry.dropped[0].line, entry.dropped[0].function),
        (5, "downgrade")
    );
    assert_eq!(entry.in_database, None);
    assert_eq!(entry.labels, ["SAD", "HAPPY"]);
    assert_eq!(entry.columns, ["people.mood"]);
    assert!(!enums.has_left_behind());
}

#[test]
fn a_type_that_a_neighbours_column_is_of_is_not_dropped() {
    let line = "sa.Enum(name='mood').drop(op.get_bind(), checkfirst=True)";
    let types = live(&[("mood", &["SAD", "HAPPY"], &["people.mood", "boxes.mood"])]);
    let mut stage = stage();
    let boxes = "class B(Base):\n    __tablename__ = 'boxes'\n    id = Column(Integer)\n";
    stage.models("stock", boxes);
    assert_eq!(enums(&stage, &types).modules[0].cleanup, [line]);
    share(&mut stage);
    let found = enums(&stage, &types);
    assert_eq!(found.modules[0].cleanup, [] as [&str; 0]);
    assert_eq!(
        found.modules[0].types[0].used_by_others,
        ["stock: boxes.mood"]
    );
    assert_eq!(found.modules[1].types.len(), 0);
    assert_eq!(found.unclaimed, []);
}

#[test]
fn what_nobody_speaks_of_stands_apart_once() {
    let types = live(&[("mood", &["SAD"], &[]), ("relic", &["x"], &[])]);
    let mut stage = stage();
    share(&mut stage);
    let found = enums(&stage, &types);
    assert_eq!(found.unclaimed.len(), 1);
    assert_eq!(found.unclaimed[0].name, "public.relic");
    assert_eq!(
        found.modules[0].types[0].differences[0],
        "no column is of this type"
    );
}

#[test]
fn hostile_names_are_escaped_and_lines_are_short() {
    let label = "a".repeat(30);
    let labels = [label.as_str(), &label, &label, "\u{1b}[31mred"];
    let types = live(&[("mood", &labels, &["people.mood"])]);
    let text = render(&enums(&stage(), &types), crate::report::Paint::Plain);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.contains("\\u{1b}[31mred"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}
