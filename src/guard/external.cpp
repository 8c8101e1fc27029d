#include "guard/external.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "guard/inspect.hpp"
#include "guard/resolve.hpp"
#include "wire/json.hpp"

namespace gilmok::guard {

using model::DataFamily;
using model::DataKind;
using model::Finding;
using What = Leaf::What;
namespace json = wire::json;

namespace {

tl::unexpected<Error> failed(std::string_view detail) {
    return fail(Code::guard_failed, Fault::gateway, Retry::never, detail);
}
tl::unexpected<Error> unreadable() { return failed("the external detector's answer cannot be read"); }
tl::unexpected<Error> of_other_texts() {
    return failed("the external detector speaks of other texts than it was given");
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_of_word(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

bool is_word_of_protocol(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_edge(std::string_view text, std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

// Patterns and terms are the organisation's own, media no text: nobody else can tell them.
bool is_told_by_others(DataKind kind) {
    return kind != DataKind::pattern && kind != DataKind::term && model::family_of(kind) != DataFamily::media;
}

class Question final : public Leaves {
public:
    Question(std::string_view model, std::string& out) : model_(model), out_(out) {}
    Result<bool> leaf(const Leaf& leaf) override {
        if (!is_asked_about(leaf, model_)) return true;
        bytes_ += leaf.text.size();
        if (texts_ == external_texts_max || bytes_ > external_question_bytes_max)
            return failed("the request holds more text than the external detector is asked about");
        out_ += texts_++ == 0 ? "\"" : ",\"";
        append_json_escaped(out_, leaf.text);
        out_ += '"';
        return true;
    }
    [[nodiscard]] std::size_t texts() const { return texts_; }

private:
    std::string_view model_;
    std::string& out_;
    std::size_t texts_ = 0, bytes_ = 0;
};

bool read_index(const json::Value& value, std::uint32_t& index) {
    std::int64_t number = 0;
    if (value.type != json::Type::number || !json::to_i64(value, number)) return false;
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) return false;
    index = static_cast<std::uint32_t>(number);
    return true;
}

bool read_score(const json::Value& value, std::uint8_t& score) {
    if (value.type != json::Type::number) return false;
    double number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, number);
    if (error != std::errc{} || stop != end || number < 0 || number > 1) return false;
    score = static_cast<std::uint8_t>(std::lround(number * 100));
    return true;
}

bool read_kind(const json::Value& value, DataKind& kind) {
    constexpr std::size_t name_bytes_max = 256;   // a longer one is nothing that gilmok knows
    if (value.type != json::Type::string) return false;
    std::string name;
    const auto known =
        json::append_unescaped(name, value, name_bytes_max) ? model::data_kind_named(name) : std::nullopt;
    kind = known && is_told_by_others(*known) ? *known : DataKind::external;
    return true;
}

bool read_span(const json::Value& object, ExternalSpan& span) {
    enum : unsigned { text = 1, begin = 2, end = 4, kind = 8, score = 16, all = 31 };
    unsigned seen = 0;
    const auto is_first = [&seen](unsigned member) { return (std::exchange(seen, seen | member) & member) == 0; };
    json::Cursor members(object);
    std::string_view name;
    json::Value value;
    while (members.next_member(name, value)) {
        bool is_good = true;
        if (name == "text")
            is_good = is_first(text) && read_index(value, span.text);
        else if (name == "begin")
            is_good = is_first(begin) && read_index(value, span.begin);
        else if (name == "end")
            is_good = is_first(end) && read_index(value, span.end);
        else if (name == "kind")
            is_good = is_first(kind) && read_kind(value, span.kind);
        else if (name == "score")
            is_good = is_first(score) && read_score(value, span.score);
        if (!is_good) return false;
    }
    return seen == all && span.begin < span.end;
}

}   // namespace

bool is_asked_about(const Leaf& leaf, std::string_view model) {
    if (leaf.what != What::text && leaf.what != What::key) return false;
    if (leaf.key == "model" && leaf.text == model) return false;
    const bool is_word = leaf.what == What::key || leaf.key == "role" || leaf.key == "type";
    if (is_word && is_word_of_protocol(leaf.text)) return false;
    return std::any_of(leaf.text.begin(), leaf.text.end(), is_letter);
}

Result<ExternalQuestion> external_question(std::string_view body, std::string_view model, const model::KindSet& kinds) {
    ExternalQuestion question;
    question.json = "{\"texts\":[";
    Question texts(model, question.json);
    WalkScratch scratch;
    GILMOK_TRY(is_walked, walk(body, scratch, texts));
    static_cast<void>(is_walked);
    question.texts = texts.texts();
    question.json += "],\"kinds\":[";
    bool is_first = true;
    for (std::size_t i = 0; i < model::data_kinds_count; ++i) {
        const auto kind = static_cast<DataKind>(i);
        if (!kinds.has(kind) || !is_told_by_others(kind)) continue;
        question.json += is_first ? "\"" : ",\"";
        question.json += model::name_of(kind);
        question.json += '"';
        is_first = false;
    }
    question.json += "]}";
    return question;
}

Result<std::vector<ExternalSpan>> read_external_answer(std::string_view text) {
    if (text.size() > external_answer_bytes_max) return unreadable();
    const auto type = json::scan(text, {}, nullptr);
    if (!type || *type != json::Type::object) return unreadable();
    std::vector<ExternalSpan> spans;
    bool has_spans = false;
    json::Cursor members(text);
    std::string_view name;
    json::Value value;
    while (members.next_member(name, value)) {
        if (name != "spans") continue;
        if (has_spans || value.type != json::Type::array) return unreadable();
        has_spans = true;
        json::Cursor elements(value);
        json::Value element;
        while (elements.next_element(element)) {
            ExternalSpan& span = spans.emplace_back();
            if (element.type != json::Type::object || !read_span(element, span)) return unreadable();
        }
    }
    if (!has_spans) return unreadable();
    return spans;
}

// Leads spans to their places in the body. What the guard found itself stays as it is, and of a span that reaches into it only
// the rest is added: a detector can add to what must be guarded, and take nothing away.
class Inspection::Placing final : public Leaves {
public:
    Placing(Inspection& inspection, std::string_view model, std::span<const ExternalSpan> spans, std::uint8_t score_min)
        : in_(inspection), model_(model), spans_(spans), score_min_(score_min) {}

    Result<bool> leaf(const Leaf& leaf) override {
        if (!is_asked_about(leaf, model_)) return true;
        found_.clear();
        for (; next_ < spans_.size() && spans_[next_].text == texts_; ++next_) {
            const ExternalSpan& span = spans_[next_];
            if (span.end > leaf.text.size() || !is_edge(leaf.text, span.begin) || !is_edge(leaf.text, span.end))
                return of_other_texts();
            if (span.score >= score_min_) found_.push_back({span.begin, span.end, span.kind, span.score, 0});
        }
        ++texts_;
        if (found_.empty()) return true;
        resolve(found_);
        LeafPlace place(in_.body_, leaf);
        for (const Finding& finding : found_) {
            GILMOK_TRY(kept, keep_rest(leaf, finding, place));
            static_cast<void>(kept);
        }
        return true;
    }
    [[nodiscard]] bool is_done() const { return next_ == spans_.size(); }

    std::vector<Finding> findings;   // in the body, in its order
    std::vector<Place> places;

private:
    // The pieces of a finding that lie outside of all others.
    Result<bool> keep_rest(const Leaf& leaf, const Finding& finding, LeafPlace& place) {
        std::size_t piece_begin = finding.begin, next = 0;
        Span piece;
        for (std::size_t at = finding.begin; at < finding.end; at = next) {
            for (next = at + 1; !is_edge(leaf.text, next);) ++next;
            const Span character = place.of(at, next);
            if (is_taken(character)) {
                GILMOK_TRY(kept, keep(leaf, finding, piece_begin, at, piece));
                static_cast<void>(kept);
                piece_begin = next;
                continue;
            }
            if (at == piece_begin) piece.begin = character.begin;
            piece.end = character.end;
        }
        return keep(leaf, finding, piece_begin, finding.end, piece);
    }

    // Characters come in the body's order, and so do findings.
    bool is_taken(const Span& character) {
        while (own_ < in_.findings_.size() && in_.findings_[own_].end <= character.begin) ++own_;
        return own_ < in_.findings_.size() && in_.findings_[own_].begin < character.end;
    }

    Result<bool> keep(const Leaf& leaf, Finding finding, std::size_t begin, std::size_t end, const Span& span) {
        const std::string_view value = leaf.text.substr(begin, end - begin);
        if (!std::any_of(value.begin(), value.end(), is_of_word)) return true;   // a space between two findings
        if (in_.findings_.size() + findings.size() >= request_findings_max)
            return failed("the request holds too much that must be guarded");
        finding.begin = static_cast<std::uint32_t>(span.begin);
        finding.end = static_cast<std::uint32_t>(span.end);
        findings.push_back(finding);
        places.push_back(in_.place_of(leaf, value, span));
        return true;
    }

    Inspection& in_;
    std::string_view model_;
    std::span<const ExternalSpan> spans_;   // by text
    std::uint8_t score_min_;
    std::vector<Finding> found_;   // in one text
    std::size_t next_ = 0, texts_ = 0, own_ = 0;
};

Result<bool> Inspection::add(std::string_view body, std::string_view model, std::vector<ExternalSpan> spans,
                             std::uint8_t score_min) {
    body_ = body;
    std::sort(spans.begin(), spans.end(),
              [](const ExternalSpan& left, const ExternalSpan& right) { return left.text < right.text; });
    Placing placing(*this, model, spans, score_min);
    WalkScratch scratch;
    GILMOK_TRY(is_walked, walk(body, scratch, placing));
    static_cast<void>(is_walked);
    if (!placing.is_done()) return of_other_texts();
    std::vector<Finding> findings;
    std::vector<Place> places;
    findings.reserve(findings_.size() + placing.findings.size());
    places.reserve(findings.capacity());
    for (std::size_t own = 0, added = 0; own < findings_.size() || added < placing.findings.size();) {
        const bool is_own = added == placing.findings.size() ||
                            (own < findings_.size() && findings_[own].begin <= placing.findings[added].begin);
        findings.push_back(is_own ? findings_[own] : placing.findings[added]);
        places.push_back(is_own ? places_[own++] : placing.places[added++]);
    }
    findings_ = std::move(findings);
    places_ = std::move(places);
    return true;
}

}   // namespace gilmok::guard
