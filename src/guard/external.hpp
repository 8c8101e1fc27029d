// What an external detector ([guard.external]: an own upstream that runs a name model) is asked, and how its answer is read.
// The question: {"texts":["…"],"kinds":["kr_name",…]}: the texts of a body in their order, and the kinds that rules speak of.
// The answer:   {"spans":[{"text":0,"begin":3,"end":9,"kind":"kr_name","score":0.93}]}: `text` counts the texts of the question from
// 0, `begin` and `end` are bytes of its UTF-8. The format is gilmok's own; docs/guard.md describes it to whoever writes a server.
// Sans-IO. Every doubt is a failure: a detector that speaks of other texts than ours has not looked at ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "guard/walk.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

inline constexpr std::size_t external_texts_max = 10'000;              // of one question; more: guard_failed
inline constexpr std::size_t external_question_bytes_max = 8U << 20;   // of its texts together; more: guard_failed
inline constexpr std::size_t external_answer_bytes_max = 1U << 20;

// Whether a leaf is one of the question's texts: strings and names of members with a letter in them. Left out are media, numbers,
// words of the protocol ("user", "max_tokens") and the name of the model itself, which nobody is called by.
bool is_asked_about(const Leaf& leaf, std::string_view model);

struct ExternalQuestion {
    std::string json;
    std::size_t texts = 0;   // none: there is nothing to ask
};
// About a body that wire::json::scan() accepted. Errors: guard_failed past the limits.
Result<ExternalQuestion> external_question(std::string_view body, std::string_view model, const model::KindSet& kinds);

struct ExternalSpan {
    std::uint32_t text = 0;
    std::uint32_t begin = 0, end = 0;   // begin < end
    model::DataKind kind = model::DataKind::external;
    std::uint8_t score = 0;   // 0 to 100
    bool operator==(const ExternalSpan&) const = default;
};
// A kind that gilmok does not know, and one that is not told by text, is `external`. Members that are not known are skipped.
// Errors: guard_failed for what is not such an answer, down to a single span. Inspection::add() holds it against the texts.
Result<std::vector<ExternalSpan>> read_external_answer(std::string_view json);

}   // namespace gilmok::guard
