// Properties: each line is read alone, so a text gives what its lines give one by one; and a sample printed again is
// read again as the same sample.
#include "wire/prometheus.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"

using namespace gilmok::wire::prometheus;

namespace {

struct Read : Samples {
    struct Kept {
        std::string name, labels;
        double value;
        bool operator==(const Kept&) const = default;
    };
    std::vector<Kept> samples;
    void sample(const Sample& sample) override {
        samples.push_back({std::string(sample.name), std::string(sample.labels), sample.value});
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Read whole;
    std::size_t bad = 0;
    GILMOK_ASSERT(read(text, whole, &bad) == whole.samples.size());
    Read single;
    std::size_t bad_single = 0;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::size_t bad_line = 0;
        read(text.substr(at, end - at), single, &bad_line);
        bad_single += bad_line;
        at = end + 1;
    }
    GILMOK_ASSERT(single.samples == whole.samples);
    GILMOK_ASSERT(bad_single == bad);
    for (const auto& sample : whole.samples) {
        GILMOK_ASSERT(std::isfinite(sample.value));
        char value[40];
        std::snprintf(value, sizeof value, "%.17g", sample.value);
        Read again;
        GILMOK_ASSERT(read(sample.name + "{" + sample.labels + "} " + value, again) == 1);
        GILMOK_ASSERT(again.samples.front() == sample);
        GILMOK_ASSERT(label(sample.labels, "model_name").size() <= sample.labels.size());
    }
    return 0;
}
