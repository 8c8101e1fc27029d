// The log on the disk: records in their final order in files of 64 MiB, leaf hashes beside them. Written by the keeper,
// read by verify, proof, fold and rebuild. docs/ledger-format.md.
// Owner and thread: the keeper's (LogWriter); anybody's (LogReader).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/files.hpp"
#include "ledger/entry.hpp"
#include "ledger/merkle.hpp"

namespace gilmok::ledger {

inline constexpr std::uint64_t log_file_bytes = 64ULL << 20;

class LogWriter {
public:
    // Continues the log in `directory` (made if it is not there): reads the hashes, repairs a tail that a power cut tore
    // (only behind `signed_size`; in front of it that is an error), and tells what it cut in `repaired`.
    static io::FileResult<LogWriter> open(io::Files& files, std::string directory, std::uint64_t signed_size);
    LogWriter(LogWriter&&) noexcept;
    LogWriter& operator=(LogWriter&&) noexcept;
    ~LogWriter();

    // Whole records, one after the other. Not on the disk before sync(). After an error nothing of this call counts: the
    // next append begins where the last good one ended.
    io::FileResult<bool> append(std::string_view records);
    io::FileResult<bool> sync();
    [[nodiscard]] std::uint64_t size() const;   // records
    [[nodiscard]] const Tree& tree() const;
    [[nodiscard]] const std::string& repaired() const;   // "" = nothing

private:
    struct Inside;
    explicit LogWriter(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

struct LogRecord {
    std::uint64_t index = 0;
    std::string_view bytes{};   // lives until the next call
    std::string_view file{};
    std::uint64_t offset = 0;   // in the file
};

// Reads forward from any index. Sees what was written when it was opened and, after refresh(), what came since.
class LogReader {
public:
    static io::FileResult<LogReader> open(io::Files& files, std::string directory, std::uint64_t first_index = 0);
    LogReader(LogReader&&) noexcept;
    LogReader& operator=(LogReader&&) noexcept;
    ~LogReader();
    // The next record; nothing at the end. A record that cannot be framed is an error with file and offset.
    io::FileResult<std::optional<LogRecord>> next();
    io::FileResult<bool> refresh();

private:
    struct Inside;
    explicit LogReader(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::ledger
