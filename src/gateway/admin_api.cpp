// What the admin listener answers.
#include "gateway/admin_server.hpp"

namespace gilmok::gateway {

using wire::http1::Method;

bool admin_needs_token(const AdminRequest& request) { return request.path != "/livez" && request.path != "/readyz" && request.path != "/metrics"; }

AdminResponse answer_admin(Control& control, const AdminRequest& request) {
    AdminResponse response;
    if (request.path == "/livez") {
        response.content_type = "text/plain; charset=utf-8";
        response.body = "ok\n";
    } else if (request.path == "/metrics") {
        response.content_type = meter::prometheus_content_type;
        response.body = control.prometheus();
    } else {
        response.status = 404;
        response.body = R"({"error":{"message":"there is nothing at this path"}})";
    }
    return response;
}

}  // namespace gilmok::gateway
