//! One method a verb: typed request in, typed result out.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::WorkerError;
use super::process::{Call, Worker, broken};
use super::protocol::{
    Changes, ChangesRequest, Draft, DraftRequest, InspectRequest, Inspected, ModuleRequest,
    RenderRequest, Rendered, Script, TargetRequest, Walk, WalkRequest,
};
use crate::evidence::{AskedFor, Described};
use crate::model::Target;
use crate::schema::Piece;

impl Worker {
    /// Where env.py wants to connect. It is stopped at its first connection; nothing is reached.
    pub fn locate(
        &self,
        module: &ModuleRequest,
        call: &Call<'_>,
    ) -> Result<Vec<AskedFor>, WorkerError> {
        self.answer("locate", json!({ "module": module }), call)
    }

    /// Runs env.py on an empty scratch without migrations and says what it configures. The scratch
    /// stays empty.
    pub fn describe(
        &self,
        module: &ModuleRequest,
        scratch: &Target,
        call: &Call<'_>,
    ) -> Result<Described, WorkerError> {
        let request = json!({ "module": module, "scratch": TargetRequest::from(scratch) });
        self.answer("describe", request, call)
    }

    /// Upgrades the scratch, with [`super::WorkerEvent`]s around every revision.
    pub fn upgrade(
        &self,
        module: &ModuleRequest,
        walk: &WalkRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Walk, WorkerError> {
        self.answer("upgrade", walk_request(module, walk), call)
    }

    /// Upgrades an empty scratch as [`Worker::upgrade`] does, and says which revision made and which
    /// last changed every object: [`Walk::origins`].
    pub fn replay(
        &self,
        module: &ModuleRequest,
        walk: &WalkRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Walk, WorkerError> {
        let mut request = walk_request(module, walk);
        request["origins"] = json!(true);
        self.answer("upgrade", request, call)
    }

    /// Downgrades the scratch, with [`super::WorkerEvent`]s around every revision.
    pub fn downgrade(
        &self,
        module: &ModuleRequest,
        walk: &WalkRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Walk, WorkerError> {
        self.answer("downgrade", walk_request(module, walk), call)
    }

    /// Upgrades the scratch and gives the statements that did it, without those on the version
    /// table. Refused where env.py runs migrations more than once.
    pub fn script(
        &self,
        module: &ModuleRequest,
        walk: &WalkRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Script, WorkerError> {
        self.answer("script", walk_request(module, walk), call)
    }

    /// Drafts the baseline's pieces.
    pub fn draft(
        &self,
        module: &ModuleRequest,
        draft: &DraftRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Draft, WorkerError> {
        let request = json!({
            "module": module,
            "scratch": TargetRequest::from(draft.database),
            "source": draft.source,
            "default_schema": draft.default_schema,
            "leave_out": draft.leave_out,
            "before": draft.before,
        });
        let mut drafted: Draft = self.answer("draft", request, call)?;
        for piece in &mut drafted.pieces {
            name_as_catalogs_do(piece);
        }
        Ok(drafted)
    }

    /// Writes a revision file into the staging folder, through the project's template.
    pub fn render(
        &self,
        module: &ModuleRequest,
        render: &RenderRequest,
        call: &Call<'_>,
    ) -> Result<Rendered, WorkerError> {
        let mut request = json!(render);
        request["module"] = json!(module);
        self.answer("render", request, call)
    }

    /// Lets autogenerate write a revision above the staged one.
    pub fn changes(
        &self,
        module: &ModuleRequest,
        changes: &ChangesRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Changes, WorkerError> {
        let request = json!({
            "module": module,
            "scratch": TargetRequest::from(changes.target),
            "version_locations": [changes.folder],
            "folder": changes.folder,
            "revision": changes.revision,
            "message": changes.message,
        });
        self.answer("changes", request, call)
    }

    /// What `alembic current`, `alembic heads` and `alembic check` say about a database.
    pub fn inspect(
        &self,
        module: &ModuleRequest,
        inspect: &InspectRequest<'_>,
        call: &Call<'_>,
    ) -> Result<Inspected, WorkerError> {
        let request = json!({
            "module": module,
            "target": TargetRequest::from(inspect.target),
            "read_only": inspect.read_only,
            "version_locations": inspect.version_locations,
        });
        self.answer("inspect", request, call)
    }

    fn answer<T: DeserializeOwned>(
        &self,
        verb: &'static str,
        request: Value,
        call: &Call<'_>,
    ) -> Result<T, WorkerError> {
        let value = self.ask(verb, request, call)?;
        serde_json::from_value(value).map_err(|error| broken(format!("{verb}: {error}")))
    }
}

/// Alembic speaks of foreign keys and of a table's table; a catalog of constraints and tables.
fn name_as_catalogs_do(piece: &mut Piece) {
    match piece.kind.as_str() {
        "foreign_key" => "constraint".clone_into(&mut piece.kind),
        "table" => piece.table.clear(),
        _ => {}
    }
}

fn walk_request(module: &ModuleRequest, walk: &WalkRequest<'_>) -> Value {
    json!({
        "module": module,
        "scratch": TargetRequest::from(walk.scratch),
        "to": walk.to,
        "version_locations": walk.version_locations,
    })
}
