//! Modules of one database whose foreign keys cross: built in the order that the keys ask for.

use super::{Way, borrowed, revision};
use crate::support::{Lab, Module};

const PEOPLE_MODEL: &str = r#"
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.Enum("in", "out", name="person_state"))
"#;

/// The neighbour's table is repeated, as SQLAlchemy wants it for the key.
const BILLS_MODEL: &str = r#"
sa.Table("people", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))


class Bill(Base):
    __tablename__ = "bills"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", name="bills_person"))
    amount: Mapped[int]
"#;

const PEOPLE: &str = r#"op.create_table(
    "people",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("state", sa.Enum("in", "out", name="person_state"), nullable=False),
)
op.execute("INSERT INTO people (name, state) VALUES ('nobody', 'out')")
op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")"#;

const BILLS: &str = r#"op.create_table(
    "bills",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("person_id", sa.Integer(), nullable=False),
    sa.Column("amount", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="bills_person"),
)"#;

const MORE_BILLS: &str = r#"op.execute("CREATE VIEW open_bills AS SELECT b.id, p.name FROM bills b JOIN people p ON p.id = b.person_id WHERE p.state = 'in'")
op.execute("CREATE TRIGGER touched BEFORE UPDATE ON bills FOR EACH ROW EXECUTE FUNCTION touch()")
op.execute("INSERT INTO bills (person_id, amount) SELECT id, 7 FROM people")"#;

const MODULES: [(&str, &str); 2] = [("people", "p"), ("bills", "b")];

const NO_PEOPLE: &str = r#"op.drop_table("people")
op.execute("DROP TYPE person_state")
op.execute("DROP FUNCTION touch()")"#;

const NO_MORE_BILLS: &str = r#"op.execute("DROP TRIGGER touched ON bills")
op.execute("DROP VIEW open_bills")
op.execute("DELETE FROM bills")"#;

/// Two modules in one database, `bills` on `people`; found in the other order, by their names.
fn lab(is_long: bool) -> Lab {
    let lab = Lab::new();
    lab.create_database("shared");
    for (table, letter) in MODULES {
        let (models, [first, of_first], [second, of_second]) = if table == "people" {
            (PEOPLE_MODEL, [PEOPLE, NO_PEOPLE], ["pass", "pass"])
        } else {
            let more = [MORE_BILLS, NO_MORE_BILLS];
            (BILLS_MODEL, [BILLS, "op.drop_table(\"bills\")"], more)
        };
        let id = |number: usize| format!("{letter}{number:03}");
        let down = |number: usize| format!("\"{}\"", id(number));
        let mut files = vec![
            (
                format!("{}_first.py", id(1)),
                revision(&id(1), "None", first, Some(of_first)),
            ),
            (
                format!("{}_second.py", id(2)),
                revision(&id(2), &down(1), second, Some(of_second)),
            ),
        ];
        if is_long {
            let text = revision(&id(3), &down(2), "pass", None);
            files.push((format!("{}_third.py", id(3)), text));
        }
        lab.add(&Module {
            folder: table,
            database: "shared",
            models,
            revisions: &borrowed(&files),
            configure: &format!(
                "version_table=\"{table}_version\", include_object=lambda object, name, kind, \
                 reflected, other: kind != \"table\" or name == \"{table}\","
            ),
            ..Module::default()
        });
    }
    lab
}

fn built(is_long: bool) -> Lab {
    let lab = lab(is_long);
    for (folder, _) in MODULES {
        lab.alembic(folder, &["upgrade", "head"]);
    }
    lab
}

const WAY: Way<'static> = Way {
    modules: &[("people", &[]), ("bills", &[])],
    databases: &["shared"],
    hide: &["people_version", "bills_version"],
    prepare: "",
    choices: &[],
    is_in_step: true,
    heads: 1,
};

/// The modules in the order of the plan, and the titles of its steps.
fn planned(lab: &Lab, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
    let all = [&["plan", "--format", "json"], arguments].concat();
    let plan = lab.redistill(&all).expect(0).json();
    let texts = |value: &serde_json::Value, get: &dyn Fn(&serde_json::Value) -> String| {
        value.as_array().unwrap().iter().map(get).collect()
    };
    (
        texts(&plan["modules"], &|one| {
            one["module"].as_str().unwrap().to_owned()
        }),
        texts(&plan["steps"], &|one| {
            one["preview"][0].as_str().unwrap().to_owned()
        }),
    )
}

#[test]
fn the_module_that_others_refer_to_is_built_first() {
    let lab = built(false);
    lab.sql(
        "shared",
        "insert into people (name, state) values ('Ann', 'in'); \
         insert into bills (person_id, amount) values (2, 10)",
    );
    let (modules, steps) = planned(&lab, &[]);
    assert_eq!(modules, ["people", "bills"]);
    let places: Vec<usize> = [
        "people/alembic",
        "bills/alembic",
        "Test people",
        "Test bills",
    ]
    .iter()
    .map(|word| {
        let step = |title: &String| {
            title.contains(word) && (title.contains("baseline") || title.starts_with("Test"))
        };
        steps.iter().position(step).unwrap()
    })
    .collect();
    assert!(places.is_sorted(), "{steps:?}");
    let said = lab.redistill(&["plan"]).expect(0).stdout;
    assert!(
        said.contains("needs people before it")
            && said.contains("bills.person_id refers to people.id"),
        "{said}"
    );
    lab.redistill(&["verify"]).expect(0);
    WAY.go(&lab);
}

#[test]
fn one_of_them_alone_stands_on_the_other_and_either_is_built_again() {
    let lab = built(false);
    let before = (lab.tree(), lab.dump("shared", &[]));
    // The other is looked at, and nothing of it changes.
    let (modules, steps) = planned(&lab, &["--module", "bills"]);
    assert_eq!(modules, ["bills"]);
    assert!(
        !steps.iter().any(|step| step.contains("people")),
        "{steps:?}"
    );
    let id = lab.reset(&["--module", "bills"]);
    lab.alembic("bills", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert!((lab.tree(), lab.dump("shared", &[])) == before);
    let id = lab.reset(&["--strategy", "recreate"]);
    for (folder, _) in MODULES {
        lab.alembic(folder, &["check"]);
    }
    lab.redistill(&["undo", &id]).expect(0);
    assert!((lab.tree(), lab.dump("shared", &[])) == before);
}

#[test]
fn keys_in_both_directions_are_refused_with_the_places_that_make_them() {
    let lab = lab(false);
    lab.alembic("people", &["upgrade", "p001"]);
    lab.alembic("bills", &["upgrade", "head"]);
    let back = "op.add_column(\"people\", sa.Column(\"bill_id\", sa.Integer()))\n\
                op.create_foreign_key(\"people_bill\", \"people\", \"bills\", [\"bill_id\"], [\"id\"])";
    let text = revision("p003", "\"p002\"", back, None);
    lab.write("people/alembic/versions/p003_third.py", &text);
    lab.alembic("people", &["upgrade", "head"]);
    let before = (lab.tree(), lab.dump("shared", &[]));
    lab.redistill(&["plan"]).expect(1).says(&[
        "bills and people: their foreign keys lead to each other's tables",
        "bills: bills.person_id refers to people.id of people (bills/alembic/versions/b001_first.py:",
        "people: people.bill_id refers to bills.id of bills (people/alembic/versions/p003_third.py:",
        "make the modules one",
    ]);
    assert!((lab.tree(), lab.dump("shared", &[])) == before);
}

#[test]
fn a_chain_that_changes_what_the_other_made_is_refused_by_name() {
    let lab = built(true);
    for (statement, named) in [
        (
            "op.add_column(\"people\", sa.Column(\"tax\", sa.Integer()))",
            "column people.tax",
        ),
        (
            "op.execute(\"UPDATE people SET name = 'somebody'\")",
            "the rows of public.people",
        ),
        (
            "op.execute(\"DROP FUNCTION touch() CASCADE\")",
            "function touch()",
        ),
    ] {
        let text = revision("b003", "\"b002\"", statement, None);
        lab.write("bills/alembic/versions/b003_third.py", &text);
        let before = (lab.tree(), lab.dump("shared", &[]));
        lab.redistill(&["plan"])
            .expect(1)
            .says(&["its chain changes what people made", named]);
        assert!((lab.tree(), lab.dump("shared", &[])) == before);
    }
}

/// Both put their rows into `alembic_version`, and neither script folder knows the other's: Alembic
/// itself has to be shown one half of the table at a time.
fn upgrade_in_one_version_table(lab: &Lab) {
    lab.sql("shared", "create schema if not exists aside");
    for (folder, _) in MODULES {
        lab.sql(
            "shared",
            "alter table if exists alembic_version set schema aside",
        );
        lab.alembic(folder, &["upgrade", "head"]);
    }
    lab.sql(
        "shared",
        "insert into alembic_version select * from aside.alembic_version; drop schema aside cascade",
    );
}

#[test]
fn modules_of_one_version_table_are_built_in_the_order_of_their_keys() {
    let lab = lab(false);
    for (folder, _) in MODULES {
        let path = format!("{folder}/alembic/env.py");
        let own = format!("version_table=\"{folder}_version\", ");
        let text = lab.read(&path);
        assert!(text.contains(&own));
        lab.write(&path, &text.replace(&own, ""));
    }
    upgrade_in_one_version_table(&lab);
    lab.sql(
        "shared",
        "insert into people (name, state) values ('Ann', 'in'); \
         insert into bills (person_id, amount) values (2, 10)",
    );
    let before = (lab.tree(), lab.dump("shared", &[]));
    let (modules, _) = planned(&lab, &[]);
    assert_eq!(modules, ["people", "bills"]);
    // One of them alone replaces its own row.
    let alone = lab.reset(&["--module", "bills"]);
    let rows = "select version_num from alembic_version order by 1";
    assert!(lab.column("shared", rows).contains(&"p002".to_owned()));
    lab.redistill(&["undo", &alone]).expect(0);
    assert!((lab.tree(), lab.dump("shared", &[])) == before);
    lab.redistill(&["verify"]).expect(0);
    let id = lab.reset(&[]);
    let heads = MODULES.map(|(folder, _)| {
        let said = lab.alembic(folder, &["heads"]);
        said.split_whitespace().next().unwrap().to_owned()
    });
    let stamped = lab.column("shared", rows);
    assert_eq!(stamped.len(), 2, "{stamped:?}");
    assert!(
        heads.iter().all(|head| stamped.contains(head)),
        "{stamped:?}"
    );
    let schema = lab.dump("shared", &["-s"]);
    WAY.swap(&lab);
    upgrade_in_one_version_table(&lab);
    assert_eq!(lab.dump("shared", &["-s"]), schema, "a fresh database");
    WAY.swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    assert!((lab.tree(), lab.dump("shared", &[])) == before);
}

#[test]
fn databases_of_the_old_history_come_home_in_the_same_order() {
    let lab = built(false);
    lab.sql("postgres", "create database mine");
    let lead = |lab: &Lab, from: &str, to: &str| {
        for (folder, _) in MODULES {
            let ini = format!("{folder}/alembic.ini");
            let text = lab.read(&ini);
            lab.write(
                &ini,
                &text.replace(&format!("/{from}\n"), &format!("/{to}\n")),
            );
        }
    };
    lead(&lab, "shared", "mine");
    lab.alembic("people", &["upgrade", "p001"]);
    lab.alembic("bills", &["upgrade", "b001"]);
    lab.sql(
        "postgres",
        "comment on database mine is 'redistill: disposable'",
    );
    lead(&lab, "mine", "shared");
    lab.reset(&[]);
    lead(&lab, "shared", "mine");
    let answer = lab.redistill(&["adopt"]).expect(0);
    let words: Vec<Vec<&str>> = answer
        .stdout
        .lines()
        .map(|line| line.split_whitespace().take(2).collect())
        .collect();
    assert_eq!(words, [["upgraded", "people"], ["upgraded", "bills"]]);
    let schema = |name: &str| lab.dump(name, &["-s"]);
    assert_eq!(schema("mine"), schema("shared"));
    for (folder, _) in MODULES {
        lab.alembic(folder, &["check"]);
    }
}
