// Usage as upstreams report it, made into one trustworthy set of counts. A stream may report several times (vLLM's
// continuous_usage_stats, an Anthropic start and end): the last report of each number wins. Reports that contradict
// themselves are kept but flagged, so that nobody is billed by them unnoticed. No money here.
#pragma once

#include <cstdint>

#include "model/exchange.hpp"

namespace gilmok::meter {

class UsageMerge {
public:
    void add(const model::Usage& report);
    [[nodiscard]] const model::Usage& usage() const { return usage_; }
    // A part larger than its whole, a total that is not the sum, a count that went down or is out of range.
    [[nodiscard]] bool is_suspect() const { return is_suspect_; }

private:
    model::Usage usage_;
    bool is_suspect_ = false;
};

// Disjoint counts; `missing` where the report was silent. Parts are cut at their whole, never negative.
struct DisjointUsage {
    std::int64_t input_fresh = model::Usage::missing;
    std::int64_t input_cached = model::Usage::missing;
    std::int64_t output_text = model::Usage::missing;   // without reasoning
    std::int64_t output_reasoning = model::Usage::missing;
};
[[nodiscard]] DisjointUsage disjoint(const model::Usage& usage);

}   // namespace gilmok::meter
