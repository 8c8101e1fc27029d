// Properties: nothing over the cap comes out; a body that decodes does so under any larger cap alike, and neither one
// byte less nor one byte more of it does. The first byte chooses the coding.
#include "wire/inflate.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"

using namespace gilmok;
using namespace gilmok::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static constexpr std::array codings{Coding::gzip, Coding::deflate, Coding::brotli, Coding::zstd};
    const Coding coding = codings[data[0] % codings.size()];
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    constexpr std::size_t bytes_out_max = 20'000;
    const auto decoded = inflate(coding, body, bytes_out_max);
    if (!decoded) {
        GILMOK_ASSERT(decoded.error().code == Code::encoding_bad || decoded.error().code == Code::body_too_large);
        return 0;
    }
    GILMOK_ASSERT(decoded->size() <= bytes_out_max);
    GILMOK_ASSERT(*inflate(coding, body, bytes_out_max * 3) == *decoded);
    GILMOK_ASSERT(*inflate(coding, body, decoded->size()) == *decoded);
    if (!decoded->empty()) GILMOK_ASSERT(!inflate(coding, body, decoded->size() - 1));
    GILMOK_ASSERT(!inflate(coding, body.substr(0, body.size() - 1), bytes_out_max));
    GILMOK_ASSERT(!inflate(coding, std::string(body) + '\0', bytes_out_max));
    return 0;
}
