// SHA-256 (FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4) of many short messages at once. A round waits for the round before it,
// so that a processor with instructions for them is idle half of the time with one message: here are two on their way. Where there are
// no such instructions OpenSSL does each by itself.
// Pure. Owner: whoever hashes records; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace gilmok::ledger {

using Hash = std::array<std::uint8_t, 32>;

// `prefix` stands before each message, as one byte. One hash for each of them, in their order.
void sha256_each(char prefix, std::span<const std::string_view> messages, std::span<Hash> hashes);
// The same without the instructions, for tests and for one message.
void sha256_one(char prefix, std::string_view message, Hash& hash);

}   // namespace gilmok::ledger
