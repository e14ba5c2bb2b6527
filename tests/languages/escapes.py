"""Asks for what no probe is given; the remote path of the settings says for what. The module for authors has a word for
each of these, so that half of the attempts go past it."""
import os
import random
import socket
import sys
import time

from probe_sdk import Probe, Run


def past_the_module(name: str):
    """The interpreter's own function, as it was before the module put its own in its place."""
    import posix

    return getattr(posix, name)


ATTEMPTS = {
    "file": lambda: open("/etc/passwd").read(),
    "file-below": lambda: past_the_module("open")("/etc/passwd", 0),
    "folder": lambda: past_the_module("listdir")("/"),
    "entropy": lambda: os.urandom(8),
    "entropy-below": lambda: past_the_module("urandom")(8),
    "clock-below": lambda: time.gmtime(),
    "socket": lambda: socket.create_connection(("127.0.0.1", 21)),
    "process": lambda: os.system("id"),
    "output-below": lambda: sys.__stdout__.write("hello\n") and sys.__stdout__.flush(),
    "environment": lambda: dict(os.environ) | {key: "" for key in sys.argv[1:]},
    "random": lambda: random.random(),
    "defect": lambda: {}["nothing"],
    "memory": lambda: bytearray(200 << 20),
    "recursion": lambda: (lambda f: f(f))(lambda f: f(f)),
    "loop": lambda: any(iter(int, 1)),
    "clock": lambda: time.monotonic() >= 0 and time.time() > 1_600_000_000,
}


class Escapes(Probe):
    name = "python-escapes"
    version = "0.1.0"
    summary = "asks for what no probe is given"

    def look(self, run: Run) -> None:
        what = run.request.remote.remote_path
        run.note("escapes.got", repr(ATTEMPTS[what]()))


WitWorld = Escapes
