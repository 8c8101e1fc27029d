// GET /admin/v1/forecast, POST /admin/v1/ledger/erase and POST /admin/v1/ledger/rerate.
#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"
#include "gateway/admin_query.hpp"
#include "gateway/rerate.hpp"
#include "report/forecast.hpp"
#include "wire/json.hpp"

namespace gilmok::gateway::admin {

namespace {

// Nothing, or the refusal of a parameter that nobody reads.
std::optional<AdminResponse> read_forecast_query(std::string_view query, report::ForecastAsked& asked) {
    std::string tenant, period, step;
    const auto read = read_parameters(query, {{"tenant", &tenant}, {"period", &period}, {"step", &step}});
    if (!read || (!step.empty() && step != "day" && step != "hour"))
        return refuse_admin(422, {.code = "parameter_unknown",
                                  .what = read ? "step is day or hour" : read.error(),
                                  .fix = "tenant=PATH, period=this-month, step=day or step=hour"});
    if (!tenant.empty()) asked.tenant = std::move(tenant);
    if (!period.empty()) asked.period = std::move(period);
    if (!step.empty()) asked.by_hour = step == "hour";
    return std::nullopt;
}

}   // namespace

AdminResponse forecast(Control& control, const AdminRequest& request) {
    report::ForecastAsked asked;
    if (auto refused = read_forecast_query(request.query, asked)) return std::move(*refused);
    const auto tables = control.ask_tables();
    if (!tables) return refuse_admin(503, {.code = "no_tables", .what = tables.error().message});
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    const meter::PriceBookPtr& book = control.setup()->accounts->prices;
    const WallTime now = control.loop().wall_now();
    const auto convert = [&](const Money& money) {
        return book->convert(money.pico, money.currency, snapshot.ledger.currency, now);
    };
    const auto answer = report::forecast(**tables, snapshot, asked, convert, {now, snapshot.ledger.utc_offset_minutes});
    if (!answer) return refuse_admin(422, {.code = "question_refused", .what = answer.error()});
    return admin_json(report::forecast_json(*answer));
}

AdminResponse erase_person(Control& control, const AdminRequest& request) {
    namespace json = wire::json;
    ledger::People* people = control.people();
    if (people == nullptr)
        return refuse_admin(409, {.code = "no_ledger", .what = "there is no ledger, so nobody is named in it"});
    const auto type = json::scan(request.body, json::Limits{.depth_max = 2}, nullptr);
    if (!type || *type != json::Type::object)
        return refuse_admin(400, {.code = "bad_json", .what = "the body is not a JSON object"});
    const json::Value body{json::Type::object, request.body};
    std::string tenant, user;
    constexpr std::size_t bytes_max = 1'024;
    for (const auto& [name, into] : {std::pair{"tenant", &tenant}, std::pair{"user", &user}}) {
        const json::Value value = json::find(body, name);
        if (value.text.empty() || value.type != json::Type::string ||
            !json::append_unescaped(*into, value, bytes_max) || into->empty())
            return refuse_admin(422, {.code = "member_invalid",
                                      .what = std::string("member \"") + name + "\" is missing or no text",
                                      .fix = R"(send {"tenant":"acme/research","user":"alice@example.org"})"});
    }
    const auto erased = people->erase(tenant, user);
    if (!erased) return refuse_admin(503, {.code = "not_written", .what = erased.error().message});
    if (!*erased)
        return refuse_admin(404, {.code = "person_unknown", .what = "nobody of that name is known in that tenant"});
    // The name itself must not be kept anywhere, and the log is somewhere.
    log::info("person_erased", {{"tenant", tenant}});
    JsonWriter answer;
    answer.begin_object();
    answer.flag("erased", true);
    answer.end_object();
    return admin_json(answer.take());
}

// At most an hour at once: the control loop waits for it.
AdminResponse rerate(Control& control, const AdminRequest& request) {
    namespace json = wire::json;
    if (control.keeper() == nullptr) return refuse_admin(409, {.code = "no_ledger", .what = "there is no ledger"});
    const auto type = json::scan(request.body, json::Limits{.depth_max = 2}, nullptr);
    if (!type || *type != json::Type::object)
        return refuse_admin(400, {.code = "bad_json", .what = "the body is not a JSON object"});
    const json::Value body{json::Type::object, request.body};
    const auto time_of = [&](std::string_view name) -> std::optional<WallTime> {
        const json::Value value = json::find(body, name);
        std::string text;
        constexpr std::size_t bytes_max = 64;
        if (value.text.empty() || value.type != json::Type::string || !json::append_unescaped(text, value, bytes_max))
            return std::nullopt;
        return parse_rfc3339(text);
    };
    const auto from = time_of("from"), until = time_of("until");
    if (!from || !until || *from >= *until || *until - *from > std::chrono::hours(1))
        return refuse_admin(422, {.code = "member_invalid",
                                  .what = "\"from\" and \"until\" must be times, at most an hour apart",
                                  .fix = R"(send {"from":"2026-11-21T04:00:00Z","until":"2026-11-21T05:00:00Z"})"});
    const auto tables = control.ask_tables();
    if (!tables) return refuse_admin(503, {.code = "no_tables", .what = tables.error().message});
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    const auto rerated = gateway::rerate(**tables, snapshot, *control.setup()->accounts->prices, {*from, *until},
                                         control.keeper(), control.loop().wall_now());
    if (!rerated) return refuse_admin(503, {.code = "not_written", .what = rerated.error()});
    return admin_json(rerated_json(*rerated, snapshot.ledger.currency, true));
}

}   // namespace gilmok::gateway::admin
