// Records of the ledger ↔ bytes, as docs/ledger-format.md has them. Sans-IO.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "model/guarded.hpp"
#include "model/spend.hpp"

namespace gilmok::ledger {

enum class Kind : std::uint8_t {
    name = 1,
    reserve = 2,
    progress = 3,
    terminal = 4,
    note = 5,
    correction = 6,
    pool = 7,
    decision = 8,
};

enum class NameKind : std::uint8_t {
    tenant = 1,
    key,
    model,
    served_model,
    upstream,
    place,
    data_class,
    price_card,
    tag,
    pool,
    rule,
    operator_,
    application,
};

inline constexpr std::uint16_t control_lane = 0xffff;
inline constexpr std::size_t header_bytes = 40;
inline constexpr std::size_t record_bytes_max = 65'528;
inline constexpr std::size_t reserve_bytes = 120;
inline constexpr std::size_t progress_bytes = 168;
inline constexpr std::size_t terminal_bytes_min = 352;   // without raw usage
inline constexpr std::size_t decision_bytes_min = 88;    // without entries
inline constexpr std::size_t decision_entry_bytes = 8;
inline constexpr std::size_t name_text_bytes_max = 16 * 1024;
inline constexpr std::size_t note_text_bytes_max = record_bytes_max - 48;

struct Header {
    std::uint32_t length = 0;
    Kind kind = Kind::note;
    std::uint16_t lane = 0;
    std::uint32_t epoch = 0;
    std::uint64_t sequence = 0;
    WallTime at{};
};
struct Name {
    model::NameId id{};
    NameKind kind{};
    std::string_view text{};
};
struct Note {
    std::string_view json{};
};
struct Correction {
    model::AttemptRef ref{};
    model::NameId card{};
    Currency currency{}, ledger_currency{};
    Pico cost = 0, cost_ledger = 0;   // differences, may be negative
};
struct PoolHour {
    model::NameId pool{};
    WallTime hour{};
    std::uint64_t microjoules = 0, microjoules_attributed = 0;
    Pico cost = 0, cost_attributed = 0;
};
// Views point into the bytes that were read.
using Body =
    std::variant<Name, model::Reserve, model::Progress, model::Terminal, Note, Correction, PoolHour, model::Decision>;
struct Entry {
    Header header{};
    Body body{};
};

Kind kind_of(const Body& body);

// Where a record goes before its sequence is known. Each writes the body behind the header, which seal() adds; returns the
// length of the whole record. `room` holds at least size_of() bytes. Texts are within their limits; raw usage that is not
// is left out, and its flag says so. The `at` of a body is not written: it is the header's time.
std::size_t size_of(const Body& body);
std::size_t size_of(const model::Terminal& terminal);
std::size_t write_body(std::span<char> room, const Body& body);
// Direct ways for the path, without a variant.
std::size_t write_reserve(std::span<char> room, const model::Reserve& reserve);
std::size_t write_progress(std::span<char> room, const model::Progress& progress);
std::size_t write_terminal(std::span<char> room, const model::Terminal& terminal);
// Fills header and check; the length is stored last, with release order, because other threads and the next process
// read the memory that this one may be killed over.
void seal(char* record, std::size_t length, Kind kind, std::uint16_t lane, std::uint32_t epoch, std::uint64_t sequence,
          WallTime at);

// The record at the front of `bytes`. Errors (detail says which): bad_framing for a length that cannot be, a wrong check, an
// unknown kind or version, a field out of its range, bytes that must be zero and are not: each changed bit is seen.
Result<Entry> read_entry(std::string_view bytes);
// The same into an entry that is there, for many of them: an entry is half a kilobyte. What an error leaves in it means nothing.
Result<bool> read_entry(std::string_view bytes, Entry& entry);
// Only the length: 0 when nothing is there; more than bytes.size() when it is cut.
std::uint32_t length_at(std::string_view bytes);

// The 128 bits of a request id, big-endian, and back.
std::array<std::uint8_t, 16> to_bytes(const model::RequestId& id);
model::RequestId to_request_id(std::span<const std::uint8_t, 16> bytes);

}   // namespace gilmok::ledger
