#include "ledger/entry.hpp"

#include <atomic>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.hpp"
#include "ledger/record_layout.hpp"
#include "wire/json_string.hpp"

namespace gilmok::ledger {

namespace {

// Numbers that stand in every ledger ever written. A line that fails here would give old records a new meaning.
static_assert(static_cast<int>(model::Endpoint::none) == 11 &&
              static_cast<int>(model::Endpoint::images_variations) == 10);
static_assert(static_cast<int>(model::Outcome::client_gone) == 5);
static_assert(static_cast<int>(Code::model_forbidden) == 25 && static_cast<int>(Code::internal) == 42 &&
              static_cast<int>(Code::idempotency_answered) == 48 && static_cast<int>(Code::guard_answer_blocked) == 51);
static_assert(model::meters_count == 12 && static_cast<int>(model::Meter::requests) == 11);
static_assert(static_cast<int>(model::Provenance::recovered) == 4 && static_cast<int>(model::ServiceTier::batch) == 3);
static_assert(static_cast<int>(model::TerminalKind::recovered) == 2);
static_assert(static_cast<int>(model::EnergyMethod::estimated) == 3 && static_cast<int>(NameKind::pool) == 10 &&
              static_cast<int>(NameKind::application) == 13);
static_assert(static_cast<int>(model::DataClass::classified) == 2 && static_cast<int>(model::GuardAction::block) == 4);
static_assert(static_cast<int>(model::DataKind::kr_name) == 12 && static_cast<int>(model::DataKind::eu_vat) == 22 &&
              static_cast<int>(model::DataKind::us_ssn) == 34 &&
              static_cast<int>(model::DataKind::jp_my_number) == 40 &&
              static_cast<int>(model::DataKind::sg_nric) == 45 &&
              static_cast<int>(model::DataKind::aws_access_key) == 48 &&
              static_cast<int>(model::DataKind::pattern) == 61 && static_cast<int>(model::DataKind::file) == 66);

constexpr std::uint8_t version = 1;
constexpr std::size_t text_offset = 48;   // of NAME and NOTE
constexpr std::size_t correction_bytes = 104;
constexpr std::size_t pool_bytes = 104;

constexpr std::size_t check_offset = 8;
constexpr std::size_t checked_offset = 16;
constexpr std::size_t epoch_offset = 16;
constexpr std::size_t sequence_offset = 24;
constexpr std::size_t time_offset = 32;

constexpr std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

template <class T>
T load(std::string_view bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::uint64_t check_of(const char* record, std::size_t length, std::uint64_t first_8_bytes) {
    return XXH3_64bits_withSeed(record + checked_offset, length - checked_offset, first_8_bytes);
}

bool keeps_raw_usage(const model::Terminal& terminal) {
    return terminal.raw_usage.size() <= model::Terminal::raw_usage_bytes_max;
}

std::size_t size_of_terminal(const model::Terminal& terminal) {
    return padded(terminal_bytes_min + (keeps_raw_usage(terminal) ? terminal.raw_usage.size() : 0));
}

std::size_t size_of_decision(const model::Decision& decision) {
    return decision_bytes_min + decision.entries_count * decision_entry_bytes;
}

// The body of the record in `room`, zeros to a multiple of 8. Returns the length of the record.
template <class Layout>
std::size_t write(std::span<char> room, std::size_t bytes, Layout layout) {
    const std::size_t length = padded(bytes);
    GILMOK_ASSERT(room.size() >= length);
    std::memset(room.data() + length - 8, 0, 8);
    Packer packer(room.subspan(header_bytes, length - header_bytes));
    layout(packer);
    return length;
}

tl::unexpected<Error> refusal(std::string_view detail) {
    return fail(Code::bad_framing, Fault::gateway, Retry::never, detail);
}

// What must hold before the check says that the bytes are whole.
Result<std::uint32_t> read_length(std::string_view bytes) {
    const std::uint32_t length = length_at(bytes);
    if (length == 0) return refusal("no record");
    if (length < header_bytes || length % 8 != 0 || length > record_bytes_max)
        return refusal("a length that no record has");
    if (length > bytes.size()) return refusal("a record that is cut");
    return length;
}

Result<Header> read_header(std::string_view record) {
    if (load<std::uint64_t>(record, check_offset) !=
        check_of(record.data(), record.size(), load<std::uint64_t>(record, 0)))
        return refusal("a wrong check");
    const auto kind = static_cast<std::uint8_t>(record[4]);
    if (record[5] != version) return refusal("a version that this program does not know");
    if (kind < static_cast<std::uint8_t>(Kind::name) || kind > static_cast<std::uint8_t>(Kind::decision))
        return refusal("a kind that this program does not know");
    Header header{.length = static_cast<std::uint32_t>(record.size()),
                  .kind = static_cast<Kind>(kind),
                  .lane = load<std::uint16_t>(record, 6),
                  .epoch = load<std::uint32_t>(record, epoch_offset),
                  .sequence = load<std::uint64_t>(record, sequence_offset),
                  .at = WallTime(Duration(load<std::int64_t>(record, time_offset)))};
    if (load<std::uint32_t>(record, epoch_offset + 4) != 0) return refusal("bytes that are not zero");
    if (header.epoch == 0 || header.sequence == 0) return refusal("a place that no record has");
    return header;
}

void read_body(Unpacker& way, const Header& header, Body& body) {
    switch (header.kind) {
        case Kind::name: layout_of_name(way, body.emplace<Name>()); break;
        case Kind::reserve: {
            auto& reserve = body.emplace<model::Reserve>();
            layout_of_reserve(way, reserve);
            reserve.at = header.at;
            break;
        }
        case Kind::progress: {
            auto& progress = body.emplace<model::Progress>();
            layout_of_progress(way, progress);
            progress.at = header.at;
            break;
        }
        case Kind::terminal: {
            auto& terminal = body.emplace<model::Terminal>();
            layout_of_terminal(way, terminal);
            terminal.at = header.at;
            break;
        }
        case Kind::note: layout_of_note(way, body.emplace<Note>()); break;
        case Kind::correction: layout_of_correction(way, body.emplace<Correction>()); break;
        case Kind::pool: layout_of_pool(way, body.emplace<PoolHour>()); break;
        case Kind::decision: {
            auto& decision = body.emplace<model::Decision>();
            layout_of_decision(way, decision);
            decision.at = header.at;
            break;
        }
    }
}

bool has_utf8(const Body& body) {
    if (const auto* name = std::get_if<Name>(&body)) return wire::json::is_utf8(name->text);
    if (const auto* note = std::get_if<Note>(&body)) return wire::json::is_utf8(note->json);
    return true;
}

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// What is not of the alphabet counts as 0, so that an id that was never set is the one of zeros.
constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

}   // namespace

Kind kind_of(const Body& body) {
    static_assert(std::is_same_v<std::variant_alternative_t<7, Body>, model::Decision>);
    return static_cast<Kind>(body.index() + 1);
}

std::size_t size_of(const Body& body) {
    switch (kind_of(body)) {
        case Kind::name: return padded(text_offset + std::get<Name>(body).text.size());
        case Kind::reserve: return reserve_bytes;
        case Kind::progress: return progress_bytes;
        case Kind::terminal: return size_of_terminal(std::get<model::Terminal>(body));
        case Kind::note: return padded(text_offset + std::get<Note>(body).json.size());
        case Kind::correction: return correction_bytes;
        case Kind::pool: return pool_bytes;
        case Kind::decision: return size_of_decision(std::get<model::Decision>(body));
    }
    return 0;
}

std::size_t size_of(const model::Terminal& terminal) { return size_of_terminal(terminal); }

std::size_t write_reserve(std::span<char> room, const model::Reserve& reserve) {
    return write(room, reserve_bytes, [&](Packer& way) { layout_of_reserve(way, reserve); });
}

std::size_t write_progress(std::span<char> room, const model::Progress& progress) {
    return write(room, progress_bytes, [&](Packer& way) { layout_of_progress(way, progress); });
}

std::size_t write_terminal(std::span<char> room, const model::Terminal& terminal) {
    if (!keeps_raw_usage(terminal)) {
        model::Terminal shorter = terminal;
        shorter.raw_usage = {};
        shorter.is_raw_usage_cut = true;
        return write_terminal(room, shorter);
    }
    return write(room, size_of_terminal(terminal), [&](Packer& way) { layout_of_terminal(way, terminal); });
}

std::size_t write_body(std::span<char> room, const Body& body) {
    const std::size_t bytes = size_of(body);
    switch (kind_of(body)) {
        case Kind::name: return write(room, bytes, [&](Packer& way) { layout_of_name(way, std::get<Name>(body)); });
        case Kind::reserve: return write_reserve(room, std::get<model::Reserve>(body));
        case Kind::progress: return write_progress(room, std::get<model::Progress>(body));
        case Kind::terminal: return write_terminal(room, std::get<model::Terminal>(body));
        case Kind::note: return write(room, bytes, [&](Packer& way) { layout_of_note(way, std::get<Note>(body)); });
        case Kind::correction:
            return write(room, bytes, [&](Packer& way) { layout_of_correction(way, std::get<Correction>(body)); });
        case Kind::pool: return write(room, bytes, [&](Packer& way) { layout_of_pool(way, std::get<PoolHour>(body)); });
        case Kind::decision:
            return write(room, bytes, [&](Packer& way) { layout_of_decision(way, std::get<model::Decision>(body)); });
    }
    return 0;
}

void seal(char* record, std::size_t length, Kind kind, std::uint16_t lane, std::uint32_t epoch, std::uint64_t sequence,
          WallTime at) {
    GILMOK_ASSERT(length >= header_bytes && length <= record_bytes_max && length % 8 == 0);
    const std::uint64_t first_8_bytes = length | std::uint64_t{static_cast<std::uint8_t>(kind)} << 32U |
                                        std::uint64_t{version} << 40U | std::uint64_t{lane} << 48U;
    const std::uint64_t epoch_and_zeros = epoch;
    const std::int64_t at_ns = at.time_since_epoch().count();
    std::memcpy(record + epoch_offset, &epoch_and_zeros, sizeof epoch_and_zeros);
    std::memcpy(record + sequence_offset, &sequence, sizeof sequence);
    std::memcpy(record + time_offset, &at_ns, sizeof at_ns);
    const std::uint64_t check = check_of(record, length, first_8_bytes);
    std::memcpy(record + check_offset, &check, sizeof check);
    const auto behind_length = static_cast<std::uint32_t>(first_8_bytes >> 32U);
    std::memcpy(record + sizeof(std::uint32_t), &behind_length, sizeof behind_length);
    void* begin = record;
    std::atomic_ref(*static_cast<std::uint32_t*>(begin))
        .store(static_cast<std::uint32_t>(length), std::memory_order_release);
}

Result<bool> read_entry(std::string_view bytes, Entry& entry) {
    GILMOK_TRY(length, read_length(bytes));
    const std::string_view record = bytes.substr(0, length);
    GILMOK_TRY(header, read_header(record));
    entry.header = header;
    Unpacker way(record.substr(header_bytes));
    read_body(way, header, entry.body);
    if (!way.is_whole()) return refusal(way.problem());
    if (!has_utf8(entry.body)) return refusal("a text that is not UTF-8");
    return true;
}

Result<Entry> read_entry(std::string_view bytes) {
    Entry entry;
    GILMOK_TRY(is_read, read_entry(bytes, entry));
    static_cast<void>(is_read);
    return entry;
}

std::uint32_t length_at(std::string_view bytes) {
    return bytes.size() < sizeof(std::uint32_t) ? 0 : load<std::uint32_t>(bytes, 0);
}

std::array<std::uint8_t, 16> to_bytes(const model::RequestId& id) {
    // 26 digits of 5 bits are 130; the upper two of the first digit are nothing.
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (const char digit : id.text) {
        high = high << 5U | low >> 59U;
        low = low << 5U | digit_values[static_cast<std::uint8_t>(digit)];
    }
    std::array<std::uint8_t, 16> bytes;
    const std::uint64_t halves[2] = {__builtin_bswap64(high), __builtin_bswap64(low)};
    std::memcpy(bytes.data(), halves, sizeof halves);
    return bytes;
}

model::RequestId to_request_id(std::span<const std::uint8_t, 16> bytes) {
    std::uint64_t halves[2];
    std::memcpy(halves, bytes.data(), sizeof halves);
    std::uint64_t high = __builtin_bswap64(halves[0]);
    std::uint64_t low = __builtin_bswap64(halves[1]);
    model::RequestId id;
    for (std::size_t i = sizeof id.text; i-- > 0;) {
        id.text[i] = alphabet[low & 31U];
        low = low >> 5U | high << 59U;
        high >>= 5U;
    }
    return id;
}

}   // namespace gilmok::ledger
