"""What a probe in Python needs, over the bindings that componentize-py makes of wit/v0_1/probe.wit.

A probe is a class that derives from `Probe` and a line `WitWorld = ThatClass`. It has no operating system: files,
environment, sockets, processes and entropy are not there. `time` and `print` lead to the host.
"""
import builtins
import os
import time
from pathlib import Path

from componentize_py_types import Err
from wit_world.imports import clock, log, net, handoff, types
from wit_world.imports.types import OmissionCause, Owner, Severity

MAX_REPLY = 64 * 1024
FACT_OF = {bool: types.FactValue_Flag, int: types.FactValue_Integer, str: types.FactValue_Text, list: types.FactValue_Texts}
# Read while the component is built; it has no files afterwards.
PAGES = {page.stem: page.read_text("utf-8") for page in (Path(__file__).parent / "remedies").glob("*.md")}


def declared(
    name: str,
    kind: str,
    title: str,
    shown: tuple[int, str] | None = None,
    compared: tuple[int, str, list[str]] | None = None,
    privacy: str = "plain",
) -> types.FactDeclaration:
    """A fact, in the words of the contract: kinds are "flag", "integer", "text", "texts". `shown` is a rank and a label,
    `compared` a rank, how, and what the fact depends on."""
    word = lambda text: text.upper().replace("-", "_")
    line = shown and types.ShownFact(shown[1], shown[0])
    how = compared and types.ComparedFact(
        types.Comparison[word(compared[1])], compared[0], [types.Dependency[word(it)] for it in compared[2]]
    )
    return types.FactDeclaration(name, types.FactKind[word(kind)], title, line, how, types.Privacy[word(privacy)], None)


class Probe:
    """One aspect of a remote. Its subclass has the fields below and `look`."""

    name = version = summary = ""
    consumes: str | None = None
    requires: list[str] = []
    # The least depth it has something to look at, such as "full"; with less, it is not run.
    from_depth: str = "ladder"
    # What it asks for beyond the sandbox, in the words of the contract, such as "connect"; `consumes` needs "speak".
    capabilities: list[str] = []
    codes: list[str] = []
    # What it notes, each with `declared`.
    facts: list[types.FactDeclaration] = []

    def look(self, run: "Run") -> None:
        """Looks, and says to `run` what was seen. A failure of the host may pass through: then it could not look at all."""
        raise NotImplementedError

    def __init_subclass__(cls) -> None:
        # While the component is built, so that a page that is missing or wrong is no matter of the probe's users.
        codes = [code(name) for name in cls.codes]
        capabilities = [types.Capability[name.upper().replace("-", "_")] for name in cls.capabilities]
        depth = types.Depth[cls.from_depth.upper()]
        about = (cls.name, cls.version, cls.summary, cls.consumes, cls.requires, [], depth, capabilities, codes, [], cls.facts)
        cls._about = types.Description(*about)

    def describe(self) -> types.Description:
        return self._about

    def run(self, request: types.Request) -> types.Outcome:
        time.time = lambda: request.now + time.monotonic()
        run = Run(request, self.codes)
        try:
            self.look(run)
        except Err:
            raise
        except BaseException as error:
            # The host keeps the last words of a probe that crashes; a traceback of the interpreter would go nowhere.
            log.write(log.Level.WARNING, f"{type(error).__name__} at {place(error)}: {error}")
            raise
        return run.outcome


class Run:
    """What the probe is told, and what it says."""

    def __init__(self, request: types.Request, codes: list[str]):
        self.request = request
        self.outcome = types.Outcome([], [], [], [])
        self._codes = codes
        self._facts = {fact.name: getattr(fact.value, "value", None) for fact in request.facts}

    def fact(self, name: str, otherwise=None):
        """What an earlier probe left under this name: bool, int, str, list of str, or rows."""
        return self._facts.get(name, otherwise)

    def note(self, name: str, value: bool | int | str | list) -> None:
        self.outcome.facts.append(types.Fact(name, FACT_OF[type(value)](value)))

    def found(self, code: str, detail: str, decided_by: str | None = None, **evidence: str) -> None:
        """`decided_by` is the observation that rules the look-alikes out: without one, an error is only likely."""
        basis = types.Basis_Observed() if decided_by is None else types.Basis_Decided(decided_by)
        shown = [types.Evidence(label.replace("_", " "), str(value)) for label, value in evidence.items()]
        self.outcome.findings.append(types.Finding(code, detail, shown, None, basis, None))

    def rest_clear(self) -> None:
        """Every declared code that was not found is not there: only after everything was looked at."""
        found = {finding.code for finding in self.outcome.findings}
        self.outcome.clear += [code for code in self._codes if code not in found]

    def could_not_look(self, check: str, reason: str) -> None:
        said = {finding.code for finding in self.outcome.findings} | set(self.outcome.clear)
        codes = [code for code in self._codes if code not in said]
        self.outcome.not_tested.append(types.Omission(check, codes, OmissionCause.COULD_NOT_LOOK, reason))


class Control:
    """The FTP dialogue on the connection of the state that the probe consumes. Leaving `with` hands it back."""

    def __init__(self, probe: Probe, run: Run):
        taken = handoff.take()
        if taken is None:
            raise Err(failure(types.FailureKind_Closed(), "no session was handed on"))
        self._connection, self._state, self._wait = taken, probe.consumes, run.request.reply_ms
        self._buffer = b""

    def __enter__(self) -> "Control":
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            if self._buffer:
                self._connection.unread(self._buffer)
            handoff.provide(self._state, self._connection, [])

    def command(self, line: str) -> tuple[int, list[str]]:
        """Sends one command; gives the code of its reply and the lines of it (RFC 959 section 4.2)."""
        self._connection.write(f"{line}\r\n".encode(), self._wait)
        self._until = clock.elapsed_us() + self._wait * 1000
        lines = [self._line()]
        code = lines[0][:3]
        while lines[0][3:4] == "-" and not (len(lines) > 1 and lines[-1].startswith(f"{code} ")):
            lines.append(self._line())
        if not code.isdigit():
            raise Err(failure(types.FailureKind_Other(), "what came is no FTP reply"))
        return int(code), lines

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            left = max(0, self._until - clock.elapsed_us()) // 1000
            more = self._connection.read(4096, left)
            if not more:
                raise Err(failure(types.FailureKind_Closed(), "the server closed the connection"))
            self._buffer += more
            if len(self._buffer) > MAX_REPLY:
                raise Err(failure(types.FailureKind_Other(), "a reply without end"))
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")


def failure(kind: types.FailureKind, detail: str) -> types.Failure:
    return types.Failure(types.Operation.READ, kind, detail)


def place(error: BaseException) -> str:
    """The innermost line that is not of this module. The module `traceback` would look for the source in a file."""
    at, lines = error.__traceback__, []
    while at:
        lines.append((at.tb_frame.f_code.co_filename, at.tb_lineno))
        at = at.tb_next
    file, line = [it for it in lines if it[0] != __file__][-1]
    return f"{os.path.basename(file)}:{line}"


def code(name: str) -> types.Code:
    """A code as the header of its page has it: each is written once."""
    header, page = PAGES[name].removeprefix("---\n").split("\n---\n", 1)
    field = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in header.splitlines())}
    return types.Code(
        field["code"],
        field["title"],
        Severity[field["severity"].upper()],
        Owner[field["owner"].upper().replace("-", "_")],
        [other.strip() for other in field.get("explains", "").split(",") if other.strip()],
        "eased-by" in field,
        page.lstrip(),
    )


def absent(what: str):
    """In place of what would stop the interpreter without a word."""

    def refuse(*_, **__):
        raise RuntimeError(f"{what}: a probe has no operating system")

    return refuse


time.monotonic = time.perf_counter = lambda: clock.elapsed_us() / 1e6
time.sleep = lambda seconds: clock.pause(int(seconds * 1000))
builtins.print = lambda *values, **_: log.write(log.Level.DEBUG, " ".join(map(str, values)))
builtins.open = absent("open")
builtins.input = absent("input")
os.open, os.listdir, os.urandom = absent("os.open"), absent("os.listdir"), absent("os.urandom")
