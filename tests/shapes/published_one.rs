//! What published projects brought that no other shape has shown: each a small project of its own.

use crate::support::{Lab, Module};

/// The project is installed in place (`pip install -e .`), the settings lie deep in its package, and
/// nothing but the import path leads env.py to the models.
#[test]
fn a_package_that_is_installed_in_place_is_found_from_its_own_root() {
    let lab = Lab::new();
    lab.add(&Module {
        folder: "pkg/storage",
        ..Module::default()
    });
    lab.write("pkg/__init__.py", "");
    lab.write("pkg/storage/__init__.py", "");
    let environment = lab
        .read("pkg/storage/alembic/env.py")
        .replace("app.models", "pkg.storage.app.models");
    lab.write("pkg/storage/alembic/env.py", &environment);
    let ini = lab
        .read("pkg/storage/alembic.ini")
        .replace("prepend_sys_path = .\n", "");
    lab.write("pkg/storage/alembic.ini", &ini);
    lab.create_database("app");

    let root = lab.root().to_str().unwrap();
    let answer = lab.redistill_with(&["check"], &[("PYTHONPATH", root)]);
    let answer = answer.expect(0);
    assert!(
        answer.stdout.contains("at no revision"),
        "{}",
        answer.stdout
    );
}
