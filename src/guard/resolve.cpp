#include "guard/resolve.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>

namespace gilmok::guard {

namespace {

using model::Finding;

constexpr std::uint32_t bytes_of(const Finding& finding) { return finding.end - finding.begin; }

// Objects and no functions, so that sorting does not call them.
constexpr auto is_before = [](const Finding& left, const Finding& right) {
    const auto place = [](const Finding& finding) { return std::uint64_t{finding.begin} << 32U | finding.end; };
    if (place(left) != place(right)) return place(left) < place(right);
    return left.kind != right.kind ? left.kind < right.kind : left.own < right.own;
};
constexpr auto is_stronger = [](const Finding& left, const Finding& right) {
    if (left.score != right.score) return left.score > right.score;
    if (bytes_of(left) != bytes_of(right)) return bytes_of(left) > bytes_of(right);
    if (left.kind != right.kind) return left.kind < right.kind;
    return is_before(left, right);
};

constexpr auto begins_before = [](const Finding& left, const Finding& right) { return left.begin < right.begin; };

// Of findings that hang together by overlaps: the ones that stay come to the front. How many.
std::size_t keep_few(std::span<Finding> group) {
    std::size_t count = 0;
    for (const Finding& finding : group) {
        const auto kept = group.first(count);
        const bool is_free = std::none_of(kept.begin(), kept.end(), [&finding](const Finding& other) {
            return other.begin < finding.end && finding.begin < other.end;
        });
        if (is_free) group[count++] = finding;
    }
    std::sort(group.begin(), group.begin() + static_cast<std::ptrdiff_t>(count), begins_before);
    return count;
}
// The same; a tree of what was kept keeps the worst case at n log n.
std::size_t keep_many(std::span<Finding> group) {
    std::set<Finding, decltype(begins_before)> stay(begins_before);
    for (const Finding& finding : group) {
        const auto next = stay.lower_bound(finding);
        const bool hits_next = next != stay.end() && next->begin < finding.end;
        const bool hits_last = next != stay.begin() && std::prev(next)->end > finding.begin;
        if (!hits_next && !hits_last) stay.insert(next, finding);
    }
    std::copy(stay.begin(), stay.end(), group.begin());
    return stay.size();
}

std::size_t keep_strongest(std::span<Finding> group) {
    constexpr std::size_t few = 32;
    std::sort(group.begin(), group.end(), is_stronger);
    return group.size() <= few ? keep_few(group) : keep_many(group);
}

// Matchers go forward through a text, so most findings belong a few places in front of where they come. From the first that does not
// on they are sorted by themselves and put among the others.
void sort_nearly(std::vector<Finding>& findings) {
    constexpr std::ptrdiff_t steps_max = 32;
    for (auto next = findings.begin(); next != findings.end(); ++next) {
        const auto least = next - std::min(next - findings.begin(), steps_max);
        auto at = next;
        while (at != least && is_before(*next, *(at - 1))) --at;
        if (at == least && at != findings.begin() && is_before(*next, *(at - 1))) {
            std::sort(next, findings.end(), is_before);
            std::vector<Finding> all(findings.size());
            std::merge(findings.begin(), next, next, findings.end(), all.begin(), is_before);
            findings.swap(all);
            return;
        }
        const Finding finding = *next;
        std::move_backward(at, next, next + 1);
        *at = finding;
    }
}

}   // namespace

void resolve(std::vector<Finding>& findings) {
    sort_nearly(findings);
    std::size_t kept = 0;
    for (std::size_t first = 0; first < findings.size();) {
        std::uint32_t end = findings[first].end;
        std::size_t next = first + 1;
        for (; next < findings.size() && findings[next].begin < end; ++next) end = std::max(end, findings[next].end);
        const auto group = std::span(findings).subspan(first, next - first);
        const std::size_t count = group.size() == 1 ? 1 : keep_strongest(group);
        std::copy_n(group.begin(), count, findings.begin() + static_cast<std::ptrdiff_t>(kept));
        kept += count;
        first = next;
    }
    findings.resize(kept);
}

}   // namespace gilmok::guard
