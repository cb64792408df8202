"""Gives a new revision file the form that the project's old ones have.

Where the old files pass `ruff` or `black`, the new one goes through the same program, with the
settings of the folder that it will lie in. Nothing is written: text in, text out, no cache.
"""
import os
import shutil
import subprocess
import sys

MOST_FILES, SECONDS = 200, 60


def formatted(text, name, old_files, folder):
    """The text in the project's own form; as it is where no program is there or the old files fail it."""
    files = sorted(old_files)[-MOST_FILES:]
    if not files:
        return text
    ruff = find("ruff")
    if ruff:
        quiet = ["--no-cache", "--quiet"]
        here = quiet + ["--stdin-filename", name, "-"]
        if passes([ruff, "check"] + quiet + files, folder):
            text = through([ruff, "check", "--fix-only"] + here, text, folder)
        if passes([ruff, "format", "--check"] + quiet + files, folder):
            return through([ruff, "format"] + here, text, folder)
    black = find("black")
    if black and passes([black, "--check", "--quiet"] + files, folder):
        text = through([black, "--quiet", "--stdin-filename", name, "-"], text, folder)
    return text


def find(program):
    """Beside the project's interpreter, else on the path."""
    beside = os.path.join(os.path.dirname(sys.executable), program)
    return beside if os.access(beside, os.X_OK) else shutil.which(program)


def run(arguments, folder, text=None):
    environment = dict(os.environ, RUFF_NO_CACHE="true", BLACK_CACHE_DIR=os.devnull)
    try:
        return subprocess.run(
            arguments, input=text or "", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
            timeout=SECONDS, cwd=folder, env=environment,
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None


def passes(arguments, folder):
    done = run(arguments, folder)
    return done is not None and done.returncode == 0


def through(arguments, text, folder):
    """What the program makes of it, if that is still Python."""
    done = run(arguments, folder, text)
    if done is None or done.returncode != 0 or not done.stdout.strip():
        return text
    try:
        compile(done.stdout, "baseline", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return text
    return done.stdout
