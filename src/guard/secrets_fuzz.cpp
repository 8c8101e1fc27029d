// Properties of any bytes: what is found lies inside and is not empty; scores are 1 to 100; the same text behind a space that
// nothing looks across finds the same; and reading takes steps in proportion to the text (a slow input would time out).
#include <cstdio>
#include <cstdlib>

#include "base/test_claim.hpp"

#include "guard/test_look.hpp"

namespace {

using namespace gilmok::guard;

std::vector<test::Finding> secrets_of(std::string_view text) {
    std::vector<test::Finding> found;
    Sink sink(found);
    test::look_at_secrets(text, sink);
    return found;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 8'192));
    const auto found = secrets_of(text);
    for (const auto& finding : found) {
        claim(finding.begin < finding.end && finding.end <= text.size(), "a finding lies inside and is not empty");
        claim(finding.score >= 1 && finding.score <= 100, "a score is 1 to 100");
        claim(finding.kind != test::DataKind::count_, "a finding has a kind");
    }
    // Longer than anything looks: a birth's word, the names of a key.
    constexpr std::size_t far = 2'048;
    const std::string moved = std::string(far, '\n') + std::string(text);
    const auto again = secrets_of(moved);
    claim(again.size() == found.size(), "as much is found further behind");
    for (std::size_t i = 0; i < found.size(); ++i)
        claim(again[i].begin == found[i].begin + far && again[i].end == found[i].end + far &&
                  again[i].kind == found[i].kind,
              "the same is found further behind");
    return 0;
}
