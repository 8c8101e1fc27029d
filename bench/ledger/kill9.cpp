// The work of `scripts/prove kill9`, with the product's own keeper on real files.
//   run DIR LANES SEED ACKS     opens the ledger in DIR, prints "ready" with how many µs its opening took and how many
//                               attempts it closed; then LANES threads begin, continue and end attempts as fast as they
//                               can until this is killed. What the journal has taken is written down in ACKS only then,
//                               as a client would have heard of it.
//   check DIR LANES ACKS...     opens it once more, closes it in order, and prints one line of JSON: what of ACKS is
//                               missing, what ended twice or not at all, and where log, tables and signatures differ.
//   ids DIR FILE                the same for a ledger that a gateway wrote and closed; FILE has a line for each thing
//                               that a client saw: a request id, and `begun` or `answered`.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "io/linux/files.hpp"
#include "ledger/keeper.hpp"
#include "ledger/log.hpp"
#include "ledger/verify.hpp"
#include "tool.hpp"

using namespace gilmok;
using namespace gilmok::bench;
using namespace gilmok::ledger;

namespace {

constexpr std::size_t running_max = 12;    // attempts of a lane at a time: what a kill leaves open
constexpr std::size_t acks_at_once = 16;   // written down together: what is held back counts as not acknowledged

WallTime wall_now() { return WallTime(Duration(nanoseconds(CLOCK_REALTIME))); }
Instant instant_now() { return Instant(Duration(nanoseconds(CLOCK_MONOTONIC))); }

struct Ack {
    std::array<std::uint8_t, 16> exchange{};
    std::uint32_t is_end = 0;
    std::uint32_t tokens = 0;   // of the end
};
static_assert(sizeof(Ack) == 24);

struct Opened {
    io::linux_::LinuxFiles files;
    std::unique_ptr<Tables> tables;
    std::unique_ptr<Keeper> keeper;
};

void open(Opened& opened, const std::string& directory, std::uint16_t lanes, std::uint64_t seed) {
    std::filesystem::create_directories(directory);
    auto tables = open_sqlite(directory + "/tables.sqlite");
    if (!tables) die(tables.error().message);
    opened.tables = std::move(*tables);
    Prng prng(seed);
    KeeperOptions options{.directory = directory, .lanes = lanes};
    options.seed = Secret(std::string(32, 'k'));
    options.new_id = std::string(model::make_request_id(1, prng.next(), prng.next()).view());
    options.settings.segment_bytes = 1 << 20;
    options.settings.checkpoint_interval = config::Milliseconds(20);
    options.log_file_bytes = 4 << 20;
    options.clock = instant_now;
    std::string problem;
    opened.keeper = Keeper::open(opened.files, *opened.tables, std::move(options), wall_now(), problem);
    if (opened.keeper == nullptr) die(problem);
}

// One shard: attempts begin, go on and end in random order, on its own lane.
class Shard {
public:
    Shard(Keeper& keeper, std::uint16_t lane, std::uint64_t seed, int acks)
        : keeper_(keeper), lane_(keeper.lane(lane)), prng_(seed), acks_file_(acks) {}

    [[noreturn]] void run() {
        for (std::uint64_t step = 0;; ++step) {
            const std::uint64_t dice = prng_.below(10);
            if (running_.size() < running_max && dice < 4)
                begin();
            else if (dice < 6)
                progress();
            else
                end();
            // A gateway has work between two records; without a pause the lane is always full and tests only that.
            if (step % 16 == 0) ::usleep(50);
        }
    }

private:
    struct Attempt {
        model::AttemptRef ref{};
        std::uint32_t tokens = 0;
    };

    void begin() {
        Attempt attempt;
        const WallTime now = wall_now();
        attempt.ref.exchange = model::make_request_id(unix_ms(now), prng_.next(), prng_.next());
        model::Reserve reserve{.ref = attempt.ref, .at = now};
        // Names come while the ledger runs, as models of new answers do.
        reserve.tenant = keeper_.intern(NameKind::tenant, "tenant" + std::to_string(prng_.below(50)), now);
        if (prng_.chance(1, 200))
            reserve.model = keeper_.intern(NameKind::model, "model" + std::to_string(prng_.below(1'000'000)), now);
        reserve.bound = {.input_tokens = 1'000, .output_tokens = 1'000, .cost_ledger = 1'000'000};
        reserve.is_stream = true;
        if (!lane_.reserve(reserve, now)) {
            ::usleep(200);
            return;
        }
        running_.push_back(attempt);
        acknowledge(attempt, false);
    }
    void progress() {
        if (running_.empty()) return;
        Attempt& attempt = running_[prng_.below(running_.size())];
        attempt.tokens += 64;
        model::Progress progress{.ref = attempt.ref, .at = wall_now()};
        progress.meters[model::Meter::output_text] = attempt.tokens;
        progress.delivered_events = attempt.tokens;
        progress.delivered_bytes = std::uint64_t{attempt.tokens} * 4;
        lane_.progress(progress, progress.at);
    }
    void end() {
        if (running_.empty()) return;
        const std::size_t which = prng_.below(running_.size());
        Attempt attempt = running_[which];
        running_[which] = running_.back();
        running_.pop_back();
        attempt.tokens += static_cast<std::uint32_t>(1 + prng_.below(63));
        model::Terminal terminal{.ref = attempt.ref, .at = wall_now(), .kind = model::TerminalKind::settled};
        terminal.provenance = model::Provenance::provider;
        terminal.outcome = model::Outcome::answered;
        terminal.meters[model::Meter::output_text] = attempt.tokens;
        terminal.charge = {.is_known = true, .cost = attempt.tokens, .cost_ledger = Pico{attempt.tokens} * 3};
        const std::string usage = R"({"completion_tokens":)" + std::to_string(attempt.tokens) + "}";
        terminal.raw_usage = usage;
        lane_.finish(terminal, terminal.at);
        acknowledge(attempt, true);
    }
    void acknowledge(const Attempt& attempt, bool is_end) {
        acks_.push_back({to_bytes(attempt.ref.exchange), is_end ? 1U : 0U, is_end ? attempt.tokens : 0});
        if (acks_.size() < acks_at_once) return;
        const std::size_t bytes = acks_.size() * sizeof(Ack);
        if (::write(acks_file_, acks_.data(), bytes) != static_cast<ssize_t>(bytes))
            die("cannot write acknowledgements");
        acks_.clear();
    }

    Keeper& keeper_;
    Lane& lane_;
    Prng prng_;
    const int acks_file_;
    std::vector<Attempt> running_;
    std::vector<Ack> acks_;
};

[[noreturn]] void run(const std::string& directory, std::uint16_t lanes, std::uint64_t seed, const std::string& acks) {
    Opened opened;
    open(opened, directory, lanes, seed);
    const KeeperStatus status = opened.keeper->status();
    std::printf("ready %" PRIu64 " %" PRIu64 "\n", status.recovery_us, status.recovered);
    std::fflush(stdout);
    const int file = ::open(acks.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) die("cannot open " + acks);
    std::vector<std::thread> threads;
    for (std::uint16_t lane = 0; lane < lanes; ++lane)
        threads.emplace_back([&, lane] { Shard(*opened.keeper, lane, seed * 100 + lane, file).run(); });
    for (;;) {
        if (opened.keeper->turn(wall_now()) == 0) ::usleep(100);
        const KeeperStatus now = opened.keeper->status();
        if (now.is_failing || !now.tables_problem.empty()) die(now.problem + now.tables_problem);
    }
}

struct Found {
    int reserves = 0, ends = 0;
    model::TerminalKind kind{};
    std::int64_t tokens = 0;
};
struct HashOfId {
    std::size_t operator()(const std::array<std::uint8_t, 16>& id) const {
        std::uint64_t hash;
        std::memcpy(&hash, id.data() + 8, sizeof hash);
        return static_cast<std::size_t>(hash);
    }
};
using Attempts = std::unordered_map<std::array<std::uint8_t, 16>, Found, HashOfId>;

struct Sums {
    std::uint64_t records = 0, settled = 0, voided = 0, recovered = 0;
    std::int64_t tokens = 0;
    Pico cost = 0;
};

void read_log(io::Files& files, const std::string& directory, Attempts& attempts, Sums& sums) {
    auto reader = LogReader::open(files, directory);
    if (!reader) die(reader.error().message);
    for (;;) {
        auto record = reader->next();
        if (!record) die(record.error().message);
        if (!*record) return;
        ++sums.records;
        const auto entry = read_entry((*record)->bytes);
        if (!entry) die(std::string(entry.error().detail));
        if (const auto* reserve = std::get_if<model::Reserve>(&entry->body))
            ++attempts[to_bytes(reserve->ref.exchange)].reserves;
        const auto* end = std::get_if<model::Terminal>(&entry->body);
        if (end == nullptr) continue;
        Found& found = attempts[to_bytes(end->ref.exchange)];
        ++found.ends;
        found.kind = end->kind;
        found.tokens = end->meters[model::Meter::output_text];
        switch (end->kind) {
            case model::TerminalKind::settled: ++sums.settled; break;
            case model::TerminalKind::voided: ++sums.voided; break;
            case model::TerminalKind::recovered: ++sums.recovered; break;
            case model::TerminalKind::count_: break;
        }
        if (found.tokens > 0) sums.tokens += found.tokens;
        if (end->charge.is_known) sums.cost += end->charge.cost_ledger;
    }
}

std::uint64_t missing_of(const std::string& path, const Attempts& attempts, std::uint64_t& acks) {
    FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return 0;   // killed before the first
    std::uint64_t missing = 0;
    for (Ack ack; std::fread(&ack, sizeof ack, 1, file) == 1;) {
        ++acks;
        const auto found = attempts.find(ack.exchange);
        const bool is_there = found != attempts.end() && found->second.reserves > 0;
        const bool is_ended = is_there && found->second.kind == model::TerminalKind::settled &&
                              found->second.tokens == static_cast<std::int64_t>(ack.tokens);
        if (ack.is_end != 0 ? !is_ended : !is_there) ++missing;
    }
    std::fclose(file);
    return missing;
}

bool tables_agree(const std::string& directory, const Sums& sums) {
    auto questions = ask_sqlite(directory + "/tables.sqlite");
    if (!questions) die(questions.error().message);
    Filter all;
    all.until = wall_now() + std::chrono::hours(48);
    auto rows = (*questions)->usage(all, {}, utc_offset_minutes_default);
    if (!rows) die(rows.error().message);
    auto open_rows = (*questions)->open_attempts();
    if (!open_rows) die(open_rows.error().message);
    auto folded = (*questions)->folded();
    if (!folded) die(folded.error().message);
    UsageRow total;
    if (!rows->empty()) total = rows->front();
    return rows->size() <= 1 && open_rows->empty() && folded->records == sums.records &&
           total.settled == sums.settled && total.recovered == sums.recovered && total.voided == sums.voided &&
           total.cost_ledger == sums.cost &&
           total.meters[static_cast<std::size_t>(model::Meter::output_text)] == sums.tokens;
}

// An exchange has an attempt 0, and here no other one.
std::uint64_t missing_of_ids(const std::string& path, const Attempts& attempts, std::uint64_t& seen) {
    FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) die("cannot read " + path);
    std::uint64_t missing = 0;
    char id[64], what[64];
    while (std::fscanf(file, "%63s %63s", id, what) == 2) {
        ++seen;
        model::RequestId request{};
        if (std::strlen(id) != sizeof request.text) die("not a request id: " + std::string(id));
        std::memcpy(request.text, id, sizeof request.text);
        const auto found = attempts.find(to_bytes(request));
        if (found == attempts.end() || found->second.reserves == 0) ++missing;
    }
    std::fclose(file);
    return missing;
}

// What is wrong with the ledger, whatever was acknowledged.
void judge(io::Files& files, const std::string& directory, const Attempts& attempts, const Sums& sums,
           std::uint64_t seen, std::uint64_t missing) {
    std::uint64_t twice = 0, never = 0;
    for (const auto& [id, found] : attempts) {
        if (found.ends > 1 || found.reserves > 1) ++twice;
        if (found.ends == 0 || found.reserves == 0) ++never;
    }
    const Verified verified = verify(files, {.directory = directory, .is_closed = true});
    for (const Problem& problem : verified.problems) std::fprintf(stderr, "%s\n", describe(problem).c_str());
    std::printf("{\"records\":%" PRIu64 ",\"attempts\":%zu,\"settled\":%" PRIu64 ",\"recovered\":%" PRIu64
                ",\"acknowledged\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"twice\":%" PRIu64 ",\"never\":%" PRIu64
                ",\"problems\":%" PRIu64 ",\"signed\":%s,\"tables_agree\":%s}\n",
                sums.records, attempts.size(), sums.settled + sums.voided, sums.recovered, seen, missing, twice, never,
                verified.problems_count, verified.signed_size == sums.records ? "true" : "false",
                tables_agree(directory, sums) ? "true" : "false");
}

int check(const std::string& directory, std::uint16_t lanes, const std::vector<std::string>& ack_files) {
    Opened opened;
    open(opened, directory, lanes, 1);
    opened.keeper->close(wall_now());
    opened.keeper.reset();
    Attempts attempts;
    Sums sums;
    read_log(opened.files, directory, attempts, sums);
    std::uint64_t acks = 0, missing = 0;
    for (const std::string& path : ack_files) missing += missing_of(path, attempts, acks);
    judge(opened.files, directory, attempts, sums, acks, missing);
    return 0;
}

int check_ids(const std::string& directory, const std::string& path) {
    io::linux_::LinuxFiles files;
    Attempts attempts;
    Sums sums;
    read_log(files, directory, attempts, sums);
    std::uint64_t seen = 0;
    const std::uint64_t missing = missing_of_ids(path, attempts, seen);
    judge(files, directory, attempts, sums, seen, missing);
    return 0;
}

}   // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.size() == 5 && words[0] == "run")
        run(words[1], static_cast<std::uint16_t>(number(words[2])), number(words[3]), words[4]);
    if (words.size() >= 3 && words[0] == "check")
        return check(words[1], static_cast<std::uint16_t>(number(words[2])), {words.begin() + 3, words.end()});
    if (words.size() == 3 && words[0] == "ids") return check_ids(words[1], words[2]);
    die("run DIR LANES SEED ACKS, check DIR LANES ACKS... or ids DIR FILE");
}
