// The status page: a shell without data, its script and its style. The data comes through the API, with the token.
#include "gateway/admin_api.hpp"
#include "gateway/embedded.hpp"

namespace gilmok::gateway::admin {

namespace {
AdminResponse file(std::string_view name, std::string_view content_type) {
    AdminResponse response;
    response.content_type = content_type;
    response.body = embedded(name);
    return response;
}
}   // namespace

AdminResponse page(Control&, const AdminRequest&) { return file("index.html", "text/html; charset=utf-8"); }
AdminResponse page_script(Control&, const AdminRequest&) { return file("app.js", "text/javascript; charset=utf-8"); }
AdminResponse page_style(Control&, const AdminRequest&) { return file("app.css", "text/css; charset=utf-8"); }

}   // namespace gilmok::gateway::admin
