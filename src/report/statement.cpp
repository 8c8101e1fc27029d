#include "report/statement.hpp"

#include <map>

namespace gilmok::report {

namespace {

constexpr Pico ppm = 1'000'000;

const config::Tenant* nearest_node(const config::Snapshot& snapshot, std::string_view path) {
    for (;;) {
        const auto found = snapshot.tenants_by_path.find(path);
        if (found != snapshot.tenants_by_path.end()) return &snapshot.tenant(found->second);
        const std::size_t cut = path.rfind('/');
        if (cut == std::string_view::npos) return nullptr;
        path = path.substr(0, cut);
    }
}

StatementLine line_of(const config::Snapshot& snapshot, const ledger::UsageRow& row, Paying& paying) {
    StatementLine line;
    line.tenant = row.keys[0];
    line.model = row.keys[1];
    line.attempts = row.attempts;
    line.unpriced = row.unpriced;
    line.input_tokens = input_tokens(row);
    line.output_tokens = output_tokens(row);
    line.cost = row.cost_ledger;
    line.corrections = row.correction_ledger;
    paying = paying_for(snapshot, line.tenant);
    if (paying.subsidy_ppm != 0 && paying.subsidised_by != paying.payer) {
        line.subsidy = multiply_divide(line.cost, paying.subsidy_ppm, ppm).value_or(0);
        line.subsidised_by = paying.subsidised_by;
    }
    return line;
}

void add_line(StatementLine& total, const StatementLine& line) {
    total.attempts += line.attempts;
    total.unpriced += line.unpriced;
    total.input_tokens += line.input_tokens;
    total.output_tokens += line.output_tokens;
    total.cost += line.cost;
    total.corrections += line.corrections;
    total.subsidy += line.subsidy;
}

void write_line(JsonWriter& json, const StatementLine& line) {
    json.number("attempts", line.attempts);
    json.number("unpriced", line.unpriced);
    json.number("input_tokens", line.input_tokens);
    json.number("output_tokens", line.output_tokens);
    json.text("cost", decimal(line.cost));
    json.text("corrections", decimal(line.corrections));
    json.text("subsidy", decimal(line.subsidy));
    json.text("due", decimal(line.due()));
}

}   // namespace

Paying paying_for(const config::Snapshot& snapshot, std::string_view path) {
    Paying paying;
    paying.payer = std::string(path.substr(0, path.find('/')));
    bool has_payer = false, has_subsidy = false;
    const config::Tenant* node = nearest_node(snapshot, path);
    while (node != nullptr) {
        if (!has_payer && !node->payer.empty()) paying.payer = node->payer, has_payer = true;
        if (!has_subsidy && !node->subsidised_by.empty()) {
            paying.subsidised_by = node->subsidised_by;
            paying.subsidy_ppm = node->subsidy_ppm;
            has_subsidy = true;
        }
        node = node->parent == model::TenantId::none ? nullptr : &snapshot.tenant(node->parent);
    }
    return paying;
}

Told<std::vector<Statement>> statements(ledger::Questions& tables, const config::Snapshot& snapshot,
                                        Question question) {
    question.by = {*group_named("tenant"), *group_named("model")};
    auto asked = answer(tables, question, snapshot.ledger.currency);
    if (!asked) return tell(asked.error());
    std::map<std::string, Statement> by_payer;
    for (const ledger::UsageRow& row : asked->rows) {
        Paying paying;
        StatementLine line = line_of(snapshot, row, paying);
        if (line.subsidy != 0) {
            Statement& carrying = by_payer[line.subsidised_by];
            carrying.carried.push_back({paying.payer, line.tenant, line.model, line.subsidy});
            carrying.carried_total += line.subsidy;
        }
        Statement& statement = by_payer[paying.payer];
        add_line(statement.total, line);
        statement.lines.push_back(std::move(line));
    }
    std::vector<Statement> all;
    for (auto& [payer, statement] : by_payer) {
        statement.payer = payer;
        statement.currency = snapshot.ledger.currency;
        statement.question = question;
        all.push_back(std::move(statement));
    }
    return all;
}

std::string statement_json(const std::vector<Statement>& statements) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("statements");
    for (const Statement& statement : statements) {
        json.begin_object();
        json.text("payer", statement.payer);
        json.text("from", rfc3339(statement.question.period.from));
        json.text("until", rfc3339(statement.question.period.until));
        json.text("currency", statement.currency.view());
        json.begin_array("lines");
        for (const StatementLine& line : statement.lines) {
            json.begin_object();
            json.text_or_null("tenant", line.tenant);
            json.text_or_null("model", line.model);
            write_line(json, line);
            json.text_or_null("subsidised_by", line.subsidised_by);
            json.end_object();
        }
        json.end_array();
        json.begin_array("carried");
        for (const CarriedLine& line : statement.carried) {
            json.begin_object();
            json.text("payer", line.payer);
            json.text_or_null("tenant", line.tenant);
            json.text_or_null("model", line.model);
            json.text("amount", decimal(line.amount));
            json.end_object();
        }
        json.end_array();
        json.begin_object("total");
        write_line(json, statement.total);
        json.text("carried", decimal(statement.carried_total));
        json.end_object();
        json.text("due", decimal(statement.due()));
        json.flag("complete", statement.total.unpriced == 0);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

std::string statement_csv(const std::vector<Statement>& statements) {
    std::string out =
        "payer,line,tenant,model,attempts,input_tokens,output_tokens,cost,corrections,subsidy,subsidised_by,due,"
        "currency,unpriced\r\n";
    for (const Statement& statement : statements) {
        for (const StatementLine& line : statement.lines) {
            append_csv_text(out, statement.payer, true);
            append_csv(out, "usage");
            append_csv_text(out, line.tenant);
            append_csv_text(out, line.model);
            append_csv(out, std::to_string(line.attempts));
            append_csv(out, std::to_string(line.input_tokens));
            append_csv(out, std::to_string(line.output_tokens));
            append_csv(out, decimal(line.cost));
            append_csv(out, decimal(line.corrections));
            append_csv(out, decimal(line.subsidy));
            append_csv_text(out, line.subsidised_by);
            append_csv(out, decimal(line.due()));
            append_csv(out, statement.currency.view());
            append_csv(out, std::to_string(line.unpriced));
            out += "\r\n";
        }
        for (const CarriedLine& line : statement.carried) {
            append_csv_text(out, statement.payer, true);
            append_csv(out, "carried");
            append_csv_text(out, line.tenant);
            append_csv_text(out, line.model);
            out += ",0,0,0,0,0,0,";   // ends in an empty subsidised_by
            append_csv(out, decimal(line.amount));
            append_csv(out, statement.currency.view());
            out += ",0\r\n";
        }
    }
    return out;
}

}   // namespace gilmok::report
