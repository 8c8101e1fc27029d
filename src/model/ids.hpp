// Small strong ids, so that an upstream's number is never taken for a tenant's. Indexes into the Snapshot they came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gilmok::model {

enum class UpstreamId : std::uint32_t { none = 0xffffffff };
enum class ModelId : std::uint32_t { none = 0xffffffff };
enum class TenantId : std::uint32_t { none = 0xffffffff };
enum class KeyId : std::uint32_t { none = 0xffffffff };

template <class Id>
constexpr std::uint32_t index_of(Id id) {
    return static_cast<std::uint32_t>(id);
}

// 26 characters of Crockford base32, sorted by time: 48 bits of milliseconds, 80 random bits (the ULID layout). Shown in
// every answer, error and log line.
struct RequestId {
    char text[26];
    [[nodiscard]] std::string_view view() const { return {text, sizeof text}; }
};
RequestId make_request_id(std::int64_t unix_ms, std::uint64_t random_high, std::uint64_t random_low);

}   // namespace gilmok::model
