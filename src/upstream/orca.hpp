// ORCA load reports in an answer's head: "endpoint-load-metrics: TEXT named_metrics.kv_cache_usage_perc=0.4, …" or JSON
// (vLLM's --enable-server-load-tracking; github.com/cncf/xds, xds/data/orca/v3). Fresh numbers with every answer.
#pragma once

#include <string_view>

namespace gilmok::upstream {

struct LoadReport {
    double waiting = -1;   // < 0 = not told
    double running = -1;
    double kv_usage = -1;   // 0…1
    [[nodiscard]] bool is_told() const { return waiting >= 0 || running >= 0 || kv_usage >= 0; }
};

// Unknown names and numbers that are negative, not finite or absurd are skipped.
LoadReport read_load_report(std::string_view header_value);

}   // namespace gilmok::upstream
