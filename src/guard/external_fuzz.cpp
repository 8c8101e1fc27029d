// Properties: the question about any body is JSON, and each of its texts comes back unescaped as the walk told it; an answer that is
// read and added gives findings in order that do not overlap, inside the body, whose values are the bytes that were meant, and
// masking them leaves JSON; an answer that is refused adds nothing. The body is the input up to a zero byte, the answer is behind it.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"
#include "guard/external.hpp"
#include "guard/inspect.hpp"
#include "guard/redact.hpp"
#include "wire/json.hpp"

namespace guard = gilmok::guard;
namespace model = gilmok::model;
namespace json = gilmok::wire::json;

namespace {

class Texts final : public guard::Leaves {
public:
    gilmok::Result<bool> leaf(const guard::Leaf& leaf) override {
        if (guard::is_asked_about(leaf, "m")) texts.emplace_back(leaf.text);
        return true;
    }
    std::vector<std::string> texts;
};

std::vector<std::string> texts_of(std::string_view question) {
    std::vector<std::string> texts;
    json::Cursor elements(json::find({json::Type::object, question}, "texts"));
    json::Value element;
    while (elements.next_element(element))
        claim(json::append_unescaped(texts.emplace_back(), element, question.size()),
              "a text of the question is whole");
    return texts;
}

void check_findings(const guard::Inspection& inspection, const std::vector<std::string>& texts) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < inspection.findings().size(); ++i) {
        const auto& place = inspection.place(i);
        claim(place.begin >= at && place.begin <= place.end && place.end <= inspection.body().size(),
              "findings are in order and do not overlap");
        at = place.end;
        bool is_of_a_text = model::family_of(inspection.findings()[i].kind) == model::DataFamily::media;
        for (const std::string& text : texts)
            is_of_a_text = is_of_a_text || text.find(inspection.value(i)) != text.npos;
        claim(is_of_a_text, "what was found stands in a text");
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view body = input.substr(0, input.find('\0'));
    const std::string_view answer = input.substr(std::min(body.size() + 1, size));
    const auto spans = guard::read_external_answer(answer);
    if (spans)
        for (const guard::ExternalSpan& span : *spans)
            claim(span.begin < span.end && span.score <= 100 && span.kind < model::DataKind::count_, "spans are sound");
    if (!json::scan(body, {}, nullptr)) return 0;
    const auto question = guard::external_question(body, "m", model::KindSet::all());
    claim(question && json::scan(question->json, {}, nullptr), "the question is JSON");
    Texts told;
    guard::WalkScratch walk;
    claim(guard::walk(body, walk, told).has_value() && told.texts == texts_of(question->json),
          "the texts are the body's");
    claim(question->texts == told.texts.size(), "the texts are counted");
    if (!spans) return 0;
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    claim(inspection.read(body, nullptr, scratch).has_value(), "what was checked is looked through");
    const std::size_t before = inspection.findings().size();
    if (!inspection.add(body, "m", *spans, 60)) {
        claim(inspection.findings().size() == before, "what is refused adds nothing");
        return 0;
    }
    check_findings(inspection, told.texts);
    guard::Actions actions;
    for (std::size_t i = 0; i < model::data_kinds_count; ++i)
        if (model::family_of(static_cast<model::DataKind>(i)) != model::DataFamily::media)
            actions.of[i] = model::GuardAction::mask;
    guard::Pseudonyms pseudonyms(gilmok::Secret("secret"), "tenant", "conversation");
    std::string out;
    const auto done = guard::redact(inspection, actions, {}, pseudonyms, out);
    claim(done.has_value(), "whatever may leave can be made ready");
    if (*done) claim(json::scan(out, {}, nullptr).has_value(), "the redacted body is JSON");
    return 0;
}
