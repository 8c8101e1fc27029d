#!/usr/bin/env python3
"""Checks that documents name things that exist: files in backticks, relative links, and tests quoted in the threat model.

usage: docs.py [ROOT]        exit status 0: clean, 1: findings, one a line as "file:line: why; what instead"
"""
import os
import re
import sys

TOPS = ("src/", "docs/", "tests/", "tools/", "scripts/", "bench/", "cmake/", "catalog/", "web/")
SKIPPED = {"node_modules", "build", "dist", "peers", ".git"}
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
CLAIM = re.compile(r'"([^"\n]{8,})"')
TEST_CASE = re.compile(r'(?:TEST_CASE|SUBCASE)\(\s*"((?:[^"\\]|\\.)*)"')


def documents(root):
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(files):
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(directory, name), root).replace(os.sep, "/")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def test_names(root):
    names = set()
    for top in ("src", "tests"):
        for directory, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = [name for name in folders if name not in SKIPPED]
            for name in files:
                if name.endswith("_test.cpp"):
                    text = read(directory, name)
                    names.update(found.replace('\\"', '"') for found in TEST_CASE.findall(text))
    return names


def is_path(text):
    """A whole path of this repository; patterns and placeholders are not."""
    return text.startswith(TOPS) and re.fullmatch(r"[\w./+-]+", text) is not None and "NAME" not in text and "NNN" not in text


def without_fences(text):
    """The text with fenced blocks blanked: examples may name what the reader is going to make."""
    return re.sub(r"^```.*?^```", lambda match: re.sub(r"[^\n]", " ", match.group(0)), text, flags=re.MULTILINE | re.DOTALL)


def check(root):
    findings, count = [], 0
    tests = None
    for path in documents(root):
        count += 1
        text = without_fences(read(root, path))
        here = os.path.dirname(path)
        for number, line in enumerate(text.split("\n"), 1):
            for name in CODE.findall(line):
                if is_path(name) and not os.path.exists(os.path.join(root, name)):
                    findings.append(f"{path}:{number}: names {name}, which does not exist; mend the name or the document")
            for target in LINK.findall(line):
                if "://" not in target and not target.startswith("mailto:") and not os.path.exists(os.path.join(root, here, target)):
                    findings.append(f"{path}:{number}: links to {target}, which does not exist; mend the link")
            if path == "docs/threat-model.md" and line.startswith("| ") and line.count("|") == 5:
                tests = test_names(root) if tests is None else tests
                cells = line.split("|")
                for claim in CLAIM.findall(cells[4]):
                    if claim not in tests:
                        findings.append(f'{path}:{number}: no test is named "{claim}"; name the test that shows it')
    return findings, f"documents: {count} files, {len(findings)} findings"


def main():
    findings, summary = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    for finding in findings:
        print(finding)
    print(summary)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
