// The process log: one JSON line an event on standard error, for people and collectors. Not the access log (meter/).
// Any thread; lines are whole. Never pass a prompt, an answer or a secret.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace gilmok::log {

enum class Level : std::uint8_t { debug, info, warn, error };

struct Field {
    Field(std::string_view name_, std::string_view value) : name(name_), text(value) {}
    Field(std::string_view name_, std::int64_t value) : name(name_), number(value), is_number(true) {}
    std::string_view name;
    std::string_view text{};
    std::int64_t number = 0;
    bool is_number = false;
};

void set_level(Level level);
// Where lines go instead of standard error; a test reads them back. Null restores standard error.
void set_sink(void (*sink)(std::string_view line));
// `event` is a stable snake_case name ("upstream_ejected"); fields carry the rest.
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }

}  // namespace gilmok::log
