#include "fleet/answer_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "wire/base64.hpp"

namespace gilmok::fleet {

namespace {

using Lie = Fault::Lie;

void append_string(std::string& out, std::string_view text) {
    out.push_back('"');
    append_json_escaped(out, text);
    out.push_back('"');
}

void append_fixed(std::string& out, double number) {
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed, 6).ptr;
    out.append(digits.data(), end);
}

// A count as the lie has it.
void append_count(std::string& out, std::uint64_t count, Lie lie) {
    switch (lie) {
        case Lie::zero: out.push_back('0'); return;
        case Lie::negative:
            out.append("-");
            append_number(out, count + 1);
            return;
        case Lie::huge: out.append("1e308"); return;
        case Lie::nan: out.append("\"NaN\""); return;
        case Lie::fraction:
            append_number(out, count);
            out.append(".5");
            return;
        case Lie::double_: append_number(out, count * 2 + 1); return;
        case Lie::none:
        case Lie::missing:
        case Lie::twice: append_number(out, count); return;
    }
}

void append_usage(std::string& out, const SimUsage& usage, SimKind kind, Lie lie) {
    const auto count = [&](std::string_view name, std::uint64_t number) {
        out.append(name);
        append_count(out, number, lie);
    };
    count("{\"prompt_tokens\":", usage.prompt);
    if (kind == SimKind::chat || kind == SimKind::completions) count(",\"completion_tokens\":", usage.completion);
    count(",\"total_tokens\":", usage.prompt + usage.completion);
    count(",\"prompt_tokens_details\":{\"cached_tokens\":", usage.cached);
    out.push_back('}');
    if (kind == SimKind::chat) {
        count(",\"completion_tokens_details\":{\"reasoning_tokens\":", usage.reasoning);
        out.push_back('}');
    }
    out.push_back('}');
}

// The member "usage" with its comma; a liar may leave it out or give it twice.
void append_usage_member(std::string& out, const SimUsage& usage, SimKind kind, Lie lie) {
    if (lie == Lie::missing) return;
    for (int times = lie == Lie::twice ? 2 : 1; times > 0; --times) {
        out.append(",\"usage\":");
        append_usage(out, usage, kind, times == 2 ? Lie::double_ : lie);
    }
}

void append_envelope(std::string& out, const SimRequest& request, const AnswerFrame& frame, std::string_view object) {
    out.append("{\"id\":\"").append(frame.id).append("\",\"object\":\"").append(object).append("\",\"created\":");
    append_number(out, frame.created_s);
    out.append(",\"model\":");
    append_string(out, request.model);
    out.append(",\"system_fingerprint\":\"gilmok-sim\"");
}

void append_token_bytes(std::string& out, std::string_view token) {
    out.append("\"bytes\":[");
    for (std::size_t index = 0; index < token.size(); ++index) {
        if (index > 0) out.push_back(',');
        append_number(out, static_cast<unsigned>(static_cast<unsigned char>(token[index])));
    }
    out.push_back(']');
}

// One entry of chat's logprobs.content.
void append_token_logprob(std::string& out, std::string_view token, std::size_t index, std::int64_t top) {
    const auto entry = [&](std::string_view text, double logprob) {
        out.append("{\"token\":");
        append_string(out, text);
        out.append(",\"logprob\":");
        append_fixed(out, logprob);
        out.push_back(',');
        append_token_bytes(out, text);
    };
    entry(token, make_logprob(token, index, 0));
    out.append(",\"top_logprobs\":[");
    for (std::int64_t rival = 0; rival < top; ++rival) {
        if (rival > 0) out.push_back(',');
        std::string other(token);
        if (rival > 0) other.append("~").append(std::to_string(rival));
        entry(other, make_logprob(token, index, static_cast<std::uint64_t>(rival)));
        out.push_back('}');
    }
    out.append("]}");
}

// The logprobs object of completions for a run of text pieces.
void append_old_logprobs(std::string& out, const Answer& answer, std::size_t first, std::size_t last,
                         std::size_t offset) {
    std::string tokens, numbers, offsets;
    for (std::size_t index = first; index < last; ++index) {
        const Piece& piece = answer.pieces[index];
        if (index > first) {
            tokens.push_back(',');
            numbers.push_back(',');
            offsets.push_back(',');
        }
        append_string(tokens, answer.view(piece));
        append_fixed(numbers, make_logprob(answer.view(piece), index, 0));
        append_number(offsets, offset + piece.begin);
    }
    out.append("{\"tokens\":[")
        .append(tokens)
        .append("],\"token_logprobs\":[")
        .append(numbers)
        .append("],\"top_logprobs\":null,\"text_offset\":[")
        .append(offsets)
        .append("]}");
}

std::size_t echo_bytes(const SimRequest& request, std::size_t choice) {
    return request.echoes ? request.prompts[choice / static_cast<std::size_t>(request.choices)].size() : 0;
}

void append_tool_call(std::string& out, const ToolCall& call, std::size_t index, bool is_stream,
                      std::string_view arguments) {
    out.push_back('{');
    if (is_stream) {
        out.append("\"index\":");
        append_number(out, index);
        out.push_back(',');
    }
    out.append("\"id\":\"").append(call.id).append("\",\"type\":\"function\",\"function\":{\"name\":");
    append_string(out, call.name);
    out.append(",\"arguments\":");
    append_string(out, arguments);
    out.append("}}");
}

void append_message(std::string& out, const Answer& answer) {
    out.append("\"message\":{\"role\":\"assistant\",\"content\":");
    if (!answer.tools.empty() && answer.text.empty())
        out.append("null");
    else
        append_string(out, answer.text);
    if (!answer.reasoning.empty()) {
        out.append(",\"reasoning_content\":");
        append_string(out, answer.reasoning);
    }
    out.append(",\"refusal\":null");
    if (!answer.tools.empty()) {
        out.append(",\"tool_calls\":[");
        for (std::size_t index = 0; index < answer.tools.size(); ++index) {
            if (index > 0) out.push_back(',');
            append_tool_call(out, answer.tools[index], index, false, answer.tools[index].arguments);
        }
        out.push_back(']');
    }
    out.push_back('}');
}

void append_chat_logprobs(std::string& out, const SimRequest& request, const Answer& answer) {
    out.append("{\"content\":[");
    bool is_first = true;
    for (std::size_t index = 0; index < answer.pieces.size(); ++index) {
        if (answer.pieces[index].what != Piece::What::text) continue;
        if (!is_first) out.push_back(',');
        is_first = false;
        append_token_logprob(out, answer.view(answer.pieces[index]), index, request.logprobs_top);
    }
    out.append("],\"refusal\":null}");
}

}  // namespace

void StreamWriter::begin(std::string& out, std::size_t choice) {
    out.append("data: ");
    append_envelope(out, request_, frame_,
                    request_.kind == SimKind::chat ? "chat.completion.chunk" : "text_completion");
    out.append(",\"choices\":[{\"index\":");
    append_number(out, choice);
}

void StreamWriter::end(std::string& out, std::string_view finish, const SimUsage& usage) {
    if (finish.empty())
        out.append(",\"finish_reason\":null}]");
    else
        out.append(",\"finish_reason\":\"").append(finish).append("\"}]");
    if (request_.wants_usage && request_.wants_running_usage)
        append_usage_member(out, usage, request_.kind, frame_.lie);
    else if (request_.wants_usage && frame_.usage_null)
        out.append(",\"usage\":null");
    out.append("}\n\n");
}

void StreamWriter::logprobs(std::string& out, const Answer& answer, std::size_t index) {
    out.append(",\"logprobs\":");
    if (!request_.wants_logprobs || answer.pieces[index].what != Piece::What::text) {
        out.append("null");
        return;
    }
    out.append("{\"content\":[");
    append_token_logprob(out, answer.view(answer.pieces[index]), index, request_.logprobs_top);
    out.append("],\"refusal\":null}");
}

void StreamWriter::open(std::string& out, std::size_t choice, const SimUsage& usage) {
    if (request_.kind == SimKind::chat) {
        begin(out, choice);
        out.append(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null");
        end(out, {}, usage);
    } else if (request_.echoes) {
        begin(out, choice);
        out.append(",\"text\":");
        append_string(out, request_.prompts[choice / static_cast<std::size_t>(request_.choices)]);
        out.append(",\"logprobs\":null");
        end(out, {}, usage);
    }
}

void StreamWriter::piece(std::string& out, std::size_t choice, const Answer& answer, std::size_t index,
                         const SimUsage& usage) {
    const Piece& piece = answer.pieces[index];
    begin(out, choice);
    if (request_.kind == SimKind::completions) {
        out.append(",\"text\":");
        append_string(out, answer.view(piece));
        out.append(",\"logprobs\":");
        if (request_.wants_logprobs)
            append_old_logprobs(out, answer, index, index + 1, echo_bytes(request_, choice));
        else
            out.append("null");
        return end(out, {}, usage);
    }
    out.append(",\"delta\":{");
    switch (piece.what) {
        case Piece::What::reasoning:
            out.append("\"reasoning_content\":");
            append_string(out, answer.view(piece));
            break;
        case Piece::What::text:
            out.append("\"content\":");
            append_string(out, answer.view(piece));
            break;
        case Piece::What::tool_head:
            out.append("\"tool_calls\":[");
            append_tool_call(out, answer.tools[piece.tool], piece.tool, true, {});
            out.push_back(']');
            break;
        case Piece::What::tool_arguments:
            out.append("\"tool_calls\":[{\"index\":");
            append_number(out, piece.tool);
            out.append(",\"function\":{\"arguments\":");
            append_string(out, answer.view(piece));
            out.append("}}]");
            break;
    }
    out.push_back('}');
    logprobs(out, answer, index);
    end(out, {}, usage);
}

void StreamWriter::close(std::string& out, std::size_t choice, const Answer& answer, const SimUsage& usage) {
    begin(out, choice);
    out.append(request_.kind == SimKind::chat ? ",\"delta\":{},\"logprobs\":null" : ",\"text\":\"\",\"logprobs\":null");
    end(out, name_of(answer.finish), usage);
}

void StreamWriter::usage(std::string& out, const SimUsage& usage) {
    if (!request_.wants_usage || frame_.lie == Lie::missing) return;
    for (int times = frame_.lie == Lie::twice ? 2 : 1; times > 0; --times) {
        out.append("data: ");
        append_envelope(out, request_, frame_,
                        request_.kind == SimKind::chat ? "chat.completion.chunk" : "text_completion");
        out.append(",\"choices\":[],\"usage\":");
        append_usage(out, usage, request_.kind, times == 2 ? Lie::double_ : frame_.lie);
        out.append("}\n\n");
    }
}

void append_whole(std::string& out, const SimRequest& request, const AnswerFrame& frame,
                  std::span<const Answer* const> answers, const SimUsage& usage) {
    const bool is_chat = request.kind == SimKind::chat;
    append_envelope(out, request, frame, is_chat ? "chat.completion" : "text_completion");
    out.append(",\"choices\":[");
    for (std::size_t choice = 0; choice < answers.size(); ++choice) {
        const Answer& answer = *answers[choice];
        if (choice > 0) out.push_back(',');
        out.append("{\"index\":");
        append_number(out, choice);
        out.push_back(',');
        if (is_chat) {
            append_message(out, answer);
        } else {
            out.append("\"text\":");
            const std::string_view prompt = request.prompts[choice / static_cast<std::size_t>(request.choices)];
            append_string(out, std::string(prompt.substr(0, echo_bytes(request, choice))) + answer.text);
        }
        out.append(",\"logprobs\":");
        if (!request.wants_logprobs)
            out.append("null");
        else if (is_chat)
            append_chat_logprobs(out, request, answer);
        else
            append_old_logprobs(out, answer, 0, answer.pieces.size(), echo_bytes(request, choice));
        out.append(",\"finish_reason\":\"").append(name_of(answer.finish)).append("\"}");
    }
    out.push_back(']');
    append_usage_member(out, usage, request.kind, frame.lie);
    out.push_back('}');
}

void append_embeddings(std::string& out, const SimRequest& request, const AnswerFrame& frame, const SimUsage& usage,
                       std::size_t dimensions, std::uint64_t seed) {
    static_assert(std::endian::native == std::endian::little, "base64 embeddings are little-endian floats");
    out.append("{\"object\":\"list\",\"data\":[");
    for (std::size_t index = 0; index < request.prompts.size(); ++index) {
        if (index > 0) out.push_back(',');
        out.append("{\"object\":\"embedding\",\"index\":");
        append_number(out, index);
        out.append(",\"embedding\":");
        const std::vector<float> vector = make_embedding(request.prompts[index], dimensions, seed);
        if (request.wants_base64) {
            std::string bytes(vector.size() * sizeof(float), '\0');
            std::memcpy(bytes.data(), vector.data(), bytes.size());
            out.append("\"").append(wire::base64(bytes)).append("\"");
        } else {
            out.push_back('[');
            for (std::size_t component = 0; component < vector.size(); ++component) {
                if (component > 0) out.push_back(',');
                append_fixed(out, static_cast<double>(vector[component]));
            }
            out.push_back(']');
        }
        out.push_back('}');
    }
    out.append("],\"model\":");
    append_string(out, request.model);
    out.append(",\"system_fingerprint\":\"gilmok-sim\"");
    append_usage_member(out, usage, request.kind, frame.lie);
    out.push_back('}');
}

void append_rerank(std::string& out, const SimRequest& request, const AnswerFrame& frame, const SimUsage& usage,
                   std::uint64_t seed) {
    struct Ranked {
        std::size_t index;
        double score;
    };
    std::vector<Ranked> ranked;
    for (std::size_t index = 0; index < request.prompts.size(); ++index)
        ranked.push_back({index, make_relevance(request.query, request.prompts[index], seed)});
    std::sort(ranked.begin(), ranked.end(), [](const Ranked& left, const Ranked& right) {
        return left.score != right.score ? left.score > right.score : left.index < right.index;
    });
    if (request.top_n > 0 && static_cast<std::size_t>(request.top_n) < ranked.size())
        ranked.resize(static_cast<std::size_t>(request.top_n));
    out.append("{\"id\":\"").append(frame.id).append("\",\"model\":");
    append_string(out, request.model);
    out.append(",\"system_fingerprint\":\"gilmok-sim\"");
    append_usage_member(out, usage, request.kind, frame.lie);
    out.append(",\"results\":[");
    for (std::size_t place = 0; place < ranked.size(); ++place) {
        if (place > 0) out.push_back(',');
        out.append("{\"index\":");
        append_number(out, ranked[place].index);
        out.append(",\"document\":{\"text\":");
        append_string(out, request.prompts[ranked[place].index]);
        out.append("},\"relevance_score\":");
        append_fixed(out, ranked[place].score);
        out.push_back('}');
    }
    out.append("]}");
}

ApiError make_api_error(std::uint16_t status, std::string message) {
    ApiError error;
    error.status = status;
    error.type = status == 401   ? "authentication_error"
                 : status == 404 ? "not_found_error"
                 : status == 429 ? "rate_limit_error"
                 : status >= 500 ? "server_error"
                                 : "invalid_request_error";
    error.message = std::move(message);
    return error;
}

void append_api_error(std::string& out, const ApiError& error) {
    const auto text_or_null = [&](std::string_view text) {
        if (text.empty())
            out.append("null");
        else
            append_string(out, text);
    };
    out.append("{\"error\":{\"message\":");
    append_string(out, error.message);
    out.append(",\"type\":\"").append(error.type).append("\",\"param\":");
    text_or_null(error.param);
    out.append(",\"code\":");
    text_or_null(error.code);
    out.append("}}");
}

}  // namespace gilmok::fleet
