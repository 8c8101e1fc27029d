// Reading what an answer says it used, and what a piece of a streamed answer is.
#include "base/text.hpp"
#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

using model::Usage;
using wire::json::Cursor;
using wire::json::Type;
using wire::json::Value;

namespace {

// Above this a double no longer tells neighbours apart, and no model ever wrote so many tokens.
constexpr std::int64_t tokens_max = std::int64_t{1} << 53;

// A member that counts only when it stands once: of two, nobody knows which was meant.
class Once {
public:
    void set(const Value& value) {
        is_twice_ = is_twice_ || !value_.text.empty();
        value_ = value;
    }
    [[nodiscard]] Value get() const { return is_twice_ ? Value{} : value_; }
    [[nodiscard]] bool is_object() const { return get().type == Type::object; }

private:
    Value value_{};
    bool is_twice_ = false;
};

std::int64_t tokens_of(const Once& member) {
    std::int64_t number = 0;
    return wire::json::to_i64(member.get(), number) && number >= 0 && number <= tokens_max ? number : Usage::missing;
}

std::int64_t first_of(const Once& left, const Once& right) {
    const std::int64_t tokens = tokens_of(left);
    return tokens != Usage::missing ? tokens : tokens_of(right);
}

struct Details {
    Once cached, audio, reasoning;
};

Details read_details(const Once& object) {
    Details details;
    if (!object.is_object()) return details;
    Cursor cursor(object.get());
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        if (name == "cached_tokens") details.cached.set(value);
        else if (name == "audio_tokens") details.audio.set(value);
        else if (name == "reasoning_tokens") details.reasoning.set(value);
    }
    return details;
}

Usage read_counts(const Value& object) {
    Once prompt, input, completion, output, total, cache_hit, input_details, output_details;
    Cursor cursor(object);
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        if (name == "prompt_tokens") prompt.set(value);
        else if (name == "completion_tokens") completion.set(value);
        else if (name == "total_tokens") total.set(value);
        else if (name == "prompt_tokens_details" || name == "input_tokens_details" || name == "input_token_details") input_details.set(value);
        else if (name == "completion_tokens_details" || name == "output_tokens_details" || name == "output_token_details") output_details.set(value);
        else if (name == "input_tokens") input.set(value);
        else if (name == "output_tokens") output.set(value);
        else if (name == "prompt_cache_hit_tokens") cache_hit.set(value);
    }
    const Details of_input = read_details(input_details);
    const Details of_output = read_details(output_details);
    Usage usage;
    usage.input = first_of(prompt, input);
    usage.input_cached = first_of(of_input.cached, cache_hit);
    usage.input_audio = tokens_of(of_input.audio);
    usage.output = first_of(completion, output);
    usage.output_reasoning = tokens_of(of_output.reasoning);
    usage.output_audio = tokens_of(of_output.audio);
    usage.total = tokens_of(total);
    return usage;
}

bool is_filled(const Value& value) {
    if (value.type == Type::string) return value.text.size() > 2;
    if (value.type != Type::array && value.type != Type::object) return false;
    Cursor cursor(value);
    std::string_view name;
    Value inner;
    return value.type == Type::array ? cursor.next_element(inner) : cursor.next_member(name, inner);
}

bool delta_has_content(const Value& delta) {
    Cursor cursor(delta);
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        const bool tells = name == "content" || name == "reasoning_content" || name == "reasoning" || name == "tool_calls" ||
                           name == "function_call" || name == "refusal" || name == "audio";
        if (tells && is_filled(value)) return true;
    }
    return false;
}

// `is_empty` when there is no choice at all.
bool choices_have_content(const Value& choices, bool& is_empty) {
    is_empty = true;
    Cursor cursor(choices);
    Value choice;
    while (cursor.next_element(choice)) {
        is_empty = false;
        Cursor members(choice);
        std::string_view name;
        Value value;
        while (members.next_member(name, value)) {
            if (name == "delta" && delta_has_content(value)) return true;
            if (name == "text" && value.type == Type::string && is_filled(value)) return true;
        }
    }
    return false;
}

}  // namespace

Usage read_usage(std::string_view json) {
    // Inside a string the quotes of this would be escaped; so where it is absent no member of that name can be.
    if (json.find("\"usage\"") == std::string_view::npos) return {};
    Cursor cursor(json);
    std::string_view name;
    Value value;
    Once usage;
    while (cursor.next_member(name, value))
        if (name == "usage") usage.set(value);
    return usage.is_object() ? read_counts(usage.get()) : Usage{};
}

StreamEvent read_event(std::string_view data) {
    using What = StreamEvent::What;
    StreamEvent event;
    if (data.empty()) return event;
    if (data.front() != '{' && trim(data) == "[DONE]") {
        event.what = What::done;
        return event;
    }
    Value choices;
    Once usage;
    Cursor cursor(data);
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        if (name == "choices") {
            if (value.type == Type::array) choices = value;
        } else if (name == "usage") {
            usage.set(value);
        } else if (name == "error") {
            if (value.type == Type::object || value.type == Type::string) event.what = What::error;
        } else if (name == "delta" || name == "b64_json" || name == "audio") {
            // Streams of transcriptions, images and speech have no choices.
            if (value.type == Type::string && is_filled(value)) event.has_content = true;
        }
    }
    event.has_usage = usage.is_object();
    if (event.has_usage) event.usage = read_counts(usage.get());
    bool is_empty = true;
    if (!choices.text.empty() && choices_have_content(choices, is_empty)) event.has_content = true;
    if (event.what == What::error) return event;
    if (!choices.text.empty()) event.what = is_empty && event.has_usage ? What::usage_only : What::delta;
    else if (event.has_content) event.what = What::delta;
    return event;
}

}  // namespace gilmok::dialect::openai
