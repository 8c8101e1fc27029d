// Properties: a text with stand-ins and identifiers in it, cut into events anywhere, comes to the client as the uncut one does,
// with every stand-in put back. Any bytes at all, as events or as a body, are passed or refused without harm, and JSON stays JSON.
// The first byte chooses the form, the others are the text; bytes 0x01 to 0x04 stand for stand-ins, 0x05 for a cut.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/test_claim.hpp"
#include "base/text.hpp"
#include "guard/restore.hpp"
#include "wire/json.hpp"

namespace guard = gilmok::guard;
namespace model = gilmok::model;
namespace json = gilmok::wire::json;

namespace {

struct Form {
    std::string_view open, close;
};
constexpr Form forms[] = {{R"("delta":{"content":")", "\"}"},
                          {R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":")", "\"}}]}"},
                          {R"("text":")", "\""}};

std::string event_of(const Form& form, std::string_view text) {
    std::string out = R"({"choices":[{"index":0,)";
    out += form.open;
    gilmok::append_json_escaped(out, text);
    out += form.close;
    return out + "}]}";
}

// All texts of a stream's events.
void gather(const json::Value& value, std::string& out) {
    if (value.type == json::Type::string) json::append_unescaped(out, value, value.text.size());
    json::Cursor members(value), elements(value);
    std::string_view name;
    json::Value inside;
    if (value.type == json::Type::object)
        while (members.next_member(name, inside)) gather(inside, out);
    if (value.type == json::Type::array)
        while (elements.next_element(inside)) gather(inside, out);
}

std::string shown(const guard::RestoreOptions& options, const Form& form, const std::vector<std::string>& pieces) {
    static guard::RestoreScratch scratch;
    guard::Restorer restorer(options, scratch);
    std::string stream, text;
    for (const std::string& piece : pieces) {
        const std::string data = event_of(form, piece), raw = "data: " + data + "\n\n";
        claim(restorer.event(raw, std::string_view(raw).substr(6, data.size()), stream).has_value(),
              "events are passed");
    }
    claim(restorer.end(stream).has_value(), "the end is passed");
    for (std::size_t at = 0; at < stream.size();) {
        claim(stream.compare(at, 6, "data: ") == 0, "events are whole");
        const std::size_t end = stream.find("\n\n", at);
        const std::string_view data = std::string_view(stream).substr(at + 6, end - at - 6);
        claim(json::scan(data, {}, nullptr).has_value(), "events are JSON");
        gather(json::find({json::Type::object, data}, "choices"), text);
        at = end + 2;
    }
    return text;
}

void check_any_bytes(const guard::RestoreOptions& options, std::string_view text) {
    static guard::RestoreScratch scratch;
    guard::Restorer restorer(options, scratch);
    std::string out;
    const std::string raw = "data: " + std::string(text) + "\n\n";
    const bool is_json = json::scan(text, {.depth_max = 128}, nullptr).has_value();
    if (restorer.event(raw, std::string_view(raw).substr(6, text.size()), out) && is_json &&
        text.find('\n') == std::string_view::npos)
        claim(out.find("\n\n") == out.size() - 2 || out.find("data: ", 1) != std::string::npos, "whole events");
    static_cast<void>(restorer.end(out));
    guard::Restorer whole(options, scratch);
    out.clear();
    std::optional<gilmok::dialect::openai::AnswerFacts> facts;
    const auto changed = whole.body(text, out, facts);
    claim(changed.has_value() && facts.has_value() == is_json, "what is JSON is read as JSON");
    claim(*changed || out.empty(), "nothing is made where nothing changes");
    if (*changed && is_json) claim(json::scan(out, {.depth_max = 128}, nullptr).has_value(), "JSON stays JSON");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    guard::Pseudonyms pseudonyms(gilmok::Secret("secret"), "tenant", "conversation");
    const std::string_view stand_ins[] = {
        pseudonyms.of(model::DataKind::kr_name, "kim", ""), pseudonyms.of(model::DataKind::email, "k@x.kr", ""),
        pseudonyms.of(model::DataKind::password, "quiet", ""), pseudonyms.of(model::DataKind::kr_name, "lee", "")};
    guard::RestoreOptions options;
    options.pseudonyms = &pseudonyms;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_any_bytes(options, bytes);
    const Form& form = forms[data[0] % std::size(forms)];
    std::vector<std::string> pieces(1);
    std::string whole, wanted;
    for (const char c : bytes) {
        if (c == '\x05') {
            pieces.emplace_back();
            continue;
        }
        const std::string_view part = c >= 1 && c <= 4 ? stand_ins[c - 1] : std::string_view(&c, 1);
        // Bytes above ASCII would need to come as whole characters, which a cut inside one could not be.
        if (static_cast<unsigned char>(c) >= 0x80) continue;
        whole += part;
        pieces.back() += part;
    }
    // And cut inside of stand-ins: every piece again at a place that its size chooses.
    std::vector<std::string> smaller;
    for (const std::string& piece : pieces) {
        const std::size_t cut = piece.size() * (data[0] % 7U) / 7;
        smaller.push_back(piece.substr(0, cut));
        smaller.push_back(piece.substr(cut));
    }
    pseudonyms.restore(whole, wanted);
    claim(shown(options, form, {whole}) == wanted, "every stand-in is put back");
    claim(shown(options, form, pieces) == wanted, "a cut makes no difference");
    claim(shown(options, form, smaller) == wanted, "a cut inside a stand-in makes no difference");
    return 0;
}
