// Property: whatever body the simulated engine does not refuse, its answer keeps max_tokens, is whole JSON in both forms, and
// says the same in both.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "fleet/answer_json.hpp"
#include "fleet/answers.hpp"
#include "fleet/tokens.hpp"
#include "wire/json.hpp"

using namespace gilmok;
using namespace gilmok::fleet;

namespace {

void check_json(std::string_view text) {
    // Values of a schema stand as text inside, so depth is that of the envelope.
    const wire::json::Limits limits;
    GILMOK_ASSERT(wire::json::scan(text, limits, nullptr).has_value());
}

void check_events(std::string_view stream) {
    while (!stream.empty()) {
        const std::size_t end = stream.find("\n\n");
        GILMOK_ASSERT(end != std::string_view::npos && stream.starts_with("data: "));
        check_json(stream.substr(6, end - 6));
        stream.remove_prefix(end + 2);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    for (const SimKind kind : {SimKind::chat, SimKind::completions, SimKind::embeddings, SimKind::rerank}) {
        const auto read = read_sim_request(kind, body);
        if (!read) {
            std::string refusal;
            append_api_error(refusal, read.error());
            check_json(refusal);
            continue;
        }
        const SimRequest& request = *read;
        AnswerFrame frame;
        frame.id = "x";
        std::string out;
        if (kind == SimKind::embeddings || kind == SimKind::rerank) {
            if (kind == SimKind::rerank)
                append_rerank(out, request, frame, {}, 1);
            else
                append_embeddings(out, request, frame, {}, 3, 1);
            check_json(out);
            continue;
        }
        constexpr std::uint64_t tokens_left = 300;
        const Answer answer = make_answer(request, 0, 0, AnswerRange{}, 1, tokens_left);
        GILMOK_ASSERT(answer.tokens() <= tokens_left);
        GILMOK_ASSERT(request.tokens_max < 0 || answer.tokens() <= static_cast<std::uint64_t>(request.tokens_max));
        std::string text;
        StreamWriter writer(request, frame);
        writer.open(out, 0, {});
        for (std::size_t index = 0; index < answer.pieces.size(); ++index) {
            writer.piece(out, 0, answer, index, {});
            if (answer.pieces[index].what == Piece::What::text) text += answer.view(answer.pieces[index]);
        }
        writer.close(out, 0, answer, {});
        check_events(out);
        GILMOK_ASSERT(text == answer.text);
        const Answer* answers[] = {&answer};
        std::string whole;
        append_whole(whole, request, frame, answers, {});
        check_json(whole);
        block_hashes(request.prompts.front(), request.cache_salt);
    }
    return 0;
}
