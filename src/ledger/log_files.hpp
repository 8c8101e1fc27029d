// The files of a log as their names tell, its records one by one, and its leaf hashes by number: reading for those that
// judge or prove a ledger. It trusts nothing it reads and does not share code with the writer. docs/ledger-format.md.
// Owner: verify, proof, tiles; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/files.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

struct LogFile {
    std::string name;               // "log/00000000000000000000.log", in the ledger's directory
    std::uint64_t first_index = 0;   // as the name says
};
// Those of the ledger in `directory`, by first index. `strangers` receives the names in log/ that are none of its own.
io::FileResult<std::vector<LogFile>> list_log(io::Files& files, const std::string& directory,
                                              std::vector<std::string>* strangers = nullptr);
// "log/….hash" for "log/….log".
std::string hash_name_of(const LogFile& file);

// The records of one file, each as long as it says of itself.
class RecordWalk {
public:
    RecordWalk(io::Files& files, std::string path) : files_(files), path_(std::move(path)) {}

    enum class Step : std::uint8_t { record, end, broken };
    // After `broken` there is no way on: problem() says why.
    Step next();
    [[nodiscard]] std::string_view record() const { return record_; }   // lives until the next step
    [[nodiscard]] std::uint64_t offset() const { return offset_; }      // of the record, or of what is broken
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    bool fill();
    Step broken(std::string problem);

    io::Files& files_;
    std::string path_;
    std::string buffer_;
    std::uint64_t buffer_offset_ = 0;   // of the buffer's first byte in the file
    std::uint64_t offset_ = 0;
    std::string_view record_;
    std::string problem_;
};

// Leaf hashes from the cache beside the log, unchecked. Reads forward cheaply and backward at the price of a read.
class HashCache {
public:
    // Nothing when the log cannot be listed.
    static io::FileResult<HashCache> open(io::Files& files, std::string directory);
    std::optional<Hash> at(std::uint64_t index);
    [[nodiscard]] LeafSource source() {
        return [this](std::uint64_t index) { return at(index); };
    }

private:
    HashCache(io::Files& files, std::string directory, std::vector<LogFile> log)
        : files_(&files), directory_(std::move(directory)), log_(std::move(log)) {}

    io::Files* files_;
    std::string directory_;
    std::vector<LogFile> log_;
    std::string buffer_;
    std::uint64_t buffer_begin_ = 0;   // index of the first hash in the buffer
};

// Hash number `i` of bytes that hold hashes only; the caller knows that it is there.
Hash hash_at(std::string_view hashes, std::uint64_t i);

}   // namespace gilmok::ledger
