#include "guard/labels.hpp"

#include <algorithm>
#include <optional>

#include "wire/json.hpp"

namespace gilmok::guard {

using wire::json::Cursor;
using wire::json::Type;
using wire::json::Value;

namespace {

constexpr std::size_t role_bytes_max = 64;

bool is_text(const Value& value, std::string_view wanted) {
    std::string text;
    return value.type == Type::string && wire::json::append_unescaped(text, value, role_bytes_max) && text == wanted;
}

// Calls of tools and not a word: nobody has read an answer yet, so the one that follows the tools' results is the first.
bool only_calls(const Value& message) {
    const Value calls = wire::json::find(message, "tool_calls"), call = wire::json::find(message, "function_call");
    const Value content = wire::json::find(message, "content");
    const auto is_there = [](const Value& value) { return !value.text.empty() && value.type != Type::null; };
    const bool is_silent = !is_there(content) || content.text == R"("")" || content.text == "[]";
    return is_silent && (is_there(calls) || is_there(call));
}

// Messages of chat and items of responses alike: objects with a role.
bool holds_answer(const Value& messages) {
    Cursor cursor(messages);
    Value message;
    while (cursor.next_element(message)) {
        if (message.type != Type::object) continue;
        const Value role = wire::json::find(message, "role");
        if ((is_text(role, "assistant") || is_text(role, "model")) && !only_calls(message)) return true;
    }
    return false;
}

Label label_of(const config::Application& app) {
    Label label;
    label.application = app.name;
    label.entry = &app;
    if (app.is_label_on) label.headers.push_back({label_header, "true"});
    if (!app.notice.empty()) label.headers.push_back({notice_header, extended_value(app.notice)});
    if (app.is_notice_first) label.notice_first = app.notice;
    return label;
}

}   // namespace

std::string extended_value(std::string_view text) {
    // attr-char of RFC 8187; everything else is escaped.
    constexpr std::string_view plain = "!#$&+-.^_`|~";
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out = "UTF-8''";
    for (const char c : text) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_letter || plain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4U];
        out += hex[byte & 0xFU];
    }
    return out;
}

bool is_first_turn(std::string_view body) {
    const auto whole = wire::json::scan(body, {}, nullptr);
    if (!whole || *whole != Type::object) return false;
    const Value request{Type::object, body.substr(body.find('{'))};
    Cursor cursor(request);
    std::string_view name;
    Value value;
    while (cursor.next_member(name, value)) {
        const bool refers_back = name == "previous_response_id" || name == "conversation";
        if (refers_back && value.type != Type::null) return false;
        const bool is_list = name == "messages" || name == "input" || name == "contents";
        if (is_list && value.type == Type::array && holds_answer(value)) return false;
    }
    return true;
}

Labels::Labels(const config::Snapshot& snapshot) {
    Label nobody;
    if (snapshot.guard.is_on) nobody.headers.push_back({label_header, "true"});
    labels_.push_back(std::move(nobody));
    for (const config::Application& app : snapshot.applications) labels_.push_back(label_of(app));
    // Parents come before their children.
    for (const config::Tenant& tenant : snapshot.tenants) {
        const auto own = std::find_if(snapshot.applications.begin(), snapshot.applications.end(),
                                      [&](const config::Application& app) { return app.tenant == tenant.path; });
        const bool is_top = tenant.parent == model::TenantId::none;
        by_tenant_.push_back(own != snapshot.applications.end()
                                 ? static_cast<std::uint32_t>(own - snapshot.applications.begin() + 1)
                             : is_top ? 0
                                      : by_tenant_[model::index_of(tenant.parent)]);
    }
}

const Label& Labels::of(model::TenantId tenant) const {
    return labels_[tenant == model::TenantId::none ? 0 : by_tenant_[model::index_of(tenant)]];
}

}   // namespace gilmok::guard
