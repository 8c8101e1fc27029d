#include "guard/conversation.hpp"

#include "wire/json.hpp"

namespace gilmok::guard {

namespace {

using wire::json::Cursor;
using wire::json::Type;
using wire::json::Value;

constexpr std::size_t beginning_bytes = 1'024;   // of what has no turns

bool is_instruction(const Value& message) {
    if (message.type != Type::object) return false;
    const std::string_view role = wire::json::find(message, "role").text;
    return role == "\"system\"" || role == "\"developer\"";
}

std::string_view first_turn_of(const Value& messages) {
    Cursor cursor(messages);
    Value message;
    while (cursor.next_element(message))
        if (!is_instruction(message)) {
            const auto end = static_cast<std::size_t>(message.text.data() + message.text.size() - messages.text.data());
            return messages.text.substr(0, end);
        }
    return messages.text;
}

}   // namespace

std::string_view beginning_of_conversation(std::string_view body) {
    const std::size_t begin = body.find('{');
    if (begin == std::string_view::npos) return body.substr(0, beginning_bytes);
    Cursor cursor(Value{Type::object, body.substr(begin)});
    std::string_view name;
    Value value;
    std::string_view other;
    while (cursor.next_member(name, value)) {
        if (name == "messages" && value.type == Type::array) return first_turn_of(value);
        if (name == "prompt" || name == "input") other = value.text.substr(0, beginning_bytes);
    }
    return other.empty() ? body.substr(0, beginning_bytes) : other;
}

}   // namespace gilmok::guard
