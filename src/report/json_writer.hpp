// Writes JSON text for the admin API and the reports of the command line: commas, quotes, escapes. What is begun is ended
// in order; an empty name means an element of an array, or the outermost value. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gilmok::report {

class JsonWriter {
public:
    void begin_object(std::string_view name = {}) { open(name, '{'); }
    void end_object() { close('}'); }
    void begin_array(std::string_view name = {}) { open(name, '['); }
    void end_array() { close(']'); }
    void text(std::string_view name, std::string_view value);
    // "" is null: nobody knows.
    void text_or_null(std::string_view name, std::string_view value);
    void number(std::string_view name, std::int64_t value);
    void number(std::string_view name, std::uint64_t value);
    void number(std::string_view name, std::uint32_t value) { number(name, std::uint64_t{value}); }
    // A number in digits that are exact already, of decimal().
    void decimal(std::string_view name, std::string_view digits);
    // Not finite, or negative where `is_told` says that negative means "not told": null.
    void measure(std::string_view name, double value, bool is_told = true);
    void flag(std::string_view name, bool value);
    void null(std::string_view name);
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void begin(std::string_view name);
    void open(std::string_view name, char bracket);
    void close(char bracket);
    std::string out_;
};

}   // namespace gilmok::report
