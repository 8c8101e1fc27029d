#include "guard/answer_pieces.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gilmok::guard {

using wire::json::Type;
using wire::json::Value;

namespace {

constexpr std::uint32_t choice_depth_max = 32;   // below, strings are taken whole where they stand; none is left out

template <std::size_t count>
bool is_one_of(std::string_view name, const std::array<std::string_view, count>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Members around the choices that hold no text of the answer.
bool is_about_answer(std::string_view name) {
    static constexpr std::array<std::string_view, 8> names{
        "id", "object", "created", "model", "system_fingerprint", "service_tier", "usage", "provider"};
    return is_one_of(name, names);
}
// Strings that come whole even in a stream, and are no language.
bool is_label(std::string_view name) {
    static constexpr std::array<std::string_view, 15> names{"id",
                                                            "type",
                                                            "role",
                                                            "name",
                                                            "object",
                                                            "format",
                                                            "finish_reason",
                                                            "stop_reason",
                                                            "signature",
                                                            "data",
                                                            "b64_json",
                                                            "embedding",
                                                            "encrypted_content",
                                                            "tool_call_id",
                                                            "url"};
    return is_one_of(name, names);
}

}   // namespace

bool AnswerPieces::read(std::string_view json, bool is_stream) {
    json_ = json;
    pieces_.clear();
    choices_.clear();
    steps_.clear();
    place_ = {};
    usage_ = model_ = tier_ = {};
    depth_ = 0;
    is_stream_ = is_stream;
    has_error_ = false;
    Walk walk(json, depth_max, true);
    walk.space();
    const bool is_read = walk.is_at('{') ? walk.members([&](std::string_view name) { return root_member(walk, name); })
                                         : value(walk, {});
    if (!is_read) return false;
    walk.space();
    return walk.is_at_end();
}

dialect::openai::AnswerFacts AnswerPieces::facts() const {
    dialect::openai::AnswerFacts facts;
    if (usage_.is_object()) facts.usage_text = usage_.get().text;
    facts.model = wire::json::plain_text(model_.get());
    facts.service_tier = wire::json::plain_text(tier_.get());
    return facts;
}

bool AnswerPieces::root_member(Walk& walk, std::string_view name) {
    if (name == "choices" && walk.is_at('[')) return all_choices(walk);
    if (!is_about_answer(name)) {
        has_error_ = has_error_ || (name == "error" && !walk.is_at('n'));
        return value(walk, name);
    }
    Value ignored;
    if (!walk.value(ignored)) return false;
    if (name == "usage") usage_.set(ignored);
    if (name == "model") model_.set(ignored);
    if (name == "service_tier") tier_.set(ignored);
    return true;
}

bool AnswerPieces::all_choices(Walk& walk) {
    return walk.elements([&] {
        ChoiceSeen seen;
        const bool is_read = walk.is_at('{')
                                 ? walk.members([&](std::string_view name) { return choice_member(walk, name, seen); })
                                 : value(walk, {});
        choices_.push_back(seen);
        return is_read;
    });
}

bool AnswerPieces::choice_member(Walk& walk, std::string_view name, ChoiceSeen& seen) {
    const bool is_index = name == "index", is_end = name == "finish_reason", is_logprobs = name == "logprobs";
    if (is_index || is_end || is_logprobs) {
        Value found;
        if (!walk.value(found)) return false;
        if (is_index) wire::json::to_i64(found, seen.index);
        // Some engines send "" until the end.
        if (is_end) seen.is_ending = found.type == Type::string && found.text.size() > 2;
        if (is_logprobs && found.type != Type::null) seen.logprobs = found;
        return true;
    }
    place_ = {.path_size = 0, .is_of_choice = name == "delta" || name == "message" || name == "text"};
    const bool is_read = value(walk, name);
    place_ = {};
    return is_read;
}

bool AnswerPieces::value(Walk& walk, std::string_view name) {
    if (walk.is_at('[')) return elements(walk, name);
    if (walk.is_at('{')) {
        const Place outside = place_;
        add_step(name, 0);
        if (depth_ >= choice_depth_max) place_.is_of_choice = false;
        ++depth_;
        const bool is_read = walk.members([&](std::string_view inner) { return value(walk, inner); });
        --depth_;
        place_ = outside;
        return is_read;
    }
    Value found;
    if (!walk.value(found)) return false;
    if (found.type == Type::string) string(name, found.text.substr(1, found.text.size() - 2));
    return true;
}

bool AnswerPieces::elements(Walk& walk, std::string_view name) {
    const Place outside = place_;
    add_step(name, 0);
    if (depth_ >= choice_depth_max) place_.is_of_choice = false;
    ++depth_;
    const Place inside = place_;
    std::int64_t at = 0;
    const bool is_read = walk.elements([&] {
        if (place_.is_of_choice && place_.path_size < path_max) {
            std::int64_t index = at;
            // Not checked yet: what is no JSON ends this early, and then the walk.
            const auto begin = static_cast<std::size_t>(walk.at() - json_.data());
            if (walk.is_at('{'))
                wire::json::to_i64(wire::json::find({Type::object, json_.substr(begin)}, "index"), index);
            path_[place_.path_size++] = {{}, index};
        }
        ++at;
        const bool is_element_read = value(walk, {});
        place_ = inside;
        return is_element_read;
    });
    --depth_;
    place_ = outside;
    return is_read;
}

void AnswerPieces::add_step(std::string_view name, std::int64_t index) {
    if (place_.is_of_choice && !name.empty() && place_.path_size < path_max) path_[place_.path_size++] = {name, index};
}

void AnswerPieces::string(std::string_view name, std::string_view text) {
    Piece& piece = pieces_.emplace_back();
    piece.raw = text;
    piece.choice = choices_.size();
    piece.is_of_choice = place_.is_of_choice;
    const bool is_whole = is_label(name);
    // Labels that are made of words all the same: an address, and what a function or a person is called.
    const bool has_words = name == "name" || (name == "url" && !text.starts_with("data:"));
    piece.is_looked_through = !is_whole || has_words;
    piece.is_json = name == "arguments" || name == "partial_json";
    if (!piece.is_of_choice || name.empty() || place_.path_size >= path_max) return;
    // Of a completion the text stands in the choice itself.
    piece.is_content = (place_.path_size == 1 && name == "content") || place_.path_size == 0;
    piece.comes_in_pieces = is_stream_ && !is_whole;
    if (!piece.comes_in_pieces) return;
    piece.path_begin = static_cast<std::uint32_t>(steps_.size());
    piece.path_size = place_.path_size + 1;
    steps_.insert(steps_.end(), path_.begin(), path_.begin() + place_.path_size);
    steps_.push_back({name, 0});
}

void append_around(std::span<const Piece::Step> path, std::string& open, std::string& close) {
    std::string ends;   // innermost last
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Piece::Step& step = path[i];
        const bool is_last = i + 1 == path.size();
        if (step.name.empty()) {
            open += "{\"index\":";
            append_number(open, step.index);
            open += ',';
            ends += "}";
            continue;
        }
        open += '"';
        open += step.name;
        open += "\":";
        if (is_last) {
            open += '"';
            ends += '"';
        } else if (path[i + 1].name.empty()) {
            open += '[';
            ends += ']';
        } else {
            open += '{';
            ends += '}';
        }
    }
    close.append(ends.rbegin(), ends.rend());
}

}   // namespace gilmok::guard
