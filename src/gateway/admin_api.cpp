// The routes of the admin listener.
#include "gateway/admin_api.hpp"

#include "base/text.hpp"
#include "gateway/admin_json.hpp"

namespace gilmok::gateway {

namespace {

using wire::http1::Method;
using Answer = AdminResponse (*)(Control&, const AdminRequest&);

struct Route {
    Method method;
    std::string_view path;   // {id} stands for one segment
    bool needs_token;
    Answer answer;
};

constexpr Route routes[] = {
    {Method::get, "/livez", false, admin::livez},
    {Method::get, "/readyz", false, admin::readyz},
    {Method::get, "/metrics", false, admin::metrics},
    {Method::get, "/", false, admin::page},
    {Method::get, "/ui", false, admin::page},
    {Method::get, "/ui/app.js", false, admin::page_script},
    {Method::get, "/ui/app.css", false, admin::page_style},
    {Method::get, "/admin/v1/status", true, admin::status},
    {Method::get, "/admin/v1/upstreams", true, admin::upstreams},
    {Method::get, "/admin/v1/models", true, admin::models},
    {Method::get, "/admin/v1/tenants", true, admin::tenants},
    {Method::get, "/admin/v1/config", true, admin::configuration},
    {Method::get, "/admin/v1/usage", true, admin::usage},
    {Method::get, "/admin/v1/spend", true, admin::spend},
    {Method::get, "/admin/v1/budgets", true, admin::budgets},
    {Method::get, "/admin/v1/ledger", true, admin::ledger},
    {Method::get, "/admin/v1/attempts/{id}", true, admin::attempts},
    {Method::post, "/admin/v1/reload", true, admin::reload},
    {Method::get, "/admin/v1/keys", true, admin::keys},
    {Method::post, "/admin/v1/keys", true, admin::create_key},
    {Method::post, "/admin/v1/keys/{id}/revoke", true, admin::revoke_key},
    {Method::post, "/admin/v1/keys/{id}/rotate", true, admin::rotate_key},
    {Method::get, "/admin/v1/forecast", true, admin::forecast},
    {Method::post, "/admin/v1/ledger/erase", true, admin::erase_person},
    {Method::post, "/admin/v1/ledger/rerate", true, admin::rerate},
    {Method::get, "/admin/v1/evidence", true, admin::evidence},
    {Method::post, "/admin/v1/archive/destroy-key", true, admin::destroy_archive_key},
    {Method::get, "/admin/v1/guard/rules", true, admin::guard_rules},
    {Method::get, "/admin/v1/guard/explain", true, admin::guard_explained},
    {Method::post, "/admin/v1/guard/test", true, admin::guard_tried},
    {Method::post, "/admin/v1/guard/bench", true, admin::guard_measured},
};

bool matches(std::string_view pattern, std::string_view path, std::string_view& id) {
    static constexpr std::string_view hole = "{id}";
    const std::size_t at = pattern.find(hole);
    if (at == std::string_view::npos) return pattern == path;
    const std::string_view before = pattern.substr(0, at), after = pattern.substr(at + hole.size());
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return false;
    id = path.substr(at, path.size() - before.size() - after.size());
    return id.find('/') == std::string_view::npos;
}

// A browser sends a form of another site without asking first, but never with this type; so a change asks for it.
bool is_json_type(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return equal_ignoring_case(trim(type), "application/json");
}

AdminResponse method_refused(std::string allow) {
    AdminResponse response = refuse_admin(
        405, {.code = "method_not_allowed", .what = "this path does not answer this method", .fix = "use " + allow});
    response.allow = std::move(allow);
    return response;
}

}   // namespace

bool admin_needs_token(const AdminRequest& request) {
    std::string_view id;
    for (const Route& route : routes)
        if (!route.needs_token && matches(route.path, request.path, id)) return false;
    return true;
}

AdminResponse answer_admin(Control& control, AdminRequest request) {
    const Method method = request.method == Method::head ? Method::get : request.method;
    std::string allow;
    for (const Route& route : routes) {
        if (!matches(route.path, request.path, request.id)) continue;
        if (route.method != method) {
            allow += allow.empty() ? "" : ", ";
            allow += route.method == Method::get ? "GET, HEAD" : "POST";
            continue;
        }
        if (method == Method::post && !is_json_type(request.content_type))
            return refuse_admin(415, {.code = "content_type",
                                      .what = "a change must be sent as application/json",
                                      .why = "pages of other sites cannot send that without asking",
                                      .fix = "add the header Content-Type: application/json"});
        return route.answer(control, request);
    }
    if (!allow.empty()) return method_refused(std::move(allow));
    return refuse_admin(404, {.code = "not_found",
                              .what = "there is nothing at this path",
                              .fix = "docs/admin-api.md lists the paths; the API begins with /admin/v1/"});
}

AdminResponse admin_json(std::string body, std::uint16_t status) {
    AdminResponse response;
    response.status = status;
    response.body = std::move(body);
    response.body += '\n';
    return response;
}

AdminResponse refuse_admin(std::uint16_t status, const AdminProblem& problem) {
    JsonWriter json;
    json.begin_object();
    json.begin_object("error");
    json.text("code", problem.code);
    json.text("message", problem.what);
    if (!problem.why.empty()) json.text("why", problem.why);
    if (!problem.fix.empty()) json.text("fix", problem.fix);
    json.end_object();
    json.end_object();
    return admin_json(json.take(), status);
}

}   // namespace gilmok::gateway
