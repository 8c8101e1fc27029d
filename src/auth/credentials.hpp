// The key a request presents: "Authorization: Bearer KEY" (RFC 6750) or "x-api-key: KEY". Both may be sent when they
// agree; two that differ are refused, because another hop might have believed the other one.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "wire/http1.hpp"

namespace gilmok::auth {

inline constexpr std::size_t credential_bytes_max = 512;   // then key_invalid

// Errors (fault client): key_missing, key_invalid. The view is into the head.
[[nodiscard]] Result<std::string_view> read_credentials(const wire::http1::Headers& headers);

}   // namespace gilmok::auth
