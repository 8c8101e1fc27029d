// A keeper on a simulated disk, attempts that run on its lanes, and what was promised about each of them: for tests
// that end the process or the power at any moment and look at what is left.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "io/sim/files.hpp"
#include "ledger/keeper.hpp"
#include "ledger/log.hpp"
#include "ledger/verify.hpp"

namespace gilmok::ledger {

// Tables as a list of the records that were applied. On another disk, which never fails unless told to.
class ListTables final : public Tables {
public:
    TablesResult<Folded> folded() override {
        if (is_failing) return failure();
        Folded folded{.records = records.size(), .oldest_open_index = records.size()};
        std::map<std::string, std::uint64_t> open;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const Entry entry = read_entry(records[i]).value();
            folded.last_epoch = std::max(folded.last_epoch, entry.header.epoch);
            if (const auto* name = std::get_if<Name>(&entry.body))
                folded.last_name = std::max(folded.last_name, static_cast<std::uint32_t>(name->id));
            if (const auto* reserve = std::get_if<model::Reserve>(&entry.body)) open.emplace(key_of(reserve->ref), i);
            if (const auto* terminal = std::get_if<model::Terminal>(&entry.body)) open.erase(key_of(terminal->ref));
        }
        for (const auto& [key, index] : open) folded.oldest_open_index = std::min(folded.oldest_open_index, index);
        return folded;
    }
    TablesResult<bool> apply(std::span<const IndexedEntry> entries) override {
        if (is_failing) return failure();
        for (const IndexedEntry& entry : entries) {
            if (entry.index != records.size()) return failure();
            records.push_back(written_again(entry.entry));
        }
        return true;
    }
    TablesResult<std::vector<NameRow>> names() override {
        if (is_failing) return failure();
        std::vector<NameRow> rows;
        for (const std::string& record : records) {
            const Entry entry = read_entry(record).value();
            if (const auto* name = std::get_if<Name>(&entry.body))
                rows.push_back({name->id, name->kind, std::string(name->text)});
        }
        return rows;
    }
    TablesResult<bool> clear() override {
        records.clear();
        return true;
    }

    static std::string key_of(const model::AttemptRef& ref) {
        return std::string(ref.exchange.view()) + std::to_string(ref.attempt);
    }
    static std::string written_again(const Entry& entry) {
        std::string record(size_of(entry.body), '\0');
        write_body(record, entry.body);
        seal(record.data(), record.size(), entry.header.kind, entry.header.lane, entry.header.epoch,
             entry.header.sequence, entry.header.at);
        return record;
    }

    bool is_failing = false;
    std::vector<std::string> records;

private:
    static tl::unexpected<TablesProblem> failure() {
        return tl::unexpected<TablesProblem>(TablesProblem{EIO, "the tables: disk I/O error"});
    }
};

struct KeeperWorld {
    static constexpr std::uint16_t lanes = 2;
    struct Attempt {
        model::AttemptRef ref{};
        std::uint16_t lane = 0;
        std::uint64_t reserved = 0, finished = 0;               // sequences; 0 = not
        std::int64_t tokens = 0;                                // of the last progress, then of the end
        bool is_reserve_kept = false, is_finish_kept = false;   // promised
        bool is_past = false;                                   // of a process that is gone
    };

    explicit KeeperWorld(std::uint64_t seed) : prng(seed) {}

    KeeperOptions options() {
        KeeperOptions options{.directory = "ledger", .lanes = lanes, .seed = Secret(std::string(32, 's'))};
        options.new_id = "01J9ZZZZZZZZZZZZZZZZZZZZZZ";
        options.settings.segment_bytes = 4'096;
        options.settings.checkpoint_interval = config::Milliseconds(4);
        options.settings.witness_dir = "witness";
        options.log_file_bytes = 6'000;
        return options;
    }
    bool open() {
        keeper = Keeper::open(files, tables, options(), now, problem);
        return keeper != nullptr;
    }

    void begin() {
        Attempt attempt;
        attempt.ref.exchange = model::make_request_id(1'000, prng.next(), prng.next());
        attempt.lane = static_cast<std::uint16_t>(prng.below(lanes));
        model::Reserve reserve{.ref = attempt.ref, .at = now};
        const std::string tenant = "tenant" + std::to_string(prng.below(6));
        reserve.tenant = keeper->intern(NameKind::tenant, tenant, now);
        if (reserve.tenant != model::NameId::none) {
            const auto [known, is_new] = named.emplace(tenant, reserve.tenant);
            if (!is_new) CHECK(known->second == reserve.tenant);
        }
        reserve.bound = {.input_tokens = 100, .output_tokens = 200, .cost_ledger = 300};
        const auto sequence = keeper->lane(attempt.lane).reserve(reserve, now);
        if (!sequence) {
            ++refused;
            return;
        }
        attempt.reserved = *sequence;
        attempts.push_back(attempt);
        running.push_back(&attempts.back());
    }
    void progress() {
        if (running.empty()) return;
        Attempt& attempt = *running[prng.below(running.size())];
        model::Progress progress{.ref = attempt.ref, .at = now};
        attempt.tokens += 7;
        progress.meters[model::Meter::output_text] = attempt.tokens;
        progress.delivered_events = 3;
        progress.delivered_bytes = 40;
        keeper->lane(attempt.lane).progress(progress, now);
    }
    void finish() {
        if (running.empty()) return;
        const std::size_t which = prng.below(running.size());
        Attempt& attempt = *running[which];
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
        model::Terminal terminal{.ref = attempt.ref, .at = now, .kind = model::TerminalKind::settled};
        terminal.provenance = model::Provenance::provider;
        attempt.tokens += 5;
        terminal.meters[model::Meter::output_text] = attempt.tokens;
        const std::string usage(prng.below(60), 'u');
        terminal.raw_usage = usage;
        attempt.finished = keeper->lane(attempt.lane).finish(terminal, now);
    }
    void step() {
        const std::uint64_t dice = prng.below(10);
        if (dice < 3)
            begin();
        else if (dice < 5)
            progress();
        else if (dice < 8)
            finish();
        else
            turn();
    }
    std::size_t turn() {
        now += std::chrono::milliseconds(1);
        return keeper->turn(now);
    }

    // What the journal took is promised against the death of the process, what is durable() against that of the
    // machine.
    void note_promises(bool of_power) {
        for (Attempt& attempt : attempts) {
            if (attempt.is_past) continue;
            const std::uint64_t durable = keeper->lane(attempt.lane).durable();
            const auto is_kept = [&](std::uint64_t sequence) {
                return sequence != 0 && (!of_power || sequence <= durable);
            };
            attempt.is_reserve_kept = is_kept(attempt.reserved);
            attempt.is_finish_kept = is_kept(attempt.finished);
        }
    }
    void crash(bool of_power, std::uint64_t seed = 0) {
        if (keeper != nullptr) note_promises(of_power || promises_of_power_only);
        for (Attempt& attempt : attempts) attempt.is_past = true;
        if (of_power) {
            files.crash_power(prng.next() + seed);
        } else {
            files.crash_process();
        }
        keeper.reset();
        files.heal();
        running.clear();
        // A name that was not on the disk may have another number afterwards.
        if (of_power || promises_of_power_only) named.clear();
    }

    // Everything promised is there once, whole, and the tables say the same. For a ledger whose attempts have all
    // ended.
    void check() {
        struct Found {
            int reserves = 0, terminals = 0;
            model::TerminalKind kind{};
            std::int64_t tokens = 0;
        };
        std::map<std::string, Found> found;
        std::map<std::uint32_t, std::string> texts;
        std::vector<std::string> records;
        auto reader = LogReader::open(files, "ledger");
        REQUIRE(reader);
        for (;;) {
            auto record = reader->next();
            REQUIRE(record);
            if (!*record) break;
            records.emplace_back((*record)->bytes);
            const auto entry = read_entry(records.back());
            REQUIRE(entry);
            if (const auto* name = std::get_if<Name>(&entry->body))
                CHECK(texts.emplace(static_cast<std::uint32_t>(name->id), name->text).second);
            if (const auto* reserve = std::get_if<model::Reserve>(&entry->body)) {
                ++found[ListTables::key_of(reserve->ref)].reserves;
                if (reserve->tenant != model::NameId::none)
                    CHECK(texts.contains(static_cast<std::uint32_t>(reserve->tenant)));
            }
            if (const auto* terminal = std::get_if<model::Terminal>(&entry->body)) {
                Found& one = found[ListTables::key_of(terminal->ref)];
                ++one.terminals;
                one.kind = terminal->kind;
                one.tokens = terminal->meters[model::Meter::output_text];
                CHECK(one.reserves == 1);
            }
        }
        for (const auto& [key, one] : found) {
            CHECK(one.reserves == 1);
            CHECK(one.terminals == 1);
        }
        for (const Attempt& attempt : attempts) {
            const auto one = found.find(ListTables::key_of(attempt.ref));
            if (attempt.is_reserve_kept) REQUIRE(one != found.end());
            if (one == found.end()) continue;
            if (attempt.finished != 0 && attempt.is_finish_kept) {
                CHECK(one->second.kind == model::TerminalKind::settled);
                CHECK(one->second.tokens == attempt.tokens);
            }
            if (attempt.finished == 0) CHECK(one->second.kind == model::TerminalKind::recovered);
        }
        CHECK(tables.records == records);
        const Verified verified = verify(files, {.directory = "ledger", .is_closed = true});
        for (const Problem& one : verified.problems) FAIL_CHECK(describe(one));
        CHECK(verified.records == records.size());
    }

    io::sim::SimFiles files;
    ListTables tables;
    Prng prng;
    WallTime now{std::chrono::seconds(1'800'000'000)};
    std::unique_ptr<Keeper> keeper;
    std::string problem;
    std::deque<Attempt> attempts;
    std::vector<Attempt*> running;
    std::map<std::string, model::NameId> named;
    std::uint64_t refused = 0;
    bool promises_of_power_only = false;
};

}   // namespace gilmok::ledger
