#include "report/focus_charge.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "report/answer.hpp"
#include "report/elsewhere.hpp"
#include "report/statement.hpp"

namespace gilmok::report {

namespace {

using ledger::UsageRow;
using model::Meter;
using C = FocusColumn;

constexpr std::int64_t tokens_per_price = 1'000;
constexpr std::int64_t us_per_second = 1'000'000;

// Where each of focus_dimensions stands among the keys of a row.
enum Key : std::size_t { hour, tenant, key, model_name, upstream, served_model, place, data_class, tag, price_card };

std::string_view sku_meter(Meter meter) {
    switch (meter) {
        case Meter::input_fresh: return "Input Tokens";
        case Meter::cache_read: return "Cached Input Tokens";
        case Meter::cache_write_5m: return "Cache Write Tokens (5 Minutes)";
        case Meter::cache_write_1h: return "Cache Write Tokens (1 Hour)";
        case Meter::input_audio: return "Audio Input Tokens";
        case Meter::input_image: return "Image Input Tokens";
        case Meter::output_text: return "Output Tokens";
        case Meter::output_reasoning: return "Reasoning Tokens";
        case Meter::output_audio: return "Audio Output Tokens";
        case Meter::output_image: return "Image Output Tokens";
        case Meter::pages: return "Pages";
        case Meter::requests: return "Requests";
        case Meter::count_: break;
    }
    return {};
}

std::string_view modality(Meter meter) {
    if (meter == Meter::input_audio || meter == Meter::output_audio) return "Audio";
    if (meter == Meter::input_image || meter == Meter::output_image) return "Image";
    return meter == Meter::pages ? "Document" : "Text";
}

bool is_token(Meter meter) { return model::is_input(meter) || model::is_output(meter); }

std::string last_part(const std::string& path) {
    const std::size_t cut = path.rfind('/');
    return cut == std::string::npos ? path : path.substr(cut + 1);
}

// The same text has the same number on every machine: prices are told apart by it.
std::string fingerprint(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;   // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift & 0xff);
    return hex(bytes);
}

std::string count_text(std::int64_t count, std::int64_t per) { return decimal(Pico(count) * (pico_per_unit / per)); }

// Who runs it, who made it, who bills it.
struct Parties {
    std::string provider, publisher;
};

// One hour of one group of attempts, and what its rows share.
class Charge {
public:
    Charge(const config::Snapshot& snapshot, const meter::PriceBook& prices, const FocusOptions& options,
           const UsageRow& usage)
        : snapshot_(snapshot),
          prices_(prices),
          options_(options),
          usage_(usage),
          at_(parse_rfc3339(usage.keys[hour]).value_or(options.month.from)) {
        if (auto card = meter::parse_price_card(usage.keys[price_card])) card_ = std::move(*card);
        is_own_ = !card_ && !usage.keys[price_card].empty();
    }

    std::vector<FocusRow> rows() {
        const Pico cost = usage_.cost_ledger - usage_.correction_ledger;
        if (card_ && cost >= 0)
            by_meter(cost);
        else if (is_own_ && cost >= 0 && usage_.duration_us > 0)
            by_device_time(cost);
        else if (cost != 0)
            adjustment(cost, "Usage that cannot be told by token class");
        if (usage_.unpriced > 0) unpriced();
        if (usage_.correction_ledger != 0) {
            FocusRow& row = adjustment(usage_.correction_ledger, "Correction of the price");
            // FOCUS calls it one only once the period is closed.
            if (options_.now >= options_.month.until) row[C::charge_class] = "Correction";
        }
        carry_measures();
        return std::move(rows_);
    }

private:
    Parties parties() const {
        const std::string& served = usage_.keys[served_model];
        const std::size_t slash = served.find('/');
        const std::string maker = slash == std::string::npos ? std::string() : served.substr(0, slash);
        const std::string& path = usage_.keys[tenant];
        const std::string organisation = path.substr(0, path.find('/'));
        const std::string provider = card_                              ? card_->provider
                                     : is_own_ && !organisation.empty() ? organisation
                                                                        : usage_.keys[upstream];
        return {provider, maker.empty() ? provider : maker};
    }

    FocusRow common() const {
        FocusRow row;
        const std::string& path = usage_.keys[tenant];
        const Parties who = parties();
        const std::string payer = paying_for(snapshot_, path).payer;
        row[C::billing_account_id] = payer.empty() ? "unassigned" : payer;
        row[C::billing_account_name] = row[C::billing_account_id];
        row[C::billing_account_type] = "Payer";
        row[C::billing_currency] = snapshot_.ledger.currency.view();
        row[C::billing_period_start] = focus_time(options_.month.from);
        row[C::billing_period_end] = focus_time(options_.month.until);
        row[C::charge_period_start] = focus_time(std::max(at_, options_.month.from));
        row[C::charge_period_end] = focus_time(std::min(at_ + std::chrono::hours(1), options_.month.until));
        row[C::charge_frequency] = "Usage-Based";
        row[C::provider_name] = row[C::service_provider_name] = row[C::invoice_issuer_name] = who.provider;
        row[C::host_provider_name] = who.provider;
        row[C::publisher_name] = who.publisher;
        row[C::region_id] = row[C::region_name] = usage_.keys[place];
        if (!usage_.keys[upstream].empty()) {
            row[C::resource_id] = usage_.keys[upstream] + '/' + usage_.keys[served_model];
            row[C::resource_name] = usage_.keys[upstream];
            row[C::resource_type] = "LLM Endpoint";
        }
        row[C::service_category] = "AI and Machine Learning";
        row[C::service_subcategory] = "Generative AI";
        row[C::service_name] = usage_.keys[model_name].empty() ? "Language models" : usage_.keys[model_name];
        row[C::sub_account_id] = path;
        row[C::sub_account_name] = last_part(path);
        if (!path.empty()) row[C::sub_account_type] = "Tenant";
        row[C::tags] = tags();
        row[C::x_served_model] = usage_.keys[served_model];
        row[C::pricing_currency] = card_ ? card_->currency.view() : snapshot_.ledger.currency.view();
        return row;
    }

    // "tag" is what the caller said; the rest is ours, and says so.
    std::string tags() const {
        JsonWriter json;
        json.begin_object();
        const auto add = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) json.text(name, value);
        };
        add("gilmok/application", last_part(usage_.keys[tenant]));
        add("gilmok/class", usage_.keys[data_class]);
        add("gilmok/key", usage_.keys[key]);
        add("tag", usage_.keys[tag]);
        json.end_object();
        return json.take();
    }

    static void set_costs(FocusRow& row, Pico cost, Pico list) {
        row[C::billed_cost] = row[C::effective_cost] = row[C::contracted_cost] = decimal(cost);
        row[C::list_cost] = decimal(list);
    }

    struct Amounts {
        Pico cost = 0, list = 0;   // ledger's currency
        Pico priced = 0;           // in the currency of the price
        Pico priced_list = 0;
    };

    void priced_row(const Amounts& amounts, std::int64_t count, std::int64_t per, std::string_view unit,
                    std::string_view sku, std::string_view meter, std::string details) {
        FocusRow row = common();
        row[C::charge_category] = "Usage";
        row[C::charge_description] =
            std::string(meter) + " of " + row[C::service_name] + " at " + usage_.keys[upstream];
        set_costs(row, amounts.cost, amounts.list);
        const bool is_seconds = unit == "Seconds";
        const std::int64_t divisor = is_seconds ? us_per_second : per;
        row[C::consumed_quantity] = is_seconds ? count_text(count, us_per_second) : std::to_string(count);
        row[C::consumed_unit] = unit;
        row[C::pricing_category] = "Standard";
        row[C::pricing_quantity] = count_text(count, divisor);
        row[C::pricing_unit] = per == tokens_per_price ? "1000 " + std::string(unit) : std::string(unit);
        row[C::contracted_unit_price] = unit_price(amounts.cost, count, divisor);
        row[C::list_unit_price] = unit_price(amounts.list, count, divisor);
        row[C::pricing_currency_contracted_unit_price] = unit_price(amounts.priced, count, divisor);
        row[C::pricing_currency_list_unit_price] = unit_price(amounts.priced_list, count, divisor);
        row[C::pricing_currency_effective_cost] = decimal(amounts.priced);
        row[C::sku_id] = std::string(sku) + '/' + std::string(meter);
        row[C::sku_meter] = meter;
        row[C::sku_price_id] = row[C::sku_id] + '/' + fingerprint(usage_.keys[price_card]);
        row[C::sku_price_details] = std::move(details);
        rows_.push_back(std::move(row));
    }

    // Splits `cost` as the card weighs the meters; what rounding leaves goes to the heaviest.
    void by_meter(Pico cost) {
        const auto weights = meter::cost_of(without_thresholds(*card_), meters_of(usage_));
        if (!weights || (weights->total == 0 && cost != 0)) {
            if (cost != 0) adjustment(cost, "Usage that cannot be told by token class");
            return;
        }
        const std::optional<meter::Cost> list = list_weights();
        std::array<Pico, model::meters_count> parts{};
        Pico left = cost;
        std::size_t heaviest = 0;
        for (std::size_t i = 0; i < parts.size() && weights->total > 0; ++i) {
            parts[i] = multiply_divide(cost, weights->by_meter[i], weights->total).value_or(0);
            left -= parts[i];
            if (weights->by_meter[i] > weights->by_meter[heaviest]) heaviest = i;
        }
        parts[heaviest] += left;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto meter = static_cast<Meter>(i);
            const std::int64_t count = usage_.meters[i];
            if (count <= 0 || (!is_token(meter) && parts[i] == 0)) continue;
            const Pico priced = card_->currency == snapshot_.ledger.currency ? parts[i] : weights->by_meter[i];
            Amounts amounts{parts[i], parts[i], priced, priced};
            if (list && weights->by_meter[i] > 0 && list->by_meter[i] > weights->by_meter[i]) {
                amounts.list = multiply_divide(parts[i], list->by_meter[i], weights->by_meter[i]).value_or(parts[i]);
                amounts.priced_list = multiply_divide(priced, list->by_meter[i], weights->by_meter[i]).value_or(priced);
            }
            JsonWriter details;
            details.begin_object();
            details.text("x_Modality", modality(meter));
            details.text("x_ServiceTier", model::name_of(card_->tier));
            details.end_object();
            priced_row(amounts, count, is_token(meter) ? tokens_per_price : 1,
                       is_token(meter) ? std::string_view("Tokens") : sku_meter(meter),
                       card_->provider + '/' + card_->sku, sku_meter(meter), details.take());
        }
    }

    // The catalogue's price before the upstream's discount.
    std::optional<meter::Cost> list_weights() const {
        const meter::PriceCard* list = prices_.find(card_->provider, card_->sku, card_->region, card_->tier, at_);
        if (list == nullptr || list->currency != card_->currency) return std::nullopt;
        return meter::cost_of(without_thresholds(*list), meters_of(usage_));
    }

    void by_device_time(Pico cost) {
        const auto count = static_cast<std::int64_t>(usage_.duration_us);
        priced_row({cost, cost, cost, cost}, count, 1, "Seconds", "own/" + usage_.keys[upstream], "Device Time",
                   R"({"x_PriceBasis":"Fully loaded at target utilisation"})");
    }

    FocusRow& adjustment(Pico cost, std::string_view what) {
        FocusRow row = common();
        row[C::charge_category] = "Adjustment";
        row[C::charge_description] =
            std::string(what) + " (" + row[C::service_name] + " at " + usage_.keys[upstream] + ')';
        set_costs(row, cost, cost);
        row[C::pricing_currency] = snapshot_.ledger.currency.view();
        row[C::pricing_currency_effective_cost] = decimal(cost);
        rows_.push_back(std::move(row));
        return rows_.back();
    }

    void unpriced() {
        FocusRow& row = adjustment(0, "Price unknown, nothing is billed for it yet");
        row[C::x_unpriced_attempts] = std::to_string(usage_.unpriced);
    }

    // What belongs to the whole group stands on its first row only, so that sums are right.
    void carry_measures() {
        if (rows_.empty()) return;
        FocusRow& row = rows_.front();
        row[C::x_attempts] = std::to_string(usage_.attempts);
        row[C::x_energy_joules] = joules(usage_.microjoules);
        row[C::x_grams_co2e] = grams(usage_.micrograms_co2e);
        row[C::x_tokens_input] = std::to_string(input_tokens(usage_));
        row[C::x_tokens_output] = std::to_string(output_tokens(usage_));
    }

    const config::Snapshot& snapshot_;
    const meter::PriceBook& prices_;
    const FocusOptions& options_;
    const UsageRow& usage_;
    WallTime at_;
    std::optional<meter::PriceCard> card_;   // none: a pool of one's own, or unknown
    bool is_own_ = false;
    std::vector<FocusRow> rows_;
};

}   // namespace

std::string focus_time(WallTime at) {
    const std::string text = rfc3339(at);   // with milliseconds, which FOCUS does not have
    return text.substr(0, 19) + 'Z';
}

std::vector<FocusRow> charge_rows(const config::Snapshot& snapshot, const meter::PriceBook& prices,
                                  const FocusOptions& options, const UsageRow& group) {
    return Charge(snapshot, prices, options, group).rows();
}

}   // namespace gilmok::report
