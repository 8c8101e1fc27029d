#include "cli/reload.hpp"

#include <array>

#include "auth/admin_token.hpp"
#include "base/text.hpp"
#include "cli/check.hpp"
#include "cli/lenient_secrets.hpp"
#include "guard/examine.hpp"
#include "wire/json.hpp"

namespace gilmok::cli {

namespace {

std::string with_end_of_line(std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
}

}   // namespace

std::string words_of_refusal(std::string_view body) {
    const auto type = wire::json::scan(body, {}, nullptr);
    if (!type || *type != wire::json::Type::object) return std::string(body);
    const wire::json::Value root{wire::json::Type::object, trim(body)};
    const wire::json::Value error = wire::json::find(root, "error");
    if (error.text.empty() || error.type != wire::json::Type::object) return std::string(body);
    std::string words;
    for (const std::string_view name : {"message", "fix"}) {
        const wire::json::Value text = wire::json::find(error, name);
        if (text.text.empty() || text.type != wire::json::Type::string) continue;
        if (!words.empty() && words.back() != '\n') words += '\n';
        if (!wire::json::append_unescaped(words, text, 1 << 20)) return std::string(body);
    }
    return words.empty() ? std::string(body) : words;
}

Secret admin_token_of(const config::Server& server, io::Files& files) {
    if (!server.admin_token && server.admin_token_file.empty() && server.state_dir.empty()) return {};
    const std::string path =
        server.admin_token_file.empty() ? server.state_dir + "/admin.token" : server.admin_token_file;
    // Asking must not make the file: the gateway would not know of it.
    if (!server.admin_token && !files.exists(path)) return {};
    const std::array<char, auth::key_random_bytes> unused{};
    auto token = auth::load_admin_token(server, files, unused);
    return token ? std::move(*token) : Secret();
}

Outcome reload(const std::string& config_path, io::Files& files, config::Secrets& secrets, Fetcher& fetcher) {
    LenientSecrets lenient(secrets, LenientSecrets::Commands::run);
    const config::Loaded loaded = config::load(config_path, files, lenient, 1, guard::examine);
    if (loaded.snapshot == nullptr)
        return {exit_config,
                {},
                problems_text(loaded.problems, false) +
                    "gilmok reload: refused, nothing was sent; the running configuration stays.\n"};
    const config::Server& server = loaded.snapshot->server;
    const std::string where = io::to_string(server.admin);
    config::Upstream admin = plain_upstream("admin", server.admin);
    admin.key = admin_token_of(server, files);
    if (admin.key.is_empty())
        return {exit_denied,
                {},
                "gilmok reload: the admin token cannot be known here: " + config_path +
                    " keeps none under [server]. Set state_dir, or send the gateway SIGHUP (kill -HUP PID).\n"};
    upstream::FetchWhat what = get("/admin/v1/reload", std::chrono::seconds(30));
    what.method = "POST";
    what.body = "{}";
    const Answer answer = fetcher.fetch_all({{&admin, what}}).front();
    if (answer.status == 0)
        return {exit_unreachable,
                {},
                "gilmok reload: no gateway answers on " + where + ": " + answer.problem +
                    ". Is it running, and with this file? `gilmok serve -c " + config_path + "` starts it.\n"};
    if (answer.status == 200) return {exit_ok, "in service: " + config_path + "\n", {}};
    if (answer.status == 401 || answer.status == 403)
        return {exit_denied,
                {},
                "gilmok reload: " + where +
                    " refuses the admin token: " + with_end_of_line(words_of_refusal(answer.body)) +
                    "The token is in the state_dir of the gateway that runs; is it another one?\n"};
    const std::string words = with_end_of_line(words_of_refusal(answer.body));
    if (answer.status == 422)
        return {exit_config, {}, words + "gilmok reload: refused; the running configuration stays.\n"};
    return {exit_failed,
            {},
            "gilmok reload: " + where + " cannot reload: " + words + "SIGHUP does the same: kill -HUP PID\n"};
}

}   // namespace gilmok::cli
