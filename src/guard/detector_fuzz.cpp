// Properties of a scan of any bytes: findings are sorted, lie inside and do not overlap; the scalar first stage finds the same; the
// same scratch gives the same answer again; an open tail is never longer than it may be and cuts no character.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"

#include "guard/detector.hpp"

using namespace gilmok::guard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Detector detector({.score_min = 1});
    static DetectScratch scratch;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<gilmok::model::Finding> findings, scalar, again;
    claim(detector.scan(text, scratch, findings) && detector.scan_scalar(text, scratch, scalar),
          "a short text is scanned");
    claim(findings == scalar, "the twins find the same");
    claim(detector.scan(text, scratch, again) && again == findings, "a scan leaves nothing behind in its scratch");
    std::size_t end = 0;
    for (const auto& finding : findings) {
        claim(finding.begin >= end && finding.begin < finding.end && finding.end <= size,
              "findings are sorted and inside");
        end = finding.end;
    }
    const auto is_before = [](const Anchor& left, const Anchor& right) {
        return left.at != right.at ? left.at < right.at : left.what < right.what;
    };
    std::vector<Anchor> anchors_scalar;
    find_anchors_scalar(text, 0, size, anchors_scalar);
    std::sort(anchors_scalar.begin(), anchors_scalar.end(), is_before);
    for (const Vectors with : {Vectors::avx2, Vectors::avx512}) {
        if (with > widest_vectors()) continue;
        std::vector<Anchor> anchors;
        find_anchors(text, 0, size, anchors, with);
        std::sort(anchors.begin(), anchors.end(), is_before);
        claim(anchors == anchors_scalar, "every form of the first stage sees the same anchors");
    }
    const std::size_t held = detector.open_tail(text);
    claim(held <= Detector::secret_hold_bytes_max && held <= size, "a tail is bounded");
    const bool cuts = held < size && held > 0 && (static_cast<unsigned char>(text[size - held]) & 0xC0U) == 0x80U;
    const bool is_broken = size >= held + 4 && (static_cast<unsigned char>(text[size - held - 1]) & 0xC0U) == 0x80U;
    claim(!cuts || is_broken || size - held < 4 || (static_cast<unsigned char>(text[size - held - 1]) < 0xC2),
          "a tail cuts no character");
    return 0;
}
