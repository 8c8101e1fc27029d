#include "report/json_writer.hpp"

#include <cmath>

#include "base/text.hpp"

namespace gilmok::report {

void JsonWriter::begin(std::string_view name) {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
    if (name.empty()) return;
    out_ += '"';
    append_json_escaped(out_, name);
    out_ += "\":";
}

void JsonWriter::open(std::string_view name, char bracket) {
    begin(name);
    out_ += bracket;
}

void JsonWriter::close(char bracket) { out_ += bracket; }

void JsonWriter::text(std::string_view name, std::string_view value) {
    begin(name);
    out_ += '"';
    append_json_escaped(out_, value);
    out_ += '"';
}

void JsonWriter::text_or_null(std::string_view name, std::string_view value) {
    if (value.empty())
        null(name);
    else
        text(name, value);
}

void JsonWriter::number(std::string_view name, std::int64_t value) {
    begin(name);
    append_number(out_, value);
}

void JsonWriter::number(std::string_view name, std::uint64_t value) {
    begin(name);
    append_number(out_, value);
}

void JsonWriter::decimal(std::string_view name, std::string_view digits) {
    begin(name);
    out_ += digits;
}

void JsonWriter::measure(std::string_view name, double value, bool is_told) {
    if (!is_told || !std::isfinite(value)) return null(name);
    begin(name);
    append_number(out_, value);
}

void JsonWriter::flag(std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
}

void JsonWriter::null(std::string_view name) {
    begin(name);
    out_ += "null";
}

}   // namespace gilmok::report
