// Check digits and dates of Korean numbers. Pure; `digits` holds ASCII digits only.
// Sources: 주민등록법 시행규칙 (resident numbers), 국세청's rule for business numbers, 대법원 등기예규 for corporate numbers. Since October
// 2020 the last six digits of resident numbers are drawn by lot: a check digit that fits is evidence, one that does not is none.
#pragma once

#include <string_view>

namespace gilmok::guard {

struct BirthInNumber {
    bool is_date = false;     // the first six digits are a day of the century that the seventh names
    bool is_likely = false;   // of somebody who may be alive
    bool is_foreigner = false;
};
BirthInNumber birth_in(std::string_view digits);     // 13 digits
bool has_resident_check(std::string_view digits);    // 13
bool has_foreigner_check(std::string_view digits);   // 13
bool has_corporate_check(std::string_view digits);   // 13
bool has_business_check(std::string_view digits);    // 10

}   // namespace gilmok::guard
