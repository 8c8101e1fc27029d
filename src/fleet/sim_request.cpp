#include "fleet/sim_request.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "fleet/tokens.hpp"
#include "wire/json.hpp"

namespace gilmok::fleet {

namespace {

namespace json = wire::json;
using json::Cursor;
using json::Type;
using json::Value;

constexpr std::size_t text_bytes_max = std::numeric_limits<std::uint32_t>::max();

bool is_said(const Value& value) { return !value.text.empty() && value.type != Type::null; }

std::string text_of(const Value& value) {
    std::string text;
    if (value.type == Type::string && !value.text.empty()) json::append_unescaped(text, value, text_bytes_max);
    return text;
}

tl::unexpected<ApiError> refuse(std::string_view param, std::string message) {
    return tl::unexpected<ApiError>(ApiError{400, "invalid_request_error", std::move(message), param, {}});
}

// Reads the members of the body one after another into the request.
class Reader {
public:
    Reader(SimRequest& request, const Value& body) : request_(request), body_(body) {}

    ApiResult<bool> read() {
        request_.model = text_of(member("model"));
        if (request_.model.empty()) return refuse("model", "you must provide a model parameter");
        if (auto done = read_numbers(); !done) return done;
        if (auto done = read_stream(); !done) return done;
        if (auto done = read_stops(); !done) return done;
        if (auto done = read_tools(); !done) return done;
        if (auto done = read_format(); !done) return done;
        read_logprobs();
        switch (request_.kind) {
            case SimKind::chat: return read_messages();
            case SimKind::completions: return read_texts("prompt");
            case SimKind::embeddings: return read_texts("input");
            case SimKind::rerank: return read_rerank();
        }
        return true;
    }

private:
    [[nodiscard]] Value member(std::string_view name) const { return json::find(body_, name); }
    [[nodiscard]] bool flag(std::string_view name) const {
        const Value value = member(name);
        return is_said(value) && value.is_true();
    }

    ApiResult<bool> number(std::string_view name, std::int64_t low, std::int64_t high, std::int64_t& out) const {
        const Value value = member(name);
        if (!is_said(value)) return true;
        std::int64_t found = 0;
        if (value.type != Type::number || !json::to_i64(value, found) || found < low || found > high)
            return refuse(name, std::string(name) + " must be a whole number from " + std::to_string(low) + " to " +
                                    std::to_string(high));
        out = found;
        return true;
    }

    ApiResult<bool> read_numbers() {
        constexpr std::int64_t tokens_most = 10'000'000;
        std::int64_t seed = 0;
        struct Field {
            std::string_view name;
            std::int64_t low, high;
            std::int64_t* out;
        };
        const Field fields[] = {
            {"max_tokens", 1, tokens_most, &request_.tokens_max},
            {"max_completion_tokens", 1, tokens_most, &request_.tokens_max},
            {"min_tokens", 0, tokens_most, &request_.tokens_min},
            {"n", 1, SimRequest::choices_max, &request_.choices},
            {"seed", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), &seed},
            {"dimensions", 1, 8192, &request_.dimensions},
            {"top_n", 1, tokens_most, &request_.top_n}};
        for (const Field& field : fields)
            if (auto done = number(field.name, field.low, field.high, *field.out); !done) return done;
        request_.seed = static_cast<std::uint64_t>(seed);
        request_.ignores_end = flag("ignore_eos");
        request_.echoes = flag("echo");
        request_.wants_base64 = text_of(member("encoding_format")) == "base64";
        const std::string effort = text_of(member("reasoning_effort"));
        request_.reasons = !effort.empty() && effort != "none" && effort != "minimal";
        if (const std::string salt = text_of(member("cache_salt")); !salt.empty())
            request_.cache_salt = hash_of(salt, 1);
        return true;
    }

    ApiResult<bool> read_stream() {
        const Value stream = member("stream");
        if (is_said(stream) && stream.type != Type::boolean) return refuse("stream", "stream must be true or false");
        request_.is_stream = flag("stream");
        const Value options = member("stream_options");
        if (!is_said(options)) return true;
        if (!request_.is_stream) return refuse("stream_options", "stream_options is only allowed when stream is true");
        if (options.type != Type::object) return refuse("stream_options", "stream_options must be an object");
        request_.wants_usage = json::find(options, "include_usage").text == "true";
        request_.wants_running_usage = json::find(options, "continuous_usage_stats").text == "true";
        return true;
    }

    ApiResult<bool> read_stops() {
        const Value stop = member("stop");
        if (!is_said(stop)) return true;
        if (stop.type == Type::string) {
            request_.stops.push_back(text_of(stop));
        } else if (stop.type == Type::array) {
            Cursor cursor(stop);
            for (Value entry; cursor.next_element(entry);) {
                if (entry.type != Type::string || request_.stops.size() == SimRequest::stops_max)
                    return refuse("stop", "stop must be a string or a short list of strings");
                request_.stops.push_back(text_of(entry));
            }
        } else {
            return refuse("stop", "stop must be a string or a short list of strings");
        }
        std::erase_if(request_.stops, [](const std::string& text) { return text.empty(); });
        return true;
    }

    ApiResult<bool> read_tools() {
        const Value tools = member("tools");
        if (is_said(tools)) {
            if (tools.type != Type::array) return refuse("tools", "tools must be an array");
            Cursor cursor(tools);
            for (Value tool; cursor.next_element(tool);) {
                const Value function = tool.type == Type::object ? json::find(tool, "function") : Value{};
                if (function.type != Type::object || request_.tools.size() == SimRequest::tools_max)
                    return refuse("tools", "tools must hold functions, at most 256");
                SimTool read{text_of(json::find(function, "name")),
                             std::string(json::find(function, "parameters").text)};
                if (read.name.empty()) return refuse("tools", "a tool needs a name");
                request_.tools.push_back(std::move(read));
            }
        }
        request_.may_call_several = member("parallel_tool_calls").text != "false";
        return read_tool_choice();
    }

    ApiResult<bool> read_tool_choice() {
        using Choice = SimRequest::ToolChoice;
        const Value choice = member("tool_choice");
        if (!is_said(choice)) return true;
        if (choice.type == Type::object) {
            request_.tool_choice = Choice::named;
            if (const Value function = json::find(choice, "function"); function.type == Type::object)
                request_.tool_named = text_of(json::find(function, "name"));
            for (const SimTool& tool : request_.tools)
                if (tool.name == request_.tool_named) return true;
            return refuse("tool_choice", "tool_choice names a tool that is not in tools");
        }
        const std::string name = text_of(choice);
        if (name == "none")
            request_.tool_choice = Choice::none;
        else if (name == "required")
            request_.tool_choice = Choice::required;
        else if (name != "auto")
            return refuse("tool_choice", "tool_choice must be none, auto, required or a function");
        if (request_.tool_choice == Choice::required && request_.tools.empty())
            return refuse("tool_choice", "tool_choice is required but there are no tools");
        return true;
    }

    ApiResult<bool> read_format() {
        const Value format = member("response_format");
        if (!is_said(format)) return true;
        const std::string type = format.type == Type::object ? text_of(json::find(format, "type")) : "";
        if (type == "text") return true;
        if (type == "json_object") {
            request_.format = SimRequest::Format::json_object;
            return true;
        }
        const Value wrapped = type == "json_schema" ? json::find(format, "json_schema") : Value{};
        const Value schema = wrapped.type == Type::object ? json::find(wrapped, "schema") : Value{};
        if (schema.type != Type::object)
            return refuse("response_format", "response_format must be text, json_object, or json_schema with a schema");
        request_.format = SimRequest::Format::json_schema;
        request_.schema = std::string(schema.text);
        return true;
    }

    // Chat asks with a flag and a number, completions with the number alone.
    void read_logprobs() {
        const Value logprobs = member("logprobs");
        if (!is_said(logprobs)) return;
        if (logprobs.type == Type::number) {
            request_.wants_logprobs = true;
            json::to_i64(logprobs, request_.logprobs_top);
        } else if (logprobs.is_true()) {
            request_.wants_logprobs = true;
            if (const Value top = member("top_logprobs"); is_said(top)) json::to_i64(top, request_.logprobs_top);
        }
        request_.logprobs_top = std::clamp<std::int64_t>(request_.logprobs_top, 0, 20);
    }

    ApiResult<bool> read_messages() {
        const Value messages = member("messages");
        if (messages.type != Type::array) return refuse("messages", "messages must be an array");
        std::string prompt;
        if (const Value tools = member("tools"); is_said(tools))
            prompt.append("<|tools|>\n").append(tools.text).append("\n");
        Cursor cursor(messages);
        std::size_t count = 0;
        for (Value message; cursor.next_element(message); ++count) {
            if (message.type != Type::object) return refuse("messages", "a message must be an object");
            const std::string role = text_of(json::find(message, "role"));
            if (role.empty()) return refuse("messages", "a message needs a role");
            const std::string content = content_of(json::find(message, "content"));
            prompt.append("<|").append(role).append("|>\n").append(content);
            if (const Value calls = json::find(message, "tool_calls"); is_said(calls)) prompt.append(calls.text);
            prompt.push_back('\n');
            if (role == "user") request_.last_user = content;
            request_.has_tool_result = role == "tool";
        }
        if (count == 0) return refuse("messages", "messages must not be empty");
        prompt.append("<|assistant|>\n");
        request_.prompts.push_back(std::move(prompt));
        return true;
    }

    // Parts that are not text stand as a marker with a hash of what they hold, so that the same picture is the same prefix.
    static std::string content_of(const Value& content) {
        if (content.type != Type::array || content.text.empty()) return text_of(content);
        std::string text;
        Cursor cursor(content);
        for (Value part; cursor.next_element(part);) {
            if (part.type != Type::object) continue;
            const std::string type = text_of(json::find(part, "type"));
            if (type == "text") {
                text += text_of(json::find(part, "text"));
            } else {
                text.append("<|").append(type).append(":");
                append_number(text, hash_of(part.text, 0));
                text.append("|>");
            }
        }
        return text;
    }

    // One text, a list of texts, one list of token ids, or a list of such lists.
    ApiResult<bool> read_texts(std::string_view name) {
        const Value given = member(name);
        const std::string message = std::string(name) + " must be a string, a list of strings, or token ids";
        if (given.type == Type::string && !given.text.empty()) {
            request_.prompts.push_back(text_of(given));
        } else if (given.type == Type::array) {
            Cursor cursor(given);
            bool has_ids = false;
            for (Value entry; cursor.next_element(entry);) {
                has_ids = entry.type == Type::number;
                if (has_ids) break;
                if ((entry.type != Type::string && entry.type != Type::array) ||
                    request_.prompts.size() == SimRequest::inputs_max)
                    return refuse(name, message);
                request_.prompts.push_back(entry.type == Type::string ? text_of(entry) : std::string(entry.text));
            }
            if (has_ids) request_.prompts.assign(1, std::string(given.text));
        }
        if (request_.prompts.empty()) return refuse(name, message);
        request_.last_user = request_.prompts.back();
        return true;
    }

    ApiResult<bool> read_rerank() {
        request_.query = text_of(member("query"));
        if (request_.query.empty()) return refuse("query", "query must be a string");
        const Value documents = member("documents");
        if (documents.type != Type::array) return refuse("documents", "documents must be an array");
        Cursor cursor(documents);
        for (Value document; cursor.next_element(document);) {
            if (request_.prompts.size() == SimRequest::inputs_max) return refuse("documents", "at most 2048 documents");
            request_.prompts.push_back(
                text_of(document.type == Type::object ? json::find(document, "text") : document));
        }
        if (request_.prompts.empty()) return refuse("documents", "documents must not be empty");
        return true;
    }

    SimRequest& request_;
    Value body_;
};

}  // namespace

ApiResult<SimRequest> read_sim_request(SimKind kind, std::string_view body) {
    const json::Limits limits;
    const auto type = json::scan(body, limits, nullptr);
    if (!type) return refuse({}, "the body is not valid JSON");
    if (*type != Type::object) return refuse({}, "the body must be a JSON object");
    SimRequest request;
    request.kind = kind;
    Reader reader(request, Value{Type::object, body});
    if (auto done = reader.read(); !done) return tl::unexpected<ApiError>(done.error());
    return request;
}

}  // namespace gilmok::fleet
