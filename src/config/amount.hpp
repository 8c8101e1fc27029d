// The texts of gilmok.toml that price things: shares, prices per so many, days, hours and offsets, read and written. Pure
// functions; what each writes, it reads again to the same value. Money itself is base/money.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.hpp"
#include "base/time.hpp"
#include "config/snapshot.hpp"

namespace gilmok::config {

// "12.5%", to a millionth of the whole (four digits behind the point); 0 to 100 %. In millionths.
std::optional<std::uint32_t> parse_percent(std::string_view text);
std::string percent_text(std::uint32_t ppm);

// "1", "250", "1k", "1M": how many a price buys. Nothing for zero and for more than 10^12.
std::optional<std::uint64_t> parse_per(std::string_view text);
std::string per_text(std::uint64_t per);

// "160 KRW/kWh".
std::optional<Money> parse_money_kwh(std::string_view text);
std::string money_text(const Money& money);

// "2026-11-01" (RFC 3339 full-date), midnight UTC; years 2000 to 2199. WallTime counts nanoseconds and ends in 2262.
std::optional<WallTime> parse_date(std::string_view text);
std::string date_text(WallTime day);

// "+09:00", "-03:30": minutes east of UTC, at most 14 hours as in the tz database.
std::optional<std::int32_t> parse_utc_offset(std::string_view text);
std::string utc_offset_text(std::int32_t minutes);

// "09:00-23:00+09:00": from, until, offset. Until may be before from: over midnight.
std::optional<Hours> parse_hours(std::string_view text);
std::string hours_text(const Hours& hours);

// What somebody meant who wrote "5,000,000 KRW", "$12.50", "5000000won" or "0.15 usd"; nothing where that is not plain.
std::optional<Money> guess_money(std::string_view text);

}   // namespace gilmok::config
