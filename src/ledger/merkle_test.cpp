// Goal: the tree, its proofs and its verifiers are those of RFC 9162. Method: known roots; every proof of every small tree;
// and the vectors of github.com/transparency-dev/merkle, most of which are proofs that must fail.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "ledger/merkle.hpp"
#include "ledger/merkle_oracle.hpp"
#include "wire/base64.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

std::string hex_of(const Hash& hash) { return hex({reinterpret_cast<const char*>(hash.data()), hash.size()}); }

std::vector<Hash> some_leaves(std::size_t count) {
    std::vector<Hash> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
    return leaves;
}

LeafSource source_of(const std::vector<Hash>& leaves) {
    return [&leaves](std::uint64_t i) -> std::optional<Hash> {
        return i < leaves.size() ? std::optional(leaves[i]) : std::nullopt;
    };
}

Hash root_of(const std::vector<Hash>& leaves, std::size_t size) {
    Tree tree;
    for (std::size_t i = 0; i < size; ++i) tree.append(leaves[i]);
    return tree.root();
}

struct Vector {
    std::uint64_t first = 0, second = 0, start = 0;   // index and size, or the two sizes
    std::string root1, root2;                         // leaf and root, or the two roots; decoded
    std::vector<std::string> path;
    bool must_fail = false, is_empty_subtree = false;
};

Vector read_vector(const std::filesystem::path& file) {
    simdjson::dom::parser parser;
    const simdjson::dom::element json = parser.load(file.string());
    const bool is_inclusion = !json["leafHash"].error();
    const auto number = [&json](const char* name) { return static_cast<std::uint64_t>(json[name]); };
    const auto bytes = [&json](const char* name) {
        return json[name].is_null() ? std::string() : wire::from_base64(std::string_view(json[name])).value_or("?");
    };
    Vector vector;
    if (is_inclusion) {
        vector.first = number("leafIdx");
        vector.second = number(json["end"].error() ? "treeSize" : "end");
        vector.root1 = bytes("leafHash");
        vector.root2 = bytes("root");
    } else {
        vector.first = number(json["end"].error() ? "size1" : "end");
        vector.second = number(json["size"].error() ? "size2" : "size");
        vector.root1 = bytes("root1");
        vector.root2 = bytes("root2");
    }
    if (!json["start"].error()) {
        vector.start = number("start");
        vector.is_empty_subtree = number("end") == vector.start && !is_inclusion;
    }
    if (!json["proof"].is_null())
        for (const simdjson::dom::element step : simdjson::dom::array(json["proof"]))
            vector.path.push_back(wire::from_base64(std::string_view(step)).value_or("?"));
    vector.must_fail = bool(json["wantErr"]);
    return vector;
}

// Nothing for what is missing or longer than a hash: it cannot even be asked about. Short ones ("don't care 2") stand for
// any root and are filled up.
std::optional<Hash> to_hash(const std::string& bytes) {
    Hash hash{};
    if (bytes.empty() || bytes.size() > hash.size()) return std::nullopt;
    std::memcpy(hash.data(), bytes.data(), bytes.size());
    return hash;
}

bool holds(const Vector& vector, bool is_inclusion) {
    const std::optional<Hash> first = to_hash(vector.root1);
    const std::optional<Hash> second = to_hash(vector.root2);
    if (!first || !second) return false;
    std::vector<Hash> path;
    for (const std::string& step : vector.path) {
        const std::optional<Hash> hash = to_hash(step);
        if (!hash) return false;
        path.push_back(*hash);
    }
    return is_inclusion ? is_included(vector.first, vector.second, *first, path, *second)
                        : is_consistent(vector.first, *first, vector.second, *second, path);
}

// Runs the vectors of one folder. Those of subtrees that are empty or do not begin at the first leaf are of another kind of
// log.
int run_folder(const std::string& folder, bool is_inclusion) {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        const Vector vector = read_vector(entry.path());
        if (vector.start != 0 || vector.is_empty_subtree) continue;
        CAPTURE(entry.path().string());
        CHECK(holds(vector, is_inclusion) == !vector.must_fail);
        ++count;
    }
    return count;
}

}   // namespace

TEST_CASE("merkle: the roots of the first eight trees of the Certificate Transparency tests are theirs") {
    const std::string records[] = {std::string(),
                                   std::string(1, '\0'),
                                   "\x10",
                                   "\x20\x21",
                                   "\x30\x31",
                                   "\x40\x41\x42\x43",
                                   "\x50\x51\x52\x53\x54\x55\x56\x57",
                                   "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
    const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Tree tree;
    CHECK(hex_of(tree.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < 8; ++i) {
        tree.append(leaf_hash(records[i]));
        CHECK(tree.size() == i + 1);
        CHECK(hex_of(tree.root()) == roots[i]);
    }
}

TEST_CASE("merkle: the root of every tree up to 300 leaves is the one the standard defines") {
    const std::vector<Hash> leaves = some_leaves(300);
    Tree tree;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        tree.append(leaves[size - 1]);
        CHECK(tree.root() == defined_root(std::span(leaves).first(size)));
    }
}

TEST_CASE("merkle: every leaf of every tree up to 40 has a path, and only its own leaf fits it") {
    const std::vector<Hash> leaves = some_leaves(40);
    for (std::uint64_t size = 1; size <= 40; ++size) {
        const Hash root = root_of(leaves, size);
        for (std::uint64_t index = 0; index < size; ++index) {
            auto path = inclusion_path(index, size, source_of(leaves));
            REQUIRE(path);
            CHECK(is_included(index, size, leaves[index], *path, root));
            CHECK_FALSE(is_included(index, size, leaf_hash("another"), *path, root));
            CHECK_FALSE(is_included(index, index, leaves[index], *path, root));
            path->push_back(root);
            CHECK_FALSE(is_included(index, size, leaves[index], *path, root));
            path->pop_back();
            if (path->empty()) continue;
            path->front()[31] ^= 1;
            CHECK_FALSE(is_included(index, size, leaves[index], *path, root));
            path->erase(path->begin());
            CHECK_FALSE(is_included(index, size, leaves[index], *path, root));
        }
    }
}

TEST_CASE("merkle: every tree up to 40 continues every smaller one, and no other") {
    const std::vector<Hash> leaves = some_leaves(40);
    for (std::uint64_t size = 1; size <= 40; ++size) {
        const Hash root = root_of(leaves, size);
        for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
            const Hash old_root = root_of(leaves, old_size);
            auto path = consistency_path(old_size, size, source_of(leaves));
            REQUIRE(path);
            CHECK(is_consistent(old_size, old_root, size, root, *path));
            CHECK_FALSE(is_consistent(old_size, leaf_hash("another"), size, root, *path));
            CHECK_FALSE(is_consistent(old_size, old_root, size, leaf_hash("another"), *path));
            path->push_back(root);
            CHECK_FALSE(is_consistent(old_size, old_root, size, root, *path));
            path->pop_back();
            if (path->empty()) continue;
            path->pop_back();
            CHECK_FALSE(is_consistent(old_size, old_root, size, root, *path));
        }
    }
}

TEST_CASE("merkle: what is out of range or cannot be read has no path") {
    const std::vector<Hash> leaves = some_leaves(6);
    CHECK_FALSE(inclusion_path(0, 0, source_of(leaves)));
    CHECK_FALSE(inclusion_path(6, 6, source_of(leaves)));
    CHECK_FALSE(inclusion_path(0, 7, source_of(leaves)));   // the seventh leaf is not there
    CHECK_FALSE(consistency_path(0, 6, source_of(leaves)));
    CHECK_FALSE(consistency_path(6, 5, source_of(leaves)));
    CHECK_FALSE(consistency_path(3, 7, source_of(leaves)));
    CHECK(consistency_path(6, 6, source_of(leaves))->empty());
}

TEST_CASE("merkle: sizes at the edge of 64 bits are judged, not wrapped") {
    const std::uint64_t most = ~std::uint64_t{0};
    const Hash hash = leaf_hash("x");
    const std::vector<Hash> path(64, hash);
    CHECK_FALSE(is_included(most - 1, most, hash, path, hash));
    CHECK_FALSE(is_included(0, most, hash, path, hash));
    CHECK_FALSE(is_consistent(most - 1, hash, most, hash, path));
    CHECK_FALSE(is_consistent(std::uint64_t{1} << 63U, hash, most, hash, path));
    CHECK(is_consistent(most, hash, most, hash, {}));
}

TEST_CASE("merkle: the vectors of transparency-dev hold and fail as they say") {
    const std::string root = GILMOK_SOURCE_DIR "/../shared/data/merkle/";
    if (!std::filesystem::exists(root)) {
        std::puts("skipped: the Merkle vectors are absent (../shared/data/merkle)");
        return;
    }
    CHECK(run_folder(root + "inclusion", true) == 98);
    CHECK(run_folder(root + "consistency", false) == 98);
    CHECK(run_folder(root + "subtreeinclusion", true) > 90);
    CHECK(run_folder(root + "subtreeconsistency", false) > 90);
}
