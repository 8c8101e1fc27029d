// A file of signed notes, one after the other, read without holding it whole. A note ends where no line of signature
// follows. Judges nothing: open_checkpoint() does. Owner: verify; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/files.hpp"

namespace gilmok::ledger {

class NoteReader {
public:
    NoteReader(io::Files& files, std::string path) : files_(files), path_(std::move(path)) {}
    // The next note, as a view that lives until the next call. What does not end as a note does is given too, as the last:
    // it will not open. Nothing at the end, or when the file cannot be read or a note is longer than one may be.
    std::optional<std::string_view> next();
    [[nodiscard]] std::uint64_t offset() const { return offset_; }   // of that note in the file
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    io::Files& files_;
    std::string path_;
    std::string buffer_;
    std::uint64_t buffer_offset_ = 0;
    std::uint64_t offset_ = 0;
    std::size_t taken_ = 0;   // bytes of the note that was given
    bool is_at_end_ = false;
    std::string problem_;
};

// The bytes of the first note in `text`; 0 when its end cannot be seen, which more text may change.
std::size_t note_bytes(std::string_view text, bool is_all);

}   // namespace gilmok::ledger
