// Records ↔ the rows that stand for them. Pure.
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "ledger/table_database.hpp"
#include "ledger/table_schema.hpp"

namespace gilmok::ledger {

// (exchange, attempt) as bytes that can be a key.
struct RefKey {
    std::array<char, 17> bytes{};
    explicit RefKey(const model::AttemptRef& ref) {
        const auto exchange = to_bytes(ref.exchange);
        std::memcpy(bytes.data(), exchange.data(), exchange.size());
        bytes[16] = static_cast<char>(ref.attempt);
    }
    [[nodiscard]] std::string_view exchange() const { return {bytes.data(), 16}; }
    [[nodiscard]] std::int64_t attempt() const { return static_cast<std::uint8_t>(bytes[16]); }
    bool operator==(const RefKey&) const = default;
};
struct RefHash {
    std::size_t operator()(const RefKey& key) const {
        std::uint64_t halves[2];
        std::memcpy(halves, key.bytes.data(), sizeof halves);
        const std::uint64_t mixed =
            ((halves[0] ^ static_cast<std::uint8_t>(key.bytes[16])) * 0x9e37'79b9'7f4a'7c15ULL) ^ halves[1];
        return mixed * 0x9e37'79b9'7f4a'7c15ULL >> 20U;
    }
};

// Numbers of names take the 32 bits of a signed column.
std::int64_t column_of_id(std::uint32_t id);
inline std::int64_t column_of_id(model::NameId id) { return column_of_id(static_cast<std::uint32_t>(id)); }
std::uint32_t id_of(Pico column);
std::int64_t column_of_count(std::uint64_t count);   // the largest number for what is larger
std::int64_t column_of_time(WallTime time);          // no earlier than 1970
Pico limited(Pico amount);                           // within ±pico_max

// A sum that 64 bits cannot hold stays at the largest number.
std::int64_t narrow(Pico sum);

void put(RowSink& sink, const Currency& currency);
void put(RowSink& sink, Pico amount);   // two columns
// In the order of attempt_columns() and of reservation_columns().
void put_attempt(RowSink& sink, std::uint64_t index, const model::Terminal& terminal, const RefKey& key);
void put_reservation(RowSink& sink, std::uint64_t index, const model::Reserve& reserve, const RefKey& key);
void put_roll(RowSink& sink, const RollRow& row, DimSet dims);
// Columns from `first` on: those of measure_columns().
Measures read_measures(const RowView& row, int first);
// The columns of select_measured(dims); other dimensions are zero.
struct Measured {
    WallTime at{};
    Dims dims{};
    Measures measures{};
};
Measured read_measured(const RowView& row, DimSet dims);
// The columns of attempt_columns() and of reservation_columns().
AttemptRow read_attempt(const RowView& row);   // without the texts of names
OpenRow read_reservation(const RowView& row);

// PostgreSQL takes UTF-8 without zero bytes only; what is neither is shown as hexadecimal digits in both.
std::string storable(std::string_view text);

}   // namespace gilmok::ledger
