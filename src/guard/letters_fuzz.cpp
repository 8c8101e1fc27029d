// Properties of any bytes, for numbers, identifiers of letters and e-mail addresses: findings lie inside, are not empty, and
// stay the same behind an empty stretch longer than any word is looked for; e-mail addresses hold one '@'.
#include "guard/test_claims.hpp"
#include "guard/test_look.hpp"

namespace {

using namespace gilmok::guard;

std::vector<test::Finding> found_in(std::string_view text) {
    std::vector<test::Finding> found;
    Sink sink(found);
    test::look_at_numbers(text, sink);
    test::look_at_letters(text, sink);
    test::look_at_signs(text, sink);
    return found;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4'096));
    const auto found = found_in(text);
    test::claim_findings(text, found, found_in);
    for (const auto& finding : found) {
        const std::string_view place = text.substr(finding.begin, finding.end - finding.begin);
        if (finding.kind == test::DataKind::email)
            claim(std::count(place.begin(), place.end(), '@') == 1, "an address has one @");
        claim(place.find('\n') == std::string_view::npos, "no identifier goes over lines");
    }
    return 0;
}
