// Properties, for any leaves and sizes: the root is the one the standard defines; a path made for a leaf proves it, and one
// made for an older size proves that; neither does so once a bit of it, of the leaf or of a root is another, or a step more
// or less. The first three bytes choose size, leaf and older size, the next three what is changed; the rest are leaves.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/test_claim.hpp"
#include "ledger/merkle.hpp"
#include "ledger/merkle_oracle.hpp"

using namespace gilmok::ledger;

namespace {

void flip(Hash& hash, unsigned bit) { hash[bit / 8 % hash.size()] ^= static_cast<std::uint8_t>(1U << bit % 8); }

// Which of the path's steps and the two hashes beside it is changed is up to `which`.
void change(std::vector<Hash>& path, Hash& first, Hash& second, unsigned which, unsigned bit) {
    const std::size_t at = which % (path.size() + 2);
    flip(at < path.size() ? path[at] : at == path.size() ? first : second, bit);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 6) return 0;
    const std::uint64_t count = 1 + data[0] % 100;
    const std::uint64_t index = data[1] % count;
    const std::uint64_t old_count = 1 + data[2] % count;
    const unsigned which = data[3];
    const unsigned bit = data[4];
    const bool makes_longer = data[5] % 2 == 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 6, size - 6);

    std::vector<Hash> leaves;
    Tree tree;
    for (std::uint64_t i = 0; i < count; ++i) {
        leaves.push_back(leaf_hash(rest.empty() ? rest : rest.substr(i % rest.size(), 1 + i / rest.size())));
        tree.append(leaves.back());
    }
    const Hash root = tree.root();
    const Hash old_root = defined_root(std::span(leaves).first(old_count));
    claim(root == defined_root(leaves), "the root is the one the standard defines");
    const LeafSource source = [&leaves](std::uint64_t i) { return std::optional(leaves[i]); };

    auto path = inclusion_path(index, count, source);
    claim(path && is_included(index, count, leaves[index], *path, root), "a path proves its leaf");
    auto changed = *path;
    Hash first = leaves[index];
    Hash second = root;
    change(changed, first, second, which, bit);
    claim(!is_included(index, count, first, changed, second), "a changed bit proves nothing");
    if (makes_longer || path->empty()) {
        path->push_back(root);
    } else {
        path->erase(path->begin() + which % static_cast<unsigned>(path->size()));
    }
    claim(!is_included(index, count, leaves[index], *path, root), "a path of another length proves nothing");

    path = consistency_path(old_count, count, source);
    claim(path && is_consistent(old_count, old_root, count, root, *path), "a path proves the older tree");
    changed = *path;
    first = old_root;
    second = root;
    change(changed, first, second, which, bit);
    claim(!is_consistent(old_count, first, count, second, changed), "a changed bit proves no older tree");
    if (makes_longer || path->empty()) {
        path->push_back(root);
    } else {
        path->erase(path->begin() + which % static_cast<unsigned>(path->size()));
    }
    claim(!is_consistent(old_count, old_root, count, root, *path), "a path of another length proves no older tree");
    return 0;
}
