// Properties: both twins say the same of any text; simdjson's DOM agrees but for what is listed in is_known_difference();
// what a cursor finds in an accepted object is what the scan told; escapes resolve as simdjson resolves them; a cursor
// on any bytes at all stays inside them.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/test_claim.hpp"

#include "wire/json.hpp"

namespace json = gilmok::wire::json;

namespace {

class Collect final : public json::Members {
public:
    gilmok::Result<bool> member(std::string_view name, const json::Value& value) override {
        seen.emplace_back(name, value.text);
        return true;
    }
    std::vector<std::pair<std::string_view, std::string_view>> seen;
};

// simdjson reads numbers and strings into C++ values, so it refuses what fits into none: numbers out of range and lone
// surrogates. RFC 8259 leaves both open, and gilmok passes them on.
bool is_known_difference(simdjson::error_code error) {
    return error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR || error == simdjson::DEPTH_ERROR;
}

void compare_with_simdjson(std::string_view text, const gilmok::Result<json::Type>& ours) {
    static simdjson::dom::parser parser;
    const simdjson::padded_string padded(text);
    simdjson::dom::element root;
    const simdjson::error_code error = parser.parse(padded).get(root);
    if (error == simdjson::SUCCESS) {
        const bool has_mark = text.starts_with("\xEF\xBB\xBF");
        claim(ours.has_value() || has_mark || ours.error().code == gilmok::Code::json_too_deep,
              "simdjson accepts it, we do not");
    } else if (ours) {
        claim(is_known_difference(error), "we accept it, simdjson does not");
    }
    std::string_view theirs;
    if (error != simdjson::SUCCESS || !ours || root.get(theirs) != simdjson::SUCCESS) return;
    const std::size_t begin = text.find('"');
    std::string plain;
    claim(json::append_unescaped(plain, {json::Type::string, text.substr(begin, text.rfind('"') + 1 - begin)},
                                 text.size()),
          "a string grows when unescaped");
    claim(plain == theirs, "escapes resolve in another way");
}

void walk_all(json::Cursor cursor, int depth) {
    std::string_view name;
    json::Value value;
    json::Cursor elements = cursor;
    std::string plain;
    std::int64_t number = 0;
    for (int i = 0; i < 100 && cursor.next_member(name, value); ++i) {
        json::append_unescaped(plain, value, 100);
        json::to_i64(value, number);
        if (depth < 5) walk_all(json::Cursor(value), depth + 1);
    }
    for (int i = 0; i < 100 && elements.next_element(value); ++i)
        if (depth < 5) walk_all(json::Cursor(value), depth + 1);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const json::Limits limits{.depth_max = 1024};
    Collect fast_members, scalar_members;
    std::size_t fast_offset = 0, scalar_offset = 0;
    const auto fast = json::scan(text, limits, &fast_members, &fast_offset);
    const auto scalar = json::scan_scalar(text, limits, &scalar_members, &scalar_offset);
    claim(fast.has_value() == scalar.has_value() && fast_members.seen == scalar_members.seen, "the twins agree");
    if (fast) {
        claim(*fast == *scalar, "the twins agree on the type");
        json::Cursor cursor(text);
        std::string_view name;
        json::Value value;
        for (const auto& member : fast_members.seen)
            claim(cursor.next_member(name, value) && name == member.first && value.text == member.second,
                  "a cursor sees what the scan told");
        claim(!cursor.next_member(name, value), "a cursor sees no more than the scan told");
    } else {
        claim(fast.error().code == scalar.error().code && fast_offset == scalar_offset && fast_offset <= size,
              "the twins agree on the fault");
    }
    compare_with_simdjson(text, fast);
    walk_all(json::Cursor(text), 0);
    return 0;
}
