"""The warm parent: imports the libraries once, forks a child per request, passes their frames on.

Never runs code of the project. Ends, with all children and their descendants, when the pipe to the
Rust side closes.
"""
import gc
import json
import os
import selectors
import signal
import sys

LINE_LIMIT = 4000
LOG_LIMIT = 20000


def die_with_parent(number):
    """Asks Linux for a signal when the parent ends; elsewhere the closed pipe has to do."""
    try:
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(1, number, 0, 0, 0)
    except Exception:
        pass


def warm_up():
    """Imports what every child needs; returns the versions, or the reason why there are none."""
    # Imports make objects that stay: the collector would look through all of them again and again.
    gc.disable()
    try:
        import alembic
        import alembic.autogenerate
        import alembic.command
        import alembic.config
        import alembic.runtime.environment
        import alembic.script
        import sqlalchemy
    except Exception as error:
        return None, "%s: %s" % (type(error).__name__, error)
    for extra in ("sqlalchemy.dialects.postgresql", "sqlalchemy.ext.asyncio", "psycopg2", "psycopg", "asyncpg", "sqlalchemy.orm"):
        try:
            __import__(extra)
        except Exception:
            pass
    gc.enable()
    return {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "alembic": alembic.__version__,
        "sqlalchemy": sqlalchemy.__version__,
    }, None


class Child:
    """One forked child: its identifier and the read ends of its two pipes."""

    def __init__(self, number, pid, frames, output):
        self.number, self.pid, self.frames, self.output = number, pid, frames, output
        self.pending, self.line, self.lines = b"", b"", 0
        self.answered = False
        self.cancelled = False


class Server:
    """The loop over the pipes."""

    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies
        self.selector = selectors.DefaultSelector()
        self.children = {}
        self.buffer = b""
        self.ended = False

    def send(self, frame):
        """Writes one frame; a closed pipe ends everything."""
        data = frame if isinstance(frame, bytes) else json.dumps(frame).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self.replies, data):]
        except OSError:
            self.ended = True

    def run(self):
        # No child looks through what was imported, and so shares it with us untouched; and it looks
        # through its own objects the less often, for it does not live long.
        gc.freeze()
        gc.set_threshold(20000, 20, 20)
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        os.set_blocking(wake_read, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wake_write)
        self.selector.register(self.requests, selectors.EVENT_READ, ("requests", None))
        self.selector.register(wake_read, selectors.EVENT_READ, ("wake", None))
        while not self.ended:
            for key, _ in self.selector.select(0.5 if self.children else None):
                kind, child = key.data
                if kind == "requests":
                    self.read_requests()
                elif kind == "wake":
                    try:
                        os.read(wake_read, 4096)
                    except OSError:
                        pass
                elif key.fd in self.selector.get_map():
                    self.read_child(child, key.fd)
            self.reap()
        for child in self.children.values():
            kill_group(child.pid)

    def stop(self, *_):
        self.ended = True

    def read_requests(self):
        data = os.read(self.requests, 1 << 16)
        if not data:
            self.ended = True
            return
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            request = json.loads(line)
            if "cancel" in request:
                child = self.children.get(request["cancel"])
                if child:
                    child.cancelled = True
                    kill_group(child.pid)
            else:
                self.start(request)

    def start(self, request):
        frames_read, frames_write = os.pipe()
        output_read, output_write = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            os.setpgid(0, 0)
            die_with_parent(signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            inherited = [self.requests, self.replies, frames_read, output_read]
            inherited += [fd for other in self.children.values() for fd in (other.frames, other.output)]
            for fd in inherited:
                try:
                    os.close(fd)
                except OSError:
                    pass
            os.dup2(output_write, 1)
            os.dup2(output_write, 2)
            os.close(output_write)
            sys.modules["_redistill_child"].run(request, frames_write)
            os._exit(0)
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass
        os.close(frames_write)
        os.close(output_write)
        child = Child(request["id"], pid, frames_read, output_read)
        self.children[child.number] = child
        for fd in (frames_read, output_read):
            os.set_blocking(fd, False)
            self.selector.register(fd, selectors.EVENT_READ, ("child", child))

    def read_child(self, child, fd):
        """Reads what is there; False at the end of the pipe."""
        while True:
            try:
                data = os.read(fd, 1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                data = b""
            if not data:
                if fd in self.selector.get_map():
                    self.selector.unregister(fd)
                return False
            if fd == child.frames:
                self.pass_frames(child, data)
            else:
                self.pass_output(child, data)

    def pass_frames(self, child, data):
        child.pending += data
        if b"\n" not in data:
            return
        whole, child.pending = child.pending.rsplit(b"\n", 1)
        for line in whole.split(b"\n"):
            frame = json.loads(line)
            frame["id"] = child.number
            child.answered = child.answered or "result" in frame or "error" in frame
            if child.answered:
                # What was printed before the answer comes before it.
                self.read_child(child, child.output)
                self.flush_output(child)
            self.send(frame)

    def pass_output(self, child, data):
        lines = (child.line + data).split(b"\n")
        child.line = lines.pop()[-LINE_LIMIT:]
        for line in lines:
            self.send_line(child, line)

    def flush_output(self, child):
        if child.line:
            self.send_line(child, child.line)
            child.line = b""

    def send_line(self, child, line):
        child.lines += 1
        if child.lines == LOG_LIMIT:
            line = b"(further output is not shown)"
        if child.lines <= LOG_LIMIT:
            text = line[:LINE_LIMIT].decode("utf-8", "replace").rstrip("\r")
            self.send({"id": child.number, "log": text})

    def reap(self):
        for child in list(self.children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            kill_group(child.pid)
            for fd in (child.frames, child.output):
                self.read_child(child, fd)
                if fd in self.selector.get_map():
                    self.selector.unregister(fd)
                os.close(fd)
            self.flush_output(child)
            del self.children[child.number]
            if not child.answered:
                self.send({"id": child.number, "error": end_of(child, status)})


def end_of(child, status):
    if child.cancelled:
        return {"kind": "cancelled", "message": "stopped on request"}
    if os.WIFSIGNALED(status):
        return {"kind": "exited", "message": "ended by signal %d" % os.WTERMSIG(status)}
    return {"kind": "exited", "message": "left with exit code %d" % os.WEXITSTATUS(status)}


def kill_group(pid):
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except OSError:
            pass


def open_server(requests, replies):
    """Imports Alembic and says hello; without Alembic it says so and ends."""
    die_with_parent(signal.SIGTERM)
    server = Server(requests, replies)
    versions, problem = warm_up()
    if problem:
        server.send({"fatal": {"kind": "no_alembic", "message": problem}})
        os._exit(0)
    server.send({"hello": versions})
    return server
