// The work of `scripts/prove tamper`, with the product's own verify, log and keys. Prints one line of JSON.
//   make DIR RECORDS RECORDS_PER_CHECKPOINT FILE_BYTES   writes a ledger, as the keeper lays it out
//   mutate DIR COUNT SEED RECORDS_PER_FILE               alters it in memory, COUNT times, and has it verified each time
//   verify DIR ROUNDS                                    verifies it as it is

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "io/linux/files.hpp"
#include "ledger/log.hpp"
#include "ledger/test_tamper.hpp"
#include "ledger/verify.hpp"
#include "tool.hpp"

using namespace gilmok;
using namespace gilmok::bench;
using namespace gilmok::ledger;

namespace {

template <class T>
T& must(io::FileResult<T>& result) {
    if (!result) die(result.error().message);
    return *result;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
    FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || std::fclose(file) != 0)
        die("cannot write " + path.string());
}

int make(const std::string& directory, std::uint64_t records, std::uint64_t per_checkpoint, std::uint64_t file_bytes) {
    io::linux_::LinuxFiles files;
    TestLedger ledger({.records = 0});
    Directory rest = ledger.directory();
    auto writer = LogWriter::open(files, directory, 0, file_bytes);
    must(writer);
    std::string history;
    for (std::uint64_t made = 0; made < records;) {
        std::string batch;
        const std::uint64_t end = std::min(records, made + per_checkpoint);
        for (; made < end; ++made) {
            const std::string record = ledger.next_record();
            if (batch.size() + record.size() > 65'536) {
                auto appended = writer->append(batch);
                must(appended);
                batch.clear();
            }
            batch += record;
        }
        auto appended = writer->append(batch);
        must(appended);
        const std::string& name = ledger.signer.verifier().name;
        rest["checkpoint"] =
            ledger.signer.sign({.origin = name, .size = writer->size(), .root = writer->tree().root()});
        history += rest["checkpoint"];
    }
    auto synced = writer->sync();
    must(synced);
    rest["checkpoints"] = history;
    for (const char* name : {"identity", "checkpoint", "checkpoints"}) write_file(directory + "/" + name, rest[name]);
    std::printf("{\"records\": %llu}\n", static_cast<unsigned long long>(writer->size()));
    return 0;
}

Directory load(const std::string& directory) {
    io::linux_::LinuxFiles files;
    Directory loaded;
    const auto take = [&](const std::string& name) {
        auto bytes = files.read(directory + "/" + name, 256U << 20);
        loaded[name] = must(bytes);
    };
    for (const char* name : {"identity", "checkpoint", "checkpoints"}) take(name);
    auto names = files.list(directory + "/log");
    for (const std::string& name : must(names)) take("log/" + name);
    return loaded;
}

VerifyOptions trusting(const std::string& identity) {
    const std::string_view lines(identity.data(), identity.size() - 1);
    const auto key = parse_verifier_key(lines.substr(lines.rfind('\n') + 1));
    if (!key) die("the identity names no key");
    return {.directory = "ledger", .key = *key};
}

int mutate(const std::string& directory, std::uint64_t count, std::uint64_t seed, std::uint64_t per_file) {
    Directory whole = load(directory);
    if (per_file != 0) whole = with_short_files(whole, per_file);
    VerifyOptions options = trusting(whole.at("identity"));
    Tamperer tamperer(std::move(whole), seed);
    options.kept = {tamperer.kept()};
    options.is_closed = true;
    {
        DirectoryFiles files(tamperer.whole());
        const Verified verified = verify(files, options);
        if (!verified.is_whole()) die("the ledger is not whole to begin with: " + describe(verified.problems.front()));
        if (verified.signed_size != verified.records)
            die("the ledger was not closed: records behind its last checkpoint");
    }
    struct Row {
        std::uint64_t tried = 0, found = 0, named = 0, named_right = 0;
    };
    Row rows[harm_names.size()][care_names.size()];
    const std::uint64_t kinds = harm_names.size() * care_names.size();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t harm = i % kinds / care_names.size();
        const std::size_t care = i % care_names.size();
        const Tampered tampered = tamperer.make(static_cast<Harm>(harm), static_cast<Care>(care));
        DirectoryFiles files(tampered.files);
        const Verified verified = verify(files, options);
        Row& row = rows[harm][care];
        ++row.tried;
        row.found += verified.is_whole() ? 0U : 1U;
        if (!tampered.first_index) continue;
        ++row.named;
        const bool is_right = !verified.is_whole() && verified.problems.front().index == tampered.first_index;
        row.named_right += is_right ? 1U : 0U;
    }
    std::printf("{\"records\": %llu, \"rows\": [", static_cast<unsigned long long>(tamperer.records()));
    for (std::size_t harm = 0; harm < harm_names.size(); ++harm)
        for (std::size_t care = 0; care < care_names.size(); ++care) {
            const Row& row = rows[harm][care];
            const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
            std::printf(
                "%s{\"harm\": \"%s\", \"care\": \"%s\", \"tried\": %llu, \"found\": %llu, \"named\": %llu, "
                "\"named_right\": %llu}",
                harm + care == 0 ? "" : ", ", std::string(harm_names[harm]).c_str(),
                std::string(care_names[care]).c_str(), n(row.tried), n(row.found), n(row.named), n(row.named_right));
        }
    std::printf("]}\n");
    return 0;
}

int verify_rounds(const std::string& directory, std::uint64_t rounds) {
    io::linux_::LinuxFiles files;
    auto identity = files.read(directory + "/identity", 4096);
    VerifyOptions options = trusting(must(identity));
    options.directory = directory;
    std::printf("{\"rounds\": [");
    for (std::uint64_t i = 0; i < rounds; ++i) {
        const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
        const double wall = seconds(CLOCK_MONOTONIC);
        const Verified verified = verify(files, options);
        const double cpu_s = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
        const double wall_s = seconds(CLOCK_MONOTONIC) - wall;
        if (!verified.is_whole()) die(describe(verified.problems.front()));
        std::printf("%s{\"rows\": %llu, \"bytes\": %llu, \"checkpoints\": %llu, \"cpu_s\": %.6f, \"wall_s\": %.6f}",
                    i == 0 ? "" : ", ", static_cast<unsigned long long>(verified.records),
                    static_cast<unsigned long long>(verified.bytes),
                    static_cast<unsigned long long>(verified.checkpoints), cpu_s, wall_s);
    }
    std::printf("]}\n");
    return 0;
}

}   // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "make" && argc == 6) return make(argv[2], number(argv[3]), number(argv[4]), number(argv[5]));
    if (what == "mutate" && argc == 6) return mutate(argv[2], number(argv[3]), number(argv[4]), number(argv[5]));
    if (what == "verify" && argc == 4) return verify_rounds(argv[2], number(argv[3]));
    std::fputs(
        "usage: ledger_tamper make DIR RECORDS RECORDS_PER_CHECKPOINT FILE_BYTES | mutate DIR COUNT SEED "
        "RECORDS_PER_FILE | "
        "verify DIR ROUNDS\n",
        stderr);
    return 2;
}
