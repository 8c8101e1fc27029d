// Properties of findings in any bytes, for the fuzz targets of matchers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/test_claim.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard::test {

// `found` is what `find` tells of `text`: each lies inside, is not empty and has a score, and behind an empty stretch longer than
// anything looks the same is found.
template <class Find>
void claim_findings(std::string_view text, const std::vector<model::Finding>& found, Find find) {
    for (const model::Finding& finding : found) {
        claim(finding.begin < finding.end && finding.end <= text.size(), "a finding lies inside and is not empty");
        claim(finding.score >= 1 && finding.score <= 100, "a score is 1 to 100");
    }
    constexpr std::size_t far = 2'048;
    const std::vector<model::Finding> again = find(std::string(far, '\n') + std::string(text));
    claim(again.size() == found.size(), "as much is found further behind");
    for (std::size_t i = 0; i < found.size(); ++i)
        claim(again[i].begin == found[i].begin + far && again[i].end == found[i].end + far &&
                  again[i].kind == found[i].kind,
              "the same is found further behind");
}

}   // namespace gilmok::guard::test
