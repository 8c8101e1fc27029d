#include "io/frame_pool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::io;

TEST_CASE("the frame freed last is handed out first, for any size of its class") {
    void* first = allocate_frame(200);
    void* second = allocate_frame(200);
    free_frame(first, 200);
    free_frame(second, 200);
    void* again = allocate_frame(193);   // 193 to 256 bytes are one class
    CHECK(again == second);
    void* other = allocate_frame(256);
    CHECK(other == first);
    free_frame(again, 193);
    free_frame(other, 256);
}

// Goal: no two live frames share a byte, at any size. Method: fill each with its own mark, look again when it is freed.
TEST_CASE("live frames never overlap") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        Prng prng{seed};
        struct Live {
            unsigned char* bytes;
            std::size_t size;
            unsigned char mark;
        };
        std::vector<Live> live;
        const auto drop = [&](std::size_t index) {
            const Live frame = live[index];
            live[index] = live.back();
            live.pop_back();
            REQUIRE(std::count(frame.bytes, frame.bytes + frame.size, frame.mark) ==
                    static_cast<std::ptrdiff_t>(frame.size));
            free_frame(frame.bytes, frame.size);
        };
        for (int step = 0; step < 5'000; ++step) {
            if (!live.empty() && prng.chance(1, 2)) {
                drop(prng.below(live.size()));
                continue;
            }
            const std::size_t size = prng.chance(1, 10) ? prng.below(20'000) + 1 : prng.below(600) + 1;
            const auto mark = static_cast<unsigned char>(prng.next());
            auto* bytes = static_cast<unsigned char*>(allocate_frame(size));
            REQUIRE(reinterpret_cast<std::uintptr_t>(bytes) % alignof(std::max_align_t) == 0);
            std::memset(bytes, mark, size);
            live.push_back({bytes, size, mark});
        }
        while (!live.empty()) drop(live.size() - 1);
    }
}

TEST_CASE("more frames than the pool keeps go back to the system") {
    std::vector<void*> frames;
    for (int i = 0; i < 2'000; ++i) frames.push_back(allocate_frame(500));
    for (void* frame : frames) free_frame(frame, 500);   // the leak checker sees the rest
    CHECK(frames.size() == 2'000);
}
