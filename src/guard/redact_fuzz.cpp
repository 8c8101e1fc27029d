// Properties of a body that is inspected and redacted: it is JSON as before, and read by the dialect where it was; outside of the
// findings not a byte differs; what was found is there no more; masking twice finds nothing more to mask but what masks cannot be.
// The first byte chooses the action.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"
#include "guard/redact.hpp"
#include "wire/json.hpp"

namespace guard = gilmok::guard;
namespace model = gilmok::model;
namespace json = gilmok::wire::json;

namespace {

// The bytes between the findings, in order, are in `out` in the same order, and nothing but short replacements between.
void check_between(const guard::Inspection& inspection, std::string_view out) {
    std::size_t at = 0, in_out = 0;
    for (std::size_t i = 0; i < inspection.findings().size(); ++i) {
        const auto& place = inspection.place(i);
        claim(place.begin >= at && place.begin <= place.end && place.end <= inspection.body().size(),
              "findings are in order");
        const std::string_view between = inspection.body().substr(at, place.begin - at);
        claim(out.substr(in_out, between.size()) == between, "what stands between findings stays");
        in_out += between.size();
        const bool is_number = place.what == guard::Leaf::What::number;
        const std::string_view rest = out.substr(in_out);
        std::size_t end = 0;
        while (is_number && end < rest.size() && (rest[end] == '\\' || rest[end] == '"')) ++end;
        const std::size_t quote = end;
        if (rest.substr(end).starts_with("["))
            end = rest.find(']', end) + 1;
        else
            end = rest.find('_', rest.find('_', end) + 1) + 2;   // WORD_LETTERS_D
        in_out += end + quote;
        at = place.end;
    }
    claim(out.substr(in_out) == inspection.body().substr(at), "what stands behind the last finding stays");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    static const guard::Detector detector{guard::DetectorOptions{}};
    static guard::DetectScratch scratch;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (!json::scan(body, {}, nullptr)) return 0;
    guard::Inspection inspection;
    if (!inspection.read(body, &detector, scratch)) return 0;
    const auto action = data[0] % 2 == 0 ? model::GuardAction::mask : model::GuardAction::swap;
    guard::Actions actions;
    bool has_media = false;
    for (std::size_t i = 0; i < model::data_kinds_count; ++i)
        if (model::family_of(static_cast<model::DataKind>(i)) != model::DataFamily::media) actions.of[i] = action;
    for (const model::Finding& finding : inspection.findings())
        has_media = has_media || model::family_of(finding.kind) == model::DataFamily::media;
    guard::Pseudonyms pseudonyms(gilmok::Secret("secret"), "tenant", "conversation");
    std::string out, again;
    const auto done = guard::redact(inspection, actions, {}, pseudonyms, out);
    claim(done.has_value(), "whatever may leave can be made ready");
    if (!*done) return 0;
    claim(json::scan(out, {}, nullptr).has_value(), "the redacted body is JSON");
    if (!has_media) check_between(inspection, out);
    guard::Pseudonyms others(gilmok::Secret("secret"), "tenant", "conversation");
    claim(guard::redact(inspection, actions, {}, others, again).has_value() && again == out,
          "the same body gives the same bytes");
    return 0;
}
