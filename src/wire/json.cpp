#include "wire/json.hpp"

#include "wire/json_walk.hpp"

namespace gilmok::wire::json {

namespace {

// The members of the object whose brace stands here. False when the text is wrong or `members` refused, which `refusal`
// then tells.
template <class Kernel>
bool walk_members(Walk<Kernel>& walk, Members& members, Result<bool>& refusal) {
    return walk.members([&](std::string_view name) {
        Value value;
        if (!walk.value(value)) return false;
        const Result<bool> told = members.member(name, value);
        if (told) return true;
        refusal = told;   // only now: to assign what is nearly always the same costs more than to ask for it
        return false;
    });
}

template <class Kernel>
Result<Type> scan_with(std::string_view text, const Limits& limits, Members* members, std::size_t* error_offset) {
    Walk<Kernel> walk(text, limits.depth_max, true);
    Value value;
    Result<bool> refusal = true;
    walk.space();
    if (walk.is_at_end()) {
        walk.refuse("the text is empty");
    } else if (members != nullptr && walk.is_at('{') ? walk_members(walk, *members, refusal) : walk.value(value)) {
        if (members != nullptr && value.text.empty()) value.type = Type::object;
        walk.space();
        if (walk.is_at_end()) return value.type;
        walk.refuse("something follows the value");
    }
    if (error_offset != nullptr) *error_offset = static_cast<std::size_t>(walk.at() - text.data());
    if (!refusal) return fail(refusal.error());
    return fail(walk.error());
}

}   // namespace

Result<Type> scan(std::string_view text, const Limits& limits, Members* members, std::size_t* scan_error_offset) {
    return scan_with<FastKernel>(text, limits, members, scan_error_offset);
}

Result<Type> scan_scalar(std::string_view text, const Limits& limits, Members* members,
                         std::size_t* scan_error_offset) {
    return scan_with<ScalarKernel>(text, limits, members, scan_error_offset);
}

Result<bool> scan_members(const Value& object, Members& members) {
    Walk<FastKernel> walk(object.text, depth_limit, false);
    Result<bool> refusal = true;
    walk.space();
    if (!walk.is_at('{') || walk_members(walk, members, refusal) || refusal) return true;
    return fail(refusal.error());
}

}   // namespace gilmok::wire::json
