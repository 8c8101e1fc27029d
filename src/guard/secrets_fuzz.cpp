// Properties of any bytes: what is found lies inside and is not empty; scores are 1 to 100; the same text behind a space that
// nothing looks across finds the same; and reading takes steps in proportion to the text (a slow input would time out).
#include "guard/test_claims.hpp"
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
    test::claim_findings(text, found, secrets_of);
    for (const auto& finding : found) claim(finding.kind != test::DataKind::count_, "a finding has a kind");
    return 0;
}
