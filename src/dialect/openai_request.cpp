// Reading what gilmok needs of a request's body, and changing what it must.
#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "base/assert.hpp"
#include "base/name_set.hpp"
#include "base/text.hpp"
#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

using model::Endpoint;
using wire::json::Type;
using wire::json::Value;

namespace {

constexpr std::size_t model_bytes_max = 256;
constexpr std::int64_t choices_max = 128;

// In order of their lengths, as NameSet wants them.
enum class Name : std::uint8_t {
    n,
    user,
    model,
    tools,
    input,
    stream,
    prompt,
    messages,
    max_tokens,
    stream_options,
    response_format,
    max_completion_tokens,
    count_
};
constexpr std::array<std::string_view, static_cast<std::size_t>(Name::count_)> names{
    "n",      "user",     "model",      "tools",          "input",           "stream",
    "prompt", "messages", "max_tokens", "stream_options", "response_format", "max_completion_tokens"};
constexpr NameSet name_set(names);
constexpr std::size_t name_bytes_max = 21;

Error refusal(Code code, std::string_view detail) { return {code, Fault::client, Retry::never, detail}; }
tl::unexpected<Error> invalid(std::string_view detail) { return fail(refusal(Code::member_invalid, detail)); }

// `raw` as the most forgiving reader would fold it: escapes resolved, ASCII case ignored, and the two letters that
// Unicode folds onto ASCII (long s, Kelvin sign), which Go's encoding/json takes for s and k. Empty when it is too long
// to be one of ours.
std::string folded(std::string_view raw) {
    std::string quoted;
    quoted.append("\"").append(raw).append("\"");
    std::string plain;
    if (!wire::json::append_unescaped(plain, {Type::string, quoted}, 3 * name_bytes_max)) return {};
    std::string out;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const std::string_view rest = std::string_view(plain).substr(i);
        if (rest.starts_with("\xC5\xBF")) {
            out.push_back('s');
            i += 1;
        } else if (rest.starts_with("\xE2\x84\xAA")) {
            out.push_back('k');
            i += 2;
        } else {
            out.push_back(ascii_lower(plain[i]));
        }
    }
    return out;
}

bool is_plain_ascii(std::string_view raw) {
    return std::all_of(raw.begin(), raw.end(),
                       [](char c) { return c != '\\' && static_cast<unsigned char>(c) < 0x80; });
}

// Which of `watched` is `raw` in disguise? "" when it is none of them.
template <std::size_t count>
std::string_view disguised_as(std::string_view raw, const std::array<std::string_view, count>& watched) {
    const bool is_plain = is_plain_ascii(raw);
    // The longest escape of one byte is six bytes; what is longer cannot fold to a name of ours.
    if (!is_plain && raw.size() > 6 * name_bytes_max) return {};
    const std::string plain = is_plain ? std::string{} : folded(raw);
    const auto found = std::find_if(watched.begin(), watched.end(), [&](std::string_view name) {
        return is_plain ? equal_ignoring_case(raw, name) && raw != name : name == plain;
    });
    return found != watched.end() ? *found : std::string_view{};
}

class Reader final : public wire::json::Members {
public:
    explicit Reader(Request& request) : request_(request) {}

    Result<bool> member(std::string_view raw, const Value& value) override {
        const std::size_t index = name_set.index_of(raw);
        if (index == names.size()) {
            if (const auto name = disguised_as(raw, names); !name.empty())
                return fail(refusal(Code::member_duplicate, name));
            // Rerank has its text in two members of its own; nothing is decided by them but the size.
            if (request_.endpoint == Endpoint::rerank && (raw == "query" || raw == "documents")) add_input(value);
            return true;
        }
        if ((seen_ >> index) & 1U) return fail(refusal(Code::member_duplicate, names[index]));
        seen_ |= 1U << index;
        return read(static_cast<Name>(index), value);
    }

    Result<bool> finish() {
        if (!has(Name::model)) return fail(refusal(Code::model_missing, "the member 'model' is missing"));
        if (max_completion_tokens_ >= 0) request_.output_tokens_max = max_completion_tokens_;
        if (request_.stream_options.type == Type::object && !request_.is_stream)
            return invalid("'stream_options' is only allowed when 'stream' is true");
        return true;
    }

private:
    [[nodiscard]] bool has(Name name) const { return ((seen_ >> static_cast<unsigned>(name)) & 1U) != 0; }

    void add_input(const Value& value) {
        const std::size_t bytes = request_.input_bytes + value.text.size();
        request_.input_bytes =
            static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
    }

    Result<bool> read(Name name, const Value& value) {
        switch (name) {
            case Name::model: return read_model(value);
            case Name::stream:
                if (value.type != Type::boolean && value.type != Type::null)
                    return invalid("'stream' must be true or false");
                request_.is_stream = value.is_true();
                return true;
            case Name::stream_options: return read_stream_options(value);
            case Name::response_format:
                request_.wants_json = value.type == Type::object && wire::json::find(value, "type").text != "\"text\"";
                return true;
            case Name::max_tokens:
                if (value.type == Type::null) request_.output_limit_null = value;
                return read_whole(value, 0, std::numeric_limits<std::int64_t>::max(), request_.output_tokens_max,
                                  "'max_tokens' must be a whole number of 0 or more");
            case Name::max_completion_tokens:
                if (value.type == Type::null) request_.output_limit_null = value;
                return read_whole(value, 0, std::numeric_limits<std::int64_t>::max(), max_completion_tokens_,
                                  "'max_completion_tokens' must be a whole number of 0 or more");
            case Name::n:
                return read_whole(value, 1, choices_max, request_.choices, "'n' must be a whole number from 1 to 128");
            case Name::messages:
            case Name::prompt:
            case Name::input: add_input(value); return true;
            case Name::user:
                if (value.type == Type::string) request_.user = value.text.substr(1, value.text.size() - 2);
                return true;
            case Name::tools:
            case Name::count_: return true;
        }
        return true;
    }

    Result<bool> read_model(const Value& value) {
        if (value.type != Type::string) return invalid("'model' must be a string");
        const std::string_view name = value.text.substr(1, value.text.size() - 2);
        if (name.empty()) return invalid("'model' must not be empty");
        if (name.size() > model_bytes_max) return invalid("'model' must not be longer than 256 bytes");
        if (wire::json::has_escape(name)) return invalid("'model' must be written without escapes");
        if (name.find('\x7f') != std::string_view::npos) return invalid("'model' must not hold control bytes");
        request_.model = name;
        request_.model_value = value;
        return true;
    }

    Result<bool> read_stream_options(const Value& value) {
        if (value.type != Type::object && value.type != Type::null)
            return invalid("'stream_options' must be an object");
        request_.stream_options = value;
        static constexpr std::array<std::string_view, 1> watched{"include_usage"};
        bool is_seen = false;
        wire::json::Cursor cursor(value);
        std::string_view name;
        Value option;
        while (cursor.next_member(name, option)) {
            const bool is_it = name == watched.front();
            if ((is_it && is_seen) || (!is_it && !disguised_as(name, watched).empty()))
                return fail(refusal(Code::member_duplicate, watched.front()));
            if (!is_it) continue;
            is_seen = true;
            if (option.type != Type::boolean) return invalid("'stream_options.include_usage' must be true or false");
            request_.asks_for_usage = option.is_true();
        }
        return true;
    }

    static Result<bool> read_whole(const Value& value, std::int64_t least, std::int64_t most, std::int64_t& number,
                                   std::string_view problem) {
        if (value.type == Type::null) return true;
        std::int64_t read = 0;
        if (!wire::json::to_i64(value, read) || read < least || read > most) return invalid(problem);
        number = read;
        return true;
    }

    Request& request_;
    std::uint32_t seen_ = 0;
    std::int64_t max_completion_tokens_ = -1;
};

}   // namespace

Result<Request> read_request(Endpoint endpoint, std::string_view body, const wire::json::Limits& limits) {
    Request request;
    request.endpoint = endpoint;
    request.text = body;
    Reader reader(request);
    GILMOK_TRY(type, wire::json::scan(body, limits, &reader));
    if (type != Type::object) return fail(refusal(Code::bad_json, "the body must be a JSON object"));
    GILMOK_TRY(is_whole, reader.finish());
    static_cast<void>(is_whole);
    return request;
}

namespace {

// Bytes of the body that give way to new ones: `made` from made_begin on, made_bytes long.
struct Change {
    std::size_t begin = 0;
    std::size_t bytes = 0;
    std::size_t made_begin = 0;
    std::size_t made_bytes = 0;
};

std::size_t offset_in(std::string_view text, std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
}

Change change_model(const Request& request, std::string_view served_name, std::string& made) {
    Change change{offset_in(request.text, request.model_value.text), request.model_value.text.size(), made.size(), 0};
    if (request.is_multipart) {
        GILMOK_ASSERT(served_name.find_first_of("\r\n") == std::string_view::npos);
        made.append(served_name);
    } else {
        made.push_back('"');
        append_json_escaped(made, served_name);
        made.push_back('"');
    }
    change.made_bytes = made.size() - change.made_begin;
    return change;
}

// The smallest change that makes stream_options.include_usage true (and where the engine knows it, has usage in every
// event), and leaves its other members.
Change change_stream_options(const Request& request, bool continuous, std::string& made) {
    const Value& options = request.stream_options;
    const bool adds_continuous = continuous && (options.type != Type::object ||
                                                wire::json::find(options, "continuous_usage_stats").text.empty());
    const std::string_view wanted =
        adds_continuous ? "\"include_usage\":true,\"continuous_usage_stats\":true" : "\"include_usage\":true";
    Change change{0, 0, made.size(), 0};
    if (options.text.empty()) {
        change.begin = request.text.find('{') + 1;
        // "model" is always there, so something follows.
        made.append("\"stream_options\":{").append(wanted).append("},");
    } else if (options.type == Type::null) {
        change.begin = offset_in(request.text, options.text);
        change.bytes = options.text.size();
        made.append("{").append(wanted).append("}");
    } else if (const Value old = wire::json::find(options, "include_usage"); !old.text.empty()) {
        change.begin = offset_in(request.text, old.text);
        change.bytes = old.text.size();
        made.append(adds_continuous ? "true,\"continuous_usage_stats\":true" : "true");
    } else {
        change.begin = offset_in(request.text, options.text) + 1;
        std::string_view name;
        Value ignored;
        const bool is_empty = !wire::json::Cursor(options).next_member(name, ignored);
        made.append(wanted).append(is_empty ? "" : ",");
    }
    change.made_bytes = made.size() - change.made_begin;
    return change;
}

// A limit of the answer where the client named none: in place of his null, or as a member of its own.
Change set_output_limit(const Request& request, const Edits& edits, std::string& made) {
    Change change{request.text.find('{') + 1, 0, made.size(), 0};
    const Value& null = request.output_limit_null;
    if (!null.text.empty()) {
        change.begin = offset_in(request.text, null.text);
        change.bytes = null.text.size();
        append_number(made, edits.output_tokens_max);
    } else {
        made.append("\"").append(edits.output_limit_member).append("\":");
        append_number(made, edits.output_tokens_max);
        made.append(",");
    }
    change.made_bytes = made.size() - change.made_begin;
    return change;
}

void add_part(Edited& edited, std::string_view part) {
    if (part.empty()) return;
    edited.parts[edited.count++] = part;
    edited.bytes += part.size();
}

}   // namespace

Edited edit(const Request& request, const Edits& edits, std::string& made) {
    made.clear();
    std::array<Change, 3> changes{};
    std::size_t count = 0;
    if (request.model != edits.served_name) changes[count++] = change_model(request, edits.served_name, made);
    const bool tells_usage = request.endpoint == Endpoint::chat || request.endpoint == Endpoint::completions;
    if (request.is_stream && tells_usage && (!request.asks_for_usage || edits.continuous_usage))
        changes[count++] = change_stream_options(request, edits.continuous_usage, made);
    if (tells_usage && edits.output_tokens_max > 0 && !request.is_multipart)
        changes[count++] = set_output_limit(request, edits, made);
    // Two that insert at one place stand in the order in which they were made.
    std::sort(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(count),
              [](const Change& left, const Change& right) {
                  return std::tie(left.begin, left.made_begin) < std::tie(right.begin, right.made_begin);
              });

    Edited edited;
    std::size_t done = 0;
    for (std::size_t i = 0; i < count; ++i) {
        add_part(edited, request.text.substr(done, changes[i].begin - done));
        add_part(edited, std::string_view(made).substr(changes[i].made_begin, changes[i].made_bytes));
        done = changes[i].begin + changes[i].bytes;
    }
    add_part(edited, request.text.substr(done));
    return edited;
}

}   // namespace gilmok::dialect::openai
