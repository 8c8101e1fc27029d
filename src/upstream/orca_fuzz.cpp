// Property: whatever an engine writes, the numbers that come out are finite and in range, and untold ones are negative.
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "upstream/orca.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto report = gilmok::upstream::read_load_report(text);
    constexpr double count_max = 1e9;
    for (const double count : {report.waiting, report.running})
        GILMOK_ASSERT(std::isfinite(count) && (count == -1 || (count >= 0 && count <= count_max)));
    GILMOK_ASSERT(std::isfinite(report.kv_usage) &&
                  (report.kv_usage == -1 || (report.kv_usage >= 0 && report.kv_usage <= 1)));
    const bool has_form = text.starts_with("TEXT ") || text.starts_with("JSON ");
    GILMOK_ASSERT(has_form || !report.is_told());
    return 0;
}
