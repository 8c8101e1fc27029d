#include "wire/toml.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gilmok::wire;

TEST_CASE("toml: members keep the order and the places of the file") {
    const TomlDocument document =
        parse_toml("z = 1\na = \"한글\" # c\n[t.\"x/y\"]\nb = [true, 2.5]\n[[l]]\n[[l]]\nd = 1979-05-27\n", 3);
    REQUIRE(document.is_whole);
    const TomlNode& root = document.root;
    REQUIRE(root.members.size() == 4);
    CHECK(root.members[0].name == "z");
    CHECK(root.members[1].name == "a");
    CHECK(root.members[2].name == "t");
    CHECK(root.members[3].name == "l");
    CHECK(root.members[1].value.text == "한글");
    CHECK(root.members[1].value.place.file == 3);
    CHECK(root.members[1].value.place.line == 2);
    CHECK(root.members[1].value.place.column == 5);
    CHECK(root.members[1].value.place.length == 4);   // code points, quotes included
    const TomlNode* inner = root.find("t")->find("x/y");
    REQUIRE(inner != nullptr);
    CHECK(inner->place.column == 4);
    CHECK(inner->find("b")->elements[0].boolean);
    CHECK(inner->find("b")->elements[1].real == doctest::Approx(2.5));
    CHECK(root.find("l")->elements.size() == 2);
    CHECK(root.find("l")->elements[1].find("d")->type == TomlNode::Type::date);
    CHECK(root.find("nothing") == nullptr);
    CHECK(root.find("z")->find("a") == nullptr);
}

TEST_CASE("toml: a mistake has its place") {
    const TomlDocument document = parse_toml("a = 1\nb = \n");
    CHECK_FALSE(document.is_whole);
    CHECK(document.mistake_place.line == 2);
    CHECK_FALSE(document.mistake.empty());
    CHECK(document.root.members.empty());
    for (const char* text : {"[\na = 1", "[", "[[", "[a.\n", "a.", "a.= 1", "a = {", "a = {b.\n", "a = [", "[a", "[[a]",
                             "\"", "a = \"\"\"", "= 1", "a = 0x", "a = 1979-"}) {
        INFO(text);
        CHECK_FALSE(parse_toml(text).is_whole);
    }
}

TEST_CASE("toml: size, depth and length of keys have an end") {
    TomlLimits limits;
    limits.bytes_max = 8;
    CHECK(parse_toml("a = 1234", 0, limits).is_whole);
    CHECK_FALSE(parse_toml("a = 12345", 0, limits).is_whole);
    limits = {};
    limits.depth_max = 3;
    CHECK(parse_toml("a = [[1]]", 0, limits).is_whole);
    CHECK_FALSE(parse_toml("a = [[[1]]]", 0, limits).is_whole);
    std::string key = "a";
    for (int i = 0; i < 100'000; ++i) key += ".a";
    CHECK_FALSE(parse_toml(key + " = 1").is_whole);
    CHECK_FALSE(parse_toml("a = " + std::string(100'000, '[')).is_whole);
    CHECK(parse_toml("# " + std::string(1'000, '.') + "\na = \"" + std::string(1'000, '.') + "\"").is_whole);
}

TEST_CASE("toml: strings and keys read back from what is written") {
    for (const std::string text : {"", "plain", "a b", "quo\"te\\", "tab\tline\n\x01\x7f", "재무/팀", "with.dot"}) {
        std::string out;
        append_toml_key(out, text);
        out += " = ";
        append_toml_string(out, text);
        const TomlDocument document = parse_toml(out);
        INFO(out);
        REQUIRE(document.is_whole);
        CHECK(document.root.members[0].name == text);
        CHECK(document.root.members[0].value.text == text);
    }
}

TEST_CASE("toml: characters beyond ASCII stand in texts and comments only") {
    CHECK(parse_toml("\xEF\xBB\xBF# Şê\na = \"Şê\" # Şê\n'Şê' = 'Şê'\n\"Şê\\\"Şê\" = \"\"\"Şê\nŞê\"\"\"\"\nb = "
                     "\'\'\'Şê\\Ş\'\'\'\n")
              .is_whole);
    for (const char* text :
         {"Ş", "a = Ş", "[Ş]", "a = \"\" Ş", "a Ş= 1", "a = \"\"\"x\\\n  Ş\"\"\"", "a = \"\"\"\\Ş\"\"\"", "a = \"\"Ş",
          "a = \"\n\"Ş", "a = [1, Ş]", "a = 1e\"Ş", "a = \"x\"\"Ş\""}) {
        INFO(text);
        CHECK_FALSE(parse_toml(text).is_whole);
    }
    CHECK(parse_toml("a = \"\"\"x\\\n  y Ş\"\"\"").root.members[0].value.text == "xy Ş");
    const TomlDocument document = parse_toml("a = \"한글\" é");
    CHECK(document.mistake_place.line == 1);
    CHECK(document.mistake_place.column == 10);
}
