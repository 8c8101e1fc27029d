#include "cli/money_tables.hpp"

#include <algorithm>
#include <array>

#include "cli/money_words.hpp"
#include "cli/table.hpp"

namespace gilmok::cli {

namespace {

using ledger::UsageRow;
using model::Meter;
using report::meter;

constexpr int bar_cells = 12;

// Small sums get more digits than the currency has, so that the first day of a trial is not a column of zeros.
int digits_for(Pico largest, Currency currency) {
    const int digits = minor_digits(currency);
    const Pico size = largest < 0 ? -largest : largest;
    if (size < 10 * pico_per_unit) return digits + 4;
    return size < 1'000 * pico_per_unit ? digits + 2 : digits;
}

// Times stay in their order; otherwise the largest comes first.
template <class Value>
std::vector<const UsageRow*> in_order(const report::Answer& answer, Value value) {
    std::vector<const UsageRow*> rows;
    for (const UsageRow& row : answer.rows) rows.push_back(&row);
    const bool is_by_time =
        !answer.question.by.empty() && answer.question.by.front().dimension <= ledger::Dimension::month;
    if (!is_by_time)
        std::ranges::sort(rows, [&](const UsageRow* left, const UsageRow* right) {
            const auto left_value = value(*left), right_value = value(*right);
            return left_value != right_value ? left_value > right_value : left->keys < right->keys;
        });
    return rows;
}

std::string title(const report::Group& group) {
    std::string text(group.name);
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::string period_line(const report::Question& question, std::string_view currency, Language language) {
    const auto local = [&](WallTime at) {
        const std::string text = rfc3339(at + std::chrono::minutes(question.utc_offset_minutes));
        return text.substr(0, 10) + (text.substr(11, 5) == "00:00" ? "" : " " + text.substr(11, 5));
    };
    const int minutes = question.utc_offset_minutes;
    const std::string offset = std::string("UTC") + (minutes < 0 ? "-" : "+") +
                               std::to_string((minutes < 0 ? -minutes : minutes) / 60) +
                               (minutes % 60 == 0 ? "" : ":" + std::to_string((minutes < 0 ? -minutes : minutes) % 60));
    return words(language, Words::period, {local(question.period.from), local(question.period.until), offset}) +
           (currency.empty() ? "" : "  " + std::string(currency)) + "\n\n";
}

struct Column {
    Words words;
    Pico (*value)(const UsageRow&);
    bool is_always = false;
};

constexpr auto usage_columns = std::to_array<Column>({
    {Words::attempts, [](const UsageRow& row) { return Pico(row.attempts); }, true},
    {Words::input, [](const UsageRow& row) { return Pico(meter(row, Meter::input_fresh)); }, true},
    {Words::cached, [](const UsageRow& row) { return Pico(meter(row, Meter::cache_read)); }},
    {Words::cache_write,
     [](const UsageRow& row) { return Pico(meter(row, Meter::cache_write_5m)) + meter(row, Meter::cache_write_1h); }},
    {Words::output, [](const UsageRow& row) { return Pico(meter(row, Meter::output_text)); }, true},
    {Words::reasoning, [](const UsageRow& row) { return Pico(meter(row, Meter::output_reasoning)); }},
    {Words::audio_image,
     [](const UsageRow& row) {
         return Pico(meter(row, Meter::input_audio)) + meter(row, Meter::input_image) +
                meter(row, Meter::output_audio) + meter(row, Meter::output_image);
     }},
    {Words::pages, [](const UsageRow& row) { return Pico(meter(row, Meter::pages)); }},
    {Words::aborted, [](const UsageRow& row) { return Pico(row.aborted); }},
    {Words::counted, [](const UsageRow& row) { return Pico(row.counted); }},
    {Words::unpriced, [](const UsageRow& row) { return Pico(row.unpriced); }},
});

Pico tokens(const UsageRow& row) { return Pico(report::input_tokens(row)) + report::output_tokens(row); }

// The keys of a row; with no groups at all, a word for the only one.
std::vector<std::string> first_cells(const report::Answer& answer, const UsageRow& row, Language language) {
    if (answer.question.by.empty()) return {words(language, Words::total)};
    return row.keys;
}

std::vector<std::string> word_cells(const report::Answer& answer, std::string word) {
    std::vector<std::string> cells(std::max<std::size_t>(answer.question.by.size(), 1));
    cells.front() = std::move(word);
    return cells;
}

std::vector<std::string> first_titles(const report::Answer& answer) {
    std::vector<std::string> titles;
    for (const report::Group& group : answer.question.by) titles.push_back(title(group));
    if (titles.empty()) titles.emplace_back();
    return titles;
}

std::string right(Language language, Words what) { return '>' + words(language, what); }

std::string percent(std::int64_t ppm) { return rounded(Pico(ppm) * (pico_per_unit / 10'000), 1) + '%'; }

}   // namespace

std::string with_commas(Pico number) { return rounded(number * pico_per_unit, 0); }

std::string bar(Pico part, Pico whole, int cells) {
    static constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (whole <= 0 || part <= 0) return {};
    const auto filled = multiply_divide(std::min(part, whole), Pico(cells) * 8, whole).value_or(0);
    std::string text;
    for (Pico cell = 0; cell < filled / 8; ++cell) text += "█";
    text += eighths[static_cast<std::size_t>(filled % 8)];
    return text.empty() ? "▏" : text;
}

std::string unpriced_text(std::uint64_t unpriced, Language language) {
    return unpriced == 0 ? std::string() : words(language, Words::unpriced_warning, {with_commas(unpriced)}) + '\n';
}

std::string usage_text(const report::Answer& answer, Language language) {
    std::string out = period_line(answer.question, {}, language);
    if (answer.rows.empty()) return out + words(language, Words::nothing) + '\n';
    std::vector<std::string> titles = first_titles(answer);
    std::vector<const Column*> columns;
    for (const Column& column : usage_columns)
        if (column.is_always || column.value(answer.total) != 0) columns.push_back(&column);
    for (const Column* column : columns) titles.push_back(right(language, column->words));
    const bool has_energy = answer.total.microjoules != 0;
    if (has_energy) titles.push_back(right(language, Words::joules)), titles.push_back(right(language, Words::grams));
    titles.push_back(words(language, Words::share));
    Table table(std::move(titles));
    const auto add = [&](const UsageRow& row, std::vector<std::string> cells, const std::string& share) {
        for (const Column* column : columns) cells.push_back(with_commas(column->value(row)));
        if (has_energy) {
            cells.push_back(rounded(Pico(row.microjoules) * 1'000'000, 0));
            cells.push_back(rounded(Pico(row.micrograms_co2e) * 1'000'000, 1));
        }
        cells.push_back(share);
        table.add(std::move(cells));
    };
    for (const UsageRow* row : in_order(answer, tokens))
        add(*row, first_cells(answer, *row, language), bar(tokens(*row), tokens(answer.total), bar_cells));
    if (answer.rows.size() > 1) add(answer.total, word_cells(answer, words(language, Words::total)), " ");
    return out + table.text();
}

std::string spend_text(const report::Answer& answer, Language language) {
    std::string out = period_line(answer.question, answer.currency.view(), language);
    if (answer.rows.empty() && answer.idle.empty()) return out + words(language, Words::nothing) + '\n';
    const int digits = digits_for(answer.cost(), answer.currency);
    const bool has_corrections =
        answer.total.correction_ledger != 0 ||
        std::ranges::any_of(answer.rows, [](const UsageRow& row) { return row.correction_ledger != 0; });
    const bool has_unpriced = answer.total.unpriced != 0;
    std::vector<std::string> titles = first_titles(answer);
    titles.push_back(right(language, Words::cost));
    if (has_corrections) titles.push_back(right(language, Words::corrections));
    if (has_unpriced) titles.push_back(right(language, Words::unpriced));
    titles.push_back(right(language, Words::attempts));
    titles.push_back(words(language, Words::share));
    Table table(std::move(titles));
    const auto add = [&](std::vector<std::string> cells, Pico cost, const UsageRow* row, const std::string& share) {
        // A sum that lacks something says so in its own cell.
        const bool lacks = row != nullptr && row->unpriced != 0;
        cells.push_back(lacks && cost == 0 ? words(language, Words::unknown)
                                           : rounded(cost, digits) + (lacks ? " + ?" : ""));
        if (has_corrections)
            cells.push_back(row == nullptr || row->correction_ledger == 0 ? " "
                                                                          : rounded(row->correction_ledger, digits));
        if (has_unpriced) cells.push_back(row == nullptr || row->unpriced == 0 ? " " : with_commas(row->unpriced));
        cells.push_back(row == nullptr ? " " : with_commas(row->attempts));
        cells.push_back(share);
        table.add(std::move(cells));
    };
    for (const UsageRow* row : in_order(answer, [](const UsageRow& one) { return one.cost_ledger; }))
        add(first_cells(answer, *row, language), row->cost_ledger, row,
            bar(row->cost_ledger, answer.cost(), bar_cells));
    for (const report::IdleRow& row : answer.idle) {
        std::vector<std::string> cells = row.keys.empty() ? std::vector<std::string>(1) : row.keys;
        // In the first column that is no time; where all are, behind the last of them.
        const auto at = std::ranges::find(cells, "");
        const std::string word = words(language, Words::idle, {row.pool});
        if (at != cells.end())
            *at = word;
        else
            cells.back() += ' ' + word;
        add(std::move(cells), row.cost, nullptr, bar(row.cost, answer.cost(), bar_cells));
    }
    if (answer.rows.size() + answer.idle.size() > 1)
        add(word_cells(answer, words(language, Words::total)), answer.cost(), &answer.total, " ");
    return out + table.text();
}

std::string statements_text(const std::vector<report::Statement>& statements, std::string_view month,
                            Language language) {
    std::string out;
    for (const report::Statement& statement : statements) {
        const std::string currency(statement.currency.view());
        // As many digits as a bill has, but never so few that lines stop adding up to what is seen: the exact sums are below.
        const int digits = digits_for(statement.due(), statement.currency);
        out += out.empty() ? "" : "\n\n";
        out += words(language, Words::statement_of, {statement.payer, month}) + "\n\n";
        Table table({words(language, Words::tenant), "MODEL", right(language, Words::attempts),
                     right(language, Words::tokens_in), right(language, Words::tokens_out),
                     right(language, Words::cost), right(language, Words::subsidy), right(language, Words::due)});
        const auto add = [&](const report::StatementLine& line, std::string tenant, std::string model) {
            table.add({std::move(tenant), std::move(model), with_commas(line.attempts), with_commas(line.input_tokens),
                       with_commas(line.output_tokens), rounded(line.cost, digits) + (line.unpriced == 0 ? "" : " + ?"),
                       line.subsidy == 0 ? " " : rounded(-line.subsidy, digits), rounded(line.due(), digits)});
        };
        for (const report::StatementLine& line : statement.lines) add(line, line.tenant, line.model);
        add(statement.total, words(language, Words::total), " ");
        if (!statement.lines.empty()) out += table.text() + '\n';
        std::string carrier;
        for (const report::StatementLine& line : statement.lines)
            if (!line.subsidised_by.empty() && carrier.find(line.subsidised_by) == std::string::npos)
                carrier += (carrier.empty() ? "" : ", ") + line.subsidised_by;
        if (!carrier.empty())
            out +=
                words(language, Words::statement_subsidised_by, {decimal(statement.total.subsidy), currency, carrier}) +
                '\n';
        if (!statement.carried.empty()) {
            Table carried({words(language, Words::statement_carried), "MODEL", right(language, Words::due)});
            for (const report::CarriedLine& line : statement.carried)
                carried.add({words(language, Words::statement_carried_for, {line.tenant}), line.model,
                             rounded(line.amount, digits)});
            carried.add({words(language, Words::total), " ", rounded(statement.carried_total, digits)});
            out += carried.text() + '\n';
        }
        out += words(language, Words::statement_amount_due, {decimal(statement.due()), currency}) + '\n';
        out += unpriced_text(statement.total.unpriced, language);
    }
    return out;
}

std::string elsewhere_text(const report::Elsewhere& elsewhere, Language language) {
    const report::Answer& answer = elsewhere.answer;
    std::string out = period_line(answer.question, answer.currency.view(), language);
    if (elsewhere.months.empty()) return out + words(language, Words::nothing) + '\n';
    const int digits = digits_for(answer.total.cost_ledger, answer.currency);
    std::vector<std::string> titles{words(language, Words::month), right(language, Words::tokens_in),
                                    right(language, Words::tokens_out), right(language, Words::booked)};
    for (const report::Offer& offer : elsewhere.offers) titles.push_back('>' + offer.text());
    Table table(std::move(titles));
    const auto add = [&](std::string first, const UsageRow& row, const std::vector<report::OfferCost>& costs) {
        std::vector<std::string> cells{std::move(first), with_commas(report::input_tokens(row)),
                                       with_commas(report::output_tokens(row)),
                                       rounded(row.cost_ledger, digits) + (row.unpriced == 0 ? "" : " + ?")};
        for (const report::OfferCost& cost : costs)
            cells.push_back(cost.cost ? rounded(*cost.cost, digits) : words(language, Words::unknown));
        table.add(std::move(cells));
    };
    for (const report::MonthElsewhere& month : elsewhere.months) add(month.month, month.usage, month.costs);
    if (elsewhere.months.size() > 1) add(words(language, Words::total), answer.total, elsewhere.totals);
    out += table.text() + '\n' + words(language, Words::not_comparable) + '\n';
    for (const report::Note note : elsewhere.notes) out += "  - " + words(language, words_of(note)) + '\n';
    return out;
}

std::string budgets_text(const report::Budgets& budgets, Language language) {
    Table table({words(language, Words::tenant), words(language, Words::budget), right(language, Words::limit),
                 right(language, Words::spent), right(language, Words::reserved), right(language, Words::remaining),
                 right(language, Words::used), " ", words(language, Words::state)});
    for (const report::NodeBudgets& node : budgets.nodes) {
        for (const report::BudgetLine& line : node.lines) {
            const auto amount = [&](Pico value) {
                if (!report::is_money(line.budget)) return with_commas(value);
                return rounded(value, digits_for(line.limit.value_or(value), budgets.currency)) + ' ' +
                       std::string(budgets.currency.view());
            };
            table.add({node.tenant, std::string(report::name_of(line.budget)),
                       line.limit ? amount(*line.limit) : words(language, Words::unknown),
                       amount(line.spent) + (report::is_money(line.budget) && node.unpriced != 0 ? " + ?" : ""),
                       amount(line.reserved), line.limit ? amount(line.remaining()) : words(language, Words::unknown),
                       percent(line.used_ppm()),
                       line.limit ? bar(line.spent + line.reserved, *line.limit, bar_cells) : " ",
                       words(language, line.is_over() ? Words::over : Words::fine)});
        }
        if (node.lines.empty())
            table.add({node.tenant, words(language, Words::no_budget), " ", " ", " ", " ", " ", " ",
                       words(language, Words::fine)});
    }
    const std::string at = rfc3339(budgets.at);
    return table.text() + '\n' + words(language, budgets.is_live ? Words::live : Words::from_tables, {at}) + '\n';
}

}   // namespace gilmok::cli
