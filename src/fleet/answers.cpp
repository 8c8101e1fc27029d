#include "fleet/answers.hpp"

#include <algorithm>
#include <cmath>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "fleet/schema_value.hpp"
#include "fleet/tokens.hpp"
#include "fleet/words.hpp"

namespace gilmok::fleet {

namespace {

constexpr std::size_t tool_calls_max = 8;
constexpr std::uint32_t text_tokens_max = 1'000'000;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

// Whole sentences of at least that many tokens.
std::string sentences(Prng& prng, bool is_korean, std::uint32_t tokens) {
    std::string text;
    for (std::uint32_t made = 0; made < tokens;) {
        const std::size_t from = text.size();
        if (!text.empty()) text.push_back(' ');
        const std::uint64_t words = 4 + prng.below(7);
        for (std::uint64_t word = 0; word < words; ++word) {
            if (word > 0) text.push_back(' ');
            const std::size_t begin = text.size();
            text.append(is_korean ? korean_word(prng) : english_word(prng));
            if (word == 0) text[begin] = upper(text[begin]);
        }
        text.push_back('.');
        made += count_tokens(std::string_view(text).substr(from)) - 1;   // joined to the one before, it may be one less
    }
    return text;
}

std::uint64_t seed_of(const SimRequest& request, std::size_t prompt, std::size_t choice, std::uint64_t seed) {
    std::uint64_t hash = hash_of(request.prompts[prompt], seed + 0x51ed2701u);
    hash = hash_of(request.model, hash);
    return hash ^ (request.seed * 0x2545f4914f6cdd1du) ^ (choice * 0x9e3779b97f4a7c15u);
}

bool names(std::string_view text, std::string_view trigger, std::string_view name) {
    for (std::size_t at = text.find(trigger); at != std::string_view::npos; at = text.find(trigger, at + 1)) {
        const std::string_view rest = text.substr(at + trigger.size());
        const char after = rest.size() > name.size() ? rest[name.size()] : ' ';
        const bool is_whole = after != '_' && after != '-' && !(after >= '0' && after <= '9') &&
                              !(ascii_lower(after) >= 'a' && ascii_lower(after) <= 'z');
        if (rest.starts_with(name) && is_whole) return true;
    }
    return false;
}

std::vector<const SimTool*> tools_to_call(const SimRequest& request) {
    using Choice = SimRequest::ToolChoice;
    std::vector<const SimTool*> called;
    if (request.tool_choice == Choice::none || request.tools.empty()) return called;
    for (const SimTool& tool : request.tools) {
        if (called.size() == tool_calls_max) break;
        const bool is_wanted = request.tool_choice == Choice::named
                                   ? tool.name == request.tool_named
                                   : !request.has_tool_result && names(request.last_user, "call ", tool.name);
        if (is_wanted) called.push_back(&tool);
        if (!called.empty() && !request.may_call_several) break;
    }
    if (called.empty() && request.tool_choice == Choice::required) called.push_back(&request.tools.front());
    return called;
}

std::string random_name(Prng& prng, std::string_view prefix, std::size_t length) {
    std::string name(prefix);
    for (; length > 0; --length) name.push_back("abcdefghijklmnopqrstuvwxyz0123456789"[prng.below(36)]);
    return name;
}

std::string text_for(const SimRequest& request, Prng& prng, const AnswerRange& range, std::uint64_t tokens_max,
                     bool& is_open_ended) {
    is_open_ended = false;
    std::string text;
    if (request.format == SimRequest::Format::json_schema) {
        append_schema_value(text, request.schema, prng);
        return text;
    }
    if (request.format == SimRequest::Format::json_object) {
        text.append("{\"answer\":\"").append(english_word(prng)).append("\",\"score\":");
        append_number(text, prng.below(100));
        return text.append("}");
    }
    constexpr std::string_view echo = "echo: ";
    if (const auto at = request.last_user.find(echo); at != std::string::npos)
        return request.last_user.substr(at + echo.size());
    is_open_ended = true;
    std::uint64_t tokens =
        static_cast<std::uint64_t>(prng.between(range.tokens_min, std::max(range.tokens_min, range.tokens_max)));
    tokens = std::max(tokens, static_cast<std::uint64_t>(request.tokens_min));
    if (request.ignores_end) tokens = tokens_max;
    return sentences(prng, has_hangul(request.last_user),
                     static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens, text_tokens_max)));
}

bool cut_at_stop(std::string& text, const std::vector<std::string>& stops) {
    std::size_t first = std::string::npos;
    for (const std::string& stop : stops) first = std::min(first, text.find(stop));
    if (first == std::string::npos) return false;
    text.resize(first);
    return true;
}

void add_pieces(std::vector<Piece>& pieces, Piece::What what, std::size_t tool, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = token_bytes(text.substr(at));
        pieces.push_back({what, static_cast<std::uint16_t>(tool), static_cast<std::uint32_t>(at),
                          static_cast<std::uint32_t>(at + bytes)});
        at += bytes;
    }
}

// Drops what lies behind the last piece that is left.
void cut_to_pieces(Answer& answer) {
    std::size_t reasoning = 0, text = 0, tools = 0, arguments = 0;
    for (const Piece& piece : answer.pieces) {
        switch (piece.what) {
            case Piece::What::reasoning: reasoning = piece.end; break;
            case Piece::What::text: text = piece.end; break;
            case Piece::What::tool_head:
                tools = piece.tool + 1u;
                arguments = 0;
                break;
            case Piece::What::tool_arguments: arguments = piece.end; break;
        }
    }
    answer.reasoning.resize(reasoning);
    answer.text.resize(text);
    answer.tools.resize(tools);
    if (tools > 0) answer.tools.back().arguments.resize(arguments);
}

}  // namespace

std::string_view name_of(Finish finish) {
    switch (finish) {
        case Finish::stop: return "stop";
        case Finish::length: return "length";
        case Finish::tool_calls: return "tool_calls";
    }
    return "stop";
}

std::string_view Answer::view(const Piece& piece) const {
    const auto part = [&](const std::string& whole) {
        return std::string_view(whole).substr(piece.begin, piece.end - piece.begin);
    };
    switch (piece.what) {
        case Piece::What::reasoning: return part(reasoning);
        case Piece::What::text: return part(text);
        case Piece::What::tool_head: return tools[piece.tool].name;
        case Piece::What::tool_arguments: return part(tools[piece.tool].arguments);
    }
    return {};
}

std::uint32_t Answer::tokens_reasoning() const {
    return static_cast<std::uint32_t>(std::count_if(
        pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.what == Piece::What::reasoning; }));
}

Answer make_answer(const SimRequest& request, std::size_t prompt, std::size_t choice, const AnswerRange& range,
                   std::uint64_t seed, std::uint64_t tokens_left) {
    Prng prng{seed_of(request, prompt, choice, seed)};
    Answer answer;
    const std::uint64_t tokens_max =
        request.tokens_max < 0 ? tokens_left : std::min(tokens_left, static_cast<std::uint64_t>(request.tokens_max));
    const bool thinks =
        request.kind == SimKind::chat && (request.reasons || request.model.find("think") != std::string::npos);
    if (thinks) answer.reasoning = sentences(prng, has_hangul(request.last_user), range.tokens_reasoning);
    add_pieces(answer.pieces, Piece::What::reasoning, 0, answer.reasoning);
    bool is_open_ended = false;
    if (const auto called = tools_to_call(request); !called.empty()) {
        answer.finish = Finish::tool_calls;
        for (const SimTool* tool : called) {
            ToolCall call{random_name(prng, "call_", 24), tool->name, {}};
            append_schema_value(call.arguments, tool->schema, prng);
            answer.pieces.push_back({Piece::What::tool_head, static_cast<std::uint16_t>(answer.tools.size()), 0, 0});
            add_pieces(answer.pieces, Piece::What::tool_arguments, answer.tools.size(), call.arguments);
            answer.tools.push_back(std::move(call));
        }
    } else {
        answer.text = text_for(request, prng, range, tokens_max, is_open_ended);
        if (cut_at_stop(answer.text, request.stops)) is_open_ended = false;
        add_pieces(answer.pieces, Piece::What::text, 0, answer.text);
    }
    // Sentences may run over what was asked for; only a limit that cuts into the answer makes it a "length".
    if (answer.pieces.size() > tokens_max || (request.ignores_end && is_open_ended)) {
        answer.pieces.resize(std::min<std::size_t>(answer.pieces.size(), tokens_max));
        answer.finish = Finish::length;
        cut_to_pieces(answer);
    }
    return answer;
}

std::vector<float> make_embedding(std::string_view text, std::size_t dimensions, std::uint64_t seed) {
    std::vector<double> sum(dimensions);
    // Tokens of the front weigh more, so that a shared beginning shows.
    double weight = 1;
    for (std::string_view rest = text; !rest.empty() && weight > 0.01; weight *= 0.97) {
        const std::size_t bytes = token_bytes(rest);
        Prng prng{hash_of(rest.substr(0, bytes), seed)};
        for (double& component : sum) component += weight * (prng.unit() - 0.5);
        rest.remove_prefix(bytes);
    }
    double square = 0;
    for (const double component : sum) square += component * component;
    std::vector<float> vector(dimensions);
    if (square == 0) {
        if (dimensions > 0) vector.front() = 1;
        return vector;
    }
    for (std::size_t index = 0; index < dimensions; ++index)
        vector[index] = static_cast<float>(sum[index] / std::sqrt(square));
    return vector;
}

double make_relevance(std::string_view query, std::string_view document, std::uint64_t seed) {
    std::size_t words = 0, found = 0;
    while (!query.empty()) {
        const std::string_view word = query.substr(0, query.find(' '));
        query.remove_prefix(std::min(query.size(), word.size() + 1));
        if (word.empty()) continue;
        ++words;
        if (document.find(word) != std::string_view::npos) ++found;
    }
    const double share = words == 0 ? 0 : static_cast<double>(found) / static_cast<double>(words);
    return 0.9 * share + 0.1 * Prng{hash_of(document, seed)}.unit();
}

double make_logprob(std::string_view token, std::uint64_t index, std::uint64_t rival) {
    const double chance = Prng{hash_of(token, index)}.unit();
    return -0.01 - chance - static_cast<double>(rival) * 0.75;
}

}  // namespace gilmok::fleet
