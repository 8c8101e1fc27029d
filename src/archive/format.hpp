// The archive's files ↔ bytes: day files of sealed texts, and the file of a tenant's wrapped key. docs/archive.md has each byte. Sans-IO.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "archive/crypto.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace gilmok::archive {

enum class What : std::uint8_t { prompt = 1, answer = 2 };
std::string_view name_of(What what);

inline constexpr std::string_view file_mark = "gilmok-archive 1";   // 16 bytes
inline constexpr std::size_t id_bytes = 16;                         // of a key, of a file
inline constexpr std::size_t file_header_bytes = 48;
inline constexpr std::size_t record_header_bytes = 48;
inline constexpr std::size_t text_bytes_max = 32 << 20;   // longer texts are cut, and say so
inline constexpr std::size_t record_bytes_max = record_header_bytes + text_bytes_max + tag_bytes;
inline constexpr std::size_t key_file_bytes_max = 4'096;
inline constexpr std::size_t tenant_bytes_max = 1'024;

using Id = std::array<char, id_bytes>;

// A file belongs to one key and has a salt of its own: its texts are sealed with a key derived from both, so that nonces
// need to differ within one file only.
struct FileHeader {
    Id key_id{};
    Id salt{};
    bool operator==(const FileHeader&) const = default;
};
std::string write_file_header(const FileHeader& header);
Result<FileHeader> read_file_header(std::string_view bytes);

struct RecordHeader {
    std::uint32_t length = 0;   // of the whole record, tag included
    What what = What::prompt;
    bool is_redacted = false;   // the text is what was sent to the upstream, not what the client wrote
    bool is_cut = false;        // it was longer than text_bytes_max
    WallTime at{};
    model::RequestId request{};
    std::array<char, nonce_bytes> nonce{};
};
std::string write_record_header(const RecordHeader& header);
// Errors (detail says which): bad_framing for a length that cannot be, an unknown kind, version or flag, a request id that
// is none. Whether the bytes are authentic only open_record() knows.
Result<RecordHeader> read_record_header(std::string_view bytes);

// Appends a whole record. False when the cipher cannot work.
bool append_record(std::string& out, const Key& file_key, std::string_view file_header, RecordHeader header,
                   std::string_view text);
// `record` is one whole record. Nothing when a bit of it, of the file's header or of the key is not what it was.
std::optional<std::string> open_record(const Key& file_key, std::string_view file_header, std::string_view record);
std::optional<Key> file_key_of(const Key& data_key, const FileHeader& header);

// The file `key` of a tenant: its data key under the master key.
struct WrappedKey {
    Id key_id{};
    std::string tenant{};   // its path
    std::array<char, nonce_bytes> nonce{};
    std::string sealed{};   // 32 bytes and a tag
};
std::string write_wrapped_key(const WrappedKey& key);
Result<WrappedKey> read_wrapped_key(std::string_view text);
std::optional<WrappedKey> wrap(const Key& master, const Key& data_key, const Id& key_id, std::string_view tenant,
                               const std::array<char, nonce_bytes>& nonce);
// Nothing under another master key, or when the file was changed.
std::optional<Key> unwrap(const Key& master, const WrappedKey& key);

// "2026-11-22-1f0c….arc": the day in UTC and the first half of the salt.
std::string file_name(std::int64_t day, const FileHeader& header);
// Days since 1970; nothing for a name that is none of the archive's.
std::optional<std::int64_t> day_of_name(std::string_view name);
std::int64_t day_of(WallTime at);
std::string text_of_day(std::int64_t day);

}   // namespace gilmok::archive
