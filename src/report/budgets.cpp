#include "report/budgets.hpp"

#include <algorithm>
#include <array>

#include "base/node_path.hpp"
#include "report/answer.hpp"
#include "wire/json.hpp"

namespace gilmok::report {

namespace {

namespace json = wire::json;

constexpr auto budget_names = std::to_array<std::string_view>(
    {"money_day", "money_month", "money_window", "tokens_day", "tokens_month", "tokens_window"});
static_assert(budget_names.size() == static_cast<std::size_t>(Budget::count_));
constexpr std::int64_t used_ppm_max = 1'000'000'000;

std::string_view name_of_at_limit(config::AtLimit at_limit) {
    switch (at_limit) {
        case config::AtLimit::reject: return "reject";
        case config::AtLimit::queue: return "queue";
        case config::AtLimit::degrade: return "degrade";
        case config::AtLimit::local_only: return "local_only";
    }
    return {};
}

// What all tenants used since some moment, asked once for all nodes.
class Since {
public:
    static Told<Since> ask(ledger::Questions& tables, WallTime from, const Clock& clock) {
        ledger::Filter filter;
        filter.from = from;
        filter.until = std::chrono::ceil<std::chrono::hours>(clock.now + std::chrono::nanoseconds(1));
        const std::array<ledger::Dimension, 1> by{ledger::Dimension::tenant};
        auto rows = tables.usage(filter, by, clock.utc_offset_minutes);
        if (!rows) return tell(rows.error().message);
        Since since;
        since.rows_ = std::move(*rows);
        return since;
    }
    [[nodiscard]] ledger::UsageRow below(std::string_view node) const {
        ledger::UsageRow sum;
        for (const ledger::UsageRow& row : rows_)
            if (is_at_or_below(row.keys[0], node)) add(sum, row);
        return sum;
    }

private:
    std::vector<ledger::UsageRow> rows_;
};

Pico amount_of(const ledger::UsageRow& row, Budget budget) {
    return is_money(budget) ? row.cost_ledger : Pico(input_tokens(row)) + output_tokens(row);
}

void set_aside(NodeBudgets& node, const std::vector<ledger::OpenRow>& open) {
    for (const ledger::OpenRow& row : open) {
        if (!is_at_or_below(row.tenant, node.tenant)) continue;
        const model::Bound& bound = row.reserve.bound;
        for (BudgetLine& line : node.lines)
            line.reserved += is_money(line.budget) ? bound.cost_ledger : Pico(bound.input_tokens) + bound.output_tokens;
    }
}

std::string amount_text(Budget budget, Pico amount) {
    return decimal(is_money(budget) ? amount : amount * pico_per_unit);
}

Told<Pico> read_amount(const json::Value& line, std::string_view name, bool is_money_line) {
    const json::Value value = json::find(line, name);
    const bool is_text = value.type == json::Type::string && value.text.size() > 2;
    const auto amount = parse_decimal(is_text ? value.text.substr(1, value.text.size() - 2) : value.text);
    if (!amount) return tell("\"" + std::string(name) + "\" is no amount");
    return is_money_line ? *amount : *amount / pico_per_unit;
}

std::string read_text(const json::Value& object, std::string_view name) {
    std::string text;
    const json::Value value = json::find(object, name);
    if (value.type == json::Type::string && !value.text.empty())
        static_cast<void>(json::append_unescaped(text, value, 4'096));
    return text;
}

std::uint64_t read_count(const json::Value& object, std::string_view name) {
    std::int64_t number = 0;
    const json::Value value = json::find(object, name);
    return !value.text.empty() && json::to_i64(value, number) && number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

Told<BudgetLine> read_line(const json::Value& value) {
    BudgetLine line;
    const std::string name = read_text(value, "budget");
    const auto found = std::ranges::find(budget_names, name);
    if (found == budget_names.end()) return tell("there is no budget \"" + name + '"');
    line.budget = static_cast<Budget>(found - budget_names.begin());
    if (json::find(value, "limit").type != json::Type::null) {
        auto limit = read_amount(value, "limit", is_money(line.budget));
        if (!limit) return tell(limit.error());
        line.limit = *limit;
    }
    auto spent = read_amount(value, "spent", is_money(line.budget));
    auto reserved = read_amount(value, "reserved", is_money(line.budget));
    if (!spent || !reserved) return tell(spent ? reserved.error() : spent.error());
    line.spent = *spent;
    line.reserved = *reserved;
    return line;
}

Told<NodeBudgets> read_node(const json::Value& value) {
    NodeBudgets node;
    node.tenant = read_text(value, "tenant");
    node.at_limit = read_text(value, "at_limit");
    node.unpriced = read_count(value, "unpriced");
    node.requests_per_minute = static_cast<std::uint32_t>(read_count(value, "requests_per_minute"));
    node.tokens_per_minute = read_count(value, "tokens_per_minute");
    node.streams_max = static_cast<std::uint32_t>(read_count(value, "streams_max"));
    const json::Value lines = json::find(value, "budgets");
    if (lines.type != json::Type::array) return tell("\"budgets\" is no list");
    json::Cursor cursor(lines);
    for (json::Value line; cursor.next_element(line);) {
        auto read = read_line(line);
        if (!read) return tell(read.error());
        node.lines.push_back(*read);
    }
    return node;
}

}   // namespace

std::string_view name_of(Budget budget) {
    const auto index = static_cast<std::size_t>(budget);
    return index < budget_names.size() ? budget_names[index] : std::string_view{};
}

std::int64_t BudgetLine::used_ppm() const {
    if (!limit || *limit <= 0) return used_ppm_max;
    const auto ppm = multiply_divide(spent + reserved, 1'000'000, *limit).value_or(used_ppm_max);
    return static_cast<std::int64_t>(std::clamp<Pico>(ppm, 0, used_ppm_max));
}

bool NodeBudgets::is_over() const { return std::ranges::any_of(lines, &BudgetLine::is_over); }
bool Budgets::is_over() const { return std::ranges::any_of(nodes, &NodeBudgets::is_over); }

NodeBudgets limits_of(const config::Tenant& tenant, const Convert& convert) {
    NodeBudgets node;
    node.tenant = tenant.path;
    node.at_limit = name_of_at_limit(tenant.at_limit);
    node.requests_per_minute = tenant.requests_per_minute;
    node.tokens_per_minute = tenant.tokens_per_minute;
    node.streams_max = tenant.streams_max;
    const auto add_money = [&](Budget budget, const Money& limit) {
        if (limit.pico != 0) node.lines.push_back({.budget = budget, .limit = convert(limit)});
    };
    const auto add_tokens = [&](Budget budget, std::uint64_t limit) {
        if (limit != 0) node.lines.push_back({.budget = budget, .limit = Pico(limit)});
    };
    add_money(Budget::money_day, tenant.budget_day);
    add_money(Budget::money_month, tenant.budget_month);
    add_money(Budget::money_window, tenant.budget_window);
    add_tokens(Budget::tokens_day, tenant.tokens_day);
    add_tokens(Budget::tokens_month, tenant.tokens_month);
    add_tokens(Budget::tokens_window, tenant.tokens_window);
    return node;
}

Told<Budgets> budgets(ledger::Questions& tables, const config::Snapshot& snapshot, std::string_view tenant,
                      const Convert& convert, const Clock& clock) {
    Budgets all;
    all.currency = snapshot.ledger.currency;
    all.at = clock.now;
    const std::chrono::year_month_day today = clock.today();
    auto day = Since::ask(tables, clock.midnight(today), clock);
    if (!day) return tell(day.error());
    auto month = Since::ask(tables, clock.midnight(today.year() / today.month() / 1), clock);
    if (!month) return tell(month.error());
    const auto open = tables.open_attempts();
    if (!open) return tell(open.error().message);
    for (const config::Tenant& configured : snapshot.tenants) {
        if (!tenant.empty() && configured.path != tenant) continue;
        NodeBudgets node = limits_of(configured, convert);
        const ledger::UsageRow this_day = day->below(configured.path), this_month = month->below(configured.path);
        ledger::UsageRow window;
        if (configured.window.count() > 0 && !node.lines.empty()) {
            auto since =
                Since::ask(tables, std::chrono::floor<std::chrono::hours>(clock.now - configured.window), clock);
            if (!since) return tell(since.error());
            window = since->below(configured.path);
        }
        for (BudgetLine& line : node.lines) {
            const bool is_day = line.budget == Budget::money_day || line.budget == Budget::tokens_day;
            const bool is_month = line.budget == Budget::money_month || line.budget == Budget::tokens_month;
            line.spent = amount_of(is_day ? this_day : is_month ? this_month : window, line.budget);
        }
        set_aside(node, *open);
        node.unpriced = this_month.unpriced;
        all.nodes.push_back(std::move(node));
    }
    return all;
}

std::string budgets_json(const Budgets& budgets) {
    JsonWriter writer;
    writer.begin_object();
    writer.text("currency", budgets.currency.view());
    writer.text("at", rfc3339(budgets.at));
    writer.flag("live", budgets.is_live);
    writer.flag("over", budgets.is_over());
    writer.begin_array("nodes");
    for (const NodeBudgets& node : budgets.nodes) {
        writer.begin_object();
        writer.text("tenant", node.tenant);
        writer.text("at_limit", node.at_limit);
        writer.flag("over", node.is_over());
        writer.number("unpriced", node.unpriced);
        writer.number("requests_per_minute", node.requests_per_minute);
        writer.number("tokens_per_minute", node.tokens_per_minute);
        writer.number("streams_max", node.streams_max);
        writer.begin_array("budgets");
        for (const BudgetLine& line : node.lines) {
            const auto amount = [&](std::string_view name, Pico value) {
                if (is_money(line.budget))
                    writer.text(name, amount_text(line.budget, value));
                else
                    writer.decimal(name, amount_text(line.budget, value));
            };
            writer.begin_object();
            writer.text("budget", name_of(line.budget));
            if (line.limit)
                amount("limit", *line.limit);
            else
                writer.null("limit");
            amount("spent", line.spent);
            amount("reserved", line.reserved);
            amount("remaining", line.remaining());
            writer.number("used_ppm", line.used_ppm());
            writer.flag("over", line.is_over());
            writer.end_object();
        }
        writer.end_array();
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.take() + '\n';
}

std::string budgets_csv(const Budgets& budgets) {
    std::string out = "tenant,budget,limit,spent,reserved,remaining,unit,used_ppm,over\r\n";
    for (const NodeBudgets& node : budgets.nodes)
        for (const BudgetLine& line : node.lines) {
            append_csv_text(out, node.tenant, true);
            append_csv(out, name_of(line.budget));
            append_csv(out, line.limit ? amount_text(line.budget, *line.limit) : std::string());
            for (const Pico amount : {line.spent, line.reserved, line.remaining()})
                append_csv(out, amount_text(line.budget, amount));
            append_csv(out, is_money(line.budget) ? budgets.currency.view() : std::string_view("tokens"));
            append_csv(out, std::to_string(line.used_ppm()));
            append_csv(out, line.is_over() ? "true" : "false");
            out += "\r\n";
        }
    return out;
}

Told<Budgets> read_budgets(std::string_view text) {
    const auto type = json::scan(text, {}, nullptr);
    if (!type || *type != json::Type::object) return tell("the answer is no JSON object");
    const std::size_t begin = text.find('{');
    const json::Value root{json::Type::object, text.substr(begin, text.rfind('}') - begin + 1)};
    Budgets all;
    all.currency = parse_currency(read_text(root, "currency")).value_or(Currency{});
    all.at = parse_rfc3339(read_text(root, "at")).value_or(WallTime{});
    all.is_live = json::find(root, "live").is_true();
    const json::Value nodes = json::find(root, "nodes");
    if (nodes.type != json::Type::array) return tell("\"nodes\" is no list");
    json::Cursor cursor(nodes);
    for (json::Value value; cursor.next_element(value);) {
        auto node = read_node(value);
        if (!node) return tell(node.error());
        all.nodes.push_back(std::move(*node));
    }
    return all;
}

}   // namespace gilmok::report
