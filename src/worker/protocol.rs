//! What goes over the pipe: requests, events, results. The Python twin is `assets/worker`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::{
    ConfigSource, Flavour, Host, Module, QualifiedName, RevisionId, Target, TlsMode,
};
use crate::schema::{Facet, Piece};

/// A module as the worker needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleRequest {
    directory: PathBuf,
    config: ConfigSource,
    flavour: Flavour,
    script_location: PathBuf,
    /// Only these revisions, where the module is one branch of its environment.
    pub revisions: Vec<RevisionId>,
    /// `-x` arguments, for `context.get_x_argument`.
    pub x: Vec<String>,
    /// Tables of other modules that are there before the first revision: not this one's to compare.
    pub beneath: Vec<QualifiedName>,
    /// Whether rows of other chains may stand in the version table; they are passed over then.
    pub is_beside: bool,
    /// Whose server the scratch lies on; none: it is no scratch, and every statement may run.
    pub ground: Option<Ground>,
}

/// Whose server a scratch lies on, and so which statements the worker refuses to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The user's: nothing may take effect outside the scratch.
    Theirs,
    /// redistill's own: nothing may reach another server.
    Ours,
}

impl From<&Module> for ModuleRequest {
    fn from(module: &Module) -> Self {
        Self {
            directory: module.directory.clone(),
            config: module.config.clone(),
            flavour: module.flavour,
            script_location: module.script_location.clone(),
            revisions: module
                .branch
                .as_ref()
                .map(|branch| branch.revisions.clone())
                .unwrap_or_default(),
            x: Vec::new(),
            beneath: Vec::new(),
            is_beside: false,
            ground: None,
        }
    }
}

/// A target with its password in the clear: crosses the private pipe and nothing else.
#[derive(Clone, Serialize)]
pub struct TargetRequest {
    host: Host,
    port: u16,
    user: String,
    password: Option<String>,
    database: String,
    tls: TlsMode,
    root_certificate: Option<PathBuf>,
}

impl From<&Target> for TargetRequest {
    fn from(target: &Target) -> Self {
        Self {
            host: target.host.clone(),
            port: target.port,
            user: target.user.clone(),
            password: target
                .password
                .as_ref()
                .map(|secret| secret.expose().to_owned()),
            database: target.database.clone(),
            tls: target.tls,
            root_certificate: target.root_certificate.clone(),
        }
    }
}

/// Runs a chain up or down.
#[derive(Clone, Debug)]
pub struct WalkRequest<'a> {
    /// The database; nothing else can be reached.
    pub scratch: &'a Target,
    /// A revision, `heads`, `base`.
    pub to: &'a str,
    /// Folders to read revisions from instead of the module's own; empty: the module's own.
    pub version_locations: Vec<PathBuf>,
}

/// Where a baseline's content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// What the old chain built.
    Chain,
    /// What the models say.
    Models,
}

/// Drafts a baseline.
#[derive(Clone, Debug)]
pub struct DraftRequest<'a> {
    /// The source.
    pub source: Source,
    /// `Chain`: the database that the old chain built, read only. `Models`: an empty database; it
    /// is empty again afterwards.
    pub database: &'a Target,
    /// The schema that unqualified names mean; none: what the connection says.
    pub default_schema: Option<String>,
    /// Tables that are not the module's: version tables, its own and others.
    pub leave_out: Vec<QualifiedName>,
    /// `Models`: statements that come first, such as `CREATE EXTENSION` and functions that defaults
    /// need; they are rolled back with the rest.
    pub before: Vec<String>,
}

/// Writes a revision file through the project's template.
#[derive(Clone, Debug, Serialize)]
pub struct RenderRequest {
    /// The revision's identifier.
    pub revision: String,
    /// The parent; none for a baseline.
    pub down_revision: Option<String>,
    /// The message.
    pub message: String,
    /// The body of `upgrade()`, not indented.
    pub upgrade: String,
    /// The body of `downgrade()`, not indented.
    pub downgrade: String,
    /// Import lines, and other lines that belong above the functions.
    pub imports: Vec<String>,
    /// The staging folder; exists, absolute.
    pub folder: PathBuf,
    /// Branch labels to keep.
    pub branch_labels: Vec<String>,
    /// Dependencies to keep.
    pub depends_on: Vec<String>,
    /// The identifiers that it stands for; written as `replaces`, which Alembic does not read and
    /// `rules::project::parent_replaced` does.
    pub replaces: Vec<String>,
    /// A sentence for the docstring, below the message; left away where the template makes none.
    pub about: Option<String>,
}

/// Asks what Alembic says about a database.
#[derive(Clone, Debug)]
pub struct InspectRequest<'a> {
    /// The database.
    pub target: &'a Target,
    /// Whether the server is told to refuse every write; for live databases.
    pub read_only: bool,
    /// As in [`WalkRequest`].
    pub version_locations: Vec<PathBuf>,
}

/// Writes what autogenerate finds in a database as a revision above the one that is staged.
#[derive(Clone, Debug)]
pub struct ChangesRequest<'a> {
    /// The database, at the staged revision.
    pub target: &'a Target,
    /// The staging folder.
    pub folder: PathBuf,
    /// The new revision's identifier.
    pub revision: String,
    /// Its message.
    pub message: String,
}

/// What autogenerate wrote.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Changes {
    /// The file; none where there is nothing to write.
    pub revision: Option<Rendered>,
}

/// Something that a request reports while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerEvent {
    /// A revision begins.
    Started(RevisionProgress),
    /// A revision is done.
    Finished(RevisionProgress),
    /// A line that the project's code printed, escaped.
    Log(String),
}

/// Which revision of how many.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RevisionProgress {
    /// The identifier.
    pub revision: String,
    /// Its place, from 1.
    pub index: usize,
    /// How many there are in this run.
    pub total: usize,
    /// The run, from 1; more than one where env.py walks over tenants.
    pub run: usize,
    /// The first line of its message.
    #[serde(default)]
    pub message: String,
}

/// A revision that was applied or taken back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Applied {
    /// The identifier.
    pub revision: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// The run, from 1.
    pub run: usize,
}

/// What a walk did.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Walk {
    /// The revisions, in order.
    pub applied: Vec<Applied>,
    /// How often env.py ran migrations: more than one is a loop over tenants.
    pub runs: usize,
    /// Where the objects that are there at the end come from; only of a replay.
    #[serde(default)]
    pub origins: Vec<OriginRow>,
}

/// The origin of one facet of one object, under the identifiers of the system catalogs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OriginRow(
    /// The catalog's own identifier, as in `pg_depend.classid`.
    pub i64,
    /// The object's.
    pub i64,
    /// The column, or 0.
    pub i32,
    /// Which facet.
    pub Facet,
    /// The revision that made it.
    pub String,
    /// The last one that changed it, if another did.
    pub Option<String>,
);

/// What a chain runs, as SQL.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Script {
    /// The `search_path` that the statements were run with.
    pub search_path: String,
    /// The statements, in order, with their values in place.
    pub statements: Vec<String>,
}

/// Something that the draft leaves to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDrafted {
    /// The kind of object.
    pub kind: String,
    /// The schema.
    pub schema: String,
    /// The table it belongs to, or its own name.
    pub table: String,
    /// The name.
    pub name: String,
    /// Why, as a lowercase sentence about it.
    pub why: String,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// In the order of execution.
    pub pieces: Vec<Piece>,
    /// Lines for the top of the file.
    pub imports: Vec<String>,
    /// What has to be carried in another way, or is lost.
    pub not_drafted: Vec<NotDrafted>,
    /// The schema that unqualified names mean in the pieces.
    pub default_schema: String,
}

/// A revision file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// Its path below the staging folder (a template may ask for folders).
    pub file_name: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether Python compiles it.
    pub compile_ok: bool,
    /// What went wrong with the project's `post_write_hooks`; the text is the one without them, or
    /// what they left if that still compiles.
    pub hook_error: Option<String>,
}

/// What `alembic current`, `alembic heads` and `alembic check` say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspected {
    /// The rows of the version table.
    pub current: Vec<String>,
    /// The heads of the revision files.
    pub heads: Vec<String>,
    /// What autogenerate would write.
    pub differences: Vec<String>,
    /// Why the check could not be made.
    pub check_error: Option<String>,
}
