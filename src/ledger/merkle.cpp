#include "ledger/merkle.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::ledger {

namespace {

constexpr char leaf_prefix = 0;
constexpr char node_prefix = 1;

std::string_view bytes_of(std::span<const Hash> hashes) {
    return {reinterpret_cast<const char*>(hashes.data()), hashes.size_bytes()};
}

// Leaves that are taken at once, on the stack: a turn of the keeper brings thousands, and memory that is asked for and given back each
// time costs more than it holds.
constexpr std::size_t leaves_at_once = 256;

// The nodes of one level, side by side, and before them room for the subtree of the edge that is as large as they are.
struct Level {
    std::array<Hash, leaves_at_once + 1> nodes;
    std::size_t begin = 1, end = 1;
    [[nodiscard]] std::span<const Hash> all() const { return std::span(nodes).subspan(begin, end - begin); }
};

// The parents of pairs; a last one that is alone has none.
void parents_of(std::span<const Hash> nodes, Level& parents) {
    std::array<std::string_view, leaves_at_once / 2 + 1> pairs;
    const std::size_t count = nodes.size() / 2;
    for (std::size_t i = 0; i < count; ++i) pairs[i] = bytes_of(nodes.subspan(2 * i, 2));
    parents.begin = 1;
    parents.end = 1 + count;
    sha256_each(node_prefix, std::span(pairs).first(count), std::span(parents.nodes).subspan(1, count));
}

// Where a tree of `size` > 1 leaves is split: the largest power of two below `size`.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

// Adds the root of [begin, end) to a path that is written from the root downwards.
bool add_range(std::vector<Hash>& path, std::uint64_t begin, std::uint64_t end, const RangeSource& ranges) {
    const std::optional<Hash> root = ranges(begin, end);
    if (root) path.push_back(*root);
    return root.has_value();
}

RangeSource ranges_of(const LeafSource& leaves) {
    return [&leaves](std::uint64_t begin, std::uint64_t end) { return range_root(begin, end, leaves); };
}

std::vector<Hash> reversed(const std::vector<Hash>& path) { return {path.rbegin(), path.rend()}; }

}   // namespace

Hash leaf_hash(std::string_view record) {
    Hash hash;
    sha256_one(leaf_prefix, record, hash);
    return hash;
}

void leaf_hashes(std::span<const std::string_view> records, std::span<Hash> hashes) {
    sha256_each(leaf_prefix, records, hashes);
}

Hash node_hash(const Hash& left, const Hash& right) {
    const std::array<Hash, 2> both{left, right};
    Hash hash;
    sha256_one(node_prefix, bytes_of(both), hash);
    return hash;
}

Hash empty_root() {
    return {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
            0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
}

std::optional<Tree> Tree::from_edge(std::uint64_t size, std::vector<Hash> edge) {
    if (edge.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
    Tree tree;
    tree.size_ = size;
    tree.edge_ = std::move(edge);
    return tree;
}

void Tree::append(const Hash& leaf) {
    // Each trailing one of the size is a complete subtree as large as what is being added.
    Hash subtree = leaf;
    for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
        subtree = node_hash(edge_.back(), subtree);
        edge_.pop_back();
    }
    edge_.push_back(subtree);
    ++size_;
}

void Tree::append(std::span<const Hash> leaves) {
    while (!leaves.empty()) {
        const auto some = leaves.first(std::min(leaves.size(), leaves_at_once));
        append_some(some);
        leaves = leaves.subspan(some.size());
    }
}

// Level by level from the leaves up: a subtree of the edge that is as large as the nodes of a level stands before them, one that is left
// over behind them becomes part of the edge.
void Tree::append_some(std::span<const Hash> leaves) {
    Level levels[2];
    std::array<Hash, 64> left;   // smallest first; a level leaves one at most
    std::size_t left_count = 0;
    std::uint64_t before = size_;   // nodes of this level that the tree had
    size_ += leaves.size();
    const auto join_edge = [&](Level& level) {
        if ((before & 1U) == 0) return;
        level.nodes[--level.begin] = edge_.back();
        edge_.pop_back();
    };
    std::ranges::copy(leaves, levels[0].nodes.begin() + 1);
    levels[0].end = 1 + leaves.size();
    join_edge(levels[0]);
    for (std::size_t at = 0;; at = 1 - at) {
        const std::span<const Hash> level = levels[at].all();
        if (level.size() % 2 != 0) left[left_count++] = level.back();
        if (level.size() < 2) break;
        parents_of(level, levels[1 - at]);
        before >>= 1U;
        join_edge(levels[1 - at]);
    }
    while (left_count > 0) edge_.push_back(left[--left_count]);
}

Hash Tree::root() const {
    if (edge_.empty()) return empty_root();
    Hash root = edge_.back();
    for (std::size_t i = edge_.size() - 1; i > 0; --i) root = node_hash(edge_[i - 1], root);
    return root;
}

std::optional<Hash> range_root(std::uint64_t begin, std::uint64_t end, const LeafSource& leaves) {
    Tree tree;
    for (std::uint64_t i = begin; i < end; ++i) {
        const std::optional<Hash> leaf = leaves(i);
        if (!leaf) return std::nullopt;
        tree.append(*leaf);
    }
    return tree.root();
}

std::optional<std::vector<Hash>> inclusion_path(std::uint64_t index, std::uint64_t size, const LeafSource& leaves) {
    return inclusion_path(index, size, ranges_of(leaves));
}

std::optional<std::vector<Hash>> inclusion_path(std::uint64_t index, std::uint64_t size, const RangeSource& ranges) {
    if (index >= size) return std::nullopt;
    std::vector<Hash> path;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + split_of(end - begin);
        const bool is_left = index < middle;
        if (!add_range(path, is_left ? middle : begin, is_left ? end : middle, ranges)) return std::nullopt;
        (is_left ? end : begin) = middle;
    }
    return reversed(path);
}

std::optional<std::vector<Hash>> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                                  const LeafSource& leaves) {
    if (old_size == 0 || old_size > size) return std::nullopt;
    const RangeSource ranges = ranges_of(leaves);
    std::vector<Hash> path;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end != old_size) {
        const std::uint64_t middle = begin + split_of(end - begin);
        const bool is_left = old_size <= middle;
        if (!add_range(path, is_left ? middle : begin, is_left ? end : middle, ranges)) return std::nullopt;
        (is_left ? end : begin) = middle;
    }
    // The verifier has the old root already when it is a subtree of the new tree.
    if (begin != 0 && !add_range(path, begin, end, ranges)) return std::nullopt;
    return reversed(path);
}

namespace {

// From a node to the root, one sibling of the path at a time.
class Climb {
public:
    // `index`: the node's among those of its level; `last`: of the level's last.
    Climb(std::uint64_t index, std::uint64_t last) : index_(index), last_(last) {}
    [[nodiscard]] bool is_at_root() const { return last_ == 0; }
    // To the parent. True when the sibling is the left one.
    bool rise() {
        const bool is_left = (index_ & 1U) != 0 || index_ == last_;
        // A node without a right sibling rises to the level where it is a right child.
        const int risen = is_left ? std::countr_zero(index_) + 1 : 1;
        index_ >>= risen;
        last_ >>= risen;
        return is_left;
    }

private:
    std::uint64_t index_, last_;
};

}   // namespace

bool is_included(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> path,
                 const Hash& root) {
    if (index >= size) return false;
    Hash hash = leaf;
    Climb climb(index, size - 1);
    for (const Hash& sibling : path) {
        if (climb.is_at_root()) return false;
        hash = climb.rise() ? node_hash(sibling, hash) : node_hash(hash, sibling);
    }
    return climb.is_at_root() && hash == root;
}

bool is_consistent(std::uint64_t old_size, const Hash& old_root, std::uint64_t size, const Hash& root,
                   std::span<const Hash> path) {
    // Everything continues the empty log, so a proof from there would prove nothing and is refused.
    if (old_size == 0 || old_size > size) return false;
    if (old_size == size) return path.empty() && old_root == root;
    const bool is_old_root_subtree = std::has_single_bit(old_size);
    if (!is_old_root_subtree && path.empty()) return false;
    Hash old_hash = is_old_root_subtree ? old_root : path.front();
    Hash hash = old_hash;
    if (!is_old_root_subtree) path = path.subspan(1);

    const int levels = std::countr_one(old_size - 1);
    Climb climb((old_size - 1) >> levels, (size - 1) >> levels);
    for (const Hash& sibling : path) {
        if (climb.is_at_root()) return false;
        const bool is_left = climb.rise();
        if (is_left) old_hash = node_hash(sibling, old_hash);
        hash = is_left ? node_hash(sibling, hash) : node_hash(hash, sibling);
    }
    return climb.is_at_root() && old_hash == old_root && hash == root;
}

}   // namespace gilmok::ledger
