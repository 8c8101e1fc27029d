#include "admit/period.hpp"

namespace gilmok::admit {

using std::chrono::days;
using std::chrono::sys_days;

namespace {

sys_days local_day(WallTime wall, std::chrono::minutes utc_offset) {
    return std::chrono::floor<days>(wall + utc_offset);
}
WallTime midnight(sys_days day, std::chrono::minutes utc_offset) { return WallTime{day} - utc_offset; }

}   // namespace

Period day_of(WallTime wall, std::chrono::minutes utc_offset) {
    const sys_days day = local_day(wall, utc_offset);
    return {day.time_since_epoch().count(), midnight(day, utc_offset), midnight(day + days{1}, utc_offset)};
}

Period month_of(WallTime wall, std::chrono::minutes utc_offset) {
    const std::chrono::year_month_day date{local_day(wall, utc_offset)};
    const std::chrono::year_month month = date.year() / date.month();
    const std::chrono::year_month next = month + std::chrono::months{1};
    return {std::int64_t{12} * static_cast<int>(month.year()) + static_cast<unsigned>(month.month()) - 1,
            midnight(sys_days{month / 1}, utc_offset), midnight(sys_days{next / 1}, utc_offset)};
}

void BudgetClock::set_utc_offset(std::chrono::minutes offset) {
    if (offset == utc_offset_) return;
    utc_offset_ = offset;
    if (wall_ != WallTime{}) turn();
}

void BudgetClock::turn() {
    // After a change of the offset the same moment may lie in an earlier day; the later one stays.
    const Period day = day_of(wall_, utc_offset_), month = month_of(wall_, utc_offset_);
    if (day.index >= day_.index) day_ = day;
    if (month.index >= month_.index) month_ = month;
}

}   // namespace gilmok::admit
