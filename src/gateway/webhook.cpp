#include "gateway/webhook.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "config/quantity.hpp"
#include "gateway/admin_json.hpp"
#include "io/tls.hpp"
#include "upstream/probe.hpp"

namespace gilmok::gateway {

namespace {

constexpr io::Events send_tick = 1U << 0;
constexpr io::Events event_added = 1U << 1;
constexpr Duration event_timeout = std::chrono::seconds(10);
constexpr Duration pause_min = std::chrono::seconds(1);
constexpr Duration pause_max = std::chrono::minutes(10);
constexpr Duration give_up_after = std::chrono::hours(24);
constexpr Duration event_resolve_interval = std::chrono::seconds(30);
constexpr std::size_t event_answer_bytes_max = 64 << 10;

bool is_money(admit::LimitKind kind) { return admit::name_of(kind).starts_with("money"); }

}   // namespace

Webhook::Webhook(const Services& services) : services_(services) {}

std::string Webhook::signature(std::string_view secret, std::string_view body) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
    return "sha256=" + hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::string Webhook::body_of(const admit::Warning& warning, Currency currency, std::string_view id) {
    const bool money = is_money(warning.kind);
    JsonWriter json;
    json.begin_object();
    json.text("kind", "budget_warning");
    json.text("id", id);
    json.text("tenant", warning.tenant);
    json.text("budget", admit::name_of(warning.kind));
    json.number("threshold_ppm", warning.threshold_ppm);
    json.text("unit", money ? currency.view() : std::string_view("tokens"));
    json.text("used", money ? decimal(warning.used_pico) : std::to_string(warning.used_tokens));
    json.text("limit", money ? decimal(warning.limit_pico) : std::to_string(warning.limit_tokens));
    json.text("at", rfc3339(warning.at));
    json.text("period_begin", rfc3339(warning.period_begin));
    json.end_object();
    return json.take();
}

void Webhook::use(const config::Webhook& settings) {
    if (settings.url == url_ && settings.secret.reveal() == secret_.reveal()) return;
    url_ = settings.url;
    secret_ = settings.secret.clone();
    task_ = {};   // before what it uses
    timer_.reset();
    waiter_.reset();
    state_.reset();
    if (url_.empty()) {
        waiting_.clear();
        return;
    }
    if (const std::string problem = open(settings); !problem.empty()) {
        log::error(
            "webhook_not_used",
            {{"problem", problem}, {"effect", "warnings are in this log only"}, {"fix", "mend [webhook] and reload"}});
        state_.reset();
        return;
    }
    waiter_ = std::make_unique<io::Waiter>(services_.loop.ready());
    timer_ = std::make_unique<io::Timer>(services_.loop.timers(), *waiter_, send_tick);
    task_ = run();
    task_.start();
}

std::string Webhook::open(const config::Webhook& settings) {
    std::string_view failure;
    const auto url = config::parse_url(settings.url, failure);
    if (!url) return "the url " + std::string(failure);
    receiver_ = std::make_shared<config::Upstream>();
    receiver_->name = "webhook";
    receiver_->is_tls = url->is_tls;
    receiver_->host = url->host;
    receiver_->port = url->port;
    receiver_->authority = url->authority;
    path_ = url->base_path.empty() ? "/" : url->base_path;
    state_ = std::make_shared<upstream::State>();
    state_->name = "webhook";
    if (url->is_tls) {
        auto read = io::read_tls_client(services_.files, {}, {});
        if (!read) return read.error().what + " (" + read.error().fix + ")";
        state_->tls = read->context;
    }
    resolve();
    return {};
}

void Webhook::resolve() {
    resolved_ = services_.loop.now();
    const bool is_numeric = receiver_->host.find_first_not_of("0123456789.") == std::string::npos ||
                            receiver_->host.find(':') != std::string::npos;
    if (is_numeric) {
        const std::vector<io::Address> addresses{io::Address{receiver_->host, receiver_->port}};
        state_->addresses.store(std::make_shared<const std::vector<io::Address>>(addresses));
        return;
    }
    if (services_.dns == nullptr) return;
    // May come late and on another thread: it touches the shared state only.
    auto take = [state = state_](const Result<io::Resolved>& resolved) {
        if (resolved) state->addresses.store(std::make_shared<const std::vector<io::Address>>(resolved->addresses));
    };
    services_.dns->resolve(receiver_->host, receiver_->port, take);
}

void Webhook::warn(const admit::Warning& warning, Currency currency) {
    const bool money = is_money(warning.kind);
    log::warn("budget_warning", {{"tenant", warning.tenant},
                                 {"budget", admit::name_of(warning.kind)},
                                 {"threshold_ppm", static_cast<std::int64_t>(warning.threshold_ppm)},
                                 {"used", money ? decimal(warning.used_pico) : std::to_string(warning.used_tokens)},
                                 {"limit", money ? decimal(warning.limit_pico) : std::to_string(warning.limit_tokens)},
                                 {"unit", money ? currency.view() : std::string_view("tokens")}});
    if (state_ == nullptr) return;
    std::array<char, 16> random{};
    services_.loop.random_bytes(random);
    if (waiting_.size() == waiting_max) {
        waiting_.pop_front();
        log::warn("webhook_dropped", {{"why", "256 warnings wait already"}});
    }
    waiting_.push_back({body_of(warning, currency, hex({random.data(), random.size()})), services_.loop.now()});
    waiter_->notify(event_added);
}

io::Task<> Webhook::run() {
    Duration pause = pause_min;
    for (;;) {
        if (waiting_.empty()) {
            co_await waiter_->wait(event_added);
            continue;
        }
        if (services_.loop.now() - resolved_ >= event_resolve_interval) resolve();
        // A copy: the front may be dropped meanwhile when too many wait.
        const std::string body = waiting_.front().body;
        const bool is_taken = co_await send(body);
        const bool is_front = !waiting_.empty() && waiting_.front().body == body;
        if (is_taken) {
            if (is_front) waiting_.pop_front();
            pause = pause_min;
            continue;
        }
        give_up();
        timer_->arm(services_.loop.now() + pause);
        co_await waiter_->wait(send_tick);
        pause = std::min(pause * 2, pause_max);
    }
}

void Webhook::give_up() {
    std::int64_t count = 0;
    for (; !waiting_.empty() && services_.loop.now() - waiting_.front().begun >= give_up_after; ++count)
        waiting_.pop_front();
    if (count > 0) log::error("webhook_given_up", {{"warnings", count}, {"why", "nobody took them for a day"}});
}

io::Task<bool> Webhook::send(const std::string& body) {
    upstream::FetchWhat what;
    what.method = "POST";
    what.path = path_;
    what.body = body;
    what.header_lines = "x-gilmok-signature: " + signature(secret_.reveal(), body) + "\r\n";
    what.bytes_max = event_answer_bytes_max;
    what.timeout = event_timeout;
    // Held here: use() may name another receiver while this one is asked.
    const std::shared_ptr<config::Upstream> receiver = receiver_;
    const upstream::StatePtr state = state_;
    const auto answer = co_await upstream::fetch(services_.loop, *receiver, state, what);
    const bool is_taken = answer && answer->status >= 200 && answer->status < 300;
    std::string problem;
    if (!is_taken)
        problem = answer ? "it answered " + std::to_string(answer->status)
                         : std::string(name_of(answer.error().code)) + ": " + std::string(answer.error().detail);
    // Once when it begins to fail in that way, and once when it works again.
    if (problem != last_problem_) {
        if (is_taken)
            log::info("webhook_taken_again", {{"receiver", receiver->authority}});
        else
            log::warn("webhook_not_taken", {{"receiver", receiver->authority},
                                            {"problem", problem},
                                            {"effect", "it is sent again, for a day at most"}});
    }
    last_problem_ = problem;
    co_return is_taken;
}

}   // namespace gilmok::gateway
