//! Templates as projects have them: for histories that only go forward, for later revisions, none.

use std::fs;

use super::project::{MAKO, SYNC_ENV};
use super::{Lab, call};
use crate::worker::RenderRequest;

#[test]
fn a_template_without_a_way_down_or_none_gives_a_baseline_with_one() {
    let lab = Lab::new();
    let (module, folder) = lab.with_chain("m", "postgresql+psycopg2://h/d", SYNC_ENV);
    let place = folder.join("migrations/script.py.mako");
    let (without, _) = MAKO.split_once("def downgrade").unwrap();
    let typed = without.replace("def upgrade():", "def upgrade() -> None:");
    let raising = format!(
        "{without}def downgrade():\n    # forward only\n    raise NotImplementedError()\n\n\nLAST = 1\n"
    );
    let body = "    op.execute(\"SELECT 2\")\n    pass\n";
    for (number, (template, header, end)) in [
        (Some(without.to_owned()), "def downgrade():\n", ""),
        (Some(typed), "def downgrade() -> None:\n", ""),
        (Some(raising), "def downgrade():\n", "\n\nLAST = 1\n"),
        // Alembic's own.
        (None, "def downgrade() -> None:\n", ""),
    ]
    .into_iter()
    .enumerate()
    {
        match template {
            Some(text) => fs::write(&place, text).unwrap(),
            None => fs::remove_file(&place).unwrap(),
        }
        let staging = lab.folder.path().join(format!("staging{number}"));
        fs::create_dir_all(&staging).unwrap();
        let request = RenderRequest {
            revision: format!("base{number}"),
            down_revision: None,
            message: "initial_schema".to_owned(),
            upgrade: "op.execute(\"SELECT 1\")".to_owned(),
            downgrade: "op.execute(\"SELECT 2\")\npass".to_owned(),
            imports: Vec::new(),
            folder: staging,
            branch_labels: Vec::new(),
            depends_on: Vec::new(),
            replaces: Vec::new(),
            about: None,
        };
        let rendered = lab.worker.render(&module, &request, &call()).unwrap();
        let text = &rendered.text;
        assert!(rendered.compile_ok, "{text}");
        assert!(text.contains("    op.execute(\"SELECT 1\")\n"), "{text}");
        assert!(text.contains(header), "{text}");
        assert!(text.ends_with(&format!("{body}{end}")), "{text}");
        assert!(!text.contains("forward only"), "{text}");
        assert_eq!(text.matches("def downgrade").count(), 1, "{text}");
    }
}

#[test]
fn a_template_that_was_made_for_later_revisions_gives_a_baseline() {
    let lab = Lab::new();
    let (module, folder) = lab.with_chain("m", "postgresql+psycopg2://h/d", SYNC_ENV);
    let template = MAKO
        .replace(
            "${repr(down_revision)}",
            "\"${down_revision}\"  # the one before",
        )
        .replace("depends_on = ${repr(depends_on)}\n", "");
    fs::write(folder.join("migrations/script.py.mako"), template).unwrap();
    let staging = lab.folder.path().join("staging");
    fs::create_dir_all(&staging).unwrap();
    let request = RenderRequest {
        revision: "base1".to_owned(),
        down_revision: None,
        message: "initial_schema".to_owned(),
        upgrade: "pass".to_owned(),
        downgrade: "pass".to_owned(),
        imports: Vec::new(),
        folder: staging,
        branch_labels: vec!["shop".to_owned()],
        depends_on: vec!["elsewhere1".to_owned()],
        replaces: Vec::new(),
        about: None,
    };
    let text = lab.worker.render(&module, &request, &call()).unwrap().text;
    assert!(
        text.contains(
            "\nrevision = 'base1'\ndown_revision = None  # the one before\n\
             depends_on = ('elsewhere1',)\n\
             branch_labels = ('shop',)\n"
        ),
        "{text}"
    );
}
