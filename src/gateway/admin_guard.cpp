// GET /admin/v1/guard/rules and /explain, POST /admin/v1/guard/test and /bench: what `gilmok guard` answers, of the configuration in
// service.
#include <algorithm>
#include <array>
#include <optional>

#include "config/schema.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_query.hpp"
#include "gateway/guard_answers.hpp"
#include "gateway/guards.hpp"
#include "wire/json.hpp"

namespace gilmok::gateway::admin {

namespace {

namespace json = wire::json;

// The control loop waits for it.
constexpr Duration bench_span = std::chrono::milliseconds(50);

AdminResponse refuse_question(std::string what, std::string fix) {
    return refuse_admin(422, {.code = "question_refused", .what = std::move(what), .fix = std::move(fix)});
}

// What is wrong with the names of the members: a misspelt "class" would be judged as if nobody had said one.
std::optional<AdminProblem> wrong_names(const json::Value& body) {
    constexpr std::array<std::string_view, 5> names{"text", "class", "tenant", "place", "operator"};
    std::array<bool, names.size()> seen{};
    json::Cursor cursor(body);
    std::string_view name;
    json::Value value;
    while (cursor.next_member(name, value)) {
        const auto* const known = std::find(names.begin(), names.end(), name);
        if (known == names.end()) {
            config::Nearest nearest(name);
            for (const std::string_view each : names) nearest.offer(each);
            return AdminProblem{.code = "member_unknown",
                                .what = "unknown member \"" + std::string(name) + '"',
                                .why = "a member that nobody reads hides a typing error",
                                .fix = nearest.fix_or_all()};
        }
        bool& was_seen = seen[static_cast<std::size_t>(known - names.begin())];
        if (was_seen)
            return AdminProblem{.code = "member_duplicate",
                                .what = "member \"" + std::string(name) + "\" stands twice"};
        was_seen = true;
    }
    return std::nullopt;
}

// Puts the member of that name there. False when it is no text.
bool take_text(const json::Value& body, std::string_view name, std::size_t bytes_max, std::string& into) {
    const json::Value value = json::find(body, name);
    if (value.text.empty()) return true;
    return value.type == json::Type::string && json::append_unescaped(into, value, bytes_max);
}

}   // namespace

AdminResponse guard_rules(Control& control, const AdminRequest& request) {
    std::string pack;
    if (const auto read = read_parameters(request.query, {{"pack", &pack}}); !read)
        return refuse_question(read.error(), "pack=kr-public, or nothing");
    const auto rules = guard_rules_of(*control.setup()->snapshot, pack);
    if (!rules) return refuse_question(rules.error(), "leave `pack` out for the rules in force");
    return admin_json(guard_rules_json(*rules));
}

AdminResponse guard_explained(Control& control, const AdminRequest& request) {
    std::string kind;
    GuardAsked asked;
    const auto read = read_parameters(request.query, {{"kind", &kind},
                                                      {"class", &asked.data_class},
                                                      {"tenant", &asked.tenant},
                                                      {"place", &asked.place},
                                                      {"operator", &asked.operator_}});
    constexpr const char* fix = "kind=kr_passport&class=O&place=us-cloud";
    if (!read) return refuse_question(read.error(), fix);
    const auto told = guard_explain(*control.setup()->snapshot, kind, asked);
    if (!told) return refuse_question(told.error(), fix);
    return admin_json(guard_explained_json(*told));
}

AdminResponse guard_tried(Control& control, const AdminRequest& request) {
    constexpr const char* fix =
        R"(send {"text":"mail kim@example.com","class":"O","place":"us-cloud"}; only "text" must be there)";
    const auto type = json::scan(request.body, json::Limits{.depth_max = 2}, nullptr);
    if (!type || *type != json::Type::object)
        return refuse_admin(400, {.code = "bad_json", .what = "the body is not a JSON object", .fix = fix});
    const json::Value body{json::Type::object, request.body};
    if (const auto wrong = wrong_names(body)) return refuse_admin(422, *wrong);
    constexpr std::size_t name_bytes_max = 1'024;
    std::string text;
    GuardAsked asked;
    const bool is_read = !json::find(body, "text").text.empty() &&
                         take_text(body, "text", guard_text_bytes_max, text) &&
                         take_text(body, "class", name_bytes_max, asked.data_class) &&
                         take_text(body, "tenant", name_bytes_max, asked.tenant) &&
                         take_text(body, "place", name_bytes_max, asked.place) &&
                         take_text(body, "operator", name_bytes_max, asked.operator_);
    if (!is_read)
        return refuse_admin(422, {.code = "member_invalid", .what = "a member is missing or no text", .fix = fix});
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    // Every kind is shown, also those that no rule speaks of.
    auto options = detector_options(snapshot, control.files(), model::KindSet::all());
    if (!options) return refuse_admin(503, {.code = "guard_failed", .what = options.error()});
    const auto tried = guard_try(snapshot, guard::Detector(std::move(*options)), text, asked);
    if (!tried) return refuse_question(tried.error(), fix);
    return admin_json(guard_tried_json(*tried, text));
}

AdminResponse guard_measured(Control& control, const AdminRequest&) {
    if (control.clock() == nullptr)
        return refuse_admin(409, {.code = "no_clock", .what = "there is no clock to measure with"});
    const auto speeds = guard_speed(*control.setup()->guards->detector, control.clock(), bench_span);
    if (!speeds) return refuse_admin(503, {.code = "guard_failed", .what = speeds.error()});
    return admin_json(guard_speed_json(*speeds));
}

}   // namespace gilmok::gateway::admin
