// Whether the gateway lives, whether it may be sent traffic, and what it counts.
#include <algorithm>

#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"

namespace gilmok::gateway::admin {

bool is_in_service(const upstream::State& state, Instant now) {
    return !state.health.is_out(now) && state.addresses.load() != nullptr;
}

std::string why_not_ready(const Control& control, Instant now) {
    if (control.is_draining()) return "draining: the process is about to end";
    const Setup& setup = *control.setup();
    const auto has_candidate = [&](const config::Model& model) {
        return std::any_of(model.candidates.begin(), model.candidates.end(), [&](const config::Candidate& candidate) {
            return is_in_service(*setup.upstreams[model::index_of(candidate.upstream)], now);
        });
    };
    const auto& models = setup.snapshot->models;
    if (models.empty()) return "no model is configured";
    if (std::none_of(models.begin(), models.end(), has_candidate)) return "no model has an upstream in service";
    return {};
}

AdminResponse livez(Control&, const AdminRequest&) {
    AdminResponse response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "ok\n";
    return response;
}

AdminResponse readyz(Control& control, const AdminRequest&) {
    const std::string why = why_not_ready(control, control.loop().now());
    JsonWriter json;
    json.begin_object();
    json.flag("ready", why.empty());
    if (!why.empty()) json.text("why", why);
    json.end_object();
    return admin_json(json.take(), why.empty() ? 200 : 503);
}

AdminResponse metrics(Control& control, const AdminRequest&) {
    AdminResponse response;
    response.content_type = meter::prometheus_content_type;
    response.body = control.prometheus();
    return response;
}

}   // namespace gilmok::gateway::admin
