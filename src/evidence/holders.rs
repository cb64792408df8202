//! Who else may stand at our revisions: configured environments, other databases on the servers of
//! the modules, and addresses that were found in files. As data; `rules::history` judges it.

use serde::{Deserialize, Serialize};

use super::Observed;
use crate::model::{Identity, Location, ModuleName, QualifiedName, RevisionId};

/// Where else our revisions may be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// The environments that the configuration names, in its order.
    pub environments: Vec<EnvironmentEvidence>,
    /// The other databases on the modules' servers.
    pub neighbours: Vec<NeighbourDatabase>,
    /// Servers whose databases could not be listed: the server, and why.
    pub unlisted: Vec<(String, String)>,
    /// Addresses found in files, of databases that nobody looked at.
    pub mentions: Vec<Mention>,
}

/// An environment that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentEvidence {
    /// Its name.
    pub name: String,
    /// The variable with its URL; none where the URL itself is written.
    pub variable: Option<String>,
    /// Whether a password is written in the configuration.
    pub has_written_password: bool,
    /// Its modules; all if empty.
    pub modules: Vec<ModuleName>,
    /// Where the configuration names it.
    pub location: Location,
    /// What was seen there.
    pub looked: Observed<Place>,
}

/// A version table with those of its rows that are revisions of ours.
pub type HeldTable = (QualifiedName, Observed<Vec<String>>);

/// A database that was looked at for version tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `staging.example:5432 / app`.
    pub label: String,
    /// Which database it is, where the role may know.
    pub identity: Option<Identity>,
    /// Its tables with a `version_num` column, with those of their rows that are revisions of ours.
    pub version_tables: Vec<HeldTable>,
    /// Names of its other tables, where it has a version table.
    pub tables: Vec<QualifiedName>,
}

impl Place {
    /// Version tables whose rows could not be read, and why.
    pub fn unread(&self) -> impl Iterator<Item = (&QualifiedName, &str)> {
        self.version_tables
            .iter()
            .filter_map(|(table, rows)| match rows {
                Observed::Seen(_) => None,
                Observed::Unavailable { why } => Some((table, why.as_str())),
                Observed::NotAsked => Some((table, "it was not read")),
            })
    }
}

/// Another database on a module's server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeighbourDatabase {
    /// A module whose role was used.
    pub module: ModuleName,
    /// `localhost:5432 / other`.
    pub label: String,
    /// Its URL, with the role that looked and without a password.
    pub url: String,
    /// Its name.
    pub name: String,
    /// The server's identifier, the database's, and when the server started: as in [`Identity`].
    pub identity: Option<Identity>,
    /// Who owns it.
    pub owner: String,
    /// Whether the role has the owner's rights.
    pub is_own: bool,
    /// The comment on it.
    pub comment: Option<String>,
    /// What was seen in it.
    pub looked: Observed<Place>,
}

/// The address of a database, written in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Where; the source line holds no password.
    pub location: Location,
    /// The key it stands under: `DATABASE_URL`, `[staging] sqlalchemy.url`.
    pub key: String,
    /// `staging.example:5432 / app`.
    pub label: String,
    /// The URL without its password.
    pub url: String,
}

/// A module of the project that is not among those looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unselected {
    /// Its name.
    pub name: ModuleName,
    /// The revisions of its chain.
    pub revisions: Vec<RevisionId>,
    /// Its heads.
    pub heads: Vec<RevisionId>,
}
