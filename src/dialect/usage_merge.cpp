// Several reports of one stream. A nested report tells its whole group anew, so its parts take the place of the former
// parts; a disjoint one (Anthropic) tells only the counts that changed.
#include <algorithm>

#include "dialect/usage.hpp"

namespace gilmok::dialect {
namespace {

using model::Meter;
using model::Meters;

using Group = bool (*)(Meter);

template <class Do>
void each_in(Group group, Do&& what) {
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (group(static_cast<Meter>(i))) what(static_cast<Meter>(i));
}

std::int64_t sum_of(const Meters& meters, Group group) {
    std::int64_t sum = 0;
    each_in(group, [&](Meter meter) { sum += std::max<std::int64_t>(meters[meter], 0); });
    return sum;
}

// The part that shrinks rightly when another one becomes known.
bool is_rest(Meter meter) { return meter == Meter::input_fresh || meter == Meter::output_text; }

void merge_group(UsageReport& into, const UsageReport& report, Group group) {
    bool is_told = false, has_less_detail = false;
    each_in(group, [&](Meter meter) {
        is_told = is_told || report.meters.has(meter);
        has_less_detail = has_less_detail || (into.meters.has(meter) && !report.meters.has(meter));
    });
    if (!is_told) return;
    const Meters before = into.meters;
    const std::int64_t sum_before = sum_of(before, group);
    const bool is_nested = report.shape != UsageShape::anthropic;
    // The same whole with fewer parts says nothing new.
    if (is_nested && has_less_detail && sum_of(report.meters, group) == sum_before) return;
    each_in(group, [&](Meter meter) {
        if (is_nested || report.meters.has(meter)) into.meters[meter] = report.meters[meter];
        if (!is_rest(meter) && into.meters.has(meter) && into.meters[meter] < before[meter]) into.is_suspect = true;
    });
    if (sum_of(into.meters, group) < sum_before) into.is_suspect = true;
}

}   // namespace

void merge(UsageReport& into, const UsageReport& report) {
    into.is_suspect = into.is_suspect || report.is_suspect;
    if (report.has_tier) {
        into.tier = report.tier;
        into.has_tier = true;
    }
    if (report.has_own_cost) {
        into.own_cost = report.own_cost;
        into.has_own_cost = true;
    }
    if (!report.is_reported()) return;
    into.shape = report.shape;
    into.raw = report.raw;
    merge_group(into, report, model::is_input);
    merge_group(into, report, model::is_output);
    merge_group(into, report, [](Meter meter) { return meter == Meter::pages; });
    merge_group(into, report, [](Meter meter) { return meter == Meter::requests; });
}

}   // namespace gilmok::dialect
