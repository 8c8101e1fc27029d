// Names, addresses and plates in any bytes: what is found lies inside the text, cuts no character in two where the text
// is UTF-8, is no longer than a matcher looks, and no single anchor gives more than a list's worth.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "guard/test_hangul_scan.hpp"

namespace {

bool is_inside_character(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gilmok;
    if (size > 4'096) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<model::Finding> findings;
    guard::Sink sink{findings};
    for (std::size_t at = 0; at <= text.size(); ++at) {
        findings.clear();
        guard::match_name(text, at, sink);
        guard::match_address(text, at, sink);
        guard::match_plate(text, at, sink);
        if (findings.size() > 32) std::abort();
        for (const auto& finding : findings) {
            if (finding.begin >= finding.end || finding.end > text.size()) std::abort();
            if (finding.end - finding.begin > guard::look_bytes_max) std::abort();
            if (finding.score == 0 || finding.score > 100) std::abort();
            if (is_inside_character(text, finding.begin)) std::abort();
        }
    }
    const auto all = guard::scan_hangul(text);
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i].begin < all[i - 1].end) std::abort();
    return 0;
}
