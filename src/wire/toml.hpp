// TOML 1.0 text → a tree that knows where everything stood. The only door to toml++; members keep the order of the file,
// which toml++ forgets and in which ids are given and mistakes are told. Files written by people, read at start and at reload: size
// and depth are bounded, speed is not the aim.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::wire {

// Where something stands. Lines and columns count from 1, columns in code points; length in code points, at least 1.
struct TextPlace {
    std::uint32_t file = 0;   // the caller's number for the text
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 1;
};

struct TomlMember;

struct TomlNode {
    enum class Type : std::uint8_t { table, array, text, integer, real, boolean, date };
    Type type = Type::table;
    TextPlace place;
    std::string text;                  // text
    std::int64_t integer = 0;          // integer
    double real = 0;                   // real
    bool boolean = false;              // boolean
    std::vector<TomlMember> members;   // table, in the order of the file
    std::vector<TomlNode> elements;    // array
    [[nodiscard]] bool is_table() const { return type == Type::table; }
    [[nodiscard]] bool is_array() const { return type == Type::array; }
    [[nodiscard]] bool is_text() const { return type == Type::text; }
    [[nodiscard]] const TomlNode* find(std::string_view name) const;   // null when absent or not a table
};

struct TomlMember {
    std::string name;
    TextPlace place;   // of the name
    TomlNode value;
};

// "a table", "text", "a whole number", …: for messages.
std::string_view words_of(TomlNode::Type type);

struct TomlLimits {
    std::size_t bytes_max = 1 << 20;   // then an error
    std::uint32_t depth_max = 16;      // tables and arrays inside each other; then an error
};

struct TomlDocument {
    TomlNode root;
    bool is_whole = false;   // false: `mistake` says what is wrong at `mistake_place`, root is empty
    std::string mistake;
    TextPlace mistake_place;
};
TomlDocument parse_toml(std::string_view text, std::uint32_t file = 0, const TomlLimits& limits = {});

// Appends `text` as a TOML basic string, quotes included. `text` must be UTF-8.
void append_toml_string(std::string& out, std::string_view text);
// Appends a key, in quotes only where TOML asks for them.
void append_toml_key(std::string& out, std::string_view key);

}   // namespace gilmok::wire
