//! The members of Python enumerations: the labels of `Enum(UserStatus)`.
//!
//! Called by `models`, since the class often stands in another file than the column. A class whose
//! members cannot be read, or that is there twice, gives no labels.

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::columns::{EnumFact, MemberLabels};
use super::names::Names;
use super::syntax::Syntax;

/// The standard library's bases; `django`'s and the like are not SQLAlchemy's.
const BASES: [&str; 6] = ["Enum", "StrEnum", "IntEnum", "Flag", "IntFlag", "ReprEnum"];

/// A member: its name, and its value where that is a text.
type Member = (String, Option<String>);

/// The enumerations of some files, by class name.
#[derive(Debug, Default)]
pub(super) struct Enumerations {
    /// None where two classes have the name.
    classes: BTreeMap<String, Option<Vec<Member>>>,
}

impl Enumerations {
    /// Reads the enumerations at module level.
    pub(super) fn of(files: &[Syntax]) -> Self {
        let mut found = Self::default();
        for syntax in files {
            let names = Names::of(syntax.body());
            for statement in syntax.body() {
                if let Stmt::ClassDef(class) = statement
                    && is_enumeration(class, &names)
                {
                    let members = members(class, &names);
                    found
                        .classes
                        .entry(class.name.to_string())
                        .and_modify(|there| *there = None)
                        .or_insert(Some(members));
                }
            }
        }
        found
    }

    /// Fills in the labels that stand in a class.
    pub(super) fn resolve(&self, fact: &mut EnumFact) {
        let Some(source) = &fact.members_of else {
            return;
        };
        let Some(Some(members)) = self.classes.get(&source.class) else {
            return;
        };
        let labels: Option<Vec<String>> = match source.labels {
            Some(MemberLabels::Names) => {
                Some(members.iter().map(|(name, _)| name.clone()).collect())
            }
            Some(MemberLabels::Values) => members.iter().map(|(_, value)| value.clone()).collect(),
            None => None,
        };
        if let Some(labels) = labels {
            fact.labels = labels;
        }
    }
}

fn is_enumeration(class: &StmtClassDef, names: &Names) -> bool {
    class
        .arguments
        .iter()
        .flat_map(|arguments| &arguments.args)
        .any(|base| names.last(base).is_some_and(|last| BASES.contains(&last)))
}

/// The members in order; what `enum` does not take for one is left out.
fn members(class: &StmtClassDef, names: &Names) -> Vec<Member> {
    let mut found: Vec<Member> = Vec::new();
    for statement in &class.body {
        let Stmt::Assign(assign) = statement else {
            continue;
        };
        if let [Expr::Name(name)] = assign.targets.as_slice()
            && !name.id.starts_with('_')
        {
            // `AUTO = auto()` of a StrEnum is the name in lower case; elsewhere a number.
            found.push((name.id.to_string(), names.string(&assign.value)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::models;
    use super::*;

    /// The labels of the one ENUM column of `models.py`; `enums.py` stands beside it.
    fn labels(enums: &str, column: &str) -> Vec<String> {
        let model = format!(
            "class T(Base):\n    __tablename__ = 't'\n    s = Column({column})\n    id = Column(Integer)\n"
        );
        let files = [
            Syntax::parse(Path::new("/p/enums.py"), enums.as_bytes()),
            Syntax::parse(Path::new("/p/models.py"), model.as_bytes()),
        ];
        let tables = models::read(&files);
        let fact = tables[0].columns[0].enumeration.clone();
        fact.map(|fact| fact.labels).unwrap_or_default()
    }

    const STATUS: &str = "
class Status(str, enum.Enum):
    '''Whether it may be used.'''
    ACTIVE = 'active'
    _ignore_ = ['x']
    GONE = 'gone'

    def words(self):
        return self.value
";

    #[test]
    fn names_are_labels_unless_the_values_are_asked_for() {
        assert_eq!(labels(STATUS, "Enum(Status, name='s')"), ["ACTIVE", "GONE"]);
        assert_eq!(
            labels(
                STATUS,
                "Enum(Status, name='s', values_callable=lambda e: [m.value for m in e])"
            ),
            ["active", "gone"]
        );
        assert_eq!(labels(STATUS, "Enum('a', 'b', name='s')"), ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_known_is_not_guessed() {
        for column in [
            "Enum(Status, name='s', values_callable=labels_of)",
            "Enum(Other, name='s')",
        ] {
            assert_eq!(labels(STATUS, column), [] as [&str; 0], "{column}");
        }
        let twice = format!("{STATUS}\n{STATUS}");
        assert_eq!(labels(&twice, "Enum(Status, name='s')"), [] as [&str; 0]);
        let numbers = "class Status(Enum):\n    ONE = 1\n";
        let by_value = "Enum(Status, name='s', values_callable=lambda e: [m.value for m in e])";
        assert_eq!(labels(numbers, by_value), [] as [&str; 0]);
    }
}
