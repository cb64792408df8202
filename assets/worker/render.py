"""Writes a revision file through the project's own template, into a staging folder."""
import ast
import io
import os
import tokenize

from _redistill_child import Failure
from _redistill_format import formatted


def indent(code):
    """Indents by four spaces; lines inside a string that spans lines stay as they are."""
    inside = set()
    try:
        depth_start = None
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            name = tokenize.tok_name[token.type]
            if name == "STRING":
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
            elif name == "FSTRING_START":
                depth_start = token.start[0]
            elif name == "FSTRING_END" and depth_start is not None:
                inside.update(range(depth_start + 1, token.end[0] + 1))
    except (tokenize.TokenError, IndentationError) as error:
        raise Failure("body", "the text is not Python: %s" % (error,))
    lines = []
    for number, line in enumerate(code.strip("\n").split("\n"), 1 + len(code) - len(code.lstrip("\n"))):
        lines.append(line if number in inside or not line.strip() else "    " + line)
    return "\n".join(lines).strip()


def render(project):
    """The file that `alembic revision` would write, with our bodies; its name and its text."""
    request = project.request
    config = project.config()
    script = project.script(config)
    staging = request["folder"]
    old_files = revision_files(script)
    script.version_locations = [staging]
    script.__dict__.pop("_version_locations", None)
    script.__dict__.pop("_singular_version_location", None)
    hooks = take_hooks(script)
    template = find_template(script, config)
    forget_other_revisions(script, request.get("down_revision"))
    project.phase = "render"
    upgrades, downgrades = indent(request["upgrade"]), indent(request["downgrade"])
    written = script.generate_revision(
        request["revision"],
        request["message"],
        head="head",
        version_path=staging,
        branch_labels=request.get("branch_labels") or None,
        depends_on=request.get("depends_on") or None,
        upgrades=upgrades,
        downgrades=downgrades,
        imports="\n".join(missing_imports(template, request.get("imports") or [])),
        config=config,
    )
    if written is None:
        raise Failure("template", "the file that the template gives is not a revision")
    path = written.path
    text = read(path)
    if downgrades not in text:
        text = with_downgrade(text, downgrades)
    for body, what in ((upgrades, "upgrade"), (downgrades, "downgrade")):
        if body not in text:
            raise Failure("template", "script.py.mako leaves out the %s body" % what, file=template)
    problem = compile_problem(text, path)
    if not problem:
        text = with_identifiers(tidy(text), request)
        if request.get("about"):
            text = with_about(text, request["about"])
        if request.get("replaces"):
            text = with_replaces(text, request["replaces"])
        beside = os.path.dirname(old_files[0]) if old_files else staging
        text = formatted(text, os.path.join(beside, os.path.basename(path)), old_files, project.module["directory"])
        problem = compile_problem(text, path)
        write(path, text)
    if problem:
        raise Failure("template", "the file that script.py.mako gives does not compile: %s" % problem, file=template)
    text, hook_error = after_hooks(path, text, hooks)
    return {
        "file_name": os.path.relpath(path, staging),
        "text": text,
        "compile_ok": compile_problem(text, path) is None,
        "hook_error": hook_error,
    }


def take_hooks(script):
    """The project's post_write_hooks, which then do not run by themselves."""
    # Until Alembic 1.16 it had another name and was a section instead of a list.
    setting = "hooks" if hasattr(script, "hooks") else "hook_config"
    hooks = getattr(script, setting)
    setattr(script, setting, type(hooks)())
    return hooks


def after_hooks(path, text, hooks):
    """The file's text once the hooks have run, and what they complain of; as it was where they break it."""
    if not hooks:
        return text, None
    hook_error = run_hooks(path, hooks)
    if os.path.exists(path) and compile_problem(read(path), path) is None:
        return read(path), hook_error
    write(path, text)
    return text, hook_error or "the file does not compile afterwards"


def revision_files(script):
    """The files that are there now."""
    found = []
    for location in script._version_locations if hasattr(script, "_version_locations") else [script.versions]:
        for folder, _, names in os.walk(location):
            found += [os.path.join(folder, name) for name in names if name.endswith(".py") and name != "__init__.py"]
    return sorted(found)


def find_template(script, config):
    """The project's template, or Alembic's own where the project has none."""
    template = os.path.join(script.dir, "script.py.mako")
    if os.path.exists(template):
        return template
    template = os.path.join(config.get_template_directory(), "generic", "script.py.mako")
    generate = script._generate_template
    script._generate_template = lambda source, *rest, **options: generate(type(source)(template), *rest, **options)
    return template


def with_downgrade(text, body):
    """The same file with this way down: a template for histories that only go forward has none, or one that raises."""
    try:
        functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    except SyntaxError:
        return text
    if "upgrade" not in functions:
        return text
    lines = text.split("\n")
    last = functions.get("downgrade")
    if last:
        # What stands between the header and the first statement spoke of the old body.
        is_short = lines[last.lineno - 1].rstrip().endswith(":")
        end = last.lineno if is_short else last.body[0].lineno - 1
        return "\n".join(lines[:end] + ["    " + body] + lines[last.end_lineno :]) if end >= last.lineno else text
    first = functions["upgrade"]
    header = lines[first.lineno - 1 : first.body[0].lineno - 1] or ["def upgrade():"]
    # What stands between the header and the first statement is about the way up.
    header = header[:1] if header[0].rstrip().endswith(":") else header
    header[0] = header[0].replace("def upgrade", "def downgrade", 1)
    return "\n".join([text.rstrip(), "", ""] + header + ["    " + body, ""])


def missing_imports(template, imports):
    """The imports that the template does not make itself."""
    present = set(read(template).splitlines())
    return [line for line in imports if line not in present]


def forget_other_revisions(script, down_revision):
    """The parent and the dependencies may have their files elsewhere; their names are all it takes."""

    class Named:
        is_head = True

        def __init__(self, name):
            self.revision, self.branch_labels = name, (name,)

    class Names:
        def get_revisions(self, _):
            return (Named(down_revision),) if down_revision else ()

        def get_revision(self, name):
            return Named(name)

        def add_revision(self, *args, **kwargs):
            pass

    script.revision_map = Names()


def tidy(text):
    """Without blanks at the ends of lines, with one line feed at the end; strings but the docstring stay."""
    tree, inside = ast.parse(text), set()
    docstring = getattr(tree.body[0], "value", None) if tree.body else None
    for node in ast.walk(tree):
        if node is not docstring and isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno > node.lineno:
            inside.update(range(node.lineno, node.end_lineno))
    lines = text.split("\n")
    lines = [line if number in inside else line.rstrip() for number, line in enumerate(lines, 1)]
    return "\n".join(lines).rstrip() + "\n"


def with_about(text, about):
    """The same file with a sentence in its docstring, below the message."""
    tree = ast.parse(text)
    first = tree.body[0] if tree.body else None
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    if not is_docstring or first.end_lineno == first.lineno:
        return text
    lines = text.split("\n")
    said = about.replace("\\", "\\\\").replace('"', "'")
    written = ["", said] if not lines[first.lineno].strip() else ["", said, ""]
    changed = "\n".join(lines[: first.lineno] + written + lines[first.lineno :])
    # A raw docstring, or one in other quotes, must still say it and end where it ended.
    after = ast.get_docstring(ast.parse(changed), clean=False) if compile_problem(changed, "") is None else None
    return changed if after is not None and len(ast.parse(changed).body) == len(tree.body) else text


IDENTIFIERS = ("revision", "down_revision", "branch_labels", "depends_on")


def with_identifiers(text, request):
    """The same file with the identifiers that were asked for, where the template writes others or leaves them out.

    A template that was only ever used for later revisions may say `down_revision = "${down_revision}"`,
    which makes a parent named None of none.
    """
    wanted = {name: request.get(name) or None for name in IDENTIFIERS}
    for name in IDENTIFIERS:
        place = assignment(text, name)
        lines = text.split("\n")
        if place is None:
            after = assignment(text, "down_revision")
            if wanted[name] and after:
                written = "%s = %r" % (name, plain(wanted[name]))
                text = "\n".join(lines[: after.end_lineno] + [written] + lines[after.end_lineno :])
            continue
        try:
            said = ast.literal_eval(place.value)
        except ValueError:
            continue
        value = place.value
        if several(said) != several(wanted[name]) and value.lineno == value.end_lineno:
            line = lines[value.lineno - 1].encode("utf-8")
            changed = line[: value.col_offset] + repr(plain(wanted[name])).encode("utf-8") + line[value.end_col_offset :]
            lines[value.lineno - 1] = changed.decode("utf-8")
            text = "\n".join(lines)
    return text


def assignment(text, name):
    """The statement of the file that gives this name a value."""
    for statement in ast.parse(text).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if getattr(statement, "value", None) is not None and any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return statement
    return None


def several(value):
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)


def plain(value):
    """As Alembic writes it: one name alone, several as a tuple."""
    names = several(value)
    return None if not names else names[0] if len(names) == 1 and isinstance(value, str) else names


def with_replaces(text, replaced):
    """The same file with the identifiers that it stands for, below its own."""
    last = 0
    for statement in ast.parse(text).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id in IDENTIFIERS for target in targets):
            last = statement.end_lineno
    if not last:
        return text
    lines = text.split("\n")
    written = ["# The revisions that this one stands for; not read by Alembic.", "replaces = ("]
    line = "   "
    for name in replaced:
        if len(line) > 4 and len(line) + len(repr(name)) > 86:
            written.append(line)
            line = "   "
        line += " %r," % name
    written += [line, ")"]
    return "\n".join(lines[:last] + written + lines[last:])


def run_hooks(path, hooks):
    """Runs the project's formatters; a failing one is reported, not fatal."""
    from alembic.script import write_hooks

    try:
        write_hooks._run_hooks(path, hooks)
    except (Exception, SystemExit) as error:
        return "%s: %s" % (type(error).__name__, error)
    return None


def compile_problem(text, path):
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return None


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
