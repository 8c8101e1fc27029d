// Writes the Prometheus text format 0.0.4: families with HELP and TYPE, samples, histograms. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace gilmok::meter {

struct Label {
    std::string_view name;
    std::string_view value;
};
// `model="a\"b",code="x"`: backslash, quote and line feed escaped.
std::string labels_of(std::initializer_list<Label> labels);

class Exposition {
public:
    enum class Type : std::uint8_t { counter, gauge, histogram };
    // Samples until the next family belong to this one. HELP and TYPE are written with the first sample, so that a family
    // without samples leaves no trace. Both texts must outlive the family.
    void family(std::string_view name, Type type, std::string_view help);
    void sample(std::string_view labels, std::uint64_t value);
    void sample(std::string_view labels, std::int64_t value);
    void sample(std::string_view labels, double value);
    // `counts` holds one more entry than `bounds`. Bounds and sum are divided by `divisor` (1e9 for nanoseconds).
    void histogram(std::string_view labels, std::span<const std::int64_t> bounds, std::span<const std::uint64_t> counts,
                   std::uint64_t sum, double divisor);
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void begin(std::string_view suffix, std::string_view labels, std::string_view le);
    void append_double(double value);
    std::string out_;
    std::string_view name_;
    std::string_view help_;
    Type type_ = Type::counter;
    bool is_announced_ = false;
};

}   // namespace gilmok::meter
