#include "report/focus.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "report/answer.hpp"
#include "report/focus_charge.hpp"
#include "report/statement.hpp"

namespace gilmok::report {

namespace {

using ledger::UsageRow;
using C = FocusColumn;

// Who the organisation is, for what belongs to nobody below it.
std::string organisation_of(const config::Snapshot& snapshot) {
    if (snapshot.tenants.empty()) return "organisation";
    return paying_for(snapshot, snapshot.tenants.front().path).payer;
}

FocusRow idle_row(const config::Snapshot& snapshot, const FocusOptions& options, const ledger::PoolRow& pool) {
    const Pico cost = pool.cost - pool.cost_attributed;
    const std::string organisation = organisation_of(snapshot);
    FocusRow row;
    row[C::billing_account_id] = row[C::billing_account_name] = organisation;
    row[C::billing_account_type] = "Payer";
    row[C::billing_currency] = row[C::pricing_currency] = snapshot.ledger.currency.view();
    row[C::billing_period_start] = focus_time(options.month.from);
    row[C::billing_period_end] = focus_time(options.month.until);
    row[C::charge_period_start] = focus_time(std::max(pool.hour, options.month.from));
    row[C::charge_period_end] = focus_time(std::min(pool.hour + std::chrono::hours(1), options.month.until));
    row[C::charge_frequency] = "Recurring";
    for (const C column :
         {C::provider_name, C::service_provider_name, C::host_provider_name, C::publisher_name, C::invoice_issuer_name})
        row[column] = organisation;
    row[C::resource_id] = "pool/" + pool.pool;
    row[C::resource_name] = pool.pool;
    row[C::resource_type] = "Device Pool";
    row[C::service_category] = "AI and Machine Learning";
    row[C::service_subcategory] = "AI Platforms";
    row[C::service_name] = "Own devices";
    for (const C column :
         {C::billed_cost, C::effective_cost, C::contracted_cost, C::list_cost, C::pricing_currency_effective_cost})
        row[column] = decimal(cost);
    const std::uint64_t idle_microjoules =
        pool.microjoules > pool.microjoules_attributed ? pool.microjoules - pool.microjoules_attributed : 0;
    row[C::x_energy_joules] = joules(idle_microjoules);
    if (cost < 0) {   // attempts were charged more than the hour cost; a price below zero is none
        row[C::charge_category] = "Adjustment";
        row[C::charge_description] = "Charged to attempts beyond the cost of pool " + pool.pool;
        return row;
    }
    row[C::charge_category] = "Usage";
    row[C::charge_description] = "Idle time of pool " + pool.pool;
    row[C::consumed_quantity] = row[C::pricing_quantity] = "1";
    row[C::consumed_unit] = row[C::pricing_unit] = "Hours";
    row[C::pricing_category] = "Standard";
    for (const C column : {C::contracted_unit_price, C::list_unit_price, C::pricing_currency_contracted_unit_price,
                           C::pricing_currency_list_unit_price})
        row[column] = decimal(cost);
    row[C::sku_id] = "own/" + pool.pool + "/Idle Time";
    row[C::sku_meter] = "Idle Time";
    row[C::sku_price_id] = row[C::sku_id] + "/hour";
    row[C::sku_price_details] = R"({"x_PriceBasis":"Cost of the hour less what attempts were charged"})";
    return row;
}

std::string line_of(const FocusRow& row) {
    std::string line;
    for (std::size_t i = 0; i < row.values.size(); ++i) append_csv(line, row.values[i], i == 0);
    return line + "\r\n";
}

}   // namespace

std::string unit_price(Pico cost, std::int64_t count, std::int64_t per) {
    // price = cost × per ÷ count pico. An error e of the price is e × count ÷ per in the product, so as many digits beyond a pico
    // are needed as count ÷ per has, and one more to round right.
    Pico whole = cost * per / count;
    Pico rest = cost * per % count;
    int digits = 1;
    for (std::int64_t left = count / per; left > 0; left /= 10) ++digits;
    std::string fraction;
    for (; digits > 0 && rest != 0; --digits) {
        rest *= 10;
        fraction += static_cast<char>('0' + static_cast<int>(rest / count));
        rest %= count;
    }
    if (fraction.find_first_not_of('0') == std::string::npos) return decimal(whole);
    std::string text = decimal(whole);
    const std::size_t point = text.find('.');
    const std::size_t behind = point == std::string::npos ? 0 : text.size() - point - 1;
    if (point == std::string::npos) text += '.';
    text.append(pico_digits - behind, '0').append(fraction);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

Told<FocusTotals> export_focus(ledger::Questions& tables, const config::Snapshot& snapshot,
                               const meter::PriceBook& prices, const FocusOptions& options,
                               const std::function<void(std::string_view)>& write) {
    FocusTotals totals;
    std::string head;
    for (std::size_t i = 0; i < focus_columns_count; ++i) append_csv(head, focus_column_names[i], i == 0);
    write(head + "\r\n");
    for (WallTime day = options.month.from; day < options.month.until; day += std::chrono::hours(24)) {
        ledger::Filter filter;
        filter.from = day;
        filter.until = std::min(day + std::chrono::hours(24), options.month.until);
        filter.with_simulated = false;
        const auto usage = tables.usage(filter, focus_dimensions, 0);
        if (!usage) return tell(usage.error().message);
        std::string part;
        for (const UsageRow& group : *usage) {
            totals.billed += group.cost_ledger;
            totals.unpriced += group.unpriced;
            for (const FocusRow& row : charge_rows(snapshot, prices, options, group))
                part += line_of(row), ++totals.rows;
        }
        const auto pools = tables.pools(filter.from, filter.until);
        if (!pools) return tell(pools.error().message);
        for (const ledger::PoolRow& pool : *pools) {
            const Pico idle = pool.cost - pool.cost_attributed;
            totals.billed += idle;
            if (idle != 0) part += line_of(idle_row(snapshot, options, pool)), ++totals.rows;
        }
        if (!part.empty()) write(part);
    }
    return totals;
}

}   // namespace gilmok::report
