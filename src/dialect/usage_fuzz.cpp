// Properties, for any bytes and every shape: counts are missing or within [0, 2^53 and what may be added to it]; a trusted
// report adds up to the input and output that the text names; merging a report with itself changes nothing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/test_claim.hpp"
#include "dialect/usage.hpp"
#include "dialect/usage_fields.hpp"

using namespace gilmok;
using namespace gilmok::dialect;

namespace {

void check(std::string_view text, UsageShape shape) {
    const UsageReport report = read_usage_object(text, shape);
    constexpr std::int64_t most = UsageFields::count_max * 2;
    for (const std::int64_t count : report.meters.counts)
        claim(count >= model::Meters::missing && count <= most, "a count is missing or in range");
    claim(report.own_cost >= 0 && report.own_cost <= pico_max * 1'000, "an own cost is no debt and has an end");

    UsageReport twice = report;
    merge(twice, report);
    claim(twice.meters == report.meters && twice.is_suspect == report.is_suspect, "merging is idempotent");
    UsageReport from_nothing;
    merge(from_nothing, report);
    claim(from_nothing.meters == report.meters, "merging into nothing is the report");

    if (report.shape != UsageShape::openai || report.is_suspect) return;
    bool is_suspect = false;
    const UsageFields usage(text, is_suspect);
    const std::int64_t input = usage.count({"prompt_tokens", "input_tokens"});
    if (input != model::Meters::missing)
        claim(report.meters.input_tokens() == input, "the input is the sum of its meters");
    const std::int64_t total = usage.count({"total_tokens"});
    const bool is_whole = input != model::Meters::missing &&
                          usage.count({"completion_tokens", "output_tokens"}) != model::Meters::missing;
    if (total != model::Meters::missing && is_whole)
        claim(report.meters.input_tokens() + report.meters.output_tokens() == total, "a trusted total is the sum");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (int shape = 0; shape <= static_cast<int>(UsageShape::count_); ++shape)
        check(text, static_cast<UsageShape>(shape));
    return 0;
}
