//! Shapes of projects: each is reset, agreed to by Alembic, and undone; or it is refused with the way
//! out. The table of all shapes stands in `docs/design/0014-shapes.md`.

mod adopting;
mod applications;
mod content;
mod crossing;
mod drivers;
mod graph;
mod head_files;
mod layout;
mod models;
mod published_one;
mod runner;
mod sharing;
mod tables;
mod tenants;
mod told;

use crate::support::Lab;

/// How a project is reset and looked at.
pub struct Way<'a> {
    /// Its modules: the folder in which Alembic is started, and the arguments before the command.
    pub modules: &'a [(&'a str, &'a [&'a str])],
    /// Its databases.
    pub databases: &'a [&'a str],
    /// Version tables, for `pg_dump -T`.
    pub hide: &'a [&'a str],
    /// What must be in a fresh database before Alembic comes.
    pub prepare: &'a str,
    /// Choices of the plan.
    pub choices: &'a [&'a str],
    /// Whether `alembic check` is clean.
    pub is_in_step: bool,
    /// How many heads there are afterwards.
    pub heads: usize,
}

impl Default for Way<'_> {
    fn default() -> Self {
        Self {
            modules: &[("api", &[])],
            databases: &["app"],
            hide: &["alembic_version"],
            prepare: "",
            choices: &[],
            is_in_step: true,
            heads: 1,
        }
    }
}

impl Way<'_> {
    /// Resets, lets Alembic look at the live and at fresh databases, undoes, and compares.
    #[track_caller]
    pub fn go(&self, lab: &Lab) {
        let schemas = |lab: &Lab| self.dumps(lab, &["-s"], true);
        let before = (lab.tree(), self.dumps(lab, &[], false));
        let (schema, all) = (schemas(lab), self.dumps(lab, &[], true));
        let id = lab.reset(self.choices);
        assert_eq!(self.dumps(lab, &[], true), all, "the live database");
        for module in self.modules {
            self.agrees(lab, module);
        }
        self.swap(lab);
        self.each(lab, &["upgrade", "heads"]);
        assert_eq!(schemas(lab), schema, "a fresh database");
        for (folder, section) in self.modules.iter().rev() {
            lab.alembic(folder, &[section, &["downgrade", "base"][..]].concat());
        }
        for left in schemas(lab) {
            let left: Vec<&str> = left
                .lines()
                .filter(|line| line.starts_with("CREATE ") && !self.prepare.contains(line))
                .collect();
            assert_eq!(left, Vec::<&str>::new());
        }
        self.each(lab, &["upgrade", "heads"]);
        assert_eq!(schemas(lab), schema, "after the second upgrade");
        self.swap_back(lab);
        lab.redistill(&["undo", &id]).expect(0);
        assert_eq!((lab.tree(), self.dumps(lab, &[], false)), before);
    }

    fn each(&self, lab: &Lab, command: &[&str]) {
        for (folder, section) in self.modules {
            lab.alembic(folder, &[section, command].concat());
        }
    }

    fn agrees(&self, lab: &Lab, (folder, section): &(&str, &[&str])) {
        let check = lab.alembic_output(folder, &[section, &["check"][..]].concat());
        let said = String::from_utf8_lossy(&check.stdout);
        assert_eq!(check.status.success(), self.is_in_step, "{said}");
        let heads = lab.alembic(folder, &[section, &["heads"][..]].concat());
        let heads: Vec<&str> = heads.lines().filter(|l| l.contains("(head)")).collect();
        assert_eq!(heads.len(), self.heads, "{heads:?}");
        let current = lab.alembic(folder, &[section, &["current"][..]].concat());
        for head in heads {
            let id = head.split_whitespace().next().expect("a head is named");
            assert!(current.contains(&format!("{id} (head)")), "{current}");
        }
    }

    /// Puts empty databases in the place of the live ones.
    pub fn swap(&self, lab: &Lab) {
        for name in self.databases {
            lab.sql(
                "postgres",
                &format!("alter database {name} rename to {name}_live"),
            );
            lab.create_database(name);
            lab.sql(name, self.prepare);
        }
    }

    pub fn swap_back(&self, lab: &Lab) {
        for name in self.databases {
            lab.sql("postgres", &format!("drop database {name}"));
            lab.sql(
                "postgres",
                &format!("alter database {name}_live rename to {name}"),
            );
        }
    }

    pub fn dumps(&self, lab: &Lab, arguments: &[&str], is_hiding: bool) -> Vec<String> {
        let mut all = arguments.to_vec();
        for table in self.hide.iter().filter(|_| is_hiding) {
            all.extend(["-T", table]);
        }
        self.databases
            .iter()
            .map(|name| lab.dump(name, &all))
            .collect()
    }
}

/// A revision file whose functions have these bodies; without a way down it has no `downgrade`.
pub fn revision(id: &str, down: &str, up: &str, back: Option<&str>) -> String {
    let body = |text: &str| {
        text.trim_matches('\n')
            .lines()
            .fold(String::new(), |all, line| format!("{all}    {line}\n"))
    };
    let back = back.map_or(String::new(), |text| {
        format!("\n\ndef downgrade():\n{}", body(text))
    });
    format!(
        "\"\"\"{id}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n{}{back}",
        body(up)
    )
}

/// A module of hand-written SQL: each revision its statements, `;;` between them.
pub fn sql_chain(revisions: &[&str]) -> Vec<(String, String)> {
    let mut down = "None".to_owned();
    let mut files = Vec::new();
    for (place, statements) in revisions.iter().enumerate() {
        let id = format!("r{:03}", place + 1);
        let up = statements
            .split(";;")
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .fold(String::new(), |all, one| {
                // The drivers read `%` as a placeholder.
                let quoted = serde_json::to_string(&one.replace('%', "%%")).expect("text is JSON");
                format!("{all}op.get_bind().exec_driver_sql({quoted})\n")
            });
        files.push((format!("{id}_step.py"), revision(&id, &down, &up, None)));
        down = format!("\"{id}\"");
    }
    files
}

/// Borrowed, as a module takes them.
pub fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

fn notes_as(text: &str, table: &str, id: &str) -> String {
    text.replace("n00", id)
        .replace("notes", table)
        .replace("note_state", &format!("{table}_state"))
}
