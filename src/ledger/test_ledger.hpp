// A small ledger in memory, made record by record from docs/ledger-format.md, for the tests of those who judge and prove
// ledgers, and for `scripts/prove tamper`. It does not use the writer of the log.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.hpp"
#include "io/files.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/entry.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

using Directory = std::map<std::string, std::string>;   // path below the directory → bytes

// Files that only read, from a Directory mounted at "ledger", and count nothing.
class DirectoryFiles final : public io::Files {
public:
    explicit DirectoryFiles(const Directory& directory) : directory_(directory) {}

    io::FileResult<std::string> read(const std::string& path, std::size_t bytes_max) override {
        const std::string* bytes = find(path);
        if (bytes == nullptr) return io::file_failure("open", path, ENOENT);
        if (bytes->size() > bytes_max) return io::file_failure("read", path, EFBIG);
        return *bytes;
    }
    io::FileResult<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t bytes) override {
        const std::string* all = find(path);
        if (all == nullptr) return io::file_failure("open", path, ENOENT);
        return offset < all->size() ? all->substr(offset, bytes) : std::string();
    }
    io::FileResult<std::vector<std::string>> list(const std::string& directory) override {
        std::vector<std::string> names;
        for (const auto& [path, bytes] : directory_) {
            const std::string full = "ledger/" + path;
            if (full.starts_with(directory + "/")) names.push_back(full.substr(directory.size() + 1));
        }
        if (names.empty()) return io::file_failure("list", directory, ENOENT);
        return names;
    }
    bool exists(const std::string& path) override { return find(path) != nullptr; }
    io::FileResult<bool> write_atomically(const std::string& path, std::string_view, unsigned) override {
        return io::file_failure("write", path, EROFS);
    }
    io::FileResult<std::unique_ptr<io::AppendFile>> open_append(const std::string& path, unsigned) override {
        return io::file_failure("open", path, EROFS);
    }
    io::FileResult<bool> make_directory(const std::string& path, unsigned) override {
        return io::file_failure("make", path, EROFS);
    }

private:
    const std::string* find(const std::string& path) const {
        const auto found = path.starts_with("ledger/") ? directory_.find(path.substr(7)) : directory_.end();
        return found == directory_.end() ? nullptr : &found->second;
    }
    const Directory& directory_;
};

struct TestLedgerOptions {
    std::uint64_t records = 300;
    std::uint64_t records_per_file = 100;
    std::uint64_t records_per_checkpoint = 64;   // and one at the end
    std::uint64_t records_unsigned = 0;          // behind the last checkpoint
    std::uint64_t seed = 1;
    bool has_decisions = false;   // one for each request, instead of its progress
};

class TestLedger {
public:
    static constexpr std::uint16_t lanes = 3;
    static constexpr std::string_view id = "01KAJBCH8M00004TNC0001ZXFM";

    explicit TestLedger(TestLedgerOptions options = {}) : options_(options), prng_(options.seed) {
        while (records.size() < options.records + options.records_unsigned) records.push_back(next_record());
    }
    // The record behind those there are; made, not kept.
    std::string next_record();

    // The files, signed by `signer`.
    [[nodiscard]] Directory directory() const { return lay_out(records, signer); }
    [[nodiscard]] Directory lay_out(const std::vector<std::string>& of, const Signer& by) const;

    [[nodiscard]] static Signer make_signer(char seed) {
        return std::move(*Signer::from_seed("gilmok.example/ledger/" + std::string(id), Secret(std::string(32, seed))));
    }

    // Seals a record anew after its bytes were changed, as whoever alters a ledger with care would.
    static void reseal(std::string& record, const Header& header) {
        seal(record.data(), record.size(), header.kind, header.lane, header.epoch, header.sequence, header.at);
    }
    static model::RequestId request_number(std::uint64_t number) {
        return model::make_request_id(static_cast<std::int64_t>(1'763'700'000'000 + number), number * 7919, number * 104'729);
    }

    Signer signer = make_signer('k');
    std::vector<std::string> records{};

private:
    std::string sealed(const Body& body, Kind kind, std::uint16_t lane);
    [[nodiscard]] WallTime now() const {
        return WallTime{std::chrono::milliseconds(1'763'700'000'000 + static_cast<std::int64_t>(made_))};
    }
    [[nodiscard]] Body terminal(std::uint64_t request) const;

    TestLedgerOptions options_;
    Prng prng_;
    std::map<std::uint16_t, std::uint64_t> sequences_{};
    std::uint64_t requests_ = 0;   // three records each
    std::uint64_t made_ = 0;       // records
};

inline std::string log_name(std::uint64_t index, const char* suffix) {
    char name[48];
    std::snprintf(name, sizeof name, "log/%020llu%s", static_cast<unsigned long long>(index), suffix);
    return name;
}

inline std::string TestLedger::sealed(const Body& body, Kind kind, std::uint16_t lane) {
    std::string record(size_of(body), '\0');
    const std::size_t length = write_body(record, body);
    record.resize(length);
    seal(record.data(), length, kind, lane, 1, ++sequences_[lane], now());
    ++made_;
    return record;
}

inline Body TestLedger::terminal(std::uint64_t request) const {
    static constexpr std::string_view raw =
        "{\"prompt_tokens\":1210,\"completion_tokens\":344,\"total_tokens\":1554,\"prompt_tokens_details\":{\"cached_tokens\":1024}}";
    model::Terminal terminal;
    terminal.ref = {.exchange = request_number(request), .attempt = 0};
    terminal.kind = model::TerminalKind::settled;
    terminal.provenance = model::Provenance::provider;
    terminal.outcome = model::Outcome::answered;
    terminal.status = 200;
    terminal.endpoint = model::Endpoint::chat;
    terminal.started = now();
    terminal.tenant = model::NameId{1};
    terminal.model = model::NameId{2};
    terminal.charge.is_known = true;
    terminal.charge.card = model::NameId{3};
    terminal.charge.currency = *parse_currency("USD");
    terminal.charge.ledger_currency = *parse_currency("KRW");
    terminal.charge.cost = 1'250'000 + static_cast<Pico>(request);
    terminal.charge.cost_ledger = terminal.charge.cost * 1400;
    terminal.meters[model::Meter::input_fresh] = 186;
    terminal.meters[model::Meter::cache_read] = 1024;
    terminal.meters[model::Meter::output_text] = 344;
    terminal.duration_us = 1'800'000 + request;
    terminal.raw_usage = raw.substr(0, request % 3 == 0 ? 0 : raw.size());
    return terminal;
}

inline std::string TestLedger::next_record() {
    static constexpr std::pair<NameKind, std::string_view> names[] = {
        {NameKind::tenant, "acme/research"}, {NameKind::model, "qwen3-32b"}, {NameKind::price_card, "{\"usd\":\"0.15\"}"}};
    if (made_ < std::size(names)) {
        const auto& [kind, text] = names[made_];
        const auto name_id = static_cast<model::NameId>(made_ + 1);
        return sealed(Name{.id = name_id, .kind = kind, .text = text}, Kind::name, control_lane);
    }
    const auto lane = static_cast<std::uint16_t>(prng_.below(lanes));
    const std::uint64_t request = requests_++ / 3;
    if (requests_ % 3 == 0) return sealed(terminal(request), Kind::terminal, lane);
    if (requests_ % 3 == 1) {
        model::Reserve reserve;
        reserve.ref = {.exchange = request_number(request), .attempt = 0};
        reserve.tenant = model::NameId{1};
        reserve.endpoint = model::Endpoint::chat;
        reserve.bound.cost_ledger = 5'000'000'000;
        return sealed(reserve, Kind::reserve, lane);
    }
    if (options_.has_decisions) {
        model::Decision decision;
        decision.ref = {.exchange = request_number(request), .attempt = 0};
        decision.tenant = model::NameId{1};
        decision.data_class = model::DataClass::sensitive;
        decision.verdict = model::GuardAction::block;
        decision.verdict_rule = model::NameId{4};
        decision.entries_count = 1;
        decision.entries[0] = {.kind = model::DataKind::kr_rrn,
                               .action = model::GuardAction::block,
                               .count = 2,
                               .rule = model::NameId{4}};
        return sealed(decision, Kind::decision, lane);
    }
    model::Progress progress;
    progress.ref = {.exchange = request_number(request), .attempt = 0};
    progress.delivered_events = static_cast<std::uint32_t>(request % 64);
    return sealed(progress, Kind::progress, lane);
}

inline Directory TestLedger::lay_out(const std::vector<std::string>& of, const Signer& by) const {
    Directory files;
    const std::string& name = by.verifier().name;
    files["identity"] = "gilmok-ledger 1\n" + std::string(id) + "\n" + name + "\n" + by.verifier().text() + "\n";
    files[log_name(0, ".log")];
    files[log_name(0, ".hash")];
    const auto sign = [&](const Tree& tree) {
        files["checkpoint"] = by.sign({.origin = name, .size = tree.size(), .root = tree.root()});
        files["checkpoints"] += files["checkpoint"];
    };
    Tree tree;
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (i % options_.records_per_file == 0) first = i;
        const Hash leaf = leaf_hash(of[i]);
        files[log_name(first, ".log")] += of[i];
        files[log_name(first, ".hash")].append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
        tree.append(leaf);
        const bool is_last = tree.size() + options_.records_unsigned == of.size();
        if (is_last || (tree.size() % options_.records_per_checkpoint == 0 && tree.size() + options_.records_unsigned < of.size()))
            sign(tree);
    }
    if (!files.contains("checkpoint")) sign(Tree());
    return files;
}

}   // namespace gilmok::ledger
