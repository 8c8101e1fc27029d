#include "ledger/merkle.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <bit>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::ledger {

namespace {

// Of two pieces, as if they stood behind each other. These functions are deprecated because they know no providers; EVP allocates
// and clears a state for each digest, which costs as much as the one or two blocks that most digests here have.
Hash sha256(std::string_view first, std::string_view second) {
    Hash out;
    SHA256_CTX state;
    const bool is_done = SHA256_Init(&state) == 1 && SHA256_Update(&state, first.data(), first.size()) == 1 &&
                         SHA256_Update(&state, second.data(), second.size()) == 1 &&
                         SHA256_Final(out.data(), &state) == 1;
    GILMOK_ASSERT(is_done);
    return out;
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

Hash leaf_hash(std::string_view record) { return sha256(std::string_view("\0", 1), record); }

Hash node_hash(const Hash& left, const Hash& right) {
    char bytes[1 + 2 * sizeof(Hash)];
    bytes[0] = 1;
    std::memcpy(bytes + 1, left.data(), left.size());
    std::memcpy(bytes + 1 + left.size(), right.data(), right.size());
    return sha256({bytes, sizeof bytes}, {});
}

Hash empty_root() { return sha256({}, {}); }

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
