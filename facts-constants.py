#!/usr/bin/env python3
"""Replaces the names of facts that stand as literals in probes by the constants of their declarations.

Run in the root of a worktree: `python3 facts-constants.py`. It reads `plugins/<probe>/src/facts.rs`, `plugins/sdk/src/shared.rs`
and `plugins/facts/src/lib.rs`, and rewrites the other sources under `plugins/<probe>/src`. Where a fact is noted or read, the
constant stands in the place of the literal; elsewhere its name does. `cargo fmt --all` afterwards.
"""
import re
import sys
from pathlib import Path

PLUGINS = Path("plugins")
# Functions of `Run` that take anything that names a fact.
TAKES_ANY = ("note", "text", "texts", "number", "flag", "has_fact")


def shared_names() -> dict[str, str]:
    """Names that more than one side knows: literal -> constant of `probe_sdk::name`."""
    text = (PLUGINS / "facts/src/lib.rs").read_text()
    text = text[text.index("pub mod name") : text.index("pub mod state")]
    return {name: constant for constant, name in re.findall(r'pub const (\w+): &str = "([^"]+)"', text)}


def shared_facts(names: dict[str, str]) -> dict[str, str]:
    """Facts of `probe_sdk::shared`: literal -> constant."""
    text = (PLUGINS / "sdk/src/shared.rs").read_text()
    literal = {constant: name for name, constant in names.items()}
    found = {}
    for constant, said in re.findall(r"pub const (\w+): Declaration\s*=\s*Declaration::new\(\s*([^,]+),", text):
        said = said.strip()
        found[said.strip('"') if said.startswith('"') else literal[said.removeprefix("name::")]] = constant
    return found


def own_facts(probe: Path, names: dict[str, str]) -> dict[str, str]:
    """Facts that the probe declares: literal -> constant of `crate::facts`."""
    literal = {constant: name for name, constant in names.items()}
    found = {}
    for constant, said in re.findall(r'^    (\w+) = ("[^"]+"|name::\w+): \w+,', (probe / "src/facts.rs").read_text(), re.M):
        found[said.strip('"') if said.startswith('"') else literal[said.removeprefix("name::")]] = constant
    return found


def codes(probe: Path) -> set[str]:
    return {page.stem for page in (PLUGINS.glob("*/remedies/*.md"))}


def declared_spans(text: str) -> list[tuple[int, int]]:
    """What the macros `facts!` and `codes!` hold stays as it is."""
    spans = []
    for found in re.finditer(r"probe_sdk::(?:facts|codes)! \{", text):
        spans.append((found.start(), text.index("\n}", found.end())))
    return spans


def with_import(text: str, wanted: set[str]) -> str:
    """Adds names to `use probe_sdk::{…}`, and `use crate::facts` where it is wanted."""
    if "facts" in wanted and not re.search(r"^(pub\(crate\) )?mod facts;|^use crate::facts;|^use crate::\{[^}]*\bfacts\b", text, re.M):
        first = re.search(r"^use crate::", text, re.M) or re.search(r"^use (?!std)", text, re.M)
        if first is None:
            raise SystemExit("no place for `use crate::facts;`")
        line = "use crate::facts;\n"
        text = text[: first.start()] + line + text[first.start() :]
    # `use` of a test module is not that of the file.
    top = text.split("#[cfg(test)]")[0]
    for word in sorted(wanted - {"facts"}):
        listed = re.search(r"^use probe_sdk::\{([^}]*)\};", top, re.M)
        if listed:
            if re.search(rf"(^|[\s,]){word}([\s,]|$)", listed[1]):
                continue
            whole = f"use probe_sdk::{{{listed[1].rstrip().rstrip(',')}, {word}}};"
            text = text.replace(listed[0], whole, 1)
        elif single := re.search(r"^use probe_sdk::(\w+);", top, re.M):
            text = text.replace(single[0], f"use probe_sdk::{{{single[1]}, {word}}};", 1)
        else:
            first = re.search(r"^use ", top, re.M)
            text = text[: first.start()] + f"use probe_sdk::{word};\n" + text[first.start() :]
        top = text.split("#[cfg(test)]")[0]
    return text


def rewrite(path: Path, own: dict[str, str], shared: dict[str, str], names: dict[str, str]) -> int:
    text = path.read_text()
    cut = text.find("#[cfg(test)]\nmod ")
    body, tests = (text, "") if cut < 0 else (text[:cut], text[cut:])
    keep = declared_spans(body)
    wanted: set[str] = set()
    count = 0
    in_facts = path.name == "facts.rs"

    def constant(found: re.Match) -> str:
        nonlocal count
        name = found[2]
        if any(start <= found.start() < end for start, end in keep):
            return found[0]
        any_name = found[1] is not None
        if name in own:
            said = own[name] if in_facts else f"facts::{own[name]}"
            wanted.update(() if in_facts else ("facts",))
            said += "" if any_name else ".name"
        elif name in shared:
            said = f"shared::{shared[name]}" + ("" if any_name else ".name")
            wanted.add("shared")
        elif name in names:
            said = f"name::{names[name]}"
            wanted.add("name")
        else:
            return found[0]
        count += 1
        return (found[1] or "") + said

    takes = "|".join(TAKES_ANY)
    body = re.sub(rf'(\.(?:{takes})\(\s*)?"([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+)"', constant, body)
    if count:
        path.write_text(with_import(body + tests, wanted))
    return count


def main() -> None:
    names = shared_names()
    shared = shared_facts(names)
    total = 0
    for declarations in sorted(PLUGINS.glob("*/src/facts.rs")):
        probe = declarations.parents[1]
        own = own_facts(probe, names)
        clash = (set(own) | set(shared)) & codes(probe)
        if clash:
            sys.exit(f"{probe}: {sorted(clash)} are facts and codes")
        for path in sorted((probe / "src").rglob("*.rs")):
            if path.name.endswith("tests.rs"):
                continue
            count = rewrite(path, own, shared, names)
            total += count
            if count:
                print(f"{count:4} {path}")
    print(f"{total:4} literals became constants; now run `cargo fmt --all`")


if __name__ == "__main__":
    main()
