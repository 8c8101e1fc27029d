// The Merkle tree of RFC 9162 section 2 (https://www.rfc-editor.org/rfc/rfc9162#section-2.1): SHA-256, leaves hashed with
// 0x00 before them, inner nodes with 0x01. A Tree keeps one hash for each complete subtree on its right edge (at most
// 64), so appending costs about two hashes whatever the size. Proofs need the leaf hashes, which the caller keeps.
// Pure. Owner: whoever writes or checks a log; one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gilmok::ledger {

using Hash = std::array<std::uint8_t, 32>;

Hash leaf_hash(std::string_view record);
Hash node_hash(const Hash& left, const Hash& right);
// The root of an empty tree: SHA-256 of nothing.
Hash empty_root();

class Tree {
public:
    Tree() = default;
    // Continues a tree whose edge() was kept: one hash for each bit that is set in `size`, or nothing.
    static std::optional<Tree> from_edge(std::uint64_t size, std::vector<Hash> edge);
    void append(const Hash& leaf);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;
    [[nodiscard]] std::span<const Hash> edge() const { return edge_; }   // complete subtrees, largest first

private:
    std::uint64_t size_ = 0;
    std::vector<Hash> edge_;
};

// The hash of leaf `index`. Nothing when it cannot be read.
using LeafSource = std::function<std::optional<Hash>(std::uint64_t index)>;

// RFC 9162 2.1.3.1 and 2.1.4.1. Nothing when index or size is out of range or a leaf cannot be read. Reads every leaf of the
// subtrees named, so O(size) hashes; the path itself is at most 64 long.
std::optional<std::vector<Hash>> inclusion_path(std::uint64_t index, std::uint64_t size, const LeafSource& leaves);
std::optional<std::vector<Hash>> consistency_path(std::uint64_t old_size, std::uint64_t size, const LeafSource& leaves);

// The root of the leaves [begin, end), and an inclusion path from such roots: for those who make many paths of one tree and
// remember what they have in common.
std::optional<Hash> range_root(std::uint64_t begin, std::uint64_t end, const LeafSource& leaves);
using RangeSource = std::function<std::optional<Hash>(std::uint64_t begin, std::uint64_t end)>;
std::optional<std::vector<Hash>> inclusion_path(std::uint64_t index, std::uint64_t size, const RangeSource& ranges);

// RFC 9162 2.1.3.2 and 2.1.4.2. A path that is too long or too short is wrong.
bool is_included(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> path, const Hash& root);
bool is_consistent(std::uint64_t old_size, const Hash& old_root, std::uint64_t size, const Hash& root,
                   std::span<const Hash> path);

}   // namespace gilmok::ledger
