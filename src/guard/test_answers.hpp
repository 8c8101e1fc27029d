// Streams and bodies of the OpenAI dialect for tests of restoring and for `scripts/prove restore`: made from texts cut anywhere,
// read back as a client does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "guard/restore.hpp"
#include "wire/json.hpp"
#include "wire/sse.hpp"

namespace gilmok::guard::test {

// What stands around a text inside its choice.
struct Form {
    std::string_view name, open, close;
    bool is_json = false;   // the text is JSON, as arguments are
};
inline constexpr Form forms[] = {
    {"content", R"("delta":{"content":")", "\"}"},
    {"reasoning_content", R"("delta":{"reasoning_content":")", "\"}"},
    {"reasoning", R"("delta":{"reasoning":")", "\"}"},
    {"refusal", R"("delta":{"refusal":")", "\"}"},
    {"tool arguments", R"("delta":{"tool_calls":[{"index":1,"function":{"arguments":")", "\"}}]}", true},
    {"function_call arguments", R"("delta":{"function_call":{"arguments":")", "\"}}", true},
    {"audio transcript", R"("delta":{"audio":{"transcript":")", "\"}}"},
    {"reasoning_details", R"("delta":{"reasoning_details":[{"index":0,"text":")", "\"}]}"},
    {"completion text", R"("text":")", "\""},
};

// Every ASCII byte as \uXXXX, as an engine may write it.
inline std::string all_escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            out += c;
            continue;
        }
        out += "\\u00";
        out += digits[byte >> 4];
        out += digits[byte & 15U];
    }
    return out;
}

inline std::string event_of(const Form& form, std::string_view text, int choice = 0, bool escapes_all = false) {
    std::string out =
        R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":)";
    append_number(out, choice);
    out += ',';
    out += form.open;
    if (escapes_all)
        out += all_escaped(text);
    else
        append_json_escaped(out, text);
    out += form.close;
    out += ",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    return out;
}
inline std::string finish_of(int choice = 0) {
    std::string out = R"(data: {"id":"chatcmpl-1","choices":[{"index":)";
    append_number(out, choice);
    out += ",\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    return out;
}
inline constexpr std::string_view done_event = "data: [DONE]\n\n";

// All texts of a stream by choice and way to them, put together.
using Texts = std::map<std::string, std::string>;

inline void gather(const wire::json::Value& value, const std::string& way, Texts& texts) {
    if (value.type == wire::json::Type::string) {
        wire::json::append_unescaped(texts[way], value, value.text.size());
        return;
    }
    wire::json::Cursor members(value), elements(value);
    std::string_view name;
    wire::json::Value inside;
    if (value.type == wire::json::Type::object)
        while (members.next_member(name, inside)) gather(inside, way + "." + std::string(name), texts);
    if (value.type == wire::json::Type::array)
        while (elements.next_element(inside))
            gather(inside, way + "." + std::string(wire::json::find(inside, "index").text), texts);
}

inline Texts texts_of(std::string_view stream) {
    Texts texts;
    wire::sse::Framer framer(1 << 20);
    framer.feed(stream);
    wire::sse::Event event;
    while (*framer.next(event)) {
        if (event.is_comment || event.data == "[DONE]") continue;
        if (!wire::json::scan(event.data, {}, nullptr)) texts["not JSON"] += event.data;
        const wire::json::Value choices = wire::json::find({wire::json::Type::object, event.data}, "choices");
        gather(choices, "", texts);
    }
    for (auto at = texts.begin(); at != texts.end();)
        at = at->second.empty() || at->first.find("finish_reason") != std::string::npos ? texts.erase(at)
                                                                                        : std::next(at);
    if (framer.bytes_held() > 0) texts["half an event"] = "";
    return texts;
}

// The stream behind a Restorer, event by event.
inline Result<bool> run(Restorer& restorer, std::string_view stream, std::string& out) {
    wire::sse::Framer framer(1 << 20);
    framer.feed(stream);
    wire::sse::Event event;
    while (*framer.next(event)) {
        GILMOK_TRY(passed, restorer.event(event.raw, event.data, out));
        static_cast<void>(passed);
    }
    return restorer.end(out);
}

}   // namespace gilmok::guard::test
