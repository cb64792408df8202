//! RD317 unnamed-constraints and RD323 unnamed-constraint-dropped: what has no name cannot be named
//! later. Two rules, since the one is a habit and the other fails today.

use super::ownership::canonical;
use crate::evidence::{Described, ModuleEvidence};
use crate::model::Location;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule about models.
pub static MODELS: Rule = Rule {
    code: "RD317",
    name: "unnamed-constraints",
    family: Family::Schema,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "constraints of the models have no name, and there is no naming convention",
    explanation: Explanation {
        what: "Foreign keys, unique and check constraints of a module's models have no name of their \
               own, and its metadata has no naming convention.",
        why: "Each database names them as it likes: after a table was renamed, or a check was added in \
              another order, the names differ from one database to the next, and \
              `op.drop_constraint(\"…\")` fails on one of them. Autogenerate writes \
              `op.drop_constraint(None, …)`, which fails always.",
        example: "```python\nclass Base(DeclarativeBase):\n    pass   # no naming convention\n\n\
                  owner_id = mapped_column(ForeignKey(\"users.id\"))\n```",
        remedy: "Give the metadata a convention, before the baseline is written:\n\n```python\n\
                 class Base(DeclarativeBase):\n    metadata = MetaData(naming_convention={\n        \
                 \"ix\": \"ix_%(column_0_label)s\",\n        \
                 \"uq\": \"uq_%(table_name)s_%(column_0_name)s\",\n        \
                 \"ck\": \"ck_%(table_name)s_%(constraint_name)s\",\n        \
                 \"fk\": \"fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s\",\n        \
                 \"pk\": \"pk_%(table_name)s\",\n    })\n```",
    },
    check: models,
};

/// The rule about revisions.
pub static DROPPED: Rule = Rule {
    code: "RD323",
    name: "unnamed-constraint-dropped",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision drops a constraint without saying its name",
    explanation: Explanation {
        what: "`op.drop_constraint` gets `None` for the constraint's name.",
        why: "Autogenerate writes it for a constraint that the models do not name. The statement cannot \
              be built: `Can't emit DROP CONSTRAINT for constraint …; it has no name`, and the \
              downgrade, or the upgrade, stops there.",
        example: "```python\ndef downgrade():\n    op.drop_constraint(None, \"orders\", \
                  type_=\"foreignkey\")\n```",
        remedy: "Write the name that PostgreSQL gave it (`\\d orders` shows it), and give the metadata \
                 a naming convention.",
    },
    check: dropped,
};

/// What has no name, in words, with its place where it is known.
type Nameless<'a> = (String, Option<&'a Location>);

fn models(case: &Case<'_>) -> Vec<Finding> {
    const SHOWN: usize = 5;
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let unnamed = match module.described.seen() {
            // What SQLAlchemy made of it, conventions applied, is surer than what was read.
            Some(described) if described.has_metadata => of_metadata(described, module, sources),
            _ => of_source(sources),
        };
        let Some((_, first)) = unnamed.first() else {
            continue;
        };
        let mut finding = MODELS
            .finding(
                "naming_convention",
                format!(
                    "{} of the models {} no name, and there is no naming convention",
                    count(unnamed.len(), "constraint"),
                    if unnamed.len() == 1 { "has" } else { "have" }
                ),
            )
            .of(&module.module.name)
            .remedy("give the metadata a convention: MetaData(naming_convention={…})")
            .next("redistill explain RD317");
        for (words, location) in unnamed.iter().take(SHOWN) {
            let place = location.map_or(String::new(), |it| {
                let file = it.path.file_name().unwrap_or_default().to_string_lossy();
                format!(", {file}:{}", it.line)
            });
            finding = finding.seen(format!("{words}{place}"));
        }
        if unnamed.len() > SHOWN {
            finding = finding.seen(format!("{} more", unnamed.len() - SHOWN));
        }
        findings.push(match first {
            Some(location) => finding.at(location),
            None => finding,
        });
    }
    findings
}

fn of_metadata<'a>(
    described: &Described,
    module: &ModuleEvidence,
    sources: &'a ModuleSources,
) -> Vec<Nameless<'a>> {
    let mut found = Vec::new();
    for table in &described.tables {
        let place = sources
            .tables
            .iter()
            .find(|it| canonical(module, &it.qualified()) == table.name);
        for constraint in &table.unnamed {
            // `foreign key (owner_id)`: the column's line, else the table's.
            let column = constraint
                .split_once('(')
                .map(|(_, rest)| rest.trim_end_matches(')'));
            let location = place.map(|table| {
                let column = table
                    .columns
                    .iter()
                    .find(|it| Some(it.name.as_str()) == column);
                column.map_or(&table.location, |column| &column.location)
            });
            found.push((format!("{}: {constraint}", table.name), location));
        }
    }
    found
}

fn of_source(sources: &ModuleSources) -> Vec<Nameless<'_>> {
    let files = &sources.model_names;
    if files.iter().any(|file| file.has_convention) {
        return Vec::new();
    }
    files
        .iter()
        .flat_map(|file| &file.unnamed)
        .map(|it| (it.kind.to_owned(), Some(&it.location)))
        .collect()
}

fn dropped(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for file in &sources.revision_names {
            let Some(first) = file.unnamed_drops.first() else {
                continue;
            };
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            findings.push(
                DROPPED
                    .finding(
                        name.clone(),
                        format!(
                            "{name} drops {} without a name, and the statement cannot be built",
                            count(file.unnamed_drops.len(), "constraint")
                        ),
                    )
                    .of(&module.module.name)
                    .at(first)
                    .remedy(
                        "write the name that PostgreSQL gave the constraint: TABLE_COLUMN_fkey, \
                         TABLE_COLUMN_key or TABLE_COLUMN_check, as \\d TABLE shows it",
                    ),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::schema::on_stage::table;
    use crate::rules::stage::{Stage, seen};

    const MODELS: &str = "class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n    b = Column(Integer, ForeignKey('a.id'))\n";

    #[test]
    fn unnamed_constraints_are_one_note_a_module() {
        let mut stage = Stage::one();
        stage.models("shop", MODELS);
        let mut a = table("a", &[("id", "INTEGER"), ("b", "INTEGER")]);
        a.unnamed = vec!["check".to_owned(), "foreign key (b)".to_owned()];
        seen(&mut stage.first().described).tables = vec![a];
        let finding = stage.only("RD317");
        assert!(
            finding
                .message
                .starts_with("2 constraints of the models have no name")
        );
        assert_eq!(
            finding.evidence,
            ["a: check, models.py:1", "a: foreign key (b), models.py:4"]
        );
        seen(&mut stage.first().described).tables[0].unnamed.clear();
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn without_metadata_the_source_tells_and_a_convention_is_enough() {
        let mut stage = Stage::one();
        stage.first().described = Observed::NotAsked;
        stage.models("shop", MODELS);
        assert_eq!(stage.only("RD317").location.unwrap().line, 4);
        stage.models(
            "shop",
            &format!("metadata = MetaData(naming_convention=N)\n{MODELS}"),
        );
        assert!(!stage.codes().contains(&"RD317".to_owned()));
    }

    #[test]
    fn a_drop_without_a_name_is_found_once_a_file() {
        let mut stage = Stage::one();
        stage.revision(
            "shop",
            "def upgrade():\n    pass\ndef downgrade():\n    op.drop_constraint(None, 'a', type_='foreignkey')\n    op.drop_constraint(None, 'b', type_='unique')\n",
        );
        let finding = stage.only("RD323");
        assert_eq!(finding.location.unwrap().line, 4);
        let mut stage = Stage::one();
        stage.revision(
            "shop",
            "def downgrade():\n    op.drop_constraint('a_b_fkey', 'a')\n",
        );
        assert!(stage.codes().is_empty());
    }
}
