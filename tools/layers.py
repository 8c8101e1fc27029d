#!/usr/bin/env python3
"""Checks that every #include in src/ goes along an allowed edge between folders, and that no folders form a cycle.

Folders show an architecture only if something refuses the wrong include. The table below is docs/adr/0001 in a form
that a machine can hold us to; an exception is one more line, with its reason.

usage: layers.py [ROOT]        exit status 0: clean, 1: findings, one a line as "file:line: why; what instead"
"""
import os
import re
import sys

STAGES = ["door", "auth", "guard", "admit", "route", "upstream", "relay", "meter", "ledger", "archive"]
BELOW_STAGES = ["base", "io", "wire", "model", "catalog", "config", "dialect"]

# folder → folders whose headers it may include (itself always). io/linux and io/sim are folders of their own, so that
# nobody below gateway can tell the real world from the simulated one.
ALLOWED = {
    "base": [],
    "io": ["base"],
    "io/linux": ["base", "io"],
    "io/sim": ["base", "io"],
    "wire": ["base"],
    "model": ["base"],
    "catalog": ["base", "io", "wire", "model"],
    "config": ["base", "io", "wire", "model", "catalog"],
    "dialect": ["base", "wire", "model", "catalog", "config"],
    **{stage: BELOW_STAGES for stage in STAGES},
    # What the ledger's tables answer, for the admin API and the command line alike: it reads, and knows no order.
    "report": ["base", "io", "wire", "model", "config", "ledger", "meter", "plan"],
    "gateway": BELOW_STAGES + STAGES + ["io/linux", "report"],
    "fleet": ["base", "io", "io/sim", "wire", "model", "route", "admit", "meter"],
    "plan": ["base", "model", "fleet", "meter"],
    "cli": BELOW_STAGES + ["io/linux", "auth", "guard", "meter", "ledger", "archive", "report", "gateway", "fleet", "plan"],
}

# (file or folder prefix, folder it may include besides) → reason
EXCEPTIONS = {
    ("cli/fetch.", "upstream"): "`up`, `doctor` and `reload` ask with the gateway's own probe, so that they see what it sees",
}

# Tests, fuzzers and benches may hold the real or the simulated world in their hands.
TEST_WORLDS = ["io/linux", "io/sim"]

INSTEAD = {
    "stage": "stages exchange model/ values; the order is known to gateway/ only",
    "world": "take io/ interfaces (Loop, Socket, Files, Dns) and let gateway/ or cli/ hand in the real ones",
    "layer": "move what both need into a folder below both, or pass it in as a value",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
SOURCE_SUFFIXES = (".hpp", ".cpp")
TEST_NAME = re.compile(r"_(test|fuzz|bench)\.(cpp|hpp)$|(^|/)test_[a-z0-9_]+\.hpp$")


def folder_of(path):
    """Folder of a path below src/: the longest key of the table that contains it."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        if "/".join(parts[:length]) in ALLOWED:
            return "/".join(parts[:length])
    return None


def sources(src):
    for directory, names, files in os.walk(src):
        names.sort()
        for name in sorted(files):
            if name.endswith(SOURCE_SUFFIXES):
                yield os.path.relpath(os.path.join(directory, name), src).replace(os.sep, "/")


def is_excepted(path, target):
    return any(path.startswith(prefix) and target == folder for prefix, folder in EXCEPTIONS)


def judge(path, folder, included, src):
    """Why `path` may not include `included`, or None."""
    target = folder_of(included)
    if target is None:
        if "/" not in included:
            return f'"{included}" has no folder; write the path from src/, as in "{folder}/{included}"'
        return f'"{included}" is in no known folder; write the path from src/, or add the folder to tools/layers.py'
    if not os.path.isfile(os.path.join(src, included)):
        return f'"{included}" does not exist below src/; mend the path'
    if target == folder or target in ALLOWED[folder] or is_excepted(path, target):
        return None
    is_test = TEST_NAME.search(path) is not None
    if is_test and target in TEST_WORLDS:
        return None
    if target in STAGES and folder in STAGES:
        return f"stage {folder} includes stage {target}; {INSTEAD['stage']}"
    if target in TEST_WORLDS:
        return f"{folder} includes {target}; {INSTEAD['world']}"
    return f"{folder} may not include {target}; {INSTEAD['layer']}"


def find_cycle(edges):
    """One cycle of folders as a list that ends where it began, or None."""
    state = {}
    trail = []

    def visit(node):
        state[node] = "open"
        trail.append(node)
        for target in sorted(edges.get(node, {})):
            if state.get(target) == "open":
                return trail[trail.index(target):] + [target]
            if target not in state:
                found = visit(target)
                if found:
                    return found
        state[node] = "done"
        trail.pop()
        return None

    for node in sorted(edges):
        if node not in state:
            found = visit(node)
            if found:
                return found
    return None


def check(root):
    """Returns (findings, summary line)."""
    src = os.path.join(root, "src")
    findings = []
    edges = {}       # folder → {target: "file:line" that made the edge}, without tests: they see more than the product
    files = 0
    folders = set()
    for path in sources(src):
        files += 1
        folder = folder_of(path)
        if folder is None:
            findings.append(f"src/{path}:1: is in no known folder; add the folder and its edges to tools/layers.py")
            continue
        folders.add(folder)
        with open(os.path.join(src, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        for match in INCLUDE.finditer(text):
            included = match.group(1)
            line = text.count("\n", 0, match.start(1)) + 1
            why = judge(path, folder, included, src)
            if why:
                findings.append(f"src/{path}:{line}: {why}")
            target = folder_of(included)
            if target and target != folder and not TEST_NAME.search(path):
                edges.setdefault(folder, {}).setdefault(target, f"src/{path}:{line}")
    cycle = find_cycle(edges)
    if cycle:
        steps = ", ".join(f"{edges[a][b]} ({a} → {b})" for a, b in zip(cycle, cycle[1:]))
        where = edges[cycle[0]][cycle[1]]
        findings.append(f"{where}: folders form a cycle {' → '.join(cycle)}: {steps}; turn one of these edges round")
    count = sum(len(targets) for targets in edges.values())
    return findings, f"layers: {len(folders)} folders, {files} files, {count} edges, {len(findings)} findings"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    findings, summary = check(root)
    for finding in findings:
        print(finding)
    print(summary)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
