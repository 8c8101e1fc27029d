// The first line is a pattern, the rest a text. Any pattern is taken or refused with words, and one that is taken scans any
// bytes: findings inside, in order, apart.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/test_claim.hpp"

#include "guard/patterns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gilmok;
    // Short ones: the engine's compiler is not what is tested here.
    const std::string_view input(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 256));
    const std::size_t split = std::min(input.find('\n'), input.size());
    if (split > 64) return 0;
    std::vector<config::GuardPattern> patterns(1);
    patterns[0].regex = input.substr(0, split);
    patterns[0].words = {"word"};
    const std::string_view text = input.substr(std::min(split + 1, input.size()));
    const auto made = guard::Patterns::compile(patterns);
    if (!made) {
        claim(!made.error().empty() && !made.error()[0].text.empty(), "a refusal has words");
        claim(made.error()[0].column <= patterns[0].regex.size() + 2, "a column lies in the pattern");
        return 0;
    }
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    claim((*made)->scan(text, scratch, sink), "a short text is scanned");
    std::size_t last = 0;
    for (const auto& finding : found) {
        claim(finding.begin < finding.end && finding.end <= text.size(), "a finding lies inside and is not empty");
        claim(finding.begin >= last, "findings of one pattern are apart and in order");
        last = finding.end;
    }
    return 0;
}
