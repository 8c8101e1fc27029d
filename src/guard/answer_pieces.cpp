#include "guard/answer_pieces.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gilmok::guard {

using wire::json::Cursor;
using wire::json::Type;
using wire::json::Value;

namespace {

constexpr int depth_max = 32;   // below, strings are taken whole where they stand; none is left out

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Members around the choices that hold no text of the answer.
bool is_about_answer(std::string_view name) {
    return is_one_of(name,
                     {"id", "object", "created", "model", "system_fingerprint", "service_tier", "usage", "provider"});
}
// Strings that come whole even in a stream, and are no language.
bool is_label(std::string_view name) {
    return is_one_of(name, {"id", "type", "role", "name", "object", "format", "finish_reason", "stop_reason",
                            "signature", "data", "b64_json", "embedding", "encrypted_content", "tool_call_id", "url"});
}

}   // namespace

void AnswerPieces::read(std::string_view json, bool is_stream) {
    pieces_.clear();
    choices_.clear();
    is_stream_ = is_stream;
    has_error_ = false;
    depth_ = 0;
    Cursor members(json);
    std::string_view name;
    Value member;
    Piece outside;
    const std::size_t first = json.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || json[first] != '{') {
        if (first != std::string_view::npos && json[first] == '[')
            elements({Type::array, json.substr(first)}, {}, outside);
        return;
    }
    while (members.next_member(name, member)) {
        if (name == "choices" && member.type == Type::array) {
            Cursor choices(member);
            Value one;
            while (choices.next_element(one)) choice(one);
        } else if (!is_about_answer(name)) {
            has_error_ = has_error_ || (name == "error" && member.type != Type::null);
            value(name, member, outside);
        }
    }
}

void AnswerPieces::choice(const Value& one) {
    ChoiceSeen seen;
    Cursor members(one);
    std::string_view name;
    Value member;
    Piece outside, text;
    text.choice = choices_.size();
    text.is_of_choice = true;
    while (members.next_member(name, member)) {
        if (name == "index") {
            wire::json::to_i64(member, seen.index);
        } else if (name == "finish_reason") {
            seen.is_ending =
                member.type == Type::string && member.text.size() > 2;   // some engines send "" until the end
        } else if (name == "logprobs") {
            if (member.type != Type::null) seen.logprobs = member;
        } else if (name == "delta" || name == "message" || name == "text") {
            value(name, member, text);
        } else {
            value(name, member, outside);
        }
    }
    choices_.push_back(seen);
}

// `at` is the way to where the value stands; there is none outside of a choice's text.
void AnswerPieces::value(std::string_view name, const Value& found, Piece& at) {
    if (found.type == Type::string) return string(name, found.text.substr(1, found.text.size() - 2), at);
    if (found.type == Type::array) return elements(found, name, at);
    if (found.type != Type::object) return;
    Piece inside = at;
    if (at.is_of_choice && !name.empty() && inside.path_size < Piece::path_max)
        inside.path[inside.path_size++] = {name, 0};
    if (depth_ >= depth_max) inside.is_of_choice = false;
    ++depth_;
    Cursor members(found);
    std::string_view member_name;
    Value member;
    while (members.next_member(member_name, member)) value(member_name, member, inside);
    --depth_;
}

void AnswerPieces::elements(const Value& found, std::string_view name, Piece& at) {
    Piece inside = at;
    if (at.is_of_choice && !name.empty() && inside.path_size < Piece::path_max)
        inside.path[inside.path_size++] = {name, 0};
    if (depth_ >= depth_max) inside.is_of_choice = false;
    ++depth_;
    Cursor cursor(found);
    Value element;
    for (std::int64_t place = 0; cursor.next_element(element); ++place) {
        Piece one = inside;
        if (one.is_of_choice && one.path_size < Piece::path_max) {
            std::int64_t index = place;
            if (element.type == Type::object) wire::json::to_i64(wire::json::find(element, "index"), index);
            one.path[one.path_size++] = {{}, index};
        }
        value({}, element, one);
    }
    --depth_;
}

void AnswerPieces::string(std::string_view name, std::string_view text, Piece& at) {
    Piece piece = at;
    piece.raw = text;
    piece.is_looked_through = !is_label(name);
    piece.is_json = name == "arguments" || name == "partial_json";
    if (!piece.is_of_choice || name.empty() || piece.path_size >= Piece::path_max) {
        piece.path_size = 0;
    } else {
        piece.path[piece.path_size++] = {name, 0};
        piece.comes_in_pieces = is_stream_ && piece.is_looked_through;
        // Of a completion the text stands in the choice itself.
        piece.is_content = (piece.path_size == 2 && name == "content") || piece.path_size == 1;
    }
    pieces_.push_back(piece);
}

void append_around(const Piece& piece, std::string& open, std::string& close) {
    std::string ends;   // innermost last
    for (std::size_t i = 0; i < piece.path_size; ++i) {
        const Piece::Step& step = piece.path[i];
        const bool is_last = i + 1 == piece.path_size;
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
        } else if (piece.path[i + 1].name.empty()) {
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
