#include "ledger/proof.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "ledger/entry.hpp"
#include "ledger/log_files.hpp"
#include "ledger/newest.hpp"
#include "wire/base64.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t path_steps_max = 64;
constexpr std::size_t exchange_offset = 40;
constexpr std::size_t exchange_bytes = 16;
constexpr std::size_t kind_offset = 4;

tl::unexpected<io::FileError> failed(std::string message) {
    return tl::unexpected(io::FileError{.code = EINVAL, .message = std::move(message)});
}

tl::unexpected<Error> refused(std::string_view reason, std::string_view* why) {
    if (why != nullptr) *why = reason;
    return fail(Code::internal, Fault::gateway, Retry::never, reason);
}

std::string text_of(const Hash& hash) {
    return wire::base64({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

struct Found {
    std::uint64_t index = 0;
    std::string bytes{};
};
// By the 16 bytes of the exchange.
using RecordsOfRequests = std::map<std::string, std::vector<Found>, std::less<>>;

std::string key_of(const model::RequestId& request) {
    const auto bytes = to_bytes(request);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Prover {
public:
    static io::FileResult<Prover> open(io::Files& files, const std::string& directory) {
        auto log = list_log(files, directory);
        if (!log) return tl::unexpected(log.error());
        auto newest = read_newest(files, directory);
        if (!newest) return tl::unexpected(newest.error());
        return Prover(files, directory, std::move(*log), std::move(*newest));
    }

    io::FileResult<Found> record(std::uint64_t index) const;
    // In one walk of the log. A request that has none under the checkpoint has no records.
    io::FileResult<RecordsOfRequests> of_requests(std::span<const model::RequestId> requests);
    io::FileResult<std::string> prove(const Found& found);
    io::FileResult<std::string> prove_all(const std::vector<Found>& records);

private:
    io::FileResult<bool> add_names(std::vector<Found>& records,
                                   const std::unordered_map<std::uint32_t, std::uint64_t>& names);
    Prover(io::Files& files, std::string directory, std::vector<LogFile> log, Newest newest)
        : files_(&files), directory_(std::move(directory)), log_(std::move(log)), newest_(std::move(newest)) {}

    io::Files* files_;
    std::string directory_;
    std::vector<LogFile> log_;
    Newest newest_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Hash>
        roots_{};                                              // of subtrees; the paths of a file share most of them
    std::unordered_map<std::uint64_t, std::string> names_{};   // records by index; requests share most of them
};

io::FileResult<Found> Prover::record(std::uint64_t index) const {
    const auto after = std::ranges::upper_bound(log_, index, {}, &LogFile::first_index);
    if (after == log_.begin()) return failed("the log has no record " + std::to_string(index));
    const LogFile& file = *std::prev(after);
    RecordWalk walk(*files_, directory_ + "/" + file.name);
    for (std::uint64_t at = file.first_index;; ++at) {
        const RecordWalk::Step step = walk.next();
        if (step == RecordWalk::Step::broken) return failed(file.name + ": " + walk.problem());
        if (step == RecordWalk::Step::end) return failed("the log has no record " + std::to_string(index));
        if (at == index) return Found{.index = index, .bytes = std::string(walk.record())};
    }
}

// The names that stand in a record of a request as numbers.
std::vector<model::NameId> names_in(const Body& body) {
    if (const auto* terminal = std::get_if<model::Terminal>(&body))
        return {terminal->tenant,       terminal->key,           terminal->model,      terminal->upstream,
                terminal->served_model, terminal->place,         terminal->data_class, terminal->tag,
                terminal->charge.card,  terminal->response_model};
    std::vector<model::NameId> names;
    if (const auto* decision = std::get_if<model::Decision>(&body)) {
        names = {decision->tenant, decision->application, decision->upstream,
                 decision->place,  decision->operator_,   decision->verdict_rule};
        for (std::size_t i = 0; i < decision->entries_count; ++i) names.push_back(decision->entries[i].rule);
    }
    return names;
}

// The exchange of a record that is one of a request's ends or decisions, as the bytes that stand in it; else nothing.
std::string_view exchange_in(std::string_view record) {
    const auto kind = static_cast<Kind>(record[kind_offset]);
    const bool is_whole = (kind == Kind::terminal && record.size() >= terminal_bytes_min) ||
                          (kind == Kind::decision && record.size() >= decision_bytes_min);
    return is_whole ? record.substr(exchange_offset, exchange_bytes) : std::string_view{};
}

io::FileResult<RecordsOfRequests> Prover::of_requests(std::span<const model::RequestId> requests) {
    RecordsOfRequests found;
    for (const model::RequestId& request : requests) found.try_emplace(key_of(request));
    std::unordered_map<std::uint32_t, std::uint64_t> names;   // number → index of its record
    for (const LogFile& file : log_) {
        RecordWalk walk(*files_, directory_ + "/" + file.name);
        for (std::uint64_t index = file.first_index; index < newest_.checkpoint.size; ++index) {
            const RecordWalk::Step step = walk.next();
            if (step == RecordWalk::Step::broken) return failed(file.name + ": " + walk.problem());
            if (step == RecordWalk::Step::end) break;
            const std::string_view record = walk.record();
            if (static_cast<Kind>(record[kind_offset]) == Kind::name) {
                const auto entry = read_entry(record);
                const auto* name = entry ? std::get_if<Name>(&entry->body) : nullptr;
                if (name != nullptr) names.emplace(static_cast<std::uint32_t>(name->id), index);
            } else if (const auto wanted = found.find(exchange_in(record)); wanted != found.end()) {
                wanted->second.push_back({.index = index, .bytes = std::string(record)});
            }
        }
    }
    for (auto& [request, records] : found)
        if (auto added = add_names(records, names); !added) return tl::unexpected(added.error());
    return found;
}

io::FileResult<bool> Prover::add_names(std::vector<Found>& records,
                                       const std::unordered_map<std::uint32_t, std::uint64_t>& names) {
    std::vector<std::uint64_t> named;
    for (const Found& one : records) {
        const auto entry = read_entry(one.bytes);
        if (!entry) return failed("record " + std::to_string(one.index) + " is damaged");
        for (const model::NameId id : names_in(entry->body))
            if (const auto name = names.find(static_cast<std::uint32_t>(id)); name != names.end())
                named.push_back(name->second);
    }
    std::ranges::sort(named);
    named.erase(std::ranges::unique(named).begin(), named.end());
    for (const std::uint64_t index : named) {
        auto known = names_.find(index);
        if (known == names_.end()) {
            auto name = record(index);
            if (!name) return tl::unexpected(name.error());
            known = names_.emplace(index, std::move(name->bytes)).first;
        }
        records.push_back({.index = index, .bytes = known->second});
    }
    return true;
}

io::FileResult<std::string> Prover::prove_all(const std::vector<Found>& records) {
    if (records.size() > proofs_max) return failed("the request has more records than one file of proofs holds");
    std::string text;
    for (const Found& one : records) {
        auto proof = prove(one);
        if (!proof) return proof;
        text += *proof;
    }
    return text;
}

io::FileResult<std::string> Prover::prove(const Found& found) {
    const std::uint64_t size = newest_.checkpoint.size;
    if (found.index >= size)
        return failed("record " + std::to_string(found.index) + " is not under a checkpoint yet; the newest covers " +
                      std::to_string(size));
    auto hashes = HashCache::open(*files_, directory_);
    if (!hashes) return tl::unexpected(hashes.error());
    const LeafSource leaves = hashes->source();
    const RangeSource ranges = [&](std::uint64_t begin, std::uint64_t end) -> std::optional<Hash> {
        const auto known = roots_.find({begin, end});
        if (known != roots_.end()) return known->second;
        const auto root = range_root(begin, end, leaves);
        if (root) roots_.emplace(std::pair(begin, end), *root);
        return root;
    };
    const auto path = inclusion_path(found.index, size, ranges);
    if (!path) return failed("hashes beside the log are missing; gilmok ledger verify tells which");
    if (!is_included(found.index, size, leaf_hash(found.bytes), *path, newest_.checkpoint.root))
        return failed(
            "record " + std::to_string(found.index) +
            " is not what was signed, or the hashes beside the log are not; gilmok ledger verify tells which");
    std::string text(proof_mark);
    text += "extra " + wire::base64(found.bytes) + "\nindex " + std::to_string(found.index) + "\n";
    for (const Hash& step : *path) text += text_of(step) + "\n";
    text += "\n" + newest_.note;
    return text;
}

// Takes "<word> <value>\n" and gives the value.
std::optional<std::string_view> take_member(std::string_view& rest, std::string_view word) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    if (end == std::string_view::npos || !line.starts_with(word) || line.substr(word.size()).empty())
        return std::nullopt;
    if (line[word.size()] != ' ') return std::nullopt;
    rest.remove_prefix(end + 1);
    return line.substr(word.size() + 1);
}

// The steps up to the empty line; nothing when a line is none.
std::optional<std::vector<Hash>> take_path(std::string_view& rest) {
    std::vector<Hash> path;
    while (true) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (line.empty()) return path;
        const auto bytes = wire::from_base64(line);
        if (!bytes || bytes->size() != sizeof(Hash) || path.size() == path_steps_max) return std::nullopt;
        path.push_back(hash_at(*bytes, 0));
    }
}

void append_name(std::string& out, std::string_view word, model::NameId id,
                 const std::unordered_map<std::uint32_t, std::string>& names) {
    if (id == model::NameId::none) return;
    const auto name = names.find(static_cast<std::uint32_t>(id));
    out += ", ";
    out += word;
    out += name == names.end() ? " number " + std::to_string(static_cast<std::uint32_t>(id)) : " " + name->second;
}

std::string explain(const model::Terminal& terminal, const std::unordered_map<std::uint32_t, std::string>& names) {
    std::string out =
        "request " + std::string(terminal.ref.exchange.view()) + ", attempt " + std::to_string(terminal.ref.attempt);
    out += ", begun " + rfc3339(terminal.started) + ", ";
    out += model::name_of(terminal.kind);
    append_name(out, "tenant", terminal.tenant, names);
    append_name(out, "model", terminal.model, names);
    append_name(out, "upstream", terminal.upstream, names);
    out += "; usage (";
    out += model::name_of(terminal.provenance);
    out += ")";
    for (std::size_t i = 0; i < model::meters_count; ++i) {
        const auto meter = static_cast<model::Meter>(i);
        if (!terminal.meters.has(meter)) continue;
        out += " " + std::string(model::name_of(meter)) + " " + std::to_string(terminal.meters[meter]);
    }
    if (!terminal.charge.is_known) return out + "; price unknown";
    out += "; cost " + decimal(terminal.charge.cost) + " " + std::string(terminal.charge.currency.view());
    if (terminal.charge.ledger_currency != terminal.charge.currency)
        out += " = " + decimal(terminal.charge.cost_ledger) + " " + std::string(terminal.charge.ledger_currency.view());
    return out;
}

std::string explain(const model::Decision& decision, const std::unordered_map<std::uint32_t, std::string>& names) {
    std::string out =
        "request " + std::string(decision.ref.exchange.view()) + ", attempt " + std::to_string(decision.ref.attempt);
    out += ", decided " + rfc3339(decision.at) + (decision.is_answer ? " of the answer: " : ": ");
    out += model::name_of(decision.verdict);
    append_name(out, "rule", decision.verdict_rule, names);
    out += ", class " + std::string(model::name_of(decision.data_class));
    append_name(out, "tenant", decision.tenant, names);
    append_name(out, "application", decision.application, names);
    append_name(out, "upstream", decision.upstream, names);
    append_name(out, "place", decision.place, names);
    append_name(out, "operator", decision.operator_, names);
    for (std::size_t i = 0; i < decision.entries_count; ++i) {
        const model::Decision::Entry& entry = decision.entries[i];
        out += "; " + std::to_string(entry.count) + " " + std::string(model::name_of(entry.kind)) + ": ";
        out += model::name_of(entry.action);
        append_name(out, "rule", entry.rule, names);
    }
    return decision.is_more ? out + "; and more" : out;
}

}   // namespace

io::FileResult<std::string> prove_record(io::Files& files, const std::string& directory, std::uint64_t index) {
    auto prover = Prover::open(files, directory);
    if (!prover) return tl::unexpected(prover.error());
    const auto found = prover->record(index);
    if (!found) return tl::unexpected(found.error());
    return prover->prove(*found);
}

io::FileResult<std::string> prove_request(io::Files& files, const std::string& directory,
                                          const model::RequestId& request) {
    auto prover = Prover::open(files, directory);
    if (!prover) return tl::unexpected(prover.error());
    const std::array<model::RequestId, 1> requests{request};
    const auto found = prover->of_requests(requests);
    if (!found) return tl::unexpected(found.error());
    const std::vector<Found>& records = found->begin()->second;
    if (records.empty()) return failed("nothing of request " + std::string(request.view()) + " is under a checkpoint");
    return prover->prove_all(records);
}

io::FileResult<std::uint64_t> prove_requests(
    io::Files& files, const std::string& directory, std::span<const model::RequestId> requests,
    const std::function<io::FileResult<bool>(const model::RequestId& request, const std::string& proofs)>& each) {
    auto prover = Prover::open(files, directory);
    if (!prover) return tl::unexpected(prover.error());
    const auto found = prover->of_requests(requests);
    if (!found) return tl::unexpected(found.error());
    std::uint64_t proven = 0;
    for (const auto& [key, records] : *found) {
        if (records.empty()) continue;
        const auto text = prover->prove_all(records);
        if (!text) return tl::unexpected(text.error());
        std::array<std::uint8_t, exchange_bytes> bytes{};
        std::memcpy(bytes.data(), key.data(), bytes.size());
        if (const auto taken = each(to_request_id(bytes), *text); !taken) return tl::unexpected(taken.error());
        ++proven;
    }
    return proven;
}

Result<Proof> check_proof(std::string_view text, const VerifierKey& key, std::string_view* why) {
    if (text.size() > proof_bytes_max) return refused("a proof has at most 262,144 bytes", why);
    if (!text.starts_with(proof_mark)) return refused("a proof begins with c2sp.org/tlog-proof@v1", why);
    text.remove_prefix(proof_mark.size());
    const auto extra = take_member(text, "extra");
    auto record = extra ? wire::from_base64(*extra) : std::nullopt;
    if (!record) return refused("the proof holds no record in base64 behind \"extra\"", why);
    const auto digits = take_member(text, "index");
    const auto index = digits ? parse_u64(*digits) : std::nullopt;
    if (!index || (digits->size() > 1 && digits->front() == '0'))
        return refused("the proof holds no decimal number behind \"index\"", why);
    const auto path = take_path(text);
    if (!path) return refused("a line of the proof's path is no base64 of 32 bytes", why);
    GILMOK_TRY(checkpoint, open_checkpoint(text, key, why));
    if (!is_included(*index, checkpoint.size, leaf_hash(*record), *path, checkpoint.root))
        return refused("the record is not in the log that was signed", why);
    return Proof{.checkpoint = std::move(checkpoint), .index = *index, .record = std::move(*record)};
}

Result<std::vector<Proof>> check_proofs(std::string_view text, const VerifierKey& key, std::string_view* why) {
    std::vector<Proof> proofs;
    do {
        // Signatures end a proof, so the mark of the next one stands behind a newline.
        const std::size_t next = text.find(std::string("\n").append(proof_mark));
        const std::size_t end = next == std::string_view::npos ? text.size() : next + 1;
        if (proofs.size() == proofs_max) return refused("a file holds at most 128 proofs", why);
        GILMOK_TRY(proof, check_proof(text.substr(0, end), key, why));
        proofs.push_back(std::move(proof));
        text.remove_prefix(end);
    } while (!text.empty());
    return proofs;
}

std::string explain(std::span<const Proof> proofs) {
    std::unordered_map<std::uint32_t, std::string> names;
    for (const Proof& proof : proofs) {
        const auto entry = read_entry(proof.record);
        const auto* name = entry ? std::get_if<Name>(&entry->body) : nullptr;
        if (name != nullptr) names[static_cast<std::uint32_t>(name->id)] = name->text;
    }
    std::string out;
    for (const Proof& proof : proofs) {
        const auto entry = read_entry(proof.record);
        out += "record " + std::to_string(proof.index) + ": ";
        if (!entry) {
            out += "proven, and not a record of gilmok";
        } else if (const auto* terminal = std::get_if<model::Terminal>(&entry->body)) {
            out += explain(*terminal, names);
        } else if (const auto* decision = std::get_if<model::Decision>(&entry->body)) {
            out += explain(*decision, names);
        } else if (const auto* name = std::get_if<Name>(&entry->body)) {
            out += "number " + std::to_string(static_cast<std::uint32_t>(name->id)) + " is " + std::string(name->text);
        } else {
            out += "a record of kind " + std::to_string(static_cast<unsigned>(entry->header.kind));
        }
        out += '\n';
    }
    return out;
}

}   // namespace gilmok::ledger
