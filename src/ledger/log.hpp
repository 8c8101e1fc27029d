// The log on the disk: records in their final order in files of 64 MiB, leaf hashes beside them. Written by the keeper,
// read by fold and rebuild; verify and proof have a reader of their own. docs/ledger-format.md.
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
    // Continues the log of the ledger in `directory` (its log/ is made if it is not there): reads on from the file that
    // holds record `signed_size`, hashes what it reads anew, repairs a tail that a power cut tore (only behind
    // `signed_size`; in front of it that is an error), and tells what it cut in repaired(). A file of `file_bytes` or
    // more ends.
    static io::FileResult<LogWriter> open(io::Files& files, std::string directory, std::uint64_t signed_size,
                                          std::uint64_t file_bytes = log_file_bytes);
    LogWriter(LogWriter&&) noexcept;
    LogWriter& operator=(LogWriter&&) noexcept;
    ~LogWriter();

    // Whole records, one after the other. Not on the disk before sync(). After an error of append() or sync() nothing
    // that came after the last good sync() counts any more, size() and tree() say so, and only recover() helps.
    io::FileResult<bool> append(std::string_view records);
    io::FileResult<bool> sync();
    // Cuts what no longer counts, opens and reads the file anew, and fails when it is not what it was.
    io::FileResult<bool> recover();
    [[nodiscard]] bool is_broken() const;
    // Brings the hash file to the disk; before a checkpoint, so that what is signed can be proven after a power cut.
    io::FileResult<bool> sync_hashes();

    [[nodiscard]] std::uint64_t size() const;   // records
    [[nodiscard]] const Tree& tree() const;
    [[nodiscard]] const Hash& signed_root() const;   // of the first `signed_size` records, as open() read them
    // The last sequence of that lane in the log, 0 when there is none. Known of the two newest epochs.
    [[nodiscard]] std::uint64_t last_sequence(std::uint32_t epoch, std::uint16_t lane) const;
    [[nodiscard]] std::uint32_t last_epoch() const;      // 0 when the log is empty
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
    // `directory` is the ledger's. An index behind the end is an error.
    static io::FileResult<LogReader> open(io::Files& files, std::string directory, std::uint64_t first_index = 0);
    LogReader(LogReader&&) noexcept;
    LogReader& operator=(LogReader&&) noexcept;
    ~LogReader();
    // The next record; nothing at the end, which is also in front of a record that is not all there yet. A record that
    // cannot be framed is an error with file and offset.
    io::FileResult<std::optional<LogRecord>> next();
    io::FileResult<bool> refresh();

private:
    struct Inside;
    explicit LogReader(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::ledger
