// Reading what an answer says it used, and what a piece of a streamed answer is.

#include "base/text.hpp"
#include "dialect/openai.hpp"
#include "wire/json_walk.hpp"

namespace gilmok::dialect::openai {

using model::Usage;
using wire::json::Cursor;
using wire::json::Once;
using wire::json::plain_text;
using wire::json::Type;
using wire::json::Value;

namespace {

// Above this a double no longer tells neighbours apart, and no model ever wrote so many tokens.
constexpr std::int64_t tokens_max = std::int64_t{1} << 53;

std::int64_t tokens_of(const Once& member) {
    std::int64_t number = 0;
    return wire::json::to_i64(member.get(), number) && number >= 0 && number <= tokens_max ? number : Usage::missing;
}

std::int64_t first_of(const Once& left, const Once& right) {
    const std::int64_t tokens = tokens_of(left);
    return tokens != Usage::missing ? tokens : tokens_of(right);
}

using Walk = wire::json::Walk<wire::json::FastKernel>;

// Calls `take` with every member of a checked object.
template <class Take>
void each_member(const Value& object, Take take) {
    Walk walk(object.text, wire::json::depth_limit, false);
    walk.members([&](std::string_view name) {
        Value value;
        if (!walk.value(value)) return false;
        take(name, value);
        return true;
    });
}

struct Details {
    Once cached, audio, reasoning;
};

Details read_details(const Once& object) {
    Details details;
    if (!object.is_object()) return details;
    each_member(object.get(), [&details](std::string_view name, const Value& value) {
        if (name == "cached_tokens")
            details.cached.set(value);
        else if (name == "audio_tokens")
            details.audio.set(value);
        else if (name == "reasoning_tokens")
            details.reasoning.set(value);
    });
    return details;
}

bool is_filled(const Value& value) {
    if (value.type == Type::string) return value.text.size() > 2;
    if (value.type != Type::array && value.type != Type::object) return false;
    Cursor cursor(value);
    std::string_view name;
    Value inner;
    return value.type == Type::array ? cursor.next_element(inner) : cursor.next_member(name, inner);
}

bool is_content_of_delta(std::string_view name) {
    return name == "content" || name == "reasoning_content" || name == "reasoning" || name == "tool_calls" ||
           name == "function_call" || name == "refusal" || name == "audio";
}

// One event in one pass: the walk goes down into choices[].delta as it comes by, because there is an event for every
// token that every stream writes.
class EventReader {
public:
    explicit EventReader(std::string_view data) : walk_(data, wire::json::depth_limit, false) {}

    bool has_choices = false;
    bool has_choice = false;
    bool has_error = false;
    bool has_content = false;
    bool has_finish_reason = false;
    bool has_usage_member = false;
    Once usage, model, service_tier;

    // False when the data is not an object.
    bool read() {
        walk_.space();
        if (!walk_.is_at('{')) return false;
        return walk_.members([this](std::string_view name) { return read_member(name); });
    }

private:
    bool read_member(std::string_view name) {
        if (name == "choices" && walk_.is_at('[')) return read_choices();
        Value value;
        if (!walk_.value(value)) return false;
        if (name == "usage") {
            has_usage_member = true;
            usage.set(value);
        } else if (name == "model") {
            model.set(value);
        } else if (name == "service_tier") {
            service_tier.set(value);
        } else if (name == "error")
            has_error = has_error || value.type == Type::object || value.type == Type::string;
        // Streams of transcriptions, images and speech have no choices.
        else if (name == "delta" || name == "b64_json" || name == "audio")
            has_content = has_content || (value.type == Type::string && is_filled(value));
        return true;
    }

    bool read_choices() {
        has_choices = true;
        return walk_.elements([this] {
            has_choice = true;
            Value ignored;
            return walk_.is_at('{') ? walk_.members([this](std::string_view name) { return read_choice_member(name); })
                                    : walk_.value(ignored);
        });
    }

    bool read_choice_member(std::string_view name) {
        if (name == "delta" && walk_.is_at('{'))
            return walk_.members([this](std::string_view inner) { return read_delta_member(inner); });
        Value value;
        if (!walk_.value(value)) return false;
        has_content = has_content || (name == "text" && value.type == Type::string && is_filled(value));
        has_finish_reason = has_finish_reason || (name == "finish_reason" && value.type == Type::string);
        return true;
    }

    bool read_delta_member(std::string_view name) {
        Value value;
        if (!walk_.value(value)) return false;
        has_content = has_content || (is_content_of_delta(name) && is_filled(value));
        return true;
    }

    Walk walk_;
};

// Engines name model and tier among the first few members, in front of what is long, or behind it.
void read_front(std::string_view json, AnswerFacts& facts) {
    constexpr int members_max = 8;
    Walk walk(json, wire::json::depth_limit, false);
    walk.space();
    if (!walk.is_at('{')) return;
    int left = members_max;
    walk.members([&](std::string_view name) {
        Value value;
        if (left-- == 0 || walk.is_at('[') || walk.is_at('{') || !walk.value(value)) return false;
        if (name == "model") facts.model = plain_text(value);
        if (name == "service_tier") facts.service_tier = plain_text(value);
        return true;
    });
}

// Takes what follows for members of the outermost object, from the name at `begin` to the end of the answer. False when
// it is something else, or has no usage object.
bool read_back(std::string_view json, std::size_t begin, AnswerFacts& facts) {
    AnswerFacts found = facts;
    Walk walk(json.substr(begin), wire::json::depth_limit, false);
    std::string_view name;
    Value value;
    bool is_usage_read = false;
    for (;;) {
        if (!walk.name(name) || !walk.value(value)) return false;
        if (name == "usage") {
            if (is_usage_read) return false;   // of two, nobody knows which was meant
            is_usage_read = true;
            if (value.type == Type::object) found.usage_text = value.text;
        } else if (name == "model") {
            found.model = plain_text(value);
        } else if (name == "service_tier") {
            found.service_tier = plain_text(value);
        }
        walk.space();
        if (!walk.is_at(',')) break;
        if (!walk.take(',', {})) return false;
        walk.space();
    }
    const bool is_outermost = walk.is_at('}') && walk.at() == json.data() + json.find_last_not_of(" \t\r\n");
    if (!is_outermost || found.usage_text.empty()) return false;
    facts = found;
    return true;
}

// The bytes "usage" with their quotes can stand only where a string token stands: inside a text the quotes would be
// escaped. Where they stand first, as a name whose object is followed by nothing but members of the outermost object, that
// is the member, and the megabytes of an answer before it need not be walked. Anything else takes the long way, and so does a
// model or tier that is named, but neither in front nor close to the usage.
bool read_short_way(std::string_view json, AnswerFacts& facts) {
    constexpr std::string_view usage = "\"usage\"", model = "\"model\"", tier = "\"service_tier\"";
    constexpr std::size_t close_bytes = 512;
    const std::size_t at = wire::json::find_text(json, usage);
    if (at == std::string_view::npos) return false;
    bool is_read = false;
    if (facts.model.empty()) {
        const std::size_t window = at > close_bytes ? at - close_bytes : 0;
        const std::size_t before = json.substr(window, at - window).find(model);
        is_read = before != std::string_view::npos && read_back(json, window + before, facts);
    }
    if (!is_read && !read_back(json, at, facts)) return false;
    return !facts.model.empty() &&
           (!facts.service_tier.empty() || wire::json::find_text(json.substr(0, at), tier) == std::string_view::npos);
}

// Walks all of it. What stood before a fault is believed.
AnswerFacts read_long_way(std::string_view json) {
    Once usage, model, tier;
    Walk walk(json, wire::json::depth_limit, false);
    walk.space();
    if (walk.is_at('{'))
        walk.members([&](std::string_view name) {
            Value value;
            if (!walk.value(value)) return false;
            if (name == "usage")
                usage.set(value);
            else if (name == "model")
                model.set(value);
            else if (name == "service_tier")
                tier.set(value);
            return true;
        });
    AnswerFacts facts;
    facts.model = plain_text(model.get());
    facts.service_tier = plain_text(tier.get());
    if (usage.is_object()) facts.usage_text = usage.get().text;
    return facts;
}

}   // namespace

Usage read_counts(std::string_view usage_text) {
    if (usage_text.empty()) return {};
    Once prompt, input, completion, output, total, cache_hit, input_details, output_details;
    each_member(Value{Type::object, usage_text}, [&](std::string_view name, const Value& value) {
        if (name == "prompt_tokens")
            prompt.set(value);
        else if (name == "completion_tokens")
            completion.set(value);
        else if (name == "total_tokens")
            total.set(value);
        else if (name == "prompt_tokens_details" || name == "input_tokens_details" || name == "input_token_details")
            input_details.set(value);
        else if (name == "completion_tokens_details" || name == "output_tokens_details" ||
                 name == "output_token_details")
            output_details.set(value);
        else if (name == "input_tokens")
            input.set(value);
        else if (name == "output_tokens")
            output.set(value);
        else if (name == "prompt_cache_hit_tokens")
            cache_hit.set(value);
    });
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

AnswerFacts read_facts(std::string_view json) {
    AnswerFacts facts;
    read_front(json, facts);
    return read_short_way(json, facts) ? facts : read_long_way(json);
}

Usage read_usage(std::string_view json) { return read_counts(read_facts(json).usage_text); }

StreamEvent read_event(std::string_view data) {
    using What = StreamEvent::What;
    StreamEvent event;
    if (data.empty()) return event;
    if (data.front() != '{' && trim(data) == "[DONE]") {
        event.what = What::done;
        return event;
    }
    EventReader reader(data);
    if (!reader.read()) return event;
    event.has_content = reader.has_content;
    event.has_finish_reason = reader.has_finish_reason;
    event.has_usage_member = reader.has_usage_member;
    event.has_usage = reader.usage.is_object();
    if (event.has_usage) event.usage_text = reader.usage.get().text;
    event.model = plain_text(reader.model.get());
    event.service_tier = plain_text(reader.service_tier.get());
    if (reader.has_error)
        event.what = What::error;
    else if (reader.has_choices)
        event.what = !reader.has_choice && event.has_usage ? What::usage_only : What::delta;
    else if (reader.has_content)
        event.what = What::delta;
    return event;
}

void append_event_without_usage(std::string& out, std::string_view raw, std::string_view data) {
    const bool is_object = !data.empty() && data.front() == '{' && data.find('\n') == std::string_view::npos;
    Cursor cursor(is_object ? data : std::string_view("{}"));
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        if (name != "usage") continue;
        std::size_t begin = static_cast<std::size_t>(name.data() - data.data()) - 1;
        std::size_t end = static_cast<std::size_t>(value.text.data() + value.text.size() - data.data());
        // One comma goes with the member: the one before it, or for the first member the one behind it.
        const std::size_t before = data.find_last_not_of(" \t", begin - 1);
        if (data[before] == ',')
            begin = before;
        else if (const std::size_t after = data.find_first_not_of(" \t", end);
                 after != std::string_view::npos && data[after] == ',')
            end = after + 1;
        out += "data: ";
        out += data.substr(0, begin);
        out += data.substr(end);
        out += "\n\n";
        return;
    }
    out += raw;
}

}   // namespace gilmok::dialect::openai
