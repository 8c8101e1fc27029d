#include "meter/exposition.hpp"

#include <charconv>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::meter {

namespace {

std::string_view name_of(Exposition::Type type) {
    switch (type) {
        case Exposition::Type::counter: return "counter";
        case Exposition::Type::gauge: return "gauge";
        case Exposition::Type::histogram: return "histogram";
    }
    return "untyped";
}

}   // namespace

std::string labels_of(std::initializer_list<Label> labels) {
    std::string out;
    for (const Label& label : labels) {
        if (!out.empty()) out += ',';
        out += label.name;
        out += "=\"";
        for (const char c : label.value) {
            if (c == '\n') {
                out += "\\n";
                continue;
            }
            if (c == '\\' || c == '"') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out;
}

void Exposition::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    type_ = type;
    help_ = help;
    is_announced_ = false;
}

void Exposition::begin(std::string_view suffix, std::string_view labels, std::string_view le) {
    if (!is_announced_) {
        is_announced_ = true;
        ((out_ += "# HELP ") += name_) += ' ';
        (out_ += help_) += "\n# TYPE ";
        ((out_ += name_) += ' ') += name_of(type_);
        out_ += '\n';
    }
    (out_ += name_) += suffix;
    if (!labels.empty() || !le.empty()) {
        (out_ += '{') += labels;
        if (!le.empty()) ((out_ += labels.empty() ? "le=\"" : ",le=\"") += le) += '"';
        out_ += '}';
    }
    out_ += ' ';
}

void Exposition::append_double(double value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
}

void Exposition::sample(std::string_view labels, std::uint64_t value) {
    begin({}, labels, {});
    append_number(out_, value);
    out_ += '\n';
}

void Exposition::sample(std::string_view labels, std::int64_t value) {
    begin({}, labels, {});
    append_number(out_, value);
    out_ += '\n';
}

void Exposition::sample(std::string_view labels, double value) {
    begin({}, labels, {});
    append_double(value);
    out_ += '\n';
}

void Exposition::histogram(std::string_view labels, std::span<const std::int64_t> bounds,
                           std::span<const std::uint64_t> counts, std::uint64_t sum, double divisor) {
    GILMOK_ASSERT(counts.size() == bounds.size() + 1);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        below += counts[i];
        char le[32] = "+Inf";
        const char* end = le + 4;
        if (i < bounds.size())
            end = std::to_chars(le, le + sizeof le, static_cast<double>(bounds[i]) / divisor, std::chars_format::fixed)
                      .ptr;
        begin("_bucket", labels, {le, static_cast<std::size_t>(end - le)});
        append_number(out_, below);
        out_ += '\n';
    }
    begin("_sum", labels, {});
    append_double(static_cast<double>(sum) / divisor);
    out_ += '\n';
    begin("_count", labels, {});
    append_number(out_, below);
    out_ += '\n';
}

}   // namespace gilmok::meter
