// What the admin listener answers, by route. Every answer but /metrics, the configuration and the page is JSON; a refusal
// is {"error":{"code","message","why","fix"}}. docs/admin-api.md shows each.
// Thread: the control loop's. Nothing here waits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/control.hpp"
#include "wire/http1.hpp"

namespace gilmok::gateway {

struct AdminRequest {
    wire::http1::Method method = wire::http1::Method::other;
    std::string_view path{};
    std::string_view query{};
    std::string_view content_type{};
    std::string_view body{};
    std::string_view id{};   // what stands for {id} in the route; filled by answer_admin()
};

struct AdminResponse {
    std::uint16_t status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string allow{};   // of a 405
};

// Answers one request that the guard let through.
AdminResponse answer_admin(Control& control, AdminRequest request);
// Health, /metrics and the page's own files hold no secret and need no token. Every other path does, known or not.
bool admin_needs_token(const AdminRequest& request);

// A refusal, whole: what, why, how to mend it. `code` is stable.
struct AdminProblem {
    std::string_view code;
    std::string what;
    std::string why{};
    std::string fix{};
};
AdminResponse refuse_admin(std::uint16_t status, const AdminProblem& problem);
AdminResponse admin_json(std::string body, std::uint16_t status = 200);

namespace admin {

// admin_health.cpp
AdminResponse livez(Control& control, const AdminRequest& request);
AdminResponse readyz(Control& control, const AdminRequest& request);
AdminResponse metrics(Control& control, const AdminRequest& request);
// May be asked now: healthy, not ejected, its name resolved.
bool is_in_service(const upstream::State& state, Instant now);
// "" when the gateway is ready, else why not.
std::string why_not_ready(const Control& control, Instant now);

// admin_views.cpp
AdminResponse status(Control& control, const AdminRequest& request);
AdminResponse upstreams(Control& control, const AdminRequest& request);
AdminResponse models(Control& control, const AdminRequest& request);
AdminResponse tenants(Control& control, const AdminRequest& request);
AdminResponse configuration(Control& control, const AdminRequest& request);
AdminResponse reload(Control& control, const AdminRequest& request);

// admin_keys.cpp
AdminResponse keys(Control& control, const AdminRequest& request);
AdminResponse create_key(Control& control, const AdminRequest& request);
AdminResponse revoke_key(Control& control, const AdminRequest& request);
AdminResponse rotate_key(Control& control, const AdminRequest& request);

// admin_forecast.cpp
AdminResponse forecast(Control& control, const AdminRequest& request);
AdminResponse erase_person(Control& control, const AdminRequest& request);
AdminResponse rerate(Control& control, const AdminRequest& request);

// admin_money.cpp
AdminResponse usage(Control& control, const AdminRequest& request);
AdminResponse spend(Control& control, const AdminRequest& request);
AdminResponse budgets(Control& control, const AdminRequest& request);
AdminResponse ledger(Control& control, const AdminRequest& request);
AdminResponse attempts(Control& control, const AdminRequest& request);

// admin_evidence.cpp
AdminResponse evidence(Control& control, const AdminRequest& request);
AdminResponse destroy_archive_key(Control& control, const AdminRequest& request);

// admin_guard.cpp
AdminResponse guard_rules(Control& control, const AdminRequest& request);
AdminResponse guard_explained(Control& control, const AdminRequest& request);
AdminResponse guard_tried(Control& control, const AdminRequest& request);
AdminResponse guard_measured(Control& control, const AdminRequest& request);

// admin_page.cpp
AdminResponse page(Control& control, const AdminRequest& request);
AdminResponse page_script(Control& control, const AdminRequest& request);
AdminResponse page_style(Control& control, const AdminRequest& request);

}   // namespace admin
}   // namespace gilmok::gateway
