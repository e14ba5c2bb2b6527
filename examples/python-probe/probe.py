"""Does the server take file names in UTF-8? Where it does not, names with umlauts come out wrong on one side."""
from probe_sdk import Control, Probe, Run, declared

NOT_UTF8 = "names.not-utf8"


class NameEncoding(Probe):
    name = "name-encoding"
    version = "0.1.0"
    summary = "the encoding of file names"
    consumes = "logged-in"
    capabilities = ["speak"]
    codes = [NOT_UTF8]
    facts = [
        declared("utf8-listed", "flag", "whether the server lists UTF8"),
        declared("utf8-switched-on", "flag", "whether the server switches UTF8 on"),
    ]

    def look(self, run: Run) -> None:
        with Control(self, run) as control:
            # The login probe asked for the list already; a server may lack it and know UTF-8 all the same.
            features = run.fact("server.features", [])
            listed = "UTF8" in (feature.upper() for feature in features)
            run.note("utf8-listed", listed)
            if not listed:
                self.try_it(control, run, features)
        run.rest_clear()

    def try_it(self, control: Control, run: Run, features: list[str]) -> None:
        code, lines = control.command("OPTS UTF8 ON")
        if 200 <= code < 300:
            run.note("utf8-switched-on", True)
        elif code == 421:
            run.could_not_look("the encoding of file names", f"the server ended the session: {lines[0]}")
        else:
            run.found(
                NOT_UTF8,
                "The server does not list UTF8 (RFC 2640) and refuses to switch it on: names outside ASCII are in an "
                "encoding that nobody states.",
                features=", ".join(features) or "none listed",
                reply=lines[0],
            )


WitWorld = NameEncoding
