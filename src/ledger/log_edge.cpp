#include "ledger/log_edge.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gilmok::ledger {

namespace {

constexpr std::size_t index_digits = 20;
constexpr std::size_t head_bytes = 16;   // size, number of lanes
constexpr std::size_t lane_bytes = 16;
constexpr std::size_t check_bytes = 8;

template <class Integer>
void put(std::string& out, Integer value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

template <class Integer>
Integer get(std::string_view bytes, std::size_t offset) {
    Integer value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

}   // namespace

void LogEdge::add(const Hash& leaf, const Header& header) {
    tree.append(leaf);
    const auto known = std::ranges::find_if(
        lanes, [&](const LaneMark& mark) { return mark.epoch == header.epoch && mark.lane == header.lane; });
    if (known != lanes.end()) {
        known->sequence = header.sequence;
        return;
    }
    const std::uint32_t newest = last_epoch();
    if (header.epoch > newest) std::erase_if(lanes, [&](const LaneMark& mark) { return mark.epoch < newest; });
    lanes.push_back({.epoch = header.epoch, .lane = header.lane, .sequence = header.sequence});
}

std::uint64_t LogEdge::last_sequence(std::uint32_t epoch, std::uint16_t lane) const {
    for (const LaneMark& mark : lanes)
        if (mark.epoch == epoch && mark.lane == lane) return mark.sequence;
    return 0;
}

std::uint32_t LogEdge::last_epoch() const {
    std::uint32_t newest = 0;
    for (const LaneMark& mark : lanes) newest = std::max(newest, mark.epoch);
    return newest;
}

std::string write_edge(const LogEdge& edge) {
    std::string out;
    put(out, edge.tree.size());
    put(out, std::uint64_t{edge.lanes.size()});
    for (const Hash& hash : edge.tree.edge()) out.append(hash.begin(), hash.end());
    for (const LaneMark& mark : edge.lanes) {
        put(out, mark.epoch);
        put(out, std::uint32_t{mark.lane});
        put(out, mark.sequence);
    }
    put(out, std::uint64_t{XXH3_64bits(out.data(), out.size())});
    return out;
}

std::optional<LogEdge> read_edge(std::string_view bytes) {
    if (bytes.size() < head_bytes + check_bytes) return std::nullopt;
    const std::size_t checked = bytes.size() - check_bytes;
    if (get<std::uint64_t>(bytes, checked) != XXH3_64bits(bytes.data(), checked)) return std::nullopt;
    const auto size = get<std::uint64_t>(bytes, 0);
    const auto lanes = get<std::uint64_t>(bytes, 8);
    const auto hashes = static_cast<std::size_t>(std::popcount(size));
    const std::size_t lanes_at = head_bytes + hashes * sizeof(Hash);
    if (checked < lanes_at || (checked - lanes_at) % lane_bytes != 0 || (checked - lanes_at) / lane_bytes != lanes)
        return std::nullopt;

    std::vector<Hash> subtrees(hashes);
    for (std::size_t i = 0; i < hashes; ++i)
        std::memcpy(subtrees[i].data(), bytes.data() + head_bytes + i * sizeof(Hash), sizeof(Hash));
    auto tree = Tree::from_edge(size, std::move(subtrees));
    if (!tree) return std::nullopt;
    LogEdge edge{.tree = std::move(*tree), .lanes = {}};
    for (std::size_t at = lanes_at; at < checked; at += lane_bytes) {
        const auto lane = get<std::uint32_t>(bytes, at + 4);
        if (lane > control_lane) return std::nullopt;
        edge.lanes.push_back({.epoch = get<std::uint32_t>(bytes, at),
                              .lane = static_cast<std::uint16_t>(lane),
                              .sequence = get<std::uint64_t>(bytes, at + 8)});
    }
    return edge;
}

std::string log_path(const std::string& directory, std::uint64_t first_index, std::string_view suffix) {
    const std::string number = std::to_string(first_index);
    return directory + "/log/" + std::string(index_digits - number.size(), '0') + number + std::string(suffix);
}

}   // namespace gilmok::ledger
