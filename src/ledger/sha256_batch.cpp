#include "ledger/sha256_batch.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/assert.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace gilmok::ledger {

// These functions are deprecated because they know no providers; EVP allocates and clears a state for each digest, which costs as
// much as the few blocks that most digests here have.
void sha256_one(char prefix, std::string_view message, Hash& hash) {
    SHA256_CTX state;
    const bool is_done = SHA256_Init(&state) == 1 && SHA256_Update(&state, &prefix, 1) == 1 &&
                         SHA256_Update(&state, message.data(), message.size()) == 1 &&
                         SHA256_Final(hash.data(), &state) == 1;
    GILMOK_ASSERT(is_done);
}

#if defined(__x86_64__)

namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t length_bytes = 8;

// Section 4.2.2: of the cube roots of the first 64 primes.
alignas(16) constexpr std::uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// One message on its way: padded as section 5.1.1 has it, and hashed as far as `at`.
struct Lane {
    __m128i abef{}, cdgh{};   // the eight words of the state in the order that the instructions want
    const std::uint8_t* at = nullptr;
    std::size_t blocks = 0;   // to come
    Hash* hash = nullptr;
    std::vector<std::uint8_t> padded{};   // kept for its memory
};

void begin(Lane& lane, char prefix, std::string_view message, Hash& hash) {
    const std::size_t bytes = 1 + message.size();
    lane.blocks = (bytes + 1 + length_bytes + block_bytes - 1) / block_bytes;
    const std::size_t whole = lane.blocks * block_bytes;
    if (lane.padded.size() < whole) lane.padded.resize(whole);
    std::uint8_t* to = lane.padded.data();
    to[0] = static_cast<std::uint8_t>(prefix);
    if (!message.empty()) std::memcpy(to + 1, message.data(), message.size());
    std::memset(to + bytes, 0, whole - bytes);
    to[bytes] = 0x80;
    const std::uint64_t bits = __builtin_bswap64(std::uint64_t{bytes} * 8);
    std::memcpy(to + whole - length_bytes, &bits, length_bytes);
    lane.at = to;
    lane.hash = &hash;
    // Section 5.3.3: of the square roots of the first eight primes; a, b, e, f and c, d, g, h.
    lane.abef = _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    lane.cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
}

void end(const Lane& lane) {
    alignas(16) std::uint32_t abef[4], cdgh[4];   // the last of the names first
    _mm_store_si128(reinterpret_cast<__m128i*>(abef), lane.abef);
    _mm_store_si128(reinterpret_cast<__m128i*>(cdgh), lane.cdgh);
    const std::uint32_t words[8] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
    for (std::size_t i = 0; i < 8; ++i) {
        const std::uint32_t big_endian = __builtin_bswap32(words[i]);
        std::memcpy(lane.hash->data() + i * sizeof big_endian, &big_endian, sizeof big_endian);
    }
}

// Section 6.2.2, four rounds at a time, for `count` blocks of each lane. The loops over lanes stand inside those over rounds, so that
// what belongs to one lane runs while the other waits.
template <std::size_t lanes_count>
__attribute__((target("sha,sse4.1"))) void compress(std::array<Lane*, lanes_count> lanes, std::size_t count) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f'08090a0b, 0x04050607'00010203);
    __m128i abef[lanes_count], cdgh[lanes_count], words[lanes_count][4];
    for (std::size_t lane = 0; lane < lanes_count; ++lane) {
        abef[lane] = lanes[lane]->abef;
        cdgh[lane] = lanes[lane]->cdgh;
    }
    for (std::size_t block = 0; block < count; ++block) {
        __m128i abef_before[lanes_count], cdgh_before[lanes_count];
        for (std::size_t lane = 0; lane < lanes_count; ++lane) {
            abef_before[lane] = abef[lane];
            cdgh_before[lane] = cdgh[lane];
        }
#pragma GCC unroll 16
        for (std::size_t four = 0; four < 16; ++four) {
            const __m128i constants = _mm_load_si128(reinterpret_cast<const __m128i*>(round_constants) + four);
#pragma GCC unroll 2
            for (std::size_t lane = 0; lane < lanes_count; ++lane) {
                __m128i(&w)[4] = words[lane];
                __m128i& newest = w[four % 4];
                if (four < 4) {
                    const auto* from = reinterpret_cast<const __m128i*>(lanes[lane]->at + block * block_bytes) + four;
                    newest = _mm_shuffle_epi8(_mm_loadu_si128(from), big_endian);
                } else {
                    const __m128i last = w[(four + 3) % 4];
                    const __m128i seven_back = _mm_alignr_epi8(last, w[(four + 2) % 4], 4);
                    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(newest, w[(four + 1) % 4]), seven_back);
                    newest = _mm_sha256msg2_epu32(sum, last);
                }
                const __m128i added = _mm_add_epi32(newest, constants);
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], added);
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(added, 0x0e));
            }
        }
        for (std::size_t lane = 0; lane < lanes_count; ++lane) {
            abef[lane] = _mm_add_epi32(abef[lane], abef_before[lane]);
            cdgh[lane] = _mm_add_epi32(cdgh[lane], cdgh_before[lane]);
        }
    }
    for (std::size_t lane = 0; lane < lanes_count; ++lane) {
        lanes[lane]->abef = abef[lane];
        lanes[lane]->cdgh = cdgh[lane];
        lanes[lane]->at += count * block_bytes;
        lanes[lane]->blocks -= count;
    }
}

// Messages have different lengths: a lane that is through takes the next one.
void hash_in_two_lanes(char prefix, std::span<const std::string_view> messages, std::span<Hash> hashes) {
    Lane first, second;
    std::size_t next = 0;
    const auto refill = [&](Lane& lane) {
        if (lane.blocks == 0 && next < messages.size()) {
            begin(lane, prefix, messages[next], hashes[next]);
            ++next;
        }
    };
    for (;;) {
        refill(first);
        refill(second);
        const std::size_t both = std::min(first.blocks, second.blocks);
        if (both != 0) {
            compress<2>({&first, &second}, both);
            if (first.blocks == 0) end(first);
            if (second.blocks == 0) end(second);
            continue;
        }
        Lane& last = first.blocks != 0 ? first : second;
        if (last.blocks == 0) return;
        compress<1>({&last}, last.blocks);
        end(last);
    }
}

bool has_instructions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & static_cast<unsigned>(bit_SHA)) != 0;
    return has_sha && __builtin_cpu_supports("sse4.1") != 0;
}

}   // namespace

void sha256_each(char prefix, std::span<const std::string_view> messages, std::span<Hash> hashes) {
    GILMOK_ASSERT(messages.size() == hashes.size());
    static const bool is_fast = has_instructions();
    if (is_fast) return hash_in_two_lanes(prefix, messages, hashes);
    for (std::size_t i = 0; i < messages.size(); ++i) sha256_one(prefix, messages[i], hashes[i]);
}

#else

void sha256_each(char prefix, std::span<const std::string_view> messages, std::span<Hash> hashes) {
    GILMOK_ASSERT(messages.size() == hashes.size());
    for (std::size_t i = 0; i < messages.size(); ++i) sha256_one(prefix, messages[i], hashes[i]);
}

#endif

}   // namespace gilmok::ledger
