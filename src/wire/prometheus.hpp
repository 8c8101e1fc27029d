// The Prometheus text format, read: only the samples that are asked for, last value wins, unknown lines skipped.
// Sans-IO. Used on what engines say of themselves, so every line is untrusted.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gilmok::wire::prometheus {

struct Sample {
    std::string_view name;      // "vllm:num_requests_waiting"; ':' is a legal name byte
    std::string_view labels;    // between the braces, as sent; "" when there are none
    double value = 0;           // NaN and infinities are skipped, never handed out
};

class Samples {
public:
    virtual ~Samples() = default;
    virtual void sample(const Sample& sample) = 0;
};

// Returns how many samples were handed out. Malformed lines are skipped and counted in `lines_bad`.
std::size_t read(std::string_view text, Samples& samples, std::size_t* lines_bad = nullptr);
// The value of one label, unescaped text not needed: returns the bytes between the quotes, or "" when absent.
std::string_view label(std::string_view labels, std::string_view name);

}  // namespace gilmok::wire::prometheus
