#include "upstream/orca.hpp"

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace gilmok::upstream {

namespace {

void take(LoadReport& report, std::string_view name, std::string_view number) {
    double value = -1;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (failure != std::errc{} || end != number.data() + number.size() || !std::isfinite(value) || value < 0 ||
        value > 1e9)
        return;
    constexpr std::string_view prefix = "named_metrics.";
    if (name.substr(0, prefix.size()) == prefix) name.remove_prefix(prefix.size());
    if (name == "kv_cache_usage_perc" && value <= 1)
        report.kv_usage = value;
    else if (name == "num_requests_waiting")
        report.waiting = value;
    else if (name == "num_requests_running")
        report.running = value;
}

}   // namespace

LoadReport read_load_report(std::string_view header_value) {
    LoadReport report;
    const bool is_json = header_value.substr(0, 5) == "JSON ";
    if (!is_json && header_value.substr(0, 5) != "TEXT ") return report;
    header_value.remove_prefix(5);
    const char assign = is_json ? ':' : '=';
    while (!header_value.empty()) {
        const std::size_t comma = header_value.find(',');
        std::string_view item = header_value.substr(0, comma);
        header_value = comma == std::string_view::npos ? std::string_view{} : header_value.substr(comma + 1);
        const std::size_t at = item.rfind(assign);
        if (at == std::string_view::npos) continue;
        std::string_view name = trim(item.substr(0, at));
        std::string_view number = trim(item.substr(at + 1));
        if (is_json) {   // {"named_metrics":{"name":1,…}}: flat enough to be read item by item
            while (!number.empty() && number.back() == '}') number.remove_suffix(1);
            if (!name.empty() && name.back() == '"') name.remove_suffix(1);
            if (const std::size_t quote = name.rfind('"'); quote != std::string_view::npos)
                name.remove_prefix(quote + 1);
        }
        take(report, name, trim(number));
    }
    return report;
}

}   // namespace gilmok::upstream
