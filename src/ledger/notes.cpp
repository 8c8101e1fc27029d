#include "ledger/notes.hpp"

#include "ledger/checkpoint.hpp"

namespace gilmok::ledger {

namespace {
constexpr std::size_t chunk_bytes = 4 * note_bytes_max;
constexpr std::string_view signature_mark = "\xE2\x80\x94 ";
}   // namespace

std::size_t note_bytes(std::string_view text, bool is_all) {
    std::size_t at = text.find("\n\n");
    if (at == std::string_view::npos) return is_all ? text.size() : 0;
    at += 2;
    while (text.size() - at >= signature_mark.size() && text.substr(at).starts_with(signature_mark)) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) return is_all ? text.size() : 0;
        at = end + 1;
    }
    // Too little to see whether another signature follows.
    if (!is_all && text.size() - at < signature_mark.size()) return 0;
    return at;
}

std::optional<std::string_view> NoteReader::next() {
    offset_ += taken_;
    taken_ = 0;
    while (problem_.empty()) {
        const std::string_view rest = std::string_view(buffer_).substr(offset_ - buffer_offset_);
        if (rest.empty() && is_at_end_) return std::nullopt;
        taken_ = rest.empty() ? 0 : note_bytes(rest, is_at_end_);
        if (taken_ != 0) return rest.substr(0, taken_);
        if (!is_at_end_ && rest.size() > note_bytes_max) {
            problem_ = "a note has at most 65,536 bytes";
            break;
        }
        auto bytes = files_.read_range(path_, offset_, chunk_bytes);
        if (!bytes) {
            problem_ = bytes.error().message;
            break;
        }
        is_at_end_ = bytes->size() < chunk_bytes;
        buffer_ = std::move(*bytes);
        buffer_offset_ = offset_;
    }
    return std::nullopt;
}

}   // namespace gilmok::ledger
