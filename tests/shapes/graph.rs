//! Branches, heads, bases.

use super::{Way, borrowed, revision};
use crate::support::{Lab, Module, has_extension};

/// A revision that makes one table.
pub fn file(id: &str, down: &str, name: &str) -> (String, String) {
    let up =
        format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))");
    let back = format!("op.drop_table(\"{name}\")");
    (format!("{id}.py"), revision(id, down, &up, Some(&back)))
}

/// The same with more module-level lines, such as labels.
pub fn with(file: (String, String), lines: &str) -> (String, String) {
    let text = file.1.replacen(
        "\n\n\ndef upgrade",
        &format!("\n{lines}\n\n\ndef upgrade"),
        1,
    );
    (file.0, text)
}

/// Models of tables with nothing but an identifier.
pub fn models(names: &[&str]) -> String {
    names.iter().fold(String::new(), |all, name| {
        format!(
            "{all}\nclass T{name}(Base):\n    __tablename__ = \"{name}\"\n    \
             id: Mapped[int] = mapped_column(primary_key=True)\n"
        )
    })
}

#[test]
fn branches_that_were_merged_and_two_heads() {
    let lab = Lab::new();
    lab.create_database("app");
    let files = [
        file("first", "None", "a"),
        file("left", "\"first\"", "b"),
        file("right", "\"first\"", "c"),
        (
            "merge.py".to_owned(),
            revision("merge", "(\"left\", \"right\")", "pass", Some("pass")),
        ),
        file("one", "\"merge\"", "d"),
        file("two", "\"merge\"", "e"),
    ];
    let models = models(&["a", "b", "c", "d", "e"]);
    lab.add(&Module {
        models: &models,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "heads"]);
    Way::default().go(&lab);
}

#[test]
fn independent_branches_keep_a_baseline_and_a_label_each() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        models: &models(&["items", "orders", "posts"]),
        revisions: &[],
        ..Module::default()
    });
    let ini = lab.read("api/alembic.ini")
        + "version_locations = %(here)s/alembic/versions %(here)s/blog/versions\n";
    lab.write("api/alembic.ini", &ini);
    for (folder, (name, text)) in [
        (
            "alembic/versions",
            with(file("s001", "None", "items"), "branch_labels = (\"shop\",)"),
        ),
        ("alembic/versions", file("s002", "\"s001\"", "orders")),
        (
            "blog/versions",
            with(file("b001", "None", "posts"), "branch_labels = \"blog\""),
        ),
    ] {
        lab.write(&format!("api/{folder}/{name}"), &text);
    }
    lab.alembic("api", &["upgrade", "heads"]);
    let way = Way {
        heads: 2,
        ..Way::default()
    };
    way.go(&lab);
    // Each is at its own head, in its own folder, and still has its name.
    let id = lab.reset(&[]);
    let said = lab.alembic("api", &["heads"]);
    assert!(said.contains("(shop)") && said.contains("(blog)"), "{said}");
    let files: Vec<String> = lab.tree().into_keys().collect();
    let has = |folder: &str, label: &str| {
        let of = |path: &&String| path.starts_with(folder) && has_extension(path, "py");
        let found: Vec<&String> = files.iter().filter(of).collect();
        assert!(found.iter().any(|path| path.contains(label)), "{found:?}");
    };
    has("api/alembic/versions", "_shop.py");
    has("api/blog/versions", "_blog.py");
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "blog@head"]);
    let tables = "select tablename from pg_tables where schemaname = 'public' order by 1";
    assert_eq!(lab.column("app", tables), ["alembic_version", "posts"]);
    way.swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    // One branch alone: the other keeps its chain and its row.
    let one = lab.reset(&["--module", "api@shop"]);
    let said = lab.alembic("api", &["current"]);
    assert!(
        said.contains("b001 (head)") && !said.contains("s002"),
        "{said}"
    );
    lab.redistill(&["undo", &one]).expect(0);
    for (choice, said) in [
        (["--source", "models"], "which of its branches"),
        (["--revision-id", "first"], "one identifier cannot name"),
    ] {
        lab.redistill(&[&["plan"][..], &choice].concat())
            .expect(2)
            .says(&[said]);
    }
}

#[test]
fn branches_that_depend_on_each_other_become_one_baseline() {
    let lab = Lab::new();
    lab.create_database("app");
    let keyed = revision(
        "b002",
        "\"b001\"",
        "op.create_table(\"replies\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
         sa.Column(\"item\", sa.Integer(), sa.ForeignKey(\"items.id\")))",
        None,
    );
    let files = [
        with(file("s001", "None", "items"), "branch_labels = (\"shop\",)"),
        with(file("b001", "None", "posts"), "branch_labels = (\"blog\",)"),
        with(("b002.py".to_owned(), keyed), "depends_on = (\"shop\",)"),
    ];
    let models = models(&["items", "posts", "replies"])
        + "    item: Mapped[int] = mapped_column(sa.ForeignKey(\"items.id\"), nullable=True)\n";
    lab.add(&Module {
        models: &models,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    // The head `s001` has no row: `b002` says that it is there.
    lab.alembic("api", &["upgrade", "heads"]);
    let rows = "select version_num from alembic_version";
    assert_eq!(lab.column("app", rows), ["b002"]);
    Way::default().go(&lab);
    lab.reset(&[]);
    for label in ["shop", "blog"] {
        let shown = lab.alembic("api", &["show", &format!("{label}@head")]);
        assert!(shown.contains("initial_schema"), "{shown}");
    }
}

#[test]
fn a_dependency_on_another_modules_revision_is_refused_with_the_way_out() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        models: &models(&["items", "posts"]),
        revisions: &[],
        ..Module::default()
    });
    let url = lab.url("psycopg", "app");
    // The second module reads the first one's folder, as Alembic must to follow `depends_on`.
    let ini = format!(
        "[DEFAULT]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\nsqlalchemy.url = {url}\n\n\
         [shop]\nversion_locations = %(here)s/shop\n\n\
         [blog]\nversion_locations = %(here)s/blog %(here)s/shop\n"
    );
    lab.write("api/alembic.ini", &ini);
    let shop = with(file("s001", "None", "items"), "branch_labels = (\"shop\",)");
    lab.write("api/shop/s001.py", &shop.1);
    let blog = with(
        file("b001", "None", "posts"),
        "branch_labels = (\"blog\",)\ndepends_on = (\"s001\",)",
    );
    lab.write("api/blog/b001.py", &blog.1);
    lab.alembic("api", &["-n", "blog", "upgrade", "heads"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    for module in [&[][..], &["--module", "api:blog"]] {
        let refused = lab.redistill(&[&["plan"][..], module].concat());
        assert_ne!(refused.code, 0, "{}", refused.stdout);
        refused.says(&["both read s001.py", "let one configuration read all"]);
    }
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    // The way out: the configuration that reads both, alone.
    lab.write(
        "redistill.toml",
        "[modules.all]\nconfig = \"api/alembic.ini\"\nsection = \"blog\"\n",
    );
    Way {
        modules: &[("api", &["-n", "blog"])],
        ..Way::default()
    }
    .go(&lab);
}
