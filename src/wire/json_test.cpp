#include "wire/json.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.hpp"
#include "wire/json_string.hpp"

namespace json = gilmok::wire::json;
using gilmok::Code;
using gilmok::Error;
using gilmok::Fault;
using gilmok::Result;
using gilmok::Retry;

namespace {

const std::filesystem::path suite = GILMOK_SOURCE_DIR "/../shared/data/json";

bool is_there(const std::filesystem::path& folder) {
    if (std::filesystem::is_directory(folder)) return true;
    MESSAGE("skipped: the JSON test suite is not at ", folder.string());
    return false;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Collect final : public json::Members {
public:
    Result<bool> member(std::string_view name, const json::Value& value) override {
        if (name == refused) return gilmok::fail(Code::member_duplicate, Fault::client, Retry::never, "refused here");
        seen.emplace_back(name, value.text);
        return true;
    }
    std::string_view refused = "\n";
    std::vector<std::pair<std::string, std::string>> seen;
};

// Both twins must say the same, the offset of a fault included.
Result<json::Type> scan(std::string_view text, json::Limits limits = {}) {
    Collect fast_members, scalar_members;
    std::size_t fast_offset = 0, scalar_offset = 0;
    const auto fast = json::scan(text, limits, &fast_members, &fast_offset);
    const auto scalar = json::scan_scalar(text, limits, &scalar_members, &scalar_offset);
    CHECK(fast.has_value() == scalar.has_value());
    if (fast && scalar) CHECK(*fast == *scalar);
    if (!fast && !scalar) {
        CHECK(fast.error().code == scalar.error().code);
        CHECK(fast.error().detail == scalar.error().detail);
        CHECK(fast_offset == scalar_offset);
        CHECK(fast_offset <= text.size());
        CHECK_FALSE(fast.error().detail.empty());
    }
    CHECK(fast_members.seen == scalar_members.seen);
    const auto without_members = json::scan(text, limits, nullptr);
    CHECK(without_members.has_value() == fast.has_value());
    return fast;
}

bool accepts(std::string_view text) { return scan(text).has_value(); }

Code code_of(std::string_view text, json::Limits limits = {}) {
    const auto result = scan(text, limits);
    return result ? Code::none : result.error().code;
}

json::Value value_of(std::string_view text) {
    const auto type = json::scan(text, {}, nullptr);
    REQUIRE(type.has_value());
    return {*type, text};
}

}   // namespace

TEST_CASE("every text that JSONTestSuite calls valid is accepted, every other refused, and the rest harm nobody") {
    if (!is_there(suite / "test_parsing")) return;
    int tried = 0;
    for (const auto& entry : std::filesystem::directory_iterator(suite / "test_parsing")) {
        const std::string name = entry.path().filename().string();
        const std::string text = read_file(entry.path());
        CAPTURE(name);
        const bool is_accepted = accepts(text);
        if (name.starts_with("y_")) CHECK(is_accepted);
        if (name.starts_with("n_")) CHECK_FALSE(is_accepted);
        ++tried;
    }
    CHECK(tried > 300);
}

TEST_CASE("texts that parsers are known to change are accepted and told apart as they stand") {
    if (!is_there(suite / "test_transform")) return;
    for (const auto& entry : std::filesystem::directory_iterator(suite / "test_transform")) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const bool is_utf8 =
            name.find("invalid_codepoint") == std::string::npos || name.find("escaped") != std::string::npos;
        CHECK(accepts(read_file(entry.path())) == is_utf8);
    }
}

TEST_CASE("what could be read in two ways is refused") {
    for (const char* text : {"",
                             " ",
                             "\n\t\r ",
                             "\xEF\xBB\xBF{}",
                             "{} {}",
                             "{}x",
                             "[1,]",
                             "{\"a\":1,}",
                             "{,}",
                             "[,]",
                             "01",
                             "-01",
                             "-",
                             "+1",
                             "1.",
                             ".5",
                             "1e",
                             "1e+",
                             "0x10",
                             "NaN",
                             "Infinity",
                             "-Infinity",
                             "'a'",
                             "{a:1}",
                             "{'a':1}",
                             "tru",
                             "nul",
                             "value",
                             "[value]",
                             "t",
                             "undefined",
                             "True",
                             "truex",
                             "\"",
                             "\"\\",
                             "\"\\u12",
                             "\"\\u12g4\"",
                             "\"\\x\"",
                             "\"\\a\"",
                             "[",
                             "{",
                             "{\"a\"",
                             "{\"a\":",
                             "{\"a\":1",
                             "{\"a\":1,",
                             "[1",
                             "[1,",
                             "]",
                             "}",
                             "[}",
                             "{]",
                             "[1}",
                             "{\"a\":1]",
                             "//\n1",
                             "/**/1",
                             "1 // x",
                             "{\"a\" 1}",
                             "{\"a\"::1}",
                             "[1 2]",
                             "\"a\nb\"",
                             "\"\x01\"",
                             "\x0b"
                             "1",
                             "\xc2\xa0"
                             "1"}) {
        CAPTURE(text);
        CHECK(code_of(text) == Code::bad_json);
    }
    CHECK(code_of(std::string_view("\"\0\"", 3)) == Code::bad_json);
    CHECK(code_of(std::string_view("{}\0", 3)) == Code::bad_json);
}

TEST_CASE("bytes that are not UTF-8 are refused, wherever they stand") {
    for (const char* bytes : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x80\x80", "\xe0\x9f\xbf",
                              "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
                              "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe"}) {
        for (std::size_t before : {0U, 1U, 14U, 15U, 16U, 31U, 32U, 63U, 200U}) {
            const std::string text =
                "{\"" + std::string(before, 'a') + bytes + "\":\"" + std::string(before, 'b') + "\"}";
            CHECK(code_of(text) == Code::bad_json);
            CHECK(code_of("{\"a\":\"" + std::string(before, 'a') + "\xea\xb8\xb8" + bytes + "\"}") == Code::bad_json);
        }
    }
    for (const char* bytes : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                              "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xea\xb8\xb8\xeb\xaa\xa9"})
        CHECK(accepts("[\"" + std::string(bytes) + "\"]"));
}

TEST_CASE("depth is counted without recursion and ends at its limit") {
    const auto nested = [](std::size_t depth, bool objects) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += objects ? "{\"a\":" : "[";
        text += "1";
        for (std::size_t i = 0; i < depth; ++i) text += objects ? "}" : "]";
        return text;
    };
    for (const bool objects : {false, true}) {
        CHECK(code_of(nested(64, objects)) == Code::none);
        CHECK(code_of(nested(65, objects)) == Code::json_too_deep);
        CHECK(code_of(nested(1024, objects), {.depth_max = 1024}) == Code::none);
        CHECK(code_of(nested(1025, objects), {.depth_max = 1024}) == Code::json_too_deep);
        CHECK(code_of(nested(1025, objects), {.depth_max = 4000000}) == Code::json_too_deep);
        CHECK(code_of(nested(1, objects), {.depth_max = 0}) == Code::json_too_deep);
    }
    CHECK(code_of("1", {.depth_max = 0}) == Code::none);
    // A closed container gives its level back.
    CHECK(code_of("[[],[],{\"a\":[]},[[{}]]]", {.depth_max = 4}) == Code::none);
    CHECK(code_of("[[],[],{\"a\":[]},[[{}]]]", {.depth_max = 3}) == Code::json_too_deep);
}

TEST_CASE("brackets of different kinds match across the words of the stack") {
    std::string text, closing;
    gilmok::Prng prng{7};
    for (int i = 0; i < 1000; ++i) {
        const bool is_object = prng.below(2) == 0;
        text += is_object ? "{\"k\":" : "[0,";
        closing.insert(0, is_object ? "}" : ",1]");
    }
    CHECK(code_of(text + "2" + closing, {.depth_max = 1000}) == Code::none);
    for (std::size_t i = 0; i < closing.size(); ++i) {
        std::string wrong = closing;
        if (wrong[i] == '}')
            wrong[i] = ']';
        else if (wrong[i] == ']')
            wrong[i] = '}';
        else
            continue;
        if (json::scan(text + "2" + wrong, {.depth_max = 1000}, nullptr)) FAIL("a wrong bracket was accepted at ", i);
    }
}

TEST_CASE("members of the outermost object are told in order with their exact bytes") {
    Collect members;
    const std::string_view text = " {\"a\" : 1e5 ,\"b\\u0063\":[1, {\"a\":2}] , \"\":\"x\\\"y\",\"a\":{ } }\n";
    REQUIRE(json::scan(text, {}, &members).has_value());
    using Seen = std::vector<std::pair<std::string, std::string>>;
    CHECK(members.seen == Seen{{"a", "1e5"}, {"b\\u0063", "[1, {\"a\":2}]"}, {"", "\"x\\\"y\""}, {"a", "{ }"}});
    Collect none;
    CHECK(*json::scan("{}", {}, &none) == json::Type::object);
    CHECK(*json::scan("[{\"a\":1}]", {}, &none) == json::Type::array);
    CHECK(*json::scan(" \"a\" ", {}, &none) == json::Type::string);
    CHECK(none.seen.empty());
}

TEST_CASE("a refusal of a member ends the scan with its own error") {
    Collect members;
    members.refused = "b";
    std::size_t offset = 0;
    const auto result = json::scan("{\"a\":1,\"b\":2,", {}, &members, &offset);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::member_duplicate);
    CHECK(members.seen.size() == 1);
    members.seen.clear();
    CHECK(json::scan_members(value_of("{\"a\":1,\"b\":2}"), members).error().code == Code::member_duplicate);
    CHECK(members.seen.size() == 1);
}

TEST_CASE("the offset of an error is where the text goes wrong") {
    const auto offset_of = [](std::string_view text) {
        std::size_t offset = 99;
        CHECK_FALSE(json::scan(text, {}, nullptr, &offset).has_value());
        return offset;
    };
    CHECK(offset_of("") == 0);
    CHECK(offset_of("[1,]") == 3);
    CHECK(offset_of("{\"a\":1 \"b\"}") == 7);
    CHECK(offset_of("\"ab\\x\"") == 3);
    CHECK(offset_of("{\"a\":\"\xea\xb8\xb8 \xff\"}") == 10);
    CHECK(offset_of("{} x") == 3);
}

TEST_CASE("all twins find the same end of every string at every alignment") {
    gilmok::Prng prng{11};
    static constexpr std::string_view pieces[] = {"a",       "\xea\xb8\xb8", "\\n",  "\\\\", "\\\"", "\\u00e9",
                                                  "\\ud800", "\"",           "\x1f", "\\x",  "\x7f", " "};
    static constexpr std::string_view common[] = {"a", "word ", "\\n", "\\\"", "\\t", "a longer word "};
    for (int round = 0; round < 20000; ++round) {
        std::string text(prng.below(40), 'x');
        // Every other text is of the common kind, with a rare one in between.
        const bool is_common = round % 2 == 0;
        for (std::uint64_t i = prng.below(60); i > 0; --i)
            text += is_common && prng.below(20) != 0 ? common[prng.below(std::size(common))]
                                                     : pieces[prng.below(prng.below(8) == 0 ? 12 : 7)];
        if (prng.below(3) != 0) text += "\" tail of the text that is long enough for one wide block";
        const char* const begin = text.data();
        const char* const end = begin + text.size();
        bool scalar_ascii = true;
        const auto scalar = json::string_end_scalar(begin, end, scalar_ascii);
        const auto agrees = [&](json::FindStringEnd twin) {
            bool ascii = true;
            const auto found = twin(begin, end, ascii);
            return found.stop == scalar.stop && found.is_whole == scalar.is_whole && ascii == scalar_ascii;
        };
        REQUIRE(agrees(json::FastKernel::string_end));
        const char* const quick = json::FastKernel::short_end(begin, end);
        REQUIRE((quick == nullptr || (scalar.is_whole && quick == scalar.stop && scalar_ascii)));
#if defined(__x86_64__)
        REQUIRE(agrees(json::string_end_sse2));
        if (json::has_avx2()) REQUIRE(agrees(json::string_end_avx2));
#endif
    }
}

TEST_CASE("of all bytes a string ends at those that end it, wherever in a block they stand") {
    for (unsigned byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 70; ++at) {
            std::string text(80, 'x');
            text[at] = static_cast<char>(byte);
            text += '"';
            const char* const begin = text.data();
            const char* const end = begin + text.size();
            bool scalar_ascii = true, wide_ascii = true;
            const auto scalar = json::string_end_scalar(begin, end, scalar_ascii);
            const auto wide = json::FastKernel::string_end(begin, end, wide_ascii);
            REQUIRE((wide.stop == scalar.stop && wide.is_whole == scalar.is_whole && wide_ascii == scalar_ascii));
            const char* const quick = json::FastKernel::short_end(begin, end);
            REQUIRE((quick == nullptr || (scalar.is_whole && quick == scalar.stop && scalar_ascii)));
            REQUIRE((quick != nullptr || byte != '"' || at > 31));   // and short strings are seen to be short
        }
}

TEST_CASE("both UTF-8 checks agree on random bytes") {
    gilmok::Prng prng{13};
    static constexpr std::string_view pieces[] = {"abc",          "\xea\xb8\xb8", "\xf0\x9f\x98\x80", "\xc3\xa9",
                                                  "\xed\xa0\x80", "\xe0\x9f\x80", "\xf4\x90\x80\x80", "\x80",
                                                  "\xff"};
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::uint64_t i = prng.below(50); i > 0; --i) text += pieces[prng.below(prng.below(30) == 0 ? 9 : 4)];
        if (prng.below(4) == 0 && !text.empty()) text.pop_back();
        std::size_t valid_bytes = 0;
        REQUIRE(json::is_utf8(text) == json::is_utf8_scalar(text, valid_bytes));
        std::size_t again = 0;
        REQUIRE(json::is_utf8_scalar(std::string_view(text).substr(0, valid_bytes), again));
    }
}

TEST_CASE("a cursor pulls members and elements one level at a time") {
    json::Cursor object(value_of(" { \"a\" : [1,2] , \"b\":{\"c\":null},\"d\":\"\" } "));
    std::string_view name;
    json::Value value;
    REQUIRE(object.next_member(name, value));
    CHECK(name == "a");
    json::Cursor array(value);
    json::Value element;
    CHECK(array.next_element(element));
    CHECK(element.text == "1");
    CHECK(array.next_element(element));
    CHECK(element.text == "2");
    CHECK_FALSE(array.next_element(element));
    CHECK_FALSE(array.next_element(element));
    REQUIRE(object.next_member(name, value));
    CHECK(json::find(value, "c").type == json::Type::null);
    CHECK(json::find(value, "c").text == "null");
    CHECK(json::find(value, "x").text.empty());
    REQUIRE(object.next_member(name, value));
    CHECK(value.text == "\"\"");
    CHECK_FALSE(object.next_member(name, value));
    CHECK_FALSE(object.next_member(name, value));
}

TEST_CASE("a cursor on the wrong kind of value, or on no JSON, says there is nothing") {
    std::string_view name;
    json::Value value;
    for (const char* text :
         {"", "1", "[]", "{}", "[1", "{\"a\"", "{\"a\":", "{\"a\":x", "\"", "{]", "[}", "{a", "{\"a\":[", "{,"}) {
        CAPTURE(text);
        json::Cursor cursor{std::string_view(text)};
        CHECK_FALSE(cursor.next_member(name, value));
        CHECK_FALSE(cursor.next_member(name, value));
    }
    json::Cursor object{std::string_view("{\"a\":1}")};
    CHECK_FALSE(object.next_element(value));
    json::Cursor cut{std::string_view("{\"a\":1,\"b\"")};
    CHECK(cut.next_member(name, value));
    CHECK_FALSE(cut.next_member(name, value));
}

TEST_CASE("escapes are resolved to UTF-8, lone surrogates to U+FFFD") {
    const auto unescaped = [](std::string_view text) {
        std::string out = "<";
        CHECK(json::append_unescaped(out, value_of(text), 1000));
        return out.substr(1);
    };
    CHECK(unescaped(R"("")") == "");
    CHECK(unescaped(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
    CHECK(unescaped(R"("\u0041\u00e9\uAE38")") == "A\xc3\xa9\xea\xb8\xb8");
    CHECK(unescaped(R"("\ud83d\ude00")") == "\xf0\x9f\x98\x80");
    CHECK(unescaped(R"("\ud83d")") == "\xef\xbf\xbd");
    CHECK(unescaped(R"("\ude00x")") == "\xef\xbf\xbdx");
    CHECK(unescaped(R"("\ud83dA")") ==
          "\xef\xbf\xbd"
          "A");
    CHECK(unescaped(R"("\ud83d\u0041")") ==
          "\xef\xbf\xbd"
          "A");
    CHECK(unescaped(R"("\ud83d\ud83d\ude00")") == "\xef\xbf\xbd\xf0\x9f\x98\x80");
    CHECK(unescaped(R"("\u0000")") == std::string(1, '\0'));
}

TEST_CASE("an escape that is none is refused, wherever it ends") {
    std::string out;
    for (const std::string_view broken : {"\\", "a\\", "\\x", "\\u12", "\\u12g4", "0123456789abcdef\\"})
        CHECK_FALSE(
            json::append_unescaped(out, json::Value{json::Type::string, '"' + std::string(broken) + '"'}, 1000));
}

TEST_CASE("an unescaped string stops at its limit, counted after escapes") {
    std::string out;
    CHECK(json::append_unescaped(out, value_of(R"("\u0041\u0041")"), 2));
    CHECK(out == "AA");
    CHECK_FALSE(json::append_unescaped(out, value_of(R"("\u0041\u0041\u0041")"), 2));
    CHECK_FALSE(json::append_unescaped(out, value_of(R"("abc")"), 2));
    CHECK_FALSE(json::append_unescaped(out, value_of('"' + std::string(1'000'000, 'x') + '"'), 2));
    CHECK(out.capacity() < 1'000);   // what cannot fit is not read first
    CHECK_FALSE(json::append_unescaped(out, value_of("1"), 2));
}

TEST_CASE("a whole number is read only when it is one and fits") {
    const auto read = [](std::string_view text) {
        std::int64_t number = -77;
        const bool is_read = json::to_i64(value_of(text), number);
        CHECK((is_read || number == -77));
        return is_read ? std::to_string(number) : "no";
    };
    CHECK(read("0") == "0");
    CHECK(read("-0") == "0");
    CHECK(read("-12") == "-12");
    CHECK(read("9223372036854775807") == "9223372036854775807");
    CHECK(read("-9223372036854775808") == "-9223372036854775808");
    for (const char* text : {"9223372036854775808", "-9223372036854775809", "1.0", "1e2", "1e999999999", "1E-400",
                             "\"1\"", "true", "null", "[1]"})
        CHECK(read(text) == "no");
    CHECK(accepts("1e999999999999999999999"));
    CHECK(accepts("-0.0E-99999999999999999"));
    CHECK(accepts(std::string(100000, '9')));
}

TEST_CASE("a text is found where it stands first, at every place and behind its own beginnings") {
    for (std::size_t size = 0; size < 300; size += size < 70 ? 1 : 7)
        for (std::size_t at = 0; at <= size; ++at) {
            std::string text(size, at % 3 == 0 ? '"' : 'x');
            text.insert(at, "\"us\"usage\"");
            if (size % 2 == 1) text += "\"usage\"";
            const auto finds = [&](auto find) {
                return find(text, "\"usage\"") == text.find("\"usage\"") && find(text, "\"usage:") == std::string::npos;
            };
            REQUIRE(finds(json::find_text));
#if defined(__x86_64__)
            REQUIRE(finds(json::find_text_sse2));
            if (json::has_avx2()) REQUIRE(finds(json::find_text_avx2));
#endif
        }
    CHECK(json::find_text("", "ab") == std::string::npos);
}
