// Properties: what is read strictly has one text; what is read loosely means the same bytes; all bytes come back.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/test_claim.hpp"
#include "wire/base64.hpp"

using namespace gilmok;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto strict = wire::from_base64(input), loose = wire::from_loose_base64(input);
    if (strict) claim(wire::base64(*strict) == input && loose == strict, "base64 has one text");
    if (loose) claim(wire::from_base64(wire::base64(*loose)) == loose, "what is read loosely has a strict text");
    claim(wire::from_base64(wire::base64(input)) == input, "bytes come back");
    return 0;
}
