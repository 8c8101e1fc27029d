// Properties of a body that is accepted and edited: it still is one JSON text, names the served model, asks for usage
// when it streams, and has every other member as the client wrote it. Of answers and forms: any bytes are read without
// harm, and counts are in range. The first byte chooses the endpoint and the served name.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/test_claim.hpp"

#include "dialect/openai.hpp"

namespace openai = gilmok::dialect::openai;
namespace json = gilmok::wire::json;
using gilmok::model::Endpoint;

namespace {

using Member = std::pair<std::string, std::string>;

std::vector<Member> members_of(std::string_view object, std::string_view without) {
    std::vector<Member> members;
    json::Cursor cursor(object);
    std::string_view name;
    json::Value value;
    while (cursor.next_member(name, value))
        if (name != "model" && name != without) members.emplace_back(name, value.text);
    return members;
}

std::string apply(const openai::Request& request, std::string_view served_name) {
    std::string made, out;
    const openai::Edited edited = openai::edit(request, {.served_name = served_name}, made);
    claim(edited.count <= 7, "at most seven pieces");
    for (std::size_t i = 0; i < edited.count; ++i) out += edited.parts[i];
    claim(out.size() == edited.bytes, "the size is told");
    return out;
}

void check_edit(Endpoint endpoint, std::string_view body, std::string_view served_name) {
    const auto before = openai::read_request(endpoint, body, {});
    if (!before) return;
    claim(!before->model.empty() && before->choices >= 1 && before->output_tokens_max >= -1,
          "what is read is in range");
    const std::string sent = apply(*before, served_name);
    json::Value model;
    claim(json::scan(sent, {}, nullptr).has_value(), "the edited body is JSON");
    model = json::find({json::Type::object, sent}, "model");
    std::string name;
    claim(json::append_unescaped(name, model, 1000) && name == served_name, "the edited body names the served model");
    claim(members_of(body, "stream_options") == members_of(sent, "stream_options"), "other members stay as they were");
    const json::Value options = json::find({json::Type::object, sent}, "stream_options");
    const bool tells = before->is_stream && (endpoint == Endpoint::chat || endpoint == Endpoint::completions);
    if (!tells) {
        claim(options.text == before->stream_options.text, "no stream, no change of its options");
        return;
    }
    claim(json::find(options, "include_usage").is_true(), "a stream tells its usage");
    const std::string_view old = before->stream_options.type == json::Type::object ? before->stream_options.text : "{}";
    claim(members_of(old, "include_usage") == members_of(options.text, "include_usage"),
          "other stream options stay as they were");
    if (json::has_escape(model.text)) return;
    const auto again = openai::read_request(endpoint, sent, {});
    claim(again.has_value() && apply(*again, served_name) == sent, "an edited body needs no further edit");
}

void check_usage(const gilmok::model::Usage& usage) {
    for (const std::int64_t tokens : {usage.input, usage.input_cached, usage.input_audio, usage.output,
                                      usage.output_reasoning, usage.output_audio, usage.total})
        claim(tokens >= -1 && tokens <= (std::int64_t{1} << 53), "a count is missing or in range");
}

// An event that is one line of JSON stays one, with every member but its usage.
void check_cut_usage(std::string_view data) {
    std::string out;
    openai::append_event_without_usage(out, "raw", data);
    if (out == "raw") return;
    claim(out.starts_with("data: ") && out.ends_with("\n\n"), "an event of one line");
    const std::string_view cut = std::string_view(out).substr(6, out.size() - 8);
    if (!json::scan(data, {}, nullptr)) return;
    claim(json::scan(cut, {}, nullptr).has_value(), "less its usage it still is JSON");
    std::vector<Member> before = members_of(data, ""), after = members_of(cut, "");
    const auto usage =
        std::find_if(before.begin(), before.end(), [](const Member& member) { return member.first == "usage"; });
    claim(usage != before.end(), "something was cut");
    before.erase(usage);
    claim(before == after, "nothing else was cut");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    static constexpr Endpoint endpoints[] = {Endpoint::chat, Endpoint::completions, Endpoint::embeddings,
                                             Endpoint::rerank};
    static constexpr std::string_view served[] = {"served", "org/mod\"el\\\x01", "m", "\xea\xb8\xb8"};
    check_edit(endpoints[data[0] % 4], text, served[data[0] / 4 % 4]);
    check_usage(openai::read_usage(text));
    check_usage(openai::read_counts(openai::read_event(text).usage_text));
    check_cut_usage(text);
    const auto form = openai::read_multipart("multipart/form-data; boundary=B", text);
    if (form) claim(apply(*form, form->model) == text, "a form that keeps its model stays as it was");
    return 0;
}
