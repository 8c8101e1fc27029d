// Property: whatever is read is written as a text that reads as the same value, and what is guessed could have been written.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "config/amount.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gilmok;
    using namespace gilmok::config;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto ppm = parse_percent(text))
        GILMOK_ASSERT(*ppm <= 1'000'000 && parse_percent(percent_text(*ppm)) == ppm);
    if (const auto per = parse_per(text)) GILMOK_ASSERT(*per > 0 && parse_per(per_text(*per)) == per);
    if (const auto money = parse_money_kwh(text)) GILMOK_ASSERT(parse_money_kwh(money_text(*money) + "/kWh") == money);
    if (const auto day = parse_date(text)) GILMOK_ASSERT(date_text(*day) == text);
    if (const auto offset = parse_utc_offset(text)) GILMOK_ASSERT(utc_offset_text(*offset) == text);
    if (const auto hours = parse_hours(text)) GILMOK_ASSERT(!hours->is_all_day() && hours_text(*hours) == text);
    if (const auto money = guess_money(text)) GILMOK_ASSERT(parse_money(money_text(*money)) == money);
    return 0;
}
