// One strict pass over a JSON text (RFC 8259): grammar, UTF-8, depth, and for the members somebody asked about, where
// they stand. The text itself is never rebuilt: gilmok forwards the client's own bytes and changes only what it must,
// so it needs positions, not a tree. The path of every request; strings are scanned 64 bytes at a time, with a
// scalar twin as the oracle.
// Sans-IO, no allocation. Views point into the caller's buffer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gilmok::wire::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

// A value where it stands. `text` is its exact bytes: for a string with the quotes, for an object with the braces.
struct Value {
    Type type = Type::null;
    std::string_view text;
    [[nodiscard]] bool is_true() const { return type == Type::boolean && text.front() == 't'; }
    [[nodiscard]] bool is_false() const { return type == Type::boolean && text.front() == 'f'; }
};

struct Limits {
    std::uint32_t depth_max = 64;   // nested arrays and objects, at most 1024; then Code::json_too_deep
};

// Called for every member of the outermost object, in order, after its value has been checked whole.
// `name` is the bytes between the quotes as sent: escapes are not resolved (has_escape() tells).
class Members {
public:
    virtual ~Members() = default;
    // Return an Error to stop (a refused member), nothing to go on.
    virtual Result<bool> member(std::string_view name, const Value& value) = 0;
};

// Checks that `text` is exactly one JSON value (white space around it allowed), and tells `members` the members when it
// is an object. Errors: Code::bad_json, Code::json_too_deep (fault client); or what `members` returned.
// `scan_error_offset`, when given, receives the byte offset of a syntax error.
Result<Type> scan(std::string_view text, const Limits& limits, Members* members,
                  std::size_t* scan_error_offset = nullptr);
// The same byte by byte: the oracle that tests hold scan() against.
Result<Type> scan_scalar(std::string_view text, const Limits& limits, Members* members,
                         std::size_t* scan_error_offset = nullptr);

// The same walk for an object that was already checked: calls `members` for the members of `object.text`.
// Used to look into a nested value ("usage", "stream_options").
Result<bool> scan_members(const Value& object, Members& members);

// Pull reading of a value, one level at a time. Cheap to copy. On text that scan() would refuse it ends early, at the
// fault or before; it never reads outside. Text that was not scanned may hold bytes that are not UTF-8.
class Cursor {
public:
    explicit Cursor(std::string_view checked) : rest_(checked) {}
    explicit Cursor(const Value& checked) : rest_(checked.text) {}
    // For an object: the next member. False at its end.
    bool next_member(std::string_view& name, Value& value);
    // For an array: the next element. False at its end.
    bool next_element(Value& value);

private:
    std::string_view rest_;
    bool has_begun_ = false;
};
// The member of that exact name (no escapes resolved) of a checked object, or a Value with empty text.
Value find(const Value& object, std::string_view name);

// A member that counts only when it stands once: of two, nobody knows which was meant.
class Once {
public:
    void set(const Value& value) {
        is_twice_ = is_twice_ || !value_.text.empty();
        value_ = value;
    }
    [[nodiscard]] Value get() const { return is_twice_ ? Value{} : value_; }
    [[nodiscard]] bool is_object() const { return get().type == Type::object; }

private:
    Value value_{};
    bool is_twice_ = false;
};

bool has_escape(std::string_view raw);
// A checked string without escapes, as names of models are, less its quotes; "" for any other value.
inline std::string_view plain_text(const Value& value) {
    if (value.type != Type::string) return {};
    const std::string_view inside = value.text.substr(1, value.text.size() - 2);
    return has_escape(inside) ? std::string_view{} : inside;
}
// Resolves the escapes of a checked string (quotes included in `value.text`) and appends UTF-8. Lone surrogates become
// U+FFFD. False when the text would pass `bytes_max`; `out` is then of no use.
bool append_unescaped(std::string& out, const Value& value, std::size_t bytes_max);
// The whole number, when `value` is one without fraction or exponent and fits. Huge exponents are never expanded.
bool to_i64(const Value& value, std::int64_t& number);

}   // namespace gilmok::wire::json
