// `gilmok price check`: gaps that would turn up as spend without a cost.
#include <set>

#include "base/text.hpp"
#include "cli/open_config.hpp"
#include "cli/price_inside.hpp"
#include "cli/table.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {
namespace {

// A rate that old is no longer that of the day by anybody's measure; prices change more slowly.
constexpr std::int64_t fx_days_max = 7;
constexpr std::int64_t price_days_max = 180;

struct PriceFinding {
    bool is_gap = false;   // else a warning
    std::string code, what, fix;
};

std::int64_t days_between(WallTime from, WallTime until) {
    return std::chrono::duration_cast<std::chrono::hours>(until - from).count() / 24;
}

class Checker {
public:
    Checker(const OpenedPrices& opened, WallTime now) : snapshot_(*opened.snapshot), book_(*opened.book), now_(now) {}

    std::vector<PriceFinding> run() {
        for (const config::Model& model : snapshot_.models)
            for (const config::Candidate& candidate : model.candidates) check(model, candidate);
        for (const config::Price& price : snapshot_.prices)
            if (price.source.empty())
                add(false, "no_source", "the [[price]] of " + price.provider + "/" + price.sku + " names no source",
                    "add source = \"…\" and date: somebody will ask");
        for (const config::Tenant& tenant : snapshot_.tenants)
            for (const Money* budget : {&tenant.budget_day, &tenant.budget_month, &tenant.budget_window})
                if (!budget->currency.is_none()) rate(budget->currency, "the budget of " + tenant.path);
        return std::move(findings_);
    }

private:
    void add(bool is_gap, std::string code, std::string what, std::string fix) {
        findings_.push_back({is_gap, std::move(code), std::move(what), std::move(fix)});
    }

    void check(const config::Model& model, const config::Candidate& candidate) {
        const config::Upstream& upstream = snapshot_.upstream(candidate.upstream);
        if (upstream.is_simulated || !upstream.pool.empty()) return;
        const std::string& provider = upstream.price.empty() ? upstream.name : upstream.price;
        const std::string name = provider + "/" + candidate.served_name;
        if (!told_.insert(name + "\n" + upstream.place).second) return;
        const meter::PriceCard* card = book_.find(provider, candidate.served_name, upstream.place,
                                                  model::ServiceTier::standard, now_, upstream.discount_ppm);
        if (card == nullptr)
            return add(true, "no_price",
                       "no price is known for " + name + ", which model " + model.name + " is served by",
                       "add a [[price]] with provider = \"" + provider + "\" and sku = \"" + candidate.served_name +
                           "\", or pool = \"…\" to the upstream when it is your own");
        rate(card->currency, "prices of " + provider);
        for (const meter::PriceRow& row : book_.rows()) {
            if (row.provider != card->provider || row.sku != card->sku || row.tier != card->tier) continue;
            const auto read_on = parse_rfc3339(row.date);
            if (!read_on || days_between(*read_on, now_) <= price_days_max || !told_.insert("old\n" + name).second)
                continue;
            add(false, "old_price", "the price of " + name + " was read on " + row.date, "look at " + row.source);
        }
    }

    void rate(Currency from, const std::string& what) {
        const Currency to = snapshot_.ledger.currency;
        const std::string pair = std::string(from.view()) + " to " + std::string(to.view());
        if (from == to || !told_.insert("rate\n" + pair).second) return;
        if (!book_.convert(pico_per_unit, from, to, now_))
            return add(true, "no_rate", "no rate from " + pair + " is known, and " + what + " need it",
                       "add an [[fx]] table with from = \"" + std::string(from.view()) + "\" and to = \"" +
                           std::string(to.view()) + "\"");
        WallTime newest{};
        for (const meter::FxRate& each : book_.rates())
            if (((each.from == from && each.to == to) || (each.from == to && each.to == from)) &&
                each.valid_from <= now_)
                newest = std::max(newest, each.valid_from);
        const std::int64_t days = days_between(newest, now_);
        if (days > fx_days_max)
            add(false, "old_rate", "the rate from " + pair + " is " + std::to_string(days) + " days old",
                "add an [[fx]] table with today's rate; gilmok asks nobody for it by itself");
    }

    const config::Snapshot& snapshot_;
    const meter::PriceBook& book_;
    WallTime now_;
    std::vector<PriceFinding> findings_;
    std::set<std::string> told_;
};

}   // namespace

Outcome check_prices(const PriceOptions& options, const PriceWorld& world, const OpenedPrices& opened) {
    const std::vector<PriceFinding> findings = Checker(opened, world.now).run();
    std::size_t gaps = 0;
    for (const PriceFinding& finding : findings) gaps += finding.is_gap ? 1 : 0;
    Outcome outcome;
    outcome.exit_code = gaps == 0 ? exit_ok : exit_failed;
    if (options.is_json()) {
        report::JsonWriter json;
        json.begin_object();
        json.number("gaps", std::uint64_t{gaps});
        json.begin_array("findings");
        for (const PriceFinding& finding : findings) {
            json.begin_object();
            json.text("level", finding.is_gap ? "gap" : "warning");
            json.text("code", finding.code);
            json.text("what", finding.what);
            json.text("fix", finding.fix);
            json.end_object();
        }
        json.end_array();
        json.end_object();
        outcome.out = json.take() + '\n';
        return outcome;
    }
    if (options.is_csv()) {
        Table table({"LEVEL", "CODE", "WHAT", "FIX"});
        for (const PriceFinding& finding : findings)
            table.add({finding.is_gap ? "gap" : "warning", finding.code, finding.what, finding.fix});
        outcome.out = table.csv();
        return outcome;
    }
    for (const PriceFinding& finding : findings)
        outcome.out +=
            std::string(finding.is_gap ? "GAP   " : "warn  ") + finding.what + "\n      fix: " + finding.fix + '\n';
    if (findings.empty()) outcome.out = "every model that is used has a price, and every price a rate\n";
    return outcome;
}

}   // namespace gilmok::cli
