"""Finds the benches and proofs: each is bench/NAME.py whose docstring opens with its kind, `bench:` or `prove:`."""

import ast
import pathlib
import runpy
import sys

HERE = pathlib.Path(__file__).resolve().parent


def names(kind):
    found = {}
    for path in sorted(HERE.glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
        if text.startswith(kind + ": "):
            found[path.stem] = text.split("\n\n")[0].replace("\n", " ").removeprefix(kind + ": ")
    return found


def main():
    kind, arguments = sys.argv[1], sys.argv[2:]
    known = names(kind)
    if not arguments or arguments[0] in ("--list", "-h", "--help"):
        print(f"usage: scripts/{kind} NAME [--quick] [--json FILE]")
        for name, text in known.items():
            print(f"  {name:10} {text}")
        return 0
    if arguments[0] not in known:
        print(f"scripts/{kind}: no {arguments[0]!r}; --list names: {', '.join(known)}", file=sys.stderr)
        return 2
    sys.argv = [f"scripts/{kind} {arguments[0]}"] + arguments[1:]
    sys.path.insert(0, str(HERE))
    runpy.run_path(str(HERE / f"{arguments[0]}.py"), run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
