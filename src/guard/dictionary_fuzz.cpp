// The first part of the input, up to a zero byte, is a dictionary's file; the rest is a text. Any file is taken or refused with
// words; what is found agrees with a plain search for each term at each place.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/test_claim.hpp"
#include "base/text.hpp"
#include "guard/dictionary.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gilmok;
    const std::string_view input(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 2'048));
    const std::size_t split = std::min(input.find('\0'), input.size());
    const std::string_view terms = input.substr(0, split), text = input.substr(std::min(split + 1, input.size()));
    const guard::Dictionary::Source source{
        .name = "fuzz", .terms = terms, .signature = {}, .public_key = {}, .score = 85, .is_whole_word = false};
    const auto made = guard::Dictionary::build(std::span(&source, 1));
    if (!made) {
        claim(!made.error().empty(), "a refusal has words");
        return 0;
    }
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    claim((*made)->scan(text, scratch, sink), "a short text is scanned");
    claim((*made)->steps_of(text) <= 2 * text.size(), "steps grow with the text");
    std::vector<bool> is_found(text.size(), false), is_wanted(text.size(), false);
    for (const auto& finding : found) {
        claim(finding.begin < finding.end && finding.end <= text.size(), "a finding lies inside and is not empty");
        for (std::size_t i = finding.begin; i < finding.end; ++i) is_found[i] = true;
    }
    // Only ASCII files are their own view.
    for (const char c : terms)
        if (static_cast<unsigned char>(c) >= 0x80) return 0;
    const std::string low = lowercase(text);
    for (std::size_t begin = 0; begin < terms.size();) {
        const std::size_t end = std::min(terms.find('\n', begin), terms.size());
        std::string_view term = terms.substr(begin, end - begin);
        begin = end + 1;
        while (!term.empty() && (term.back() == '\r' || term.back() == ' ' || term.back() == '\t'))
            term.remove_suffix(1);
        while (!term.empty() && (term.front() == ' ' || term.front() == '\t')) term.remove_prefix(1);
        if (term.empty() || term.front() == '#') continue;
        const std::string wanted = lowercase(term);
        for (std::size_t at = low.find(wanted); at != std::string::npos; at = low.find(wanted, at + 1))
            for (std::size_t i = at; i < at + wanted.size(); ++i) is_wanted[i] = true;
    }
    claim(is_found == is_wanted, "every term is found, and nothing else");
    return 0;
}
