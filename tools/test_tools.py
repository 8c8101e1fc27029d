#!/usr/bin/env python3
"""Goal: the checkers find what they are there for. Method: a small tree with one fault at a time, made in a temporary
folder; each fault must be found at its line, and the tree without it must be clean."""
import os
import tempfile
import unittest

import docs
import layers
import tidy


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = self.folder.name
        self.put("src/base/text.hpp", "// Text.\n#pragma once\n")
        self.put("src/model/ids.hpp", '// Ids.\n#pragma once\n#include "base/text.hpp"\n')
        self.put("src/io/loop.hpp", '// Loop.\n#pragma once\n#include "base/text.hpp"\n')
        self.put("src/io/linux/loop.hpp", '// Loop.\n#pragma once\n#include "io/loop.hpp"\n')
        self.put("src/route/pick.hpp", '// Pick.\n#pragma once\n#include "model/ids.hpp"\n')
        self.put("src/gateway/shard.cpp", '#include "io/linux/loop.hpp"\n#include "route/pick.hpp"\n')

    def tearDown(self):
        self.folder.cleanup()

    def put(self, path, text):
        whole = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)

    def layers(self):
        return layers.check(self.root)[0]

    def tidy(self, path, text):
        self.put(path, text)
        found = [line for line in tidy.check(self.root)[0] if line.startswith(path)]
        self.put(path, "#pragma once\n")
        return found

    def assert_one(self, findings, start, words):
        self.assertEqual(len(findings), 1, findings)
        self.assertTrue(findings[0].startswith(start), findings[0])
        self.assertIn(words, findings[0])


class Layers(Tree):
    def test_a_clean_tree_is_clean(self):
        findings, summary = layers.check(self.root)
        self.assertEqual(findings, [])
        self.assertEqual(summary, "layers: 6 folders, 6 files, 6 edges, 0 findings")

    def test_a_stage_that_includes_a_stage_is_found(self):
        self.put("src/relay/relay.cpp", '\n#include "route/pick.hpp"\n')
        self.assert_one(self.layers(), "src/relay/relay.cpp:2:", "stage relay includes stage route")

    def test_an_include_upwards_is_found(self):
        self.put("src/base/log.cpp", '#include "base/text.hpp"\n#include "model/ids.hpp"\n')
        self.assertTrue(any(line.startswith("src/base/log.cpp:2: base may not include model") for line in self.layers()))

    def test_the_real_world_is_for_gateway_and_cli_and_tests_only(self):
        self.put("src/route/clock.cpp", '#include "io/linux/loop.hpp"\n')
        self.put("src/route/clock_test.cpp", '#include "io/linux/loop.hpp"\n')
        self.assert_one(self.layers(), "src/route/clock.cpp:1:", "route includes io/linux")

    def test_a_test_may_not_reach_into_another_stage_either(self):
        self.put("src/relay/relay_test.cpp", '#include "route/pick.hpp"\n')
        self.assert_one(self.layers(), "src/relay/relay_test.cpp:1:", "stage relay includes stage route")

    def test_a_cycle_is_found_and_named(self):
        self.put("src/base/cycle.hpp", '#pragma once\n#include "model/ids.hpp"\n')
        self.assertTrue(any("base → model → base" in line for line in self.layers()))

    def test_an_exception_needs_its_line(self):
        self.put("src/relay/relay.cpp", '#include "route/pick.hpp"\n')
        layers.EXCEPTIONS[("src/relay/other.cpp", "route")] = "another file"
        layers.EXCEPTIONS[("relay/relay.cpp", "route")] = "a reason"
        try:
            self.assertEqual(self.layers(), [])
        finally:
            layers.EXCEPTIONS.clear()

    def test_unknown_folders_missing_files_and_bare_names_are_found(self):
        self.put("src/misc/odd.cpp", "")
        self.assert_one(self.layers(), "src/misc/odd.cpp:1:", "no known folder")
        os.remove(os.path.join(self.root, "src/misc/odd.cpp"))
        self.put("src/route/a.cpp", '#include "pick.hpp"\n#include "model/gone.hpp"\n')
        self.assertEqual(len(self.layers()), 2)


class HouseRules(Tree):
    def test_a_clean_tree_is_clean(self):
        self.assertEqual(tidy.check(self.root)[0], [])

    def test_each_rule_finds_its_fault(self):
        unfinished = "TO" + "DO"
        for path, text, line, words in [
            ("src/route/a.hpp", "// No guard.\nint a();\n", 1, "#pragma once"),
            ("src/route/a.hpp", "#pragma once\n#include <iostream>\n", 2, "costs every file"),
            ("src/route/a.hpp", "#pragma once\n#include <openssl/ssl.h>\n", 2, "third party"),
            ("src/route/a.cpp", f"int a;  // {unfinished}: later\n", 1, unfinished),
            ("src/route/a.cpp", "void f() { throw 1; }\n", 1, "throws"),
            ("src/route/a.cpp", "auto t = std::chrono::steady_clock::now();\n", 1, "clock"),
            ("src/route/a.cpp", "auto t = time(nullptr);\n", 1, "clock"),
            ("src/route/a.cpp", "int r = rand();\n", 1, "random"),
            ("src/ledger/a.cpp", "void f() { std::atomic_thread_fence(std::memory_order_seq_cst); }\n", 1, "fence"),
            ("src/route/a.cpp", "\n\nint r = ::open(p, 0);\n", 3, "kernel"),
            ("src/route/a.cpp", "#include <sys/socket.h>\n", 1, "kernel"),
            ("src/route/a_test.cpp", "void f() { std::this_thread::sleep_for(s); }\n", 1, "sleeps"),
            ("src/route/a.cpp", "// ---- helpers ----\n", 1, "banner"),
            ("src/route/a.cpp", "//=====\n", 1, "banner"),
            ("src/route/a.cpp", "int a = " + "1 + " * 40 + "1;\n", 1, "columns"),
            ("src/route/a.cpp", "co_await send({.host = h});\n", 1, "braced"),
            ("src/route/a.cpp", "auto x = co_await Options{};\n", 1, "braced"),
            ("src/route/a.cpp", "auto x = co_await run([&] { return 1; });\n", 1, "lambda"),
        ]:
            with self.subTest(text=text):
                self.assert_one(self.tidy(path, text), f"{path}:{line}:", words)

    def test_comments_literals_and_innocent_code_are_no_faults(self):
        for path, text in [
            ("src/route/a.cpp", "// may throw when rand() is odd, says steady_clock::now\n"),
            ("src/route/a.cpp", 'const char* s = "throw time(0) -----";\n'),
            ("src/route/a.cpp", 'const char* s = R"x(\n' + "throw " * 60 + '\n)x";\n'),
            ("src/route/a.cpp", "int n = 1'000'000; char c = '\\'';\n"),
            ("src/route/a.cpp", "auto t = record.time(0); auto r = socket.read(buffer); auto w = Wire::read(x);\n"),
            ("src/route/a.cpp", "if (auto x = co_await f(a[0], b); x) { g(); }\n"),
            ("src/route/a.cpp", "co_await f(a);\n{ int b; }\n"),
            ("src/io/linux/a.cpp", "auto t = std::chrono::steady_clock::now(); ::close(fd);\n"),
            ("src/route/a_test.cpp", "auto t = std::chrono::steady_clock::now();\n"),
            ("src/route/a.cpp", "// a list:\n// - one\n// -1 is less than 0\n"),
        ]:
            with self.subTest(text=text):
                self.assertEqual(self.tidy(path, text), [])

    def test_a_long_file_is_a_warning_only(self):
        self.put("src/route/long.cpp", "int a;\n" * 700)
        findings, warnings, _ = tidy.check(self.root)
        self.assertEqual(findings, [])
        self.assertEqual(len(warnings), 1)


class Documents(Tree):
    def test_what_exists_may_be_named(self):
        self.put("src/route/pick_test.cpp", 'TEST_CASE("the cheapest is picked \\"first\\"") {}\n')
        self.put("docs/threat-model.md", '| E | a threat | `src/route/pick.hpp` | "the cheapest is picked" |\n')
        self.assert_one(docs.check(self.root)[0], "docs/threat-model.md:1:", 'no test is named "the cheapest is picked"')
        self.put("src/route/pick_test.cpp", 'TEST_CASE("the cheapest is picked") {}\n')
        self.put("README.md", "[threats](docs/threat-model.md#b1), `src/route/`, `foo_test.cpp`, `src/FOLDER/*.cpp`\n")
        self.assertEqual(docs.check(self.root)[0], [])

    def test_a_name_of_nothing_is_found(self):
        self.put("docs/a.md", "\nsee `src/route/gone.hpp`\n")
        self.assert_one(docs.check(self.root)[0], "docs/a.md:2:", "src/route/gone.hpp")
        self.put("docs/a.md", "```\n`src/route/yours.hpp`\n```\nsee [here](gone.md)\n")
        self.assert_one(docs.check(self.root)[0], "docs/a.md:4:", "gone.md")


if __name__ == "__main__":
    unittest.main()
