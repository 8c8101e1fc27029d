#include "archive/format.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::archive {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian and copied as they are");
static_assert(file_mark.size() == id_bytes && file_header_bytes == 3 * id_bytes);

constexpr std::uint8_t version = 1;
constexpr std::uint8_t redacted_flag = 1, cut_flag = 2;
constexpr std::size_t request_offset = 16;
constexpr std::size_t request_bytes =
    16;   // the first 16 of 26 characters would not do: the id as it is read by people
constexpr std::string_view key_mark = "gilmok-archive-key 1";
constexpr std::string_view name_suffix = ".arc";
constexpr std::string_view id_letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

tl::unexpected<Error> refusal(std::string_view detail) {
    return fail(Code::bad_framing, Fault::gateway, Retry::never, detail);
}

template <class T>
void put(std::string& out, const T& value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

template <class T>
T load(std::string_view bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <std::size_t size>
std::array<char, size> array_of(std::string_view bytes) {
    std::array<char, size> out;
    std::copy_n(bytes.begin(), size, out.begin());
    return out;
}

template <std::size_t size>
std::string_view view_of(const std::array<char, size>& bytes) {
    return {bytes.data(), size};
}

// A request id is 26 digits of 5 bits, of which the first has three.
void put_request(std::string& out, const model::RequestId& id) {
    std::uint64_t high = 0, low = 0;
    for (const char c : id.text) {
        const std::size_t digit = id_letters.find(c);
        high = high << 5U | low >> 59U;
        low = low << 5U | (digit == std::string_view::npos ? 0 : digit);
    }
    put(out, __builtin_bswap64(high));
    put(out, __builtin_bswap64(low));
}

model::RequestId request_at(std::string_view bytes, std::size_t offset) {
    std::uint64_t high = __builtin_bswap64(load<std::uint64_t>(bytes, offset));
    std::uint64_t low = __builtin_bswap64(load<std::uint64_t>(bytes, offset + request_bytes / 2));
    model::RequestId id;
    for (std::size_t i = sizeof id.text; i-- > 0;) {
        id.text[i] = id_letters[low & 31U];
        low = low >> 5U | high << 59U;
        high >>= 5U;
    }
    return id;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        const auto read = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        if (read.ptr != text.data() + i + 2 || read.ec != std::errc{}) return std::nullopt;
        bytes.push_back(static_cast<char>(value));
    }
    return hex(bytes) == text ? std::optional(bytes) : std::nullopt;   // lower case, as it is written
}

// What is associated with a wrapped key: the lines before it.
std::string head_of(const WrappedKey& key) {
    return std::string(key_mark) + "\n" + hex(view_of(key.key_id)) + "\n" + key.tenant + "\n";
}

}   // namespace

std::string_view name_of(What what) { return what == What::prompt ? "prompt" : "answer"; }

std::string write_file_header(const FileHeader& header) {
    std::string out(file_mark);
    out.append(view_of(header.key_id)).append(view_of(header.salt));
    return out;
}

Result<FileHeader> read_file_header(std::string_view bytes) {
    if (bytes.size() < file_header_bytes) return refusal("a file that is shorter than its header");
    if (!bytes.starts_with(file_mark)) return refusal("not a file of the archive, or of a newer one");
    return FileHeader{.key_id = array_of<id_bytes>(bytes.substr(id_bytes)),
                      .salt = array_of<id_bytes>(bytes.substr(2 * id_bytes))};
}

std::string write_record_header(const RecordHeader& header) {
    std::string out;
    put(out, header.length);
    put(out, static_cast<std::uint8_t>(header.what));
    put(out, version);
    put(out, static_cast<std::uint8_t>((header.is_redacted ? redacted_flag : 0) | (header.is_cut ? cut_flag : 0)));
    put(out, std::uint8_t{0});
    put(out, std::int64_t{header.at.time_since_epoch().count()});
    put_request(out, header.request);
    out.append(view_of(header.nonce));
    put(out, std::uint32_t{0});
    return out;
}

Result<RecordHeader> read_record_header(std::string_view bytes) {
    if (bytes.size() < record_header_bytes) return refusal("a record that is cut");
    RecordHeader header;
    header.length = load<std::uint32_t>(bytes, 0);
    if (header.length < record_header_bytes + tag_bytes || header.length > record_bytes_max)
        return refusal("a length that no record has");
    const auto what = static_cast<std::uint8_t>(bytes[4]);
    if (what != static_cast<std::uint8_t>(What::prompt) && what != static_cast<std::uint8_t>(What::answer))
        return refusal("a text that is neither prompt nor answer");
    header.what = static_cast<What>(what);
    if (bytes[5] != version) return refusal("a version that this program does not know");
    const auto flags = static_cast<std::uint8_t>(bytes[6]);
    if ((flags & ~(redacted_flag | cut_flag)) != 0) return refusal("a flag that means nothing");
    header.is_redacted = (flags & redacted_flag) != 0;
    header.is_cut = (flags & cut_flag) != 0;
    if (bytes[7] != 0 || load<std::uint32_t>(bytes, record_header_bytes - 4) != 0)
        return refusal("bytes that are not zero");
    header.at = WallTime(Duration(load<std::int64_t>(bytes, 8)));
    header.request = request_at(bytes, request_offset);
    header.nonce = array_of<nonce_bytes>(bytes.substr(request_offset + request_bytes));
    return header;
}

bool append_record(std::string& out, const Key& file_key, std::string_view file_header, RecordHeader header,
                   std::string_view text) {
    GILMOK_ASSERT(text.size() <= text_bytes_max);
    header.length = static_cast<std::uint32_t>(record_header_bytes + text.size() + tag_bytes);
    const std::string head = write_record_header(header);
    const std::size_t begin = out.size();
    out.append(head);
    if (seal(file_key, header.nonce, std::string(file_header) + head, text, out)) return true;
    out.resize(begin);
    return false;
}

std::optional<std::string> open_record(const Key& file_key, std::string_view file_header, std::string_view record) {
    const auto header = read_record_header(record);
    if (!header || header->length != record.size()) return std::nullopt;
    return open(file_key, header->nonce, std::string(file_header) + std::string(record.substr(0, record_header_bytes)),
                record.substr(record_header_bytes));
}

std::optional<Key> file_key_of(const Key& data_key, const FileHeader& header) {
    return data_key.derive("gilmok archive file\n" + std::string(view_of(header.salt)));
}

std::string write_wrapped_key(const WrappedKey& key) {
    return head_of(key) + hex(view_of(key.nonce)) + hex(key.sealed) + "\n";
}

Result<WrappedKey> read_wrapped_key(std::string_view text) {
    if (text.size() > key_file_bytes_max) return refusal("a file that is too long for a key");
    std::vector<std::string_view> lines;
    while (!text.empty() && lines.size() < 4) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return refusal("a line that does not end");
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    if (lines.size() != 4 || !text.empty()) return refusal("a key has four lines");
    if (lines[0] != key_mark) return refusal("not a key of the archive, or of a newer one");
    const auto id = bytes_of_hex(lines[1]), sealed = bytes_of_hex(lines[3]);
    if (!id || id->size() != id_bytes) return refusal("an id that is no 16 bytes in hexadecimal digits");
    if (lines[2].empty() || lines[2].size() > tenant_bytes_max) return refusal("a tenant that cannot be");
    if (!sealed || sealed->size() != nonce_bytes + key_bytes + tag_bytes) return refusal("a key of another length");
    return WrappedKey{.key_id = array_of<id_bytes>(*id),
                      .tenant = std::string(lines[2]),
                      .nonce = array_of<nonce_bytes>(*sealed),
                      .sealed = sealed->substr(nonce_bytes)};
}

std::optional<WrappedKey> wrap(const Key& master, const Key& data_key, const Id& key_id, std::string_view tenant,
                               const std::array<char, nonce_bytes>& nonce) {
    if (tenant.empty() || tenant.size() > tenant_bytes_max || tenant.find('\n') != std::string_view::npos)
        return std::nullopt;
    WrappedKey key{.key_id = key_id, .tenant = std::string(tenant), .nonce = nonce, .sealed = {}};
    const auto plain = data_key.reveal();
    if (!seal(master, nonce, head_of(key), {plain.data(), plain.size()}, key.sealed)) return std::nullopt;
    return key;
}

std::optional<Key> unwrap(const Key& master, const WrappedKey& key) {
    auto plain = open(master, key.nonce, head_of(key), key.sealed);
    if (!plain || plain->size() != key_bytes) return std::nullopt;
    Key data_key{std::span<const char, key_bytes>(plain->data(), key_bytes)};
    wipe(*plain);
    return data_key;
}

std::string file_name(std::int64_t day, const FileHeader& header) {
    return text_of_day(day) + "-" + hex(view_of(header.salt).substr(0, id_bytes / 2)) + std::string(name_suffix);
}

std::optional<std::int64_t> day_of_name(std::string_view name) {
    constexpr std::size_t day_characters = 10, size = day_characters + 1 + id_bytes + name_suffix.size();
    if (name.size() != size || !name.ends_with(name_suffix) || name[day_characters] != '-') return std::nullopt;
    if (!bytes_of_hex(name.substr(day_characters + 1, id_bytes))) return std::nullopt;
    const auto at = parse_rfc3339(name.substr(0, day_characters));
    if (!at || text_of_day(day_of(*at)) != name.substr(0, day_characters)) return std::nullopt;
    return day_of(*at);
}

std::int64_t day_of(WallTime at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }
std::string text_of_day(std::int64_t day) { return rfc3339(WallTime(std::chrono::days(day))).substr(0, 10); }

}   // namespace gilmok::archive
