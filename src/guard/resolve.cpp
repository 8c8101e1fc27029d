#include "guard/resolve.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>

namespace gilmok::guard {

namespace {

using model::Finding;

std::uint32_t bytes_of(const Finding& finding) { return finding.end - finding.begin; }

bool is_before(const Finding& left, const Finding& right) {
    return std::tuple(left.begin, left.end, left.kind, left.own) <
           std::tuple(right.begin, right.end, right.kind, right.own);
}
bool is_stronger(const Finding& left, const Finding& right) {
    if (left.score != right.score) return left.score > right.score;
    if (bytes_of(left) != bytes_of(right)) return bytes_of(left) > bytes_of(right);
    if (left.kind != right.kind) return left.kind < right.kind;
    return is_before(left, right);
}

// Of findings that hang together by overlaps. A tree of what was kept keeps the worst case at n log n.
void keep_strongest(std::span<Finding> group, std::vector<Finding>& kept) {
    std::sort(group.begin(), group.end(), is_stronger);
    const auto by_begin = [](const Finding& left, const Finding& right) { return left.begin < right.begin; };
    std::set<Finding, decltype(by_begin)> stay(by_begin);
    for (const Finding& finding : group) {
        const auto next = stay.lower_bound(finding);
        const bool hits_next = next != stay.end() && next->begin < finding.end;
        const bool hits_last = next != stay.begin() && std::prev(next)->end > finding.begin;
        if (!hits_next && !hits_last) stay.insert(next, finding);
    }
    kept.insert(kept.end(), stay.begin(), stay.end());
}

}   // namespace

void resolve(std::vector<Finding>& findings) {
    std::sort(findings.begin(), findings.end(), is_before);
    std::vector<Finding> kept;
    kept.reserve(findings.size());
    for (std::size_t first = 0; first < findings.size();) {
        std::uint32_t end = findings[first].end;
        std::size_t next = first + 1;
        for (; next < findings.size() && findings[next].begin < end; ++next) end = std::max(end, findings[next].end);
        if (next == first + 1)
            kept.push_back(findings[first]);
        else
            keep_strongest(std::span(findings).subspan(first, next - first), kept);
        first = next;
    }
    findings.swap(kept);
}

}   // namespace gilmok::guard
