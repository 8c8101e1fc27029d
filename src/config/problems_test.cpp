// Goal: a line that is shown keeps its columns and loses its secrets.
#include "config/problems.hpp"

#include <doctest/doctest.h>

using namespace gilmok::config;

TEST_CASE("values of keys that hold secrets are hidden in every line") {
    CHECK(masked_line("key = \"sk-한글\"  # why", false) == "key = \"*****\"  # …");
    CHECK(masked_line("key = \"env:NAME\"", false) == "key = \"env:NAME\"");
    CHECK(masked_line("a = { api_key='x', url=\"http://h\" }", false) == "a = { api_key='*', url=\"http://h\" }");
    CHECK(masked_line("tokens = [\"one\", \"two\"]", false) == "tokens = [\"***\", \"***\"]");
    CHECK(masked_line("url = \"http://user:pw@h\"", false) == "url = \"****************\"");
    CHECK(masked_line("place = \"kr-onprem\" # fine", false) == "place = \"kr-onprem\" # fine");
}

TEST_CASE("in a suspect line only what is plainly harmless stays") {
    CHECK(masked_line("slo = { ttft = \"800ms\", tpto = \"40ms\" }", true) ==
          "slo = { ttft = \"800ms\", tpto = \"40ms\" }");
    CHECK(masked_line("kee = \"hunter2!\"", true) == "kee = \"********\"");
    CHECK(masked_line("kee = sk-123 # sk-123", true) == "kee = ****** # …");
    CHECK(masked_line("uri = \"https://api.example.com/v1\"", true) == "uri = \"https://api.example.com/v1\"");
    CHECK(masked_line("\"unclosed secret", true) == "\"***************");
    CHECK(masked_line("kee=\"a\\\"b\"", true) == "kee=\"****\"");
}

TEST_CASE("control bytes never reach a terminal") { CHECK(masked_line("a = \x1b[31m\x7f", false) == "a = ?[31m?"); }

TEST_CASE("carets keep tabs and wide letters") {
    Problem problem;
    problem.code = "E0101";
    problem.path = "f";
    problem.line = 7;
    problem.column = 4;
    problem.what = "what";
    problem.why = "why";
    problem.source_line = "\t한 글x";
    problem.caret_length = 2;
    CHECK(render(problem, false) == "error[E0101] f:7:4: what; why\n   7 | \t한 글x\n     | \t   ^^^\n");
    problem.is_warning = true;
    CHECK(render(problem, true).starts_with("\x1b[33mwarning[E0101]\x1b[0m"));
}
