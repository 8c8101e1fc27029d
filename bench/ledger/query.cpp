// The work of `scripts/bench query`: a year of attempts written into SQLite's tables by the product's own fold, then questions.
//   fill FILE ROWS SEED       prints one line of JSON: rows, seconds, bytes
//   ask FILE SEED ROUNDS      prints one line of JSON for each kind of question: wall and CPU milliseconds of each round

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "ledger/table_database.hpp"
#include "tool.hpp"

using namespace gilmok;
using namespace gilmok::bench;
using namespace gilmok::ledger;

namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t offset_s = 9 * 3'600;
constexpr std::int64_t begin_s = 1'767'225'600 - offset_s;   // 2026-01-01 00:00 in Seoul
constexpr std::int64_t hours = 365 * 24;
constexpr std::uint64_t attempts_a_batch = 200'000;
constexpr std::size_t models = 20, upstreams = 12, tags = 100, keys_a_tenant = 5;
constexpr std::array<const char*, 4> places{"seoul-1", "busan-2", "cloud-kr", "cloud-us"};
constexpr std::array<const char*, 3> classes{"public", "internal", "secret"};

template <class T>
T value_of(TablesResult<T> result) {
    if (!result) die(result.error().message);
    return std::move(*result);
}

// 10 organisations of 4 departments of 5 teams.
std::vector<std::string> tenant_paths() {
    std::vector<std::string> paths;
    for (int organisation = 0; organisation < 10; ++organisation)
        for (int department = 0; department < 4; ++department)
            for (int team = 0; team < 5; ++team)
                paths.push_back("org" + std::to_string(organisation) + "/dept" + std::to_string(department) + "/team" +
                                std::to_string(team));
    return paths;
}

// The names that attempts refer to, given in one go.
class Names {
public:
    Names() {
        for (const std::string& path : tenant_paths()) add(NameKind::tenant, path);
        for (std::size_t i = 0; i < 200 * keys_a_tenant; ++i) add(NameKind::key, "key-" + std::to_string(i));
        for (std::size_t i = 0; i < models; ++i) add(NameKind::model, "model-" + std::to_string(i));
        for (std::size_t i = 0; i < upstreams; ++i) add(NameKind::upstream, "upstream-" + std::to_string(i));
        for (std::size_t i = 0; i < models; ++i)
            add(NameKind::served_model, "vendor/model-" + std::to_string(i) + "-2026");
        for (const char* place : places) add(NameKind::place, place);
        for (const char* data_class : classes) add(NameKind::data_class, data_class);
        for (std::size_t i = 0; i < tags; ++i) add(NameKind::tag, "project-" + std::to_string(i));
        for (std::size_t i = 0; i < models * upstreams * 4; ++i)
            add(NameKind::price_card, "{\"sku\":" + std::to_string(i) + "}");
    }
    [[nodiscard]] model::NameId id(NameKind kind, std::size_t number) const {
        return model::NameId{first_.at(kind) + static_cast<std::uint32_t>(number)};
    }
    [[nodiscard]] std::vector<IndexedEntry> entries() const {
        std::vector<IndexedEntry> all;
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            IndexedEntry& entry = all.emplace_back();
            entry.index = i;
            entry.entry.body =
                Name{model::NameId{static_cast<std::uint32_t>(i + 1)}, texts_[i].first, texts_[i].second};
        }
        return all;
    }
    [[nodiscard]] std::size_t size() const { return texts_.size(); }

private:
    void add(NameKind kind, std::string text) {
        texts_.emplace_back(kind, std::move(text));
        first_.try_emplace(kind, static_cast<std::uint32_t>(texts_.size()));
    }
    std::vector<std::pair<NameKind, std::string>> texts_;
    std::map<NameKind, std::uint32_t> first_;
};

// Attempts of a year, in order: more by day than by night and on weekdays, few keys that do much and many that do little.
class Year {
public:
    Year(const Names& names, std::uint64_t rows, std::uint64_t seed)
        : names_(names), prng_(seed), left_(rows), next_index_(names.size()) {
        double total = 0;
        for (std::int64_t hour = 0; hour < hours; ++hour) total += weight(hour);
        double sum = 0;
        for (std::int64_t hour = 0; hour < hours; ++hour) {
            sum += weight(hour);
            until_.push_back(static_cast<std::uint64_t>(sum / total * static_cast<double>(rows)));
        }
        until_.back() = rows;
    }

    std::vector<IndexedEntry> take() {
        std::vector<IndexedEntry> entries;
        const std::uint64_t count = std::min(left_, attempts_a_batch);
        entries.reserve(count * 2);
        left_ -= count;
        for (std::uint64_t i = 0; i < count; ++i) {
            const model::Terminal terminal = next();
            model::Reserve reserve;
            reserve.ref = terminal.ref;
            reserve.at = terminal.started;
            for (const Body& body : {Body(reserve), Body(terminal)}) {
                IndexedEntry& entry = entries.emplace_back();
                entry.index = next_index_++;
                entry.entry.body = body;
            }
        }
        return entries;
    }

private:
    static double weight(std::int64_t hour) {
        const std::int64_t of_day = hour % 24, weekday = (hour / 24 + 4) % 7;   // the year begins on a Thursday
        return (of_day >= 9 && of_day < 19 ? 5.0 : 1.0) * (weekday == 0 || weekday == 6 ? 0.4 : 1.0) *
               (1.0 + static_cast<double>(hour) / static_cast<double>(hours));
    }

    std::int64_t next_at_ns() {
        while (done_ >= until_[hour_]) ++hour_;
        const std::uint64_t before = hour_ == 0 ? 0 : until_[hour_ - 1];
        const double place = static_cast<double>(done_ - before) / static_cast<double>(until_[hour_] - before);
        ++done_;
        return (begin_s + static_cast<std::int64_t>(hour_) * 3'600) * ns_per_s +
               static_cast<std::int64_t>(place * 3'600e9);
    }

    model::Terminal next() {
        const std::int64_t at_ns = next_at_ns();
        model::Terminal terminal;
        terminal.duration_us = 200'000 + prng_.below(9'000'000);
        terminal.at = WallTime(Duration(at_ns));
        terminal.started = terminal.at - std::chrono::microseconds(terminal.duration_us);
        terminal.ref.exchange = model::make_request_id(unix_ms(terminal.started), prng_.next(), prng_.next());
        const std::uint64_t key = std::min({prng_.below(1'000), prng_.below(1'000), prng_.below(1'000)}) * 617 % 1'000;
        const std::uint64_t dice = prng_.below(100);
        const std::uint64_t model = (key * 7 + (dice < 80 ? 0 : dice < 95 ? 3 : 9)) % models;
        const std::uint64_t upstream = (model * 5 + (prng_.chance(19, 20) ? 0 : 1 + key % 2)) % upstreams;
        name(terminal, key, model, upstream);
        use(terminal, model, upstream);
        return terminal;
    }

    void name(model::Terminal& terminal, std::uint64_t key, std::uint64_t model, std::uint64_t upstream) {
        terminal.tenant = names_.id(NameKind::tenant, key / keys_a_tenant);
        terminal.key = names_.id(NameKind::key, key);
        terminal.model = names_.id(NameKind::model, model);
        terminal.upstream = names_.id(NameKind::upstream, upstream);
        terminal.served_model = terminal.response_model = names_.id(NameKind::served_model, model);
        terminal.place = names_.id(NameKind::place, upstream % places.size());
        terminal.data_class = names_.id(NameKind::data_class, prng_.chance(49, 50) ? key % 3 : 1);
        if (prng_.chance(1, 2))
            terminal.tag = names_.id(NameKind::tag, (key / keys_a_tenant * 3 + prng_.below(3)) % tags);
    }

    void use(model::Terminal& terminal, std::uint64_t model, std::uint64_t upstream) {
        const std::uint64_t dice = prng_.below(200);
        terminal.endpoint = model % 7 == 6 ? model::Endpoint::embeddings : model::Endpoint::chat;
        terminal.is_stream = prng_.chance(2, 3);
        terminal.is_simulated = prng_.chance(1, 200);
        terminal.kind = dice < 4 ? model::TerminalKind::voided : model::TerminalKind::settled;
        terminal.outcome = dice < 4    ? model::Outcome::failed
                           : dice < 10 ? model::Outcome::client_gone
                                       : model::Outcome::answered;
        terminal.provenance = dice < 4    ? model::Provenance::none
                              : dice < 10 ? model::Provenance::aborted
                              : dice < 20 ? model::Provenance::counted
                                          : model::Provenance::provider;
        terminal.status = dice < 4 ? 503 : 200;
        if (dice < 4) return;
        const std::int64_t fresh = prng_.between(20, 4'000), cached = prng_.chance(1, 2) ? prng_.between(0, 8'000) : 0;
        const std::int64_t output = terminal.endpoint == model::Endpoint::chat ? prng_.between(1, 1'200) : 0;
        terminal.meters[model::Meter::input_fresh] = fresh;
        terminal.meters[model::Meter::cache_read] = cached;
        terminal.meters[model::Meter::output_text] = output;
        terminal.meters[model::Meter::requests] = 1;
        const std::size_t quarter = hour_ * 4 / hours;
        terminal.charge.is_known = model != 13;
        if (terminal.charge.is_known) {
            terminal.charge.card = names_.id(NameKind::price_card, (model * upstreams + upstream) * 4 + quarter);
            terminal.charge.currency = usd_;
            terminal.charge.cost = Pico{fresh} * 150'000 + Pico{cached} * 75'000 + Pico{output} * 600'000;
            terminal.charge.ledger_currency = krw_;
            terminal.charge.cost_ledger = terminal.charge.cost * 1'392;
        }
        terminal.energy = {static_cast<std::uint64_t>(output) * 410'000, static_cast<std::uint64_t>(output) * 51,
                           model::EnergyMethod::modelled};
        terminal.bound_input_tokens = fresh + cached;
        terminal.bound_output_tokens = 4'096;
        terminal.bound_cost_ledger = (Pico{fresh + cached} * 150'000 + Pico{4'096} * 600'000) * 1'392;
        terminal.delivered_events = static_cast<std::uint32_t>(terminal.is_stream ? output : 1);
        terminal.delivered_bytes = static_cast<std::uint64_t>(output) * 150;
        terminal.first_token_us = static_cast<std::uint32_t>(50'000 + prng_.below(900'000));
    }

    const Names& names_;
    Prng prng_;
    std::vector<std::uint64_t> until_;   // attempts before the end of each hour
    std::uint64_t left_, done_ = 0, next_index_;
    std::size_t hour_ = 0;
    Currency usd_ = *parse_currency("USD"), krw_ = *parse_currency("KRW");
};

int fill(const std::string& file, std::uint64_t rows, std::uint64_t seed) {
    const double began = seconds(CLOCK_MONOTONIC);
    {
        auto tables = value_of(make_tables(value_of(connect_sqlite({.path = file, .is_bulk = true})), 540));
        const Names names;
        value_of(tables->apply(names.entries()));
        Year year(names, rows, seed);
        auto next = std::async(std::launch::async, [&] { return year.take(); });
        for (std::uint64_t done = 0; done < rows;) {
            const std::vector<IndexedEntry> batch = next.get();
            next = std::async(std::launch::async, [&] { return year.take(); });
            value_of(tables->apply(batch));
            const std::uint64_t before = done;
            done += batch.size() / 2;
            if (before / 5'000'000 != done / 5'000'000)
                std::fprintf(stderr, "%llu million attempts, %.0f s\n",
                             static_cast<unsigned long long>(done / 1'000'000), seconds(CLOCK_MONOTONIC) - began);
        }
        next.get();
    }
    value_of(open_sqlite(file));   // leaves it as the product has it: with a WAL
    std::printf("{\"rows\":%llu,\"seconds\":%.1f,\"bytes\":%llu}\n", static_cast<unsigned long long>(rows),
                seconds(CLOCK_MONOTONIC) - began, static_cast<unsigned long long>(std::filesystem::file_size(file)));
    return 0;
}

// Questions as people ask them, each over another time.
class Asker {
public:
    Asker(const std::string& file, std::uint64_t seed)
        : questions_(value_of(ask_sqlite(file))), prng_(seed), paths_(tenant_paths()) {}

    struct Kind {
        const char* name;
        std::function<std::size_t(Asker&)> ask;   // gives the number of rows
    };

    std::size_t usage(Filter filter, std::initializer_list<Dimension> by) {
        return value_of(questions_->usage(filter, std::span(by.begin(), by.size()), 540)).size();
    }
    Filter span(std::int64_t begin, std::int64_t end) const {
        Filter filter;
        filter.from = WallTime(std::chrono::seconds(begin_s + begin));
        filter.until = WallTime(std::chrono::seconds(begin_s + end));
        return filter;
    }
    // The whole periods that a report is about, and spans that begin at any hour or second.
    Filter month() {
        static constexpr std::array<int, 13> first_days{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
        const std::size_t month = prng_.below(12);
        return span(std::int64_t{first_days[month]} * 86'400, std::int64_t{first_days[month + 1]} * 86'400);
    }
    Filter days(std::int64_t count) { return hours_of(count * 24, 86'400); }
    Filter hours_of(std::int64_t count, std::int64_t step_s = 3'600) {
        const std::int64_t begin = prng_.between(0, (365 * 86'400 - count * 3'600) / step_s) * step_s;
        return span(begin, begin + count * 3'600);
    }
    Filter any_seconds(std::int64_t around_s) {
        const std::int64_t begin = prng_.between(0, 365 * 86'400 - around_s * 2);
        return span(begin, begin + prng_.between(around_s / 2, around_s * 2));
    }
    Filter year() { return span(prng_.between(0, 30) * 86'400, 365 * 86'400); }
    Filter of_team(Filter filter) {
        filter.tenant = paths_[prng_.below(paths_.size())];
        return filter;
    }
    Filter of_organisation(Filter filter) {
        filter.tenant = "org" + std::to_string(prng_.below(10));
        return filter;
    }
    Filter of_key(Filter filter) {
        filter.key = "key-" + std::to_string(prng_.below(1'000));
        return filter;
    }
    std::size_t newest(const Filter& filter) { return value_of(questions_->attempts(filter, 50)).size(); }
    std::size_t one_exchange() {
        const auto some = value_of(questions_->attempts(hours_of(1), 1));
        if (some.empty()) return 0;
        return value_of(questions_->attempts_of(some[0].terminal.ref.exchange)).size();
    }
    std::size_t open() { return value_of(questions_->open_attempts()).size(); }

private:
    std::unique_ptr<Questions> questions_;
    Prng prng_;
    std::vector<std::string> paths_;
};

using enum Dimension;
const std::vector<Asker::Kind> kinds{
    {"a month by tenant", [](Asker& a) { return a.usage(a.month(), {tenant}); }},
    {"a month by key", [](Asker& a) { return a.usage(a.month(), {key}); }},
    {"a month by model and upstream", [](Asker& a) { return a.usage(a.month(), {Dimension::model, upstream}); }},
    {"a month by price card", [](Asker& a) { return a.usage(a.month(), {price_card}); }},
    {"a month by class and tag", [](Asker& a) { return a.usage(a.month(), {data_class, tag}); }},
    {"a month of an organisation, by tenant, key and model",
     [](Asker& a) { return a.usage(a.of_organisation(a.month()), {tenant, key, Dimension::model}); }},
    {"a month of a team, by day", [](Asker& a) { return a.usage(a.of_team(a.month()), {day}); }},
    {"most of a year by day", [](Asker& a) { return a.usage(a.year(), {day}); }},
    {"most of a year by month and model",
     [](Asker& a) { return a.usage(a.year(), {Dimension::month, Dimension::model}); }},
    {"most of a year of a team, by month and tag",
     [](Asker& a) { return a.usage(a.of_team(a.year()), {Dimension::month, tag}); }},
    {"most of a year of an organisation, by day", [](Asker& a) { return a.usage(a.of_organisation(a.year()), {day}); }},
    {"90 days of a key, by day", [](Asker& a) { return a.usage(a.of_key(a.days(90)), {day}); }},
    {"90 days by place", [](Asker& a) { return a.usage(a.days(90), {place}); }},
    {"two weeks by hour", [](Asker& a) { return a.usage(a.hours_of(14 * 24), {hour}); }},
    {"a week of a team, by hour", [](Asker& a) { return a.usage(a.of_team(a.hours_of(7 * 24)), {hour}); }},
    {"24 hours by tenant", [](Asker& a) { return a.usage(a.hours_of(24), {tenant}); }},
    {"a week by upstream and outcome", [](Asker& a) { return a.usage(a.hours_of(7 * 24), {upstream, outcome}); }},
    {"about 3 days to the second, by provenance and endpoint",
     [](Asker& a) { return a.usage(a.any_seconds(3 * 86'400), {provenance, endpoint}); }},
    {"a team to the second, by model",
     [](Asker& a) { return a.usage(a.of_team(a.any_seconds(86'400)), {Dimension::model}); }},
    {"a month of a team, by key, upstream and tag (roll_detail)",
     [](Asker& a) { return a.usage(a.of_team(a.month()), {key, upstream, tag}); }},
    {"the newest 50 attempts of a team in a month", [](Asker& a) { return a.newest(a.of_team(a.month())); }},
    {"one exchange", [](Asker& a) { return a.one_exchange(); }},
    {"what is open", [](Asker& a) { return a.open(); }},
};

int ask(const std::string& file, std::uint64_t seed, std::uint64_t rounds) {
    Asker asker(file, seed);
    std::vector<std::string> wall(kinds.size()), cpu(kinds.size());
    std::vector<std::size_t> rows(kinds.size());
    // Kinds in turn, so that none finds its own pages warm.
    for (std::uint64_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            const double began = seconds(CLOCK_MONOTONIC), began_cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
            rows[i] = std::max(rows[i], kinds[i].ask(asker));
            char text[64];
            std::snprintf(text, sizeof text, "%s%.3f", round == 0 ? "" : ",", (seconds(CLOCK_MONOTONIC) - began) * 1e3);
            wall[i] += text;
            std::snprintf(text, sizeof text, "%s%.3f", round == 0 ? "" : ",",
                          (seconds(CLOCK_THREAD_CPUTIME_ID) - began_cpu) * 1e3);
            cpu[i] += text;
        }
    }
    for (std::size_t i = 0; i < kinds.size(); ++i)
        std::printf("{\"kind\":\"%s\",\"rows\":%zu,\"wall_ms\":[%s],\"cpu_ms\":[%s]}\n", kinds[i].name, rows[i],
                    wall[i].c_str(), cpu[i].c_str());
    return 0;
}

}   // namespace

int main(int argc, char** argv) {
    const std::string verb = argc == 5 ? argv[1] : "";
    if (verb == "fill") return fill(argv[2], number(argv[3]), number(argv[4]));
    if (verb == "ask") return ask(argv[2], number(argv[3]), number(argv[4]));
    die("usage: ledger_query fill FILE ROWS SEED | ask FILE SEED ROUNDS");
}
