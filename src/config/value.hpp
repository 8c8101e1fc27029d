// One value of the file, by its shape: TOML → member, member → TOML, and how documents call it.
#pragma once

#include <string>

#include "config/problems.hpp"
#include "config/schema.hpp"
#include "wire/toml.hpp"

namespace gilmok::config {

// What reading a value may need besides the value.
struct ReadContext {
    const Snapshot& snapshot;   // what has been read so far: names must exist before they are referred to
    Problems& problems;
    io::Files& files;
};
// Fills the member and tells of every problem; false when there was one that is an error.
bool read_value(const ReadContext& context, const Field& field, const wire::TomlNode& node, void* member);

// As TOML; "" when there is nothing to write.
std::string value_text(const Field& field, const void* member, const Snapshot& snapshot);

std::string shape_words(const Field& field);         // "duration, `10ms` to `1m`"
std::string shape_json_schema(const Field& field);   // members of a JSON Schema object, without braces

// A name that people give: printable, no spaces or quotes. `is_slash_allowed` for models.
bool is_name(std::string_view text, bool is_slash_allowed);
bool has_controls(std::string_view text);

// For messages: in quotes; and with a space before it, or "" for what is too long to repeat and is shown by its line.
std::string quoted(std::string_view text);
std::string shown(std::string_view text);

}   // namespace gilmok::config
