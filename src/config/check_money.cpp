// Contradictions of budgets, pools, prices, rates, the ledger and the webhook.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/amount.hpp"
#include "config/check_base.hpp"
#include "config/quantity.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

constexpr std::array<std::pair<std::string_view, Money Price::*>, 12> price_meters{
    {{"input_fresh", &Price::input_fresh},
     {"cache_read", &Price::cache_read},
     {"cache_write_5m", &Price::cache_write_5m},
     {"cache_write_1h", &Price::cache_write_1h},
     {"input_audio", &Price::input_audio},
     {"input_image", &Price::input_image},
     {"output_text", &Price::output_text},
     {"output_reasoning", &Price::output_reasoning},
     {"output_audio", &Price::output_audio},
     {"output_image", &Price::output_image},
     {"pages", &Price::pages},
     {"requests", &Price::requests}}};
constexpr std::array<std::pair<std::string_view, Money Tenant::*>, 3> tenant_budgets{
    {{"budget_day", &Tenant::budget_day},
     {"budget_month", &Tenant::budget_month},
     {"budget_window", &Tenant::budget_window}}};

constexpr Milliseconds window_min = 1min;

// The origin is the name of the key in signed notes, where C2SP's signed-note forbids spaces and plus signs.
bool is_origin(std::string_view text) {
    return !has_controls(text) && text.find_first_of(" +") == std::string_view::npos && text.size() <= name_bytes_max;
}

bool is_country(std::string_view text) {
    return text.size() == 2 &&
           std::all_of(text.begin(), text.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

// As Prometheus's data model has it.
bool is_metric_name(std::string_view text) {
    const auto is_fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
    };
    return std::all_of(text.begin(), text.end(), is_fine) && !(text.front() >= '0' && text.front() <= '9');
}

struct MoneyChecker : CheckBase {
    static std::string entry(std::string_view list, std::size_t index) {
        return Places::join(list, std::to_string(index));
    }

    void upstream(const Upstream& upstream) const {
        const std::string table = Places::join("upstream", upstream.name);
        if (upstream.pool.empty()) return;
        const std::string_view rented = !upstream.price.empty()      ? "price"
                                        : upstream.discount_ppm != 0 ? "discount"
                                                                     : "";
        if (!rented.empty())
            add(Places::join(table, rented), "E0305", quoted(rented) + " and \"pool\" exclude each other",
                "what runs on a pool is priced from what the pool costs", "remove one of the two");
        Nearest nearest(upstream.pool);
        for (const Pool& pool : snapshot.pools) {
            if (pool.name == upstream.pool) return;
            nearest.offer(pool.name);
        }
        add(Places::join(table, "pool"), "E0310", "there is no pool" + shown(upstream.pool), {},
            nearest.fix_or("add [pool.NAME] with what it costs"));
    }

    void pool(const Pool& pool) const {
        const std::string table = Places::join("pool", pool.name);
        const auto is_used = [&](const Upstream& each) { return each.pool == pool.name; };
        if (std::none_of(snapshot.upstreams.begin(), snapshot.upstreams.end(), is_used))
            add(table, "W0408", "no upstream runs on pool " + quoted(pool.name), {},
                "write pool = " + quoted(pool.name) + " in an upstream, or remove it");
        if (pool.capex.currency.is_none() && pool.opex_month.currency.is_none() && pool.tariff_kwh.currency.is_none())
            add(table, "W0409", "nothing says what pool " + quoted(pool.name) + " costs",
                "all that runs on it would be booked as free", "add capex, opex_month or tariff_kwh");
        if (pool.power_idle_w > pool.power_max_w)
            add(Places::join(table, "power_idle_w"), "E0305", "\"power_idle_w\" is more than \"power_max_w\"", {},
                "both are watts of the whole pool");
        if (!pool.power_metric.empty() && !is_metric_name(pool.power_metric))
            add(Places::join(table, "power_metric"), "E0107", "\"power_metric\" is no name of a metric", {},
                "write its name alone, without labels");
        if (!pool.country.empty() && !is_country(pool.country))
            add(Places::join(table, "country"), "E0107", "\"country\" is no country",
                "it is the ISO 3166 code: two capital letters", "write \"KR\"");
    }

    void price(std::size_t index) const {
        const Price& price = snapshot.prices[index];
        const std::string table = entry("price", index);
        const Money* first = nullptr;
        for (const auto& [name, member] : price_meters) {
            const Money& amount = price.*member;
            if (amount.currency.is_none()) continue;
            if (first != nullptr && amount.currency != first->currency)
                add(Places::join(table, name), "E0305",
                    quoted(name) + " is in " + std::string(amount.currency.view()) + ", the amount before it in " +
                        std::string(first->currency.view()),
                    "one row is one price card, and a card has one currency", "convert it, or write two rows");
            if (first == nullptr) first = &amount;
        }
        if (first == nullptr)
            add(table, "E0105", "this price prices nothing", "what is empty is unknown, not free",
                "add input_fresh = \"1.25 USD\" and output_text");
        if (price.valid_from >= price.valid_until)
            add(Places::join(table, "valid_until"), "E0305", "\"valid_until\" is not after \"valid_from\"",
                "it would never hold", "the first day on which it no longer holds stands in valid_until");
        const auto star = price.sku.find('*');
        if (star != std::string::npos && star + 1 != price.sku.size())
            add(Places::join(table, "sku"), "E0107", "a \"*\" may only end \"sku\"", {}, "write the names one by one");
    }

    // The later one of two rows for the same thing would win in silence.
    void twice() const {
        std::set<std::string> seen;
        const auto is_new = [&seen](std::initializer_list<std::string> parts) {
            std::string key;
            for (const std::string& part : parts) key += part + '\n';
            return seen.insert(std::move(key)).second;
        };
        for (std::size_t i = 0; i < snapshot.prices.size(); ++i) {
            const Price& price = snapshot.prices[i];
            for (const auto& [name, member] : price_meters)
                if (!(price.*member).currency.is_none() && !price.sku.empty() &&
                    !is_new({std::string(name), price.provider, price.sku, price.tier,
                             std::to_string(price.above_input_tokens), price.region, hours_text(price.hours),
                             std::to_string(unix_ms(price.valid_from))}))
                    add(Places::join(entry("price", i), name), "E0308",
                        quoted(name) + " of" + shown(price.sku) + " already has a price from that day on",
                        "which of the two is meant cannot be known", "remove one of the two, or give it another day");
        }
        for (std::size_t i = 0; i < snapshot.fx.size(); ++i) {
            const Fx& fx = snapshot.fx[i];
            if (fx.rate_pico != 0 && !is_new({std::string(fx.from_currency.view()), std::string(fx.to_currency.view()),
                                              std::to_string(unix_ms(fx.valid_from))}))
                add(entry("fx", i), "E0308", "there is another rate of these two from that day on", {},
                    "remove one of the two");
        }
    }

    void fx(std::size_t index) const {
        const Fx& fx = snapshot.fx[index];
        if (!fx.from_currency.is_none() && fx.from_currency == fx.to_currency)
            add(Places::join(entry("fx", index), "to"), "E0305", "\"from\" and \"to\" are one currency", {},
                "its rate is always 1: remove it");
    }

    // What a tenant may ask for, itself or as it inherits; null = everything.
    [[nodiscard]] const std::vector<std::string>* models_of(const Tenant& tenant) const {
        const Tenant* at = &tenant;
        while (at->models.empty()) {
            if (at->parent == model::TenantId::none) return nullptr;
            at = &snapshot.tenant(at->parent);
        }
        const bool is_all = std::find(at->models.begin(), at->models.end(), "*") != at->models.end();
        return is_all ? nullptr : &at->models;
    }

    void degrade(const Tenant& tenant, const std::string& table) const {
        const auto* allowed = models_of(tenant);
        const auto is_other = [&](const std::string& name) { return name != tenant.degrade_to; };
        const bool has_other =
            allowed == nullptr ? snapshot.models.size() > 1 : std::any_of(allowed->begin(), allowed->end(), is_other);
        const bool is_allowed =
            allowed == nullptr || std::find(allowed->begin(), allowed->end(), tenant.degrade_to) != allowed->end();
        const std::string path = Places::join(table, "at_limit");
        if (!is_allowed)
            add(path, "E0305", quoted(tenant.path) + " may not use the model that it would degrade to",
                "every request at the limit would be refused",
                "add " + quoted(tenant.degrade_to) + " to its models, or degrade to one of them");
        else if (!has_other)
            add(path, "E0305", quoted(tenant.degrade_to) + " would degrade to itself",
                "it is the only model that " + quoted(tenant.path) + " may use", "write \"reject\" or \"queue\"");
    }

    void tenant(const Tenant& tenant) const {
        const std::string table = Places::join("tenant", tenant.path);
        const bool has_window = !tenant.budget_window.currency.is_none() || tenant.tokens_window != 0;
        const bool is_money = !tenant.budget_window.currency.is_none();
        if (has_window && tenant.window == 0ms)
            add(Places::join(table, is_money ? "budget_window" : "tokens_window"), "E0305",
                "nothing says how long the window is", {}, "add window = \"7d\"");
        if (!has_window && tenant.window != 0ms)
            add(Places::join(table, "window"), "E0305", "nothing is limited in this window", {},
                "add budget_window or tokens_window, or remove it");
        if (has_window && tenant.window != 0ms && tenant.window < window_min)
            add(Places::join(table, "window"), "E0104",
                "\"window\" is " + duration_text(tenant.window) + ", which is shorter than a minute",
                "that is what the limits by minute are for", "write at least \"1m\"");
        if (tenant.at_limit == AtLimit::degrade) degrade(tenant, table);
        if ((tenant.subsidy_ppm != 0) != !tenant.subsidised_by.empty())
            add(Places::join(table, tenant.subsidy_ppm != 0 ? "subsidy" : "subsidised_by"), "E0305",
                "\"subsidy\" and \"subsidised_by\" need each other", "somebody must carry the rest",
                tenant.subsidy_ppm != 0 ? "add subsidised_by = \"…\"" : "add subsidy = \"30%\"");
        if (tenant.parent == model::TenantId::none) return;
        const Tenant& parent = snapshot.tenant(tenant.parent);
        for (const auto& [name, member] : tenant_budgets) {
            const Money& own = tenant.*member;
            const Money& above = parent.*member;
            const bool is_window = member == &Tenant::budget_window;
            if (own.currency.is_none() || own.currency != above.currency || own.pico <= above.pico ||
                (is_window && tenant.window != parent.window))
                continue;
            add(Places::join(table, name), "W0407",
                quoted(name) + " (" + money_text(own) + ") is more than that of " + quoted(parent.path) + " (" +
                    money_text(above) + ")",
                "the smaller one above it holds first");
        }
    }

    void ledger() const {
        const Ledger& ledger = snapshot.ledger;
        const bool has_ledger = ledger.is_on && !(ledger.dir.empty() && snapshot.server.state_dir.empty());
        if (ledger.is_strict && !has_ledger)
            add(Places::join("ledger", "strict"), "E0305", "\"strict\" needs a ledger, and there is none",
                "nothing would be written down", "set dir in [ledger] or state_dir in [server], and on = true");
        if (!ledger.witness_dir.empty() && ledger.witness_dir == ledger.dir)
            add(Places::join("ledger", "witness_dir"), "E0305", "\"witness_dir\" is \"dir\"",
                "who changes the ledger would change its witness too", "name a directory on another disk");
        if (!is_origin(ledger.origin))
            add(Places::join("ledger", "origin"), "E0107",
                "\"origin\" holds a space, a plus sign or control characters",
                "it becomes the name of a key in signed notes", "write it as \"gilmok.example.org/ledger\"");
        const std::string_view database = ledger.database.reveal();
        if (!ledger.database.is_empty() && !database.starts_with("postgresql://") &&
            !database.starts_with("postgres://"))
            add(Places::join("ledger", "database"), "E0203", "the secret is no PostgreSQL URL", {},
                "it begins with postgresql://");
    }

    void webhook() const {
        const Webhook& webhook = snapshot.webhook;
        if (!webhook.url.empty() && webhook.secret_reference.empty())
            add(Places::join("webhook", "url"), "E0203", "the webhook has no secret",
                "who receives it could not tell a warning of gilmok from anybody's",
                "add secret = \"env:GILMOK_WEBHOOK_SECRET\"");
    }
};

}   // namespace

void check_money(const Snapshot& snapshot, const Places& places, Problems& problems) {
    const MoneyChecker checker{{snapshot, places, problems}};
    for (const Upstream& upstream : snapshot.upstreams) checker.upstream(upstream);
    for (const Pool& pool : snapshot.pools) checker.pool(pool);
    for (std::size_t i = 0; i < snapshot.prices.size(); ++i) checker.price(i);
    for (std::size_t i = 0; i < snapshot.fx.size(); ++i) checker.fx(i);
    checker.twice();
    for (const Tenant& tenant : snapshot.tenants) checker.tenant(tenant);
    checker.ledger();
    checker.webhook();
}

}   // namespace gilmok::config
