#!/usr/bin/env python3
"""House rules that neither a compiler nor clang-tidy checks. Fast enough to run with every test run.

usage: tidy.py [ROOT]        exit status 0: clean, 1: findings, one a line as "file:line: why; what instead"
"""
import os
import re
import sys

LINE_MAX = 140          # clang-format wraps at 120; rows of tables, strings and members with a comment may run on
FILE_LINES_WARN = 600

# (path prefix, rule) → reason. Everything else has to keep the rule.
EXCEPTIONS = {
    ("src/io/frame_pool.cpp", "throw"): "operator new must not return null; nothing catches it, so it ends the process",
    ("src/base/log.cpp", "clock"): "a log line must carry real time even when the world is simulated",
    ("src/base/log.cpp", "syscall"): "the log writes to standard error and may depend on nothing above base/",
    ("src/config/system_secrets.cpp", "syscall"): "runs the command of a cmd: secret, before any loop exists",
    ("src/config/system_secrets.cpp", "clock"): "ends that command after its time, before any loop exists",
    ("src/meter/log_writer.cpp", "syscall"): "its own thread writes to standard output, which may be a pipe that nobody empties",
    ("src/base/block.cpp", "syscall"): "maps anonymous memory, which is no file",
    ("src/io/linux/", "clock"): "the one place that reads clocks",
    ("src/io/linux/", "syscall"): "the one place that talks to the kernel",
    ("src/io/linux/", "random"): "the one place that asks the kernel for randomness",
}

# Rules about code, searched in text whose comments and literals are blanked: (rule, regular expression, finding).
CODE_RULES = [
    ("throw", r"\bthrow\b", "throws; return a Result and let the caller decide"),
    ("clock", r"\b(?:steady_clock|system_clock|high_resolution_clock)::now\b|\b(?:gettimeofday|clock_gettime)\s*\("
              r"|(?<![\w.>:])(?:std::|::)?time\s*\(\s*(?:nullptr|NULL|0|&)",
     "reads a clock; take the time from io::Loop or as an argument, so that a simulated world can own it"),
    ("random", r"(?<![\w.>])(?:std::|::)?s?rand\s*\(|\bstd::(?:random_device|mt19937)",
     "draws random numbers on its own; use Prng with a seed, or io::Loop::random_bytes"),
    ("syscall", r"(?<![\w>])::(?:socket|bind|listen|connect|accept4?|send(?:to|msg)?|recv(?:from|msg)?|read|write|readv|writev"
                r"|open(?:at)?|close|fsync|fdatasync|rename|unlink|mkdir|stat|fstat|mmap|munmap|poll|epoll_\w+|eventfd|fork|exec\w*)"
                r"\s*\(|\b(?:fopen|freopen|popen|std::system)\s*\("
                r"|#[ \t]*include[ \t]*<(?:sys/(?:socket|epoll|eventfd|mman|stat|uio|wait)\.h|fcntl\.h|netdb\.h|poll\.h|fstream|filesystem)>",
     "talks to the kernel past io/; use io::Files, io::Network or io::Dns"),
    ("fence", r"\batomic_thread_fence\b",
     "is a fence, which ThreadSanitizer does not know; order the atomics themselves"),
]
HEADER_RULES = [
    ("heavy", r"#[ \t]*include[ \t]*<(?:iostream|regex)>|\bstd::cout\b",
     "costs every file that includes it; use log:: or move it into the .cpp"),
    ("heavy", r"#[ \t]*include[ \t]*<(?:openssl/|simdjson|toml\+\+|CLI/|fmt/|ares|zlib|zstd|brotli/|benchmark/)[^>]*>",
     "includes a third party's header in a header; keep it in one .cpp behind a type of ours"),
]
TEST_RULES = [
    ("sleep", r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<![\w.>])(?:::)?sleep\s*\(",
     "sleeps; wait for the event itself or move virtual time"),
]
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
BANNER = re.compile(r"^(?://|/\*|\*|#)[ \t]*[-=*~#/+_]{3,}[ \t]*|^(?://|/\*|\*|#).*[-=*~#/+]{4,}[ \t]*(?:\*/)?$")

TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|R"(?P<delimiter>[^()\\\s]{0,16})\((?P<raw>.*?)\)(?P=delimiter)"'
    r"|(?P<number>\b[0-9](?:'?[0-9A-Za-z_.])*)"
    r'|(?P<include>#[ \t]*include[^\n]*)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<char>'(?:\\.|[^'\\\n])*')", re.DOTALL)
NOT_NEWLINE = re.compile(r"[^\n]")


def compiled(rules):
    return [(rule, re.compile(pattern), text) for rule, pattern, text in rules]


CODE_RULES, HEADER_RULES, TEST_RULES = compiled(CODE_RULES), compiled(HEADER_RULES), compiled(TEST_RULES)


def split(text):
    """Code with comments and literals blanked (same length, same lines), the comments, and lines inside raw strings."""
    comments, raw_lines = [], set()

    def blank(match):
        whole = match.group(0)
        if match.group("number") or match.group("include"):
            return whole
        if match.group("comment"):
            comments.append((match.start(), whole))
        if match.group("raw") is not None and "\n" in whole:
            first = text.count("\n", 0, match.start()) + 1
            raw_lines.update(range(first, first + whole.count("\n") + 1))
        return NOT_NEWLINE.sub(" ", whole)

    return TOKEN.sub(blank, text), comments, raw_lines


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def await_findings(code):
    """g++ 12 destroys braced, aggregate and lambda temporaries inside a co_await expression twice (docs/adr/0002)."""
    for match in re.finditer(r"\bco_await\b", code):
        depth = 0
        previous = ""
        for position in range(match.end(), len(code)):
            c = code[position]
            if c in "([":
                if c == "[" and not (previous.isalnum() or previous in "_])"):
                    yield position, "makes a lambda inside co_await; name it on the line before"
                    break
                depth += 1
            elif c in ")]":
                depth -= 1
                if depth < 0:
                    break
            elif c == "{":
                yield position, "makes a braced temporary inside co_await; name it on the line before"
                break
            elif c in ";}":
                break
            if not c.isspace():
                previous = c


def comment_findings(text, comments):
    for start, comment in comments:
        for offset, line in enumerate(comment.split("\n")):
            stripped = line.strip()
            if not stripped.startswith(("//", "/*", "*")):
                stripped = "* " + stripped
            if BANNER.search(stripped):
                yield line_of(text, start) + offset, "is a banner; a sentence or a smaller file says it better"


def length_findings(text, raw_lines):
    wide = [(number, len(line)) for number, line in enumerate(text.split("\n"), 1)
            if len(line) > LINE_MAX and number not in raw_lines]
    if wide:
        widest = max(width for _, width in wide)
        yield wide[0][0], (f"has {len(wide)} lines wider than {LINE_MAX} columns, the widest {widest}; "
                           "break them near 120 (clang-format-19 -i does)")


def is_excepted(path, rule):
    return any(path.startswith(prefix) and rule == kept for prefix, kept in EXCEPTIONS)


def check_cpp(path, text):
    code, comments, raw_lines = split(text)
    is_header = path.endswith(".hpp")
    is_test = path.startswith("tests/") or re.search(r"_(test|fuzz)\.(cpp|hpp)$|/test_\w+\.hpp$", path) is not None
    is_bench = path.startswith("bench/") or path.endswith("_bench.cpp")
    rules = []
    if path.startswith("src/") and not is_test and not is_bench:
        rules += CODE_RULES
    if is_header and not is_test:
        rules += HEADER_RULES
    if is_test:
        rules += TEST_RULES
    for rule, pattern, finding in rules:
        if not is_excepted(path, rule):
            for match in pattern.finditer(code):
                yield line_of(code, match.start()), finding
    if is_header and not re.search(r"^#pragma once$", code, re.MULTILINE):
        yield 1, "lacks #pragma once; add it below the opening comment"
    for position, finding in await_findings(code):
        yield line_of(code, position), finding
    yield from comment_findings(text, comments)
    yield from length_findings(text, raw_lines)


def check_any(text):
    for match in UNFINISHED.finditer(text):
        yield line_of(text, match.start()), f"says {match.group(0)}; finish it, or open an issue and leave it out"


CPP_SUFFIXES = (".cpp", ".hpp")
OTHER_SUFFIXES = (".cmake", ".py", ".sh", ".toml", ".ts", ".tsx", ".mjs", ".js")
FOLDERS = ["src", "tests", "bench", "cmake", "scripts", "catalog", "web", "tools"]
SKIPPED = {"node_modules", "dist", "build", "peers", "__pycache__"}


def files(root):
    for folder in FOLDERS:
        for directory, names, entries in os.walk(os.path.join(root, folder)):
            names[:] = sorted(name for name in names if name not in SKIPPED and not name.endswith("_corpus"))
            for name in sorted(entries):
                if name.endswith(CPP_SUFFIXES + OTHER_SUFFIXES):
                    yield os.path.relpath(os.path.join(directory, name), root).replace(os.sep, "/")


def check(root):
    """Returns (findings, warnings, summary line)."""
    findings, warnings, count = [], [], 0
    for path in files(root):
        count += 1
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        found = list(check_any(text))
        if path.endswith(CPP_SUFFIXES):
            found += check_cpp(path, text)
            lines = text.count("\n")
            if lines > FILE_LINES_WARN:
                warnings.append(f"{path}:{lines}: warning: {lines} lines; ask which idea wants a file of its own")
        findings += [f"{path}:{line}: {finding}" for line, finding in sorted(found)]
    summary = f"house rules: {count} files, {len(findings)} findings, {len(warnings)} warnings"
    return findings, warnings, summary


def main():
    findings, warnings, summary = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    for line in findings + warnings:
        print(line)
    print(summary)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
