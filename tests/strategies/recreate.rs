//! `recreate`: what is proven, and refused, when the plan is made.

use super::everything;
use crate::support::{Lab, Module};

/// The project works with a role of its own.
fn with_role() -> Lab {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "create role worker login createdb password 'x'; create role theirs; \
         alter database app owner to worker; alter schema public owner to worker; \
         alter table notes owner to worker; alter type note_state owner to worker; \
         alter table alembic_version owner to worker; \
         grant pg_read_all_settings, pg_read_all_stats to worker",
    );
    let ini = lab.read("api/alembic.ini");
    let (line, url) = ini
        .lines()
        .find_map(|line| Some((line, line.strip_prefix("sqlalchemy.url = ")?)))
        .unwrap();
    let (driver, rest) = url.split_once("://").unwrap();
    let (_, host) = rest.split_once('@').unwrap();
    let own = format!("sqlalchemy.url = {driver}://worker:x@{host}");
    lab.write("api/alembic.ini", &ini.replace(line, &own));
    lab
}

#[test]
fn the_dump_is_proven_when_the_plan_is_made() {
    let lab = with_role();
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open')",
    );
    let before = everything(&lab);
    let databases = lab.databases();
    let answer = lab.redistill(&["plan", "--strategy", "recreate"]).expect(0);
    let text = answer.stdout.clone();
    answer.says(&["tried out and brought back on a scratch database"]);
    assert!(text.contains("so it was when the plan was made"), "{text}");
    assert!(everything(&lab) == before);
    assert_eq!(lab.databases(), databases);

    // What the role may not drop is said now, not in the middle of the reset.
    lab.sql("app", "alter type note_state owner to theirs");
    lab.redistill(&["plan", "--strategy", "recreate"])
        .expect(1)
        .says(&["enum public.note_state belongs to theirs"]);
}
