// Korean values, and the words for all kinds.
#include "values.hpp"

#include <array>

namespace gilmok::bench {
namespace {

using model::DataKind;
using std::string_view;

constexpr string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct Birth {
    std::int64_t year, month, day;
};
Birth some_birth(Prng& prng, std::int64_t from, std::int64_t to) {
    return {prng.between(from, to), prng.between(1, 12), prng.between(1, 28)};
}

// The check digit of registration numbers until 2020-10; foreigners' differ in the constant.
char registration_check(string_view twelve, int constant) {
    constexpr std::array<int, 12> weights{2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    int sum = 0;
    for (std::size_t i = 0; i < 12; ++i) sum += digit_at(twelve, i) * weights[i];
    return static_cast<char>('0' + (constant - sum % 11) % 10);
}

Value registration(Prng& prng, bool is_foreigner) {
    const bool is_recent = prng.chance(1, 3);
    const Birth birth = is_recent && !is_foreigner ? some_birth(prng, 2021, 2026) : some_birth(prng, 1935, 2019);
    const int of_sex = static_cast<int>(prng.below(2));
    const int century = birth.year >= 2000 ? 3 : 1;
    std::string digits = two_digits(birth.year % 100) + two_digits(birth.month) + two_digits(birth.day);
    digits += static_cast<char>('0' + century + of_sex + (is_foreigner ? 4 : 0));
    if (is_recent) {
        digits += random_digits(prng, 6);
    } else {
        digits += two_digits(prng.between(0, 95)) + random_digits(prng, 3);
        digits += registration_check(digits, is_foreigner ? 13 : 11);
    }
    const string_view separator = prng.chance(7, 10) ? "-" : prng.chance(7, 10) ? "" : prng.chance(1, 2) ? " " : ".";
    return {digits.substr(0, 6) + std::string(separator) + digits.substr(6), is_recent           ? "recent"
                                                                             : separator.empty() ? "plain"
                                                                                                 : ""};
}

Value phone(Prng& prng) {
    switch (prng.below(10)) {
        case 0: return {"02-" + random_of(prng, "23456789", 1) + random_digits(prng, 3) + "-" + random_digits(prng, 4)};
        case 1: {
            constexpr string_view areas[] = {"031", "032", "042", "051", "053", "062", "064"};
            return {std::string(pick(areas, prng)) + "-" + random_of(prng, "23456789", 1) + random_digits(prng, 2) +
                    "-" + random_digits(prng, 4)};
        }
        case 2:
            return {"070-" + random_of(prng, "23456789", 1) + random_digits(prng, 3) + "-" + random_digits(prng, 4)};
        case 3:
            return {"050" + random_of(prng, "23456789", 1) + "-" + random_of(prng, "23456789", 1) +
                    random_digits(prng, 3) + "-" + random_digits(prng, 4)};
        case 4:
            return {"+82 10-" + random_of(prng, "23456789", 1) + random_digits(prng, 3) + "-" + random_digits(prng, 4)};
        case 5: return {"010" + random_of(prng, "23456789", 1) + random_digits(prng, 7), "plain"};
        case 6:
            return {"010." + random_of(prng, "23456789", 1) + random_digits(prng, 3) + "." + random_digits(prng, 4)};
        default:
            return {"010-" + random_of(prng, "23456789", 1) + random_digits(prng, 3) + "-" + random_digits(prng, 4)};
    }
}

Value account(Prng& prng) {
    struct Bank {
        string_view label, head;
        std::array<std::size_t, 4> groups;
    };
    static constexpr Bank banks[] = {
        {"국민은행 계좌", "", {6, 2, 6, 0}},       {"신한은행 계좌번호", "110", {3, 3, 6, 0}},
        {"우리은행", "1002", {4, 3, 6, 0}},        {"하나은행 입금계좌", "", {3, 6, 5, 0}},
        {"농협 계좌", "301", {3, 4, 4, 2}},        {"기업은행 계좌번호", "", {3, 6, 2, 3}},
        {"카카오뱅크 계좌", "3333", {4, 2, 7, 0}}, {"토스뱅크 계좌", "1000", {4, 4, 4, 0}}};
    const Bank& bank = banks[prng.below(std::size(banks))];
    std::string text;
    for (std::size_t i = 0; i < bank.groups.size() && bank.groups[i] != 0; ++i) {
        if (i > 0) text += '-';
        text += i == 0 && !bank.head.empty()
                    ? std::string(bank.head)
                    : random_of(prng, "123456789", 1) + random_digits(prng, bank.groups[i] - 1);
    }
    return {text, "", bank.label};
}

std::string plate(Prng& prng) {
    constexpr string_view letters[] = {"가", "나", "다", "라", "마", "거", "너", "더", "러", "머", "버", "서", "어",
                                       "저", "고", "노", "도", "로", "모", "보", "소", "오", "조", "구", "누", "두",
                                       "루", "무", "부", "수", "우", "주", "아", "바", "사", "자", "하", "허", "호"};
    constexpr string_view regions[] = {"서울", "경기", "부산", "전남"};
    const bool is_long = prng.chance(1, 2);
    std::string text;
    if (!is_long && prng.chance(1, 5)) text = std::string(pick(regions, prng)) + (prng.chance(1, 2) ? " " : "");
    text += random_of(prng, "123456789", 1) + random_digits(prng, is_long ? 2 : 1);
    text += pick(letters, prng);
    if (prng.chance(1, 3)) text += ' ';
    return text + random_of(prng, "123456789", 1) + random_digits(prng, 3);
}

std::string number(Prng& prng, std::int64_t low, std::int64_t high) { return std::to_string(prng.between(low, high)); }

Value address(Prng& prng) {
    const auto places = korean_places();
    const KoreanPlace& place = places[prng.below(places.size())];
    std::string text;
    Value value;
    if (prng.chance(1, 8)) text += "(" + random_of(prng, "0123456", 1) + random_digits(prng, 4) + ") ";
    const bool is_bare = prng.chance(1, 10);   // as people say it in a chat: without any region
    if (!is_bare) {
        if (prng.chance(4, 5)) text += std::string(prng.chance(1, 2) ? place.province : place.short_province) + " ";
        text += std::string(place.district) + " ";
    } else {
        text.clear();
        value.variant = "no region";
    }
    if (prng.chance(2, 3)) {
        text += pick(korean_roads(), prng);
        if (prng.chance(1, 4)) text += number(prng, 2, 60) + "번길";
        text += " " + number(prng, 1, 900);
        if (prng.chance(1, 4)) text += "-" + number(prng, 1, 40);
    } else {
        text += std::string(pick(korean_villages(), prng)) + " " + number(prng, 1, 990) +
                (prng.chance(1, 2) ? "-" + number(prng, 1, 40) : "");
        if (prng.chance(1, 4)) text += "번지";
    }
    if (prng.chance(1, 3)) {
        text += (prng.chance(1, 2) ? ", " : " ") + std::string(pick(korean_buildings(), prng));
        text += " " + number(prng, 101, 120) + "동 " + number(prng, 1, 25) + "0" + number(prng, 1, 4) + "호";
    } else if (prng.chance(1, 3)) {
        text += ", " + number(prng, 1, 20) + "층";
    }
    value.text = text;
    return value;
}

std::string business(Prng& prng) {
    std::string digits = random_of(prng, "123456", 1) + random_digits(prng, 2) + two_digits(prng.between(1, 99)) +
                         random_digits(prng, 4);
    constexpr std::array<int, 9> weights{1, 3, 7, 1, 3, 7, 1, 3, 5};
    int sum = digit_at(digits, 8) * 5 / 10;
    for (std::size_t i = 0; i < 9; ++i) sum += digit_at(digits, i) * weights[i];
    digits += static_cast<char>('0' + (10 - sum % 10) % 10);
    return grouped(digits, {3, 2, 5}, "-");
}

std::string corporate(Prng& prng) {
    std::string digits = "1" + random_of(prng, "0123456", 1) + "01" + random_of(prng, "1234", 1) + "1" +
                         random_of(prng, "0", 1) + random_digits(prng, 5);
    int sum = 0;
    for (std::size_t i = 0; i < 12; ++i) sum += digit_at(digits, i) * (i % 2 == 0 ? 1 : 2);
    digits += static_cast<char>('0' + (10 - sum % 10) % 10);
    return grouped(digits, {6, 7}, "-");
}

}   // namespace

Value make_value(DataKind kind, Prng& prng) {
    // Few of the kinds are Korean; the others follow below.
    if (kind == DataKind::kr_rrn) return registration(prng, false);
    if (kind == DataKind::kr_frn) return registration(prng, true);
    if (kind == DataKind::kr_passport)
        return {prng.chance(1, 2)
                    ? random_of(prng, "MSR", 1) + random_digits(prng, 8)
                    : "M" + random_digits(prng, 3) + random_of(prng, capitals, 1) + random_digits(prng, 4)};
    if (kind == DataKind::kr_driver_license) {
        const std::string digits = number(prng, 11, 26) + random_digits(prng, 10);
        return prng.chance(4, 5) ? Value{grouped(digits, {2, 2, 6, 2}, "-")} : Value{digits, "plain"};
    }
    if (kind == DataKind::kr_business_no) return {business(prng)};
    if (kind == DataKind::kr_corporate_no) return {corporate(prng)};
    if (kind == DataKind::kr_health_insurance_no)
        return {prng.chance(1, 2) ? random_of(prng, "12345678", 1) + "-" + random_digits(prng, 10)
                                  : random_of(prng, "2345678", 1) + random_digits(prng, 10)};
    if (kind == DataKind::kr_phone) return phone(prng);
    if (kind == DataKind::kr_bank_account) return account(prng);
    if (kind == DataKind::kr_plate) return {plate(prng)};
    if (kind == DataKind::kr_address) return address(prng);
    if (kind == DataKind::kr_customs_code) return {"P" + random_digits(prng, 12)};
    if (kind == DataKind::kr_name)
        return {std::string(pick(korean_surnames(), prng)) + std::string(pick(korean_given_names(), prng))};
    if (Value value = make_world_value(kind, prng); !value.text.empty()) return value;
    return make_secret(kind, prng);
}

std::string random_digits(Prng& prng, std::size_t count) { return random_of(prng, "0123456789", count); }
std::string random_of(Prng& prng, string_view letters, std::size_t count) {
    std::string text(count, ' ');
    for (char& c : text) c = letters[prng.below(letters.size())];
    return text;
}
std::string two_digits(std::int64_t number_) { return (number_ < 10 ? "0" : "") + std::to_string(number_); }
string_view pick(Words words, Prng& prng) { return words[prng.below(words.size())]; }
int digit_at(string_view digits, std::size_t at) { return digits[at] - '0'; }
std::string grouped(string_view digits, std::initializer_list<std::size_t> sizes, string_view separator) {
    std::string text;
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
        if (at > 0) text += separator;
        text += digits.substr(at, size);
        at += size;
    }
    return text;
}
char luhn_digit(string_view digits) {
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const int twice = digit_at(digits, digits.size() - 1 - i) * (i % 2 == 0 ? 2 : 1);
        sum += twice > 9 ? twice - 9 : twice;
    }
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}   // namespace gilmok::bench
