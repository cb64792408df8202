"""What env.py takes from the command that starts it: attributes, `-x` arguments, an application.

Put in place before env.py runs; when it fails, `told` says which of them was missing. Supplies nothing.
"""
import re

from alembic.runtime.environment import EnvironmentContext

# What env.py looked for and nobody gave.
missing = {"attributes": [], "x": []}


class Watched(dict):
    """A dictionary that remembers which keys were asked for in vain."""

    def __init__(self, given, kind):
        dict.__init__(self, given)
        self.kind = kind

    def note(self, key):
        if not dict.__contains__(self, key) and str(key) not in missing[self.kind]:
            missing[self.kind].append(str(key))

    def __getitem__(self, key):
        self.note(key)
        return dict.__getitem__(self, key)

    def __contains__(self, key):
        self.note(key)
        return dict.__contains__(self, key)

    def get(self, key, default=None):
        self.note(key)
        return dict.get(self, key, default)

    def pop(self, key, *default):
        self.note(key)
        return dict.pop(self, key, *default)


def watch(config):
    """Watches the attributes of a configuration and the arguments that are read of it."""
    config.attributes = Watched(config.attributes, "attributes")
    original = EnvironmentContext.get_x_argument

    def get_x_argument(environment, as_dictionary=False):
        given = original(environment, as_dictionary)
        return Watched(given, "x") if as_dictionary else given

    if not getattr(original, "is_watching", False):
        get_x_argument.is_watching = True
        EnvironmentContext.get_x_argument = get_x_argument


def told(error):
    """The kind and the sentence, where a failure of env.py comes from what was not given."""
    said = str(error)
    if type(error).__name__ == "NoAppException":
        return "needs_application", "Flask's application cannot be loaded: %s" % " ".join(said.split())
    if "outside of application context" in said:
        return "needs_application", "env.py asks Flask for the current application, and there is none"
    if isinstance(error, RuntimeError) and "no running event loop" in said:
        return "needs_command", "env.py wants an event loop that is running already, as in the application's own command"
    option = unset_option(error)
    if option:
        return "needs_command", "env.py takes `%s` from the configuration object, where only the application's own command puts it" % option
    if type(error) is AssertionError and not said and missing["x"]:
        return x_argument(missing["x"][0])
    option = re.match(r"'Namespace' object has no attribute '(.*)'", said)
    if option:
        return "needs_command", "env.py reads the option `%s`, which the alembic command does not have" % option.group(1)
    for kind, answer in (("x", x_argument), ("attributes", attribute)):
        for name in missing[kind]:
            # What was only looked for, and done without, is no reason.
            if (isinstance(error, KeyError) and error.args and error.args[0] == name) or "'NoneType'" in said:
                return answer(name)
    return None


def unset_option(error):
    """The attribute of the configuration object that is not there, also behind a `sys.exit` or a sentence about it."""
    while error is not None:
        found = re.match(r"'Config' object has no attribute '(.*)'", str(error))
        if found and isinstance(error, AttributeError):
            return found.group(1)
        error = error.__context__
    return None


def x_argument(name):
    return "needs_argument", "env.py reads -x %s=..., which was not given" % name


def attribute(name):
    return "needs_command", "env.py takes `%s` from config.attributes, where only the application's own command puts it" % name
