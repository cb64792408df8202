"""The module under work: its folder, its Alembic configuration, its env.py.

Used by every verb. Knows how to run env.py with a function of ours in the place of the migrations.
"""
import contextlib
import inspect
import os
import sys
import traceback

import alembic.config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

import _redistill_needs as needs
import _redistill_redirect as redirect
from _redistill_child import Failure

COMMAND = {
    "locate": ["current"],
    "describe": ["current"],
    "upgrade": ["upgrade", "heads"],
    "downgrade": ["downgrade", "base"],
    "draft": ["revision", "--autogenerate", "-m", "draft"],
    "render": ["revision", "-m", "draft"],
    "changes": ["revision", "--autogenerate", "-m", "model_changes"],
    "inspect": ["current"],
    "script": ["upgrade", "heads"],
}


def enter(folder):
    """The module's folder. A runner may be on another file system."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise Failure("config_failed", "the interpreter does not see the folder %s (%s): it must see the project and the temporary folder at the same paths" % (folder, error.strerror))


class Project:
    """One request's module."""

    def __init__(self, request, channel):
        self.request, self.channel = request, channel
        self.module = request["module"]
        self.phase = "config"
        self.step = None
        self.configured = []
        self.context_stack = contextlib.ExitStack()
        enter(self.module["directory"])
        self.enter_path()
        redirect.install(
            request.get("scratch") or request.get("target"),
            read_only=bool(request.get("read_only")),
            locating=request["verb"] == "locate",
            ground=self.module.get("ground"),
        )
        if self.module.get("flavour") == "flask_migrate":
            self.enter_flask()

    def enter_path(self):
        """The import path as the alembic command has it, and the module's folder after everything."""
        sys.path.insert(0, os.path.dirname(sys.executable))
        folder = self.module["directory"]
        if folder not in sys.path:
            sys.path.append(folder)

    def enter_flask(self):
        """Flask-Migrate's env.py asks for `current_app`."""
        self.phase = "env"
        folder = self.module["directory"]
        sys.path.remove(folder)
        sys.path.insert(0, folder)
        from flask.cli import ScriptInfo

        try:
            from flask.cli import load_dotenv

            load_dotenv()
        except Exception:
            pass
        # The flask command takes it from there, not `ScriptInfo`.
        application = ScriptInfo(app_import_path=os.environ.get("FLASK_APP") or None).load_app()
        self.context_stack.enter_context(application.app_context())
        self.phase = "config"

    def config(self):
        """The configuration object, with the options that the command line would have."""
        source = self.module["config"]
        section = source.get("section") or "alembic"
        ini = source["path"] if source["kind"] == "ini" else source.get("ini")
        arguments = ["-n", section]
        if ini:
            arguments += ["-c", ini]
        for value in self.module.get("x") or []:
            arguments += ["-x", value]
        arguments += COMMAND[self.request["verb"]]
        sys.argv[:] = ["alembic"] + arguments
        options = self.options(arguments)
        more = {}
        if source["kind"] == "pyproject":
            if "toml_file" not in inspect.signature(alembic.config.Config.__init__).parameters:
                raise Failure("config_failed", "Alembic %s does not read pyproject.toml" % alembic.__version__, file=source["path"])
            more["toml_file"] = source["path"]
        config = alembic.config.Config(ini, ini_section=section, cmd_opts=options, **more)
        if self.module.get("flavour") == "flask_migrate":
            if not config.get_main_option("script_location"):
                config.set_main_option("script_location", self.module["script_location"].replace("%", "%%"))
        needs.watch(config)
        return config

    def options(self, arguments):
        """What `context.config.cmd_opts` holds under the real command."""
        try:
            return alembic.config.CommandLine("alembic").parser.parse_args(arguments)
        except BaseException:
            import argparse

            return argparse.Namespace(x=list(self.module.get("x") or []), raiseerr=False, cmd=None)

    def script(self, config):
        """The script directory; with a staging folder instead of the version locations where asked."""
        script = ScriptDirectory.from_config(config)
        locations = self.request.get("version_locations")
        if locations:
            script.version_locations = list(locations)
            script.__dict__.pop("_version_locations", None)
            script.__dict__.pop("_singular_version_location", None)
        elif self.module.get("revisions"):
            only, load = set(self.module["revisions"]), script._load_revisions
            script.revision_map = type(script.revision_map)(lambda: (one for one in load() if one.revision in only))
        return script

    def load_chain(self, script):
        """Reads all revision files, so that their errors are not taken for env.py's."""
        self.phase = "chain"
        revisions = list(script.revision_map._revision_map.values())
        self.phase = "env"
        return [revision for revision in revisions if revision is not None]

    def run_env(self, function, config=None, script=None, **options):
        """Runs env.py with `function(revisions, context)` as the migrations."""
        config = config or self.config()
        script = script or self.script(config)
        self.phase = "env"
        original = EnvironmentContext.configure
        project = self

        def configure(environment, *args, **kwargs):
            names = ("connection", "url", "dialect_name", "dialect")
            given = dict(zip(names, args))
            given.update(kwargs)
            project.configured.append(given)
            return original(environment, *args, **kwargs)

        EnvironmentContext.configure = configure
        with self.context_stack, EnvironmentContext(config, script, fn=function, as_sql=False, **options):
            script.run_env()

    def revision_facts(self, error):
        """The revision that was running, and the line of its file."""
        module = self.step.revision.module
        path, line = getattr(module, "__file__", None), None
        for frame, number in traceback.walk_tb(error.__traceback__):
            if path and frame.f_code.co_filename == path:
                line = number
        return {"revision": self.step.revision.revision, "file": path, "line": line}
