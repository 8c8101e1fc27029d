// Goal: an export is what C2SP tlog-tiles says, so that the tools of others can audit it. Method: the specification's own
// examples of paths and shapes; and a reader written from its text alone, which computes the root from each level of tiles
// and every leaf from the bundles.
#include "ledger/tiles.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"
#include "ledger/log_files.hpp"
#include "ledger/merkle_oracle.hpp"
#include "ledger/test_ledger.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

std::uint64_t power(std::uint64_t exponent) {
    std::uint64_t result = 1;
    for (; exponent > 0; --exponent) result *= tile_width;
    return result;
}

// All bytes of the tiles of a level for a tree of `size`, checked for their widths.
std::string read_level(io::Files& files, int level, std::uint64_t size) {
    const std::uint64_t count = size / power(level < 0 ? 0 : static_cast<std::uint64_t>(level));
    std::string all;
    for (std::uint64_t number = 0; number * tile_width < count; ++number) {
        const std::uint64_t width = std::min(count - number * tile_width, tile_width);
        const auto tile = files.read("out/" + tile_path(level, number, width), 64U << 20);
        REQUIRE(tile);
        if (level >= 0) CHECK(tile->size() == width * sizeof(Hash));
        all += *tile;
    }
    return all;
}

void copy_into(io::sim::SimFiles& files, const Directory& directory) {
    CHECK(files.make_directory("ledger/log", 0755));
    for (const auto& [name, bytes] : directory) files.put("ledger/" + name, bytes);
}

}   // namespace

TEST_CASE("tiles: paths are those of the specification") {
    CHECK(tile_path(0, 1'234'067, 0) == "tile/0/x001/x234/067");
    CHECK(tile_path(0, 0, 256) == "tile/0/000");
    CHECK(tile_path(1, 7, 17) == "tile/1/007.p/17");
    CHECK(tile_path(-1, 273, 112) == "tile/entries/273.p/112");
    CHECK(tile_path(5, 1000, 1) == "tile/5/x001/000.p/1");
    CHECK(tile_path(0, UINT64_MAX, 0) == "tile/0/x018/x446/x744/x073/x709/x551/615");
}

TEST_CASE("tiles: an export is read back to the signed root, and has the records") {
    for (const std::uint64_t size : {0U, 1U, 255U, 256U, 257U, 700U}) {
        CAPTURE(size);
        const TestLedger ledger({.records = size});
        io::sim::SimFiles files;
        copy_into(files, ledger.directory());
        const auto exported = export_tiles(files, "ledger", "out");
        REQUIRE(exported);
        CHECK(exported->entries == size);
        CHECK(files.text("out/checkpoint") == ledger.directory()["checkpoint"]);
        const std::string hashes = read_level(files, 0, size);
        const std::string bundles = read_level(files, -1, size);
        std::vector<Hash> leaves;
        std::size_t at = 0;
        for (std::uint64_t i = 0; i < size; ++i) {
            leaves.push_back(hash_at(hashes, i));
            const std::size_t length =
                static_cast<unsigned char>(bundles[at]) * 256U + static_cast<unsigned char>(bundles[at + 1]);
            CHECK(bundles.substr(at + 2, length) == ledger.records[i]);
            CHECK(leaf_hash(bundles.substr(at + 2, length)) == leaves.back());
            at += 2 + length;
        }
        CHECK(at == bundles.size());
        CHECK(defined_root(leaves) == parse_checkpoint(ledger.directory()["checkpoint"].substr(
                                                           0, files.text("out/checkpoint").find("\n\n") + 1))
                                          ->root);
        const std::string above = read_level(files, 1, size);
        for (std::uint64_t i = 0; i < size / tile_width; ++i)
            CHECK(hash_at(above, i) == defined_root(std::span(leaves).subspan(i * tile_width, tile_width)));
        CHECK_FALSE(files.exists("out/" + tile_path(1, 0, 0)));
        CHECK(files.exists("out/" + tile_path(1, 0, size / tile_width)) == (size >= tile_width));
    }
}

TEST_CASE("tiles: a tree of 70,000 has the tiles that the specification counts") {
    const TestLedger ledger({.records = 70'000, .records_per_file = 10'000, .records_per_checkpoint = 70'000});
    io::sim::SimFiles files;
    copy_into(files, ledger.directory());
    const auto exported = export_tiles(files, "ledger", "out");
    REQUIRE(exported);
    // 273 full and one partial of level 0, as many bundles, one full and one partial of level 1, one of level 2, the checkpoint.
    CHECK(exported->files == 274 + 274 + 2 + 1 + 1);
    CHECK(files.text("out/tile/0/273.p/112").size() == 112 * sizeof(Hash));
    CHECK(files.text("out/tile/1/000").size() == 256 * sizeof(Hash));
    CHECK(files.text("out/tile/1/001.p/17").size() == 17 * sizeof(Hash));
    CHECK(files.text("out/tile/2/000.p/1").size() == 1 * sizeof(Hash));
}

TEST_CASE("tiles: a later export adds what is new, mends what is wrong and leaves the rest alone") {
    io::sim::SimFiles files;
    const TestLedger before({.records = 600});
    copy_into(files, before.directory());
    REQUIRE(export_tiles(files, "ledger", "out"));
    const TestLedger after({.records = 700});
    copy_into(files, after.directory());
    const std::string first_tile = files.text("out/tile/0/000");
    const auto exported = export_tiles(files, "ledger", "out");
    REQUIRE(exported);
    // The third tile and bundle and the checkpoint; the tile above is the same, and the older partial ones stay.
    CHECK(exported->files == 3);
    CHECK(files.exists("out/tile/0/002.p/88"));
    CHECK(files.exists("out/tile/0/002.p/188"));
    files.put("out/tile/0/000", std::string(first_tile.size(), 'x'));
    CHECK(export_tiles(files, "ledger", "out")->files == 2);
    CHECK(files.text("out/tile/0/000") == first_tile);
}

TEST_CASE("tiles: a ledger that is not what was signed is not exported") {
    const TestLedger ledger;
    Directory directory = ledger.directory();
    directory[log_name(100, ".log")][50] ^= 1;
    io::sim::SimFiles files;
    copy_into(files, directory);
    CHECK(export_tiles(files, "ledger", "out").error().message ==
          "the log is not what was signed; gilmok ledger verify tells what differs");
    CHECK_FALSE(files.exists("out/checkpoint"));
    files.fail_path("ledger/checkpoint", EIO);
    CHECK_FALSE(export_tiles(files, "ledger", "out"));
}
