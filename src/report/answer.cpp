#include "report/answer.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "ledger/period.hpp"

namespace gilmok::report {

namespace {

using ledger::Dimension;
using ledger::UsageRow;

// Micro-units as pico, so that decimal() writes them exactly.
constexpr Pico pico_per_micro = 1'000'000;

std::string part_of(const std::string& text, Group::Part part) {
    const std::size_t cut = part == Group::Part::first ? text.find('/') : text.rfind('/');
    switch (part) {
        case Group::Part::whole: return text;
        case Group::Part::first: return text.substr(0, cut);
        case Group::Part::last: return cut == std::string::npos ? text : text.substr(cut + 1);
    }
    return text;
}

// What the tables are asked for: each dimension once, however many groups are read out of it.
std::vector<Dimension> dimensions_of(const std::vector<Group>& by) {
    std::vector<Dimension> dimensions;
    for (const Group& group : by)
        if (std::ranges::find(dimensions, group.dimension) == dimensions.end()) dimensions.push_back(group.dimension);
    return dimensions;
}

std::vector<std::string> keys_of(const std::vector<Group>& by, const std::vector<Dimension>& dimensions,
                                 const UsageRow& row) {
    std::vector<std::string> keys;
    for (const Group& group : by) {
        const auto at = std::ranges::find(dimensions, group.dimension) - dimensions.begin();
        keys.push_back(part_of(row.keys[static_cast<std::size_t>(at)], group.part));
    }
    return keys;
}

std::vector<std::string> times_of(const Question& question, WallTime hour) {
    const ledger::Calendar calendar(question.utc_offset_minutes);
    const std::int64_t at = ledger::unix_seconds(hour);
    std::vector<std::string> keys;
    for (const Group& group : question.by) {
        const auto text = [&](ledger::Grain grain) { return calendar.text(grain, calendar.number(grain, at)); };
        if (group.dimension == Dimension::hour)
            keys.push_back(text(ledger::Grain::hour));
        else if (group.dimension == Dimension::day)
            keys.push_back(text(ledger::Grain::day));
        else if (group.dimension == Dimension::month)
            keys.push_back(text(ledger::Grain::month));
        else
            keys.emplace_back();
    }
    return keys;
}

std::vector<IdleRow> idle_of(const Question& question, const std::vector<ledger::PoolRow>& hours) {
    std::map<std::pair<std::vector<std::string>, std::string>, IdleRow> rows;
    for (const ledger::PoolRow& hour : hours) {
        std::vector<std::string> keys = times_of(question, hour.hour);
        IdleRow& row = rows[{keys, hour.pool}];
        row.keys = std::move(keys);
        row.pool = hour.pool;
        row.cost += hour.cost - hour.cost_attributed;
        row.microjoules +=
            hour.microjoules > hour.microjoules_attributed ? hour.microjoules - hour.microjoules_attributed : 0;
    }
    std::vector<IdleRow> idle;
    for (auto& [key, row] : rows) idle.push_back(std::move(row));
    return idle;
}

void write_keys(JsonWriter& json, const Question& question, const std::vector<std::string>& keys) {
    for (std::size_t i = 0; i < question.by.size(); ++i) json.text_or_null(question.by[i].name, keys[i]);
}

void write_usage(JsonWriter& json, const UsageRow& row) {
    json.number("attempts", row.attempts);
    json.number("settled", row.settled);
    json.number("voided", row.voided);
    json.number("recovered", row.recovered);
    json.number("aborted", row.aborted);
    json.number("counted", row.counted);
    json.number("suspect", row.suspect);
    write_unpriced(json, row);
    for (std::size_t i = 0; i < model::meters_count; ++i)
        json.number(model::name_of(static_cast<model::Meter>(i)), row.meters[i]);
    json.number("input_tokens", input_tokens(row));
    json.number("output_tokens", output_tokens(row));
    json.decimal("joules", joules(row.microjoules));
    json.decimal("grams_co2e", grams(row.micrograms_co2e));
}

void write_spend(JsonWriter& json, const UsageRow& row) {
    json.text("cost", decimal(row.cost_ledger));
    json.text("corrections", decimal(row.correction_ledger));
    write_unpriced(json, row);
    json.number("attempts", row.attempts);
    json.number("input_tokens", input_tokens(row));
    json.number("output_tokens", output_tokens(row));
}

template <class WriteRow, class WriteRest>
std::string json_of(const Answer& answer, WriteRow write_row, WriteRest write_rest) {
    JsonWriter json;
    json.begin_object();
    write_period(json, answer.question);
    json.text("currency", answer.currency.view());
    json.begin_array("rows");
    for (const UsageRow& row : answer.rows) {
        json.begin_object();
        write_keys(json, answer.question, row.keys);
        write_row(json, row);
        json.end_object();
    }
    json.end_array();
    json.begin_object("total");
    write_row(json, answer.total);
    json.end_object();
    write_rest(json);
    json.end_object();
    return json.take() + '\n';
}

void append_csv_head(std::string& out, const Answer& answer, std::initializer_list<std::string_view> columns) {
    bool is_first = true;
    for (const Group& group : answer.question.by) append_csv(out, group.name, is_first), is_first = false;
    for (const std::string_view column : columns) append_csv(out, column, is_first), is_first = false;
}

bool append_csv_keys(std::string& out, const std::vector<std::string>& keys) {
    bool is_first = true;
    for (const std::string& key : keys) append_csv_text(out, key, is_first), is_first = false;
    return is_first;
}

}   // namespace

Pico Answer::idle_cost() const {
    Pico sum = 0;
    for (const IdleRow& row : idle) sum += row.cost;
    return sum;
}

void add(UsageRow& sum, const UsageRow& row) {
    sum.attempts += row.attempts;
    sum.settled += row.settled;
    sum.voided += row.voided;
    sum.recovered += row.recovered;
    sum.aborted += row.aborted;
    sum.counted += row.counted;
    sum.suspect += row.suspect;
    sum.unpriced += row.unpriced;
    for (std::size_t i = 0; i < model::meters_count; ++i) sum.meters[i] += row.meters[i];
    sum.cost_ledger += row.cost_ledger;
    sum.correction_ledger += row.correction_ledger;
    sum.microjoules += row.microjoules;
    sum.micrograms_co2e += row.micrograms_co2e;
    sum.duration_us += row.duration_us;
    sum.first_token_us += row.first_token_us;
    sum.first_tokens += row.first_tokens;
}

std::int64_t meter(const UsageRow& row, model::Meter which) { return row.meters[static_cast<std::size_t>(which)]; }

std::int64_t input_tokens(const UsageRow& row) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (model::is_input(static_cast<model::Meter>(i))) sum += row.meters[i];
    return sum;
}

std::int64_t output_tokens(const UsageRow& row) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (model::is_output(static_cast<model::Meter>(i))) sum += row.meters[i];
    return sum;
}

std::string joules(std::uint64_t microjoules) { return decimal(Pico(microjoules) * pico_per_micro); }
std::string grams(std::uint64_t micrograms) { return decimal(Pico(micrograms) * pico_per_micro); }

Told<Answer> answer(ledger::Questions& tables, Question question, Currency currency) {
    Answer answer;
    answer.question = std::move(question);
    answer.currency = currency;
    const Question& asked = answer.question;
    const std::vector<Dimension> dimensions = dimensions_of(asked.by);
    const auto found = tables.usage(asked.filter, dimensions, asked.utc_offset_minutes);
    if (!found) return tell(found.error().message);
    std::map<std::vector<std::string>, UsageRow> merged;
    for (const UsageRow& row : *found) {
        add(merged[keys_of(asked.by, dimensions, row)], row);
        add(answer.total, row);
    }
    for (auto& [keys, row] : merged) {
        row.keys = keys;
        answer.rows.push_back(std::move(row));
    }
    answer.has_idle = asked.is_about_all();
    if (answer.has_idle) {
        const auto hours = tables.pools(asked.period.from, asked.period.until);
        if (!hours) return tell(hours.error().message);
        answer.idle = idle_of(asked, *hours);
    }
    return answer;
}

void write_period(JsonWriter& json, const Question& question) {
    json.text("from", rfc3339(question.period.from));
    json.text("until", rfc3339(question.period.until));
    json.begin_array("by");
    for (const Group& group : question.by) json.text({}, group.name);
    json.end_array();
}

void write_unpriced(JsonWriter& json, const UsageRow& row) { json.number("unpriced", row.unpriced); }

std::string usage_json(const Answer& answer) {
    return json_of(answer, write_usage, [](JsonWriter&) {});
}

std::string spend_json(const Answer& answer) {
    return json_of(answer, write_spend, [&](JsonWriter& json) {
        json.flag("idle_included", answer.has_idle);
        json.begin_array("idle");
        for (const IdleRow& row : answer.idle) {
            json.begin_object();
            for (std::size_t i = 0; i < row.keys.size(); ++i)
                if (!row.keys[i].empty()) json.text(answer.question.by[i].name, row.keys[i]);
            json.text("pool", row.pool);
            json.text("cost", decimal(row.cost));
            json.decimal("joules", joules(row.microjoules));
            json.end_object();
        }
        json.end_array();
        json.text("cost_with_idle", decimal(answer.cost()));
        json.flag("complete", answer.total.unpriced == 0);
    });
}

void append_csv(std::string& out, std::string_view field, bool is_first) {
    if (!is_first) out += ',';
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_csv_text(std::string& out, std::string_view text, bool is_first) {
    const bool is_formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    append_csv(out, is_formula ? "'" + std::string(text) : std::string(text), is_first);
}

std::string usage_csv(const Answer& answer) {
    std::string out;
    append_csv_head(out, answer,
                    {"attempts", "settled", "voided", "recovered", "aborted", "counted", "suspect", "unpriced"});
    for (std::size_t i = 0; i < model::meters_count; ++i) append_csv(out, model::name_of(static_cast<model::Meter>(i)));
    out += ",joules,grams_co2e\r\n";
    for (const UsageRow& row : answer.rows) {
        bool is_first = append_csv_keys(out, row.keys);
        for (const std::uint64_t count : {row.attempts, row.settled, row.voided, row.recovered, row.aborted,
                                          row.counted, row.suspect, row.unpriced})
            append_csv(out, std::to_string(count), is_first), is_first = false;
        for (const std::int64_t count : row.meters) append_csv(out, std::to_string(count));
        append_csv(out, joules(row.microjoules));
        append_csv(out, grams(row.micrograms_co2e));
        out += "\r\n";
    }
    return out;
}

std::string spend_csv(const Answer& answer) {
    std::string out;
    append_csv_head(
        out, answer,
        {"line", "pool", "cost", "corrections", "currency", "unpriced", "attempts", "input_tokens", "output_tokens"});
    out += "\r\n";
    for (const UsageRow& row : answer.rows) {
        append_csv(out, "attempts", append_csv_keys(out, row.keys));
        out += ',';
        append_csv(out, decimal(row.cost_ledger));
        append_csv(out, decimal(row.correction_ledger));
        append_csv(out, answer.currency.view());
        append_csv(out, std::to_string(row.unpriced));
        append_csv(out, std::to_string(row.attempts));
        append_csv(out, std::to_string(input_tokens(row)));
        append_csv(out, std::to_string(output_tokens(row)));
        out += "\r\n";
    }
    for (const IdleRow& row : answer.idle) {
        append_csv(out, "idle", append_csv_keys(out, row.keys));
        append_csv_text(out, row.pool);
        append_csv(out, decimal(row.cost));
        out += ",0,";
        out += answer.currency.view();
        out += ",0,0,0,0\r\n";
    }
    return out;
}

}   // namespace gilmok::report
