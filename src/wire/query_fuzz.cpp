// Properties: what is read is never longer than what was given; with each byte escaped it comes back as it was.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/test_claim.hpp"
#include "base/text.hpp"
#include "wire/query.hpp"

using namespace gilmok;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    std::string read, escaped, again;
    const bool is_whole = wire::append_from_query(read, input);
    claim(read.size() <= input.size(), "what is read is not longer");
    claim(is_whole || input.find('%') != std::string_view::npos, "only an escape can be broken");
    for (const char c : input) { escaped += '%' + hex(std::string_view(&c, 1)); }
    claim(wire::append_from_query(again, escaped) && again == input, "escaped bytes come back");
    return 0;
}
