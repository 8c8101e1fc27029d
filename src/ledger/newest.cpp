#include "ledger/newest.hpp"

#include <cerrno>
#include <utility>

#include "base/text.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t identity_bytes_max = 4096;

tl::unexpected<io::FileError> failed(std::string message) {
    return tl::unexpected(io::FileError{.code = EINVAL, .message = std::move(message)});
}

}   // namespace

io::FileResult<Newest> read_newest(io::Files& files, const std::string& directory) {
    const auto identity = files.read(directory + "/identity", identity_bytes_max);
    if (!identity) return tl::unexpected(identity.error());
    std::string_view lines = *identity;
    if (lines.ends_with('\n')) lines.remove_suffix(1);
    const std::size_t last = lines.rfind('\n');   // the key stands on the last line
    const auto key = parse_verifier_key(last == std::string_view::npos ? lines : lines.substr(last + 1));
    if (!key) return failed("identity: names no key");
    auto note = files.read(directory + "/checkpoint", note_bytes_max);
    if (!note) return tl::unexpected(note.error());
    std::string_view why;
    auto checkpoint = open_checkpoint(*note, *key, &why);
    if (!checkpoint) return failed("checkpoint: " + std::string(why));
    return Newest{.note = std::move(*note), .checkpoint = std::move(*checkpoint), .key = *key};
}

}   // namespace gilmok::ledger
