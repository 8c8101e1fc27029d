// Values of other countries and of the net. Each check digit by its public definition: ISO 7064 (DE), NIR key (INSEE), DNI letter
// (Interior Ministry of Spain), codice fiscale (DM 23/12/1976), 11-test (NL), PESEL (PL), Luhn (SE, cards), HETU (DVV), NHS modulus 11,
// My Number and corporate numbers (総務省, 国税庁), NRIC and UEN (ICA, ACRA), ABA routing, IBAN (ISO 13616).
#include <array>
#include <cctype>

#include "values.hpp"

namespace gilmok::bench {
namespace {

using model::DataKind;
using std::string_view;

constexpr string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr string_view hex = "0123456789abcdef";

int weighted(string_view digits, std::initializer_list<int> weights) {
    int sum = 0;
    std::size_t i = 0;
    for (const int weight : weights) sum += digit_at(digits, i++) * weight;
    return sum;
}
char digit(int value) { return static_cast<char>('0' + value); }

std::string card(Prng& prng) {
    constexpr string_view heads[] = {"4", "4", "51", "55", "2221", "3528", "34", "62"};
    std::string digits(pick(heads, prng));
    const std::size_t length = digits == "34" ? 15 : 16;
    digits += random_digits(prng, length - 1 - digits.size());
    digits += luhn_digit(digits);
    const string_view separator = prng.chance(1, 2) ? "-" : prng.chance(1, 2) ? " " : "";
    return length == 15 ? grouped(digits, {4, 6, 5}, separator) : grouped(digits, {4, 4, 4, 4}, separator);
}

std::string iban(Prng& prng) {
    std::string country, account;
    switch (prng.below(5)) {
        case 0: country = "DE", account = random_digits(prng, 18); break;
        case 1: country = "GB", account = random_of(prng, capitals, 4) + random_digits(prng, 14); break;
        case 2: country = "NL", account = random_of(prng, capitals, 4) + random_digits(prng, 10); break;
        case 3: country = "FR", account = random_digits(prng, 23); break;
        default: country = "ES", account = random_digits(prng, 20); break;
    }
    int rest = 0;
    for (const char c : account + country + "00") {
        if (c >= 'A')
            rest = (rest * 100 + (c - 'A' + 10)) % 97;
        else
            rest = (rest * 10 + (c - '0')) % 97;
    }
    const std::string text = country + two_digits(98 - rest) + account;
    if (prng.chance(1, 2)) return text;
    std::string spaced;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && i % 4 == 0) spaced += ' ';
        spaced += text[i];
    }
    return spaced;
}

// ISO 7064 mod 11,10.
char mod_11_10(string_view digits) {
    int product = 10;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        int sum = (digit_at(digits, i) + product) % 10;
        if (sum == 0) sum = 10;
        product = sum * 2 % 11;
    }
    return digit((11 - product) % 10);
}

std::string vat(Prng& prng) {
    switch (prng.below(3)) {
        case 0: {
            const std::string digits = random_of(prng, "123456789", 1) + random_digits(prng, 7);
            return "DE" + digits + mod_11_10(digits);
        }
        case 1: {
            std::string siren = random_of(prng, "345678", 1) + random_digits(prng, 7);
            siren += luhn_digit(siren);
            return "FR" + two_digits((12 + 3 * (std::stol(siren) % 97)) % 97) + siren;
        }
        default: {
            const std::string digits = "0" + random_of(prng, "4567", 1) + random_digits(prng, 6);
            return "BE" + digits + two_digits(97 - std::stol(digits) % 97);
        }
    }
}

std::string german_tax_id(Prng& prng) {
    // Ten digits of which exactly one is there twice and one not at all.
    std::string digits = "0123456789";
    for (std::size_t i = 9; i > 0; --i) std::swap(digits[i], digits[prng.below(i + 1)]);
    digits[9] = digits[prng.below(8)];
    for (std::size_t i = 9; i > 1; --i) std::swap(digits[i], digits[1 + prng.below(i)]);
    if (digits[0] == '0') std::swap(digits[0], digits[digits[1] == '0' ? 2 : 1]);
    return digits + mod_11_10(digits);
}

std::string german_id_card(Prng& prng) {
    std::string text = random_of(prng, "LMNPRTVWXY", 1) + random_of(prng, "CFGHJKLMNPRTVWXYZ0123456789", 8);
    int sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const int value = text[i] >= 'A' ? text[i] - 'A' + 10 : text[i] - '0';
        sum += value * std::array{7, 3, 1}[i % 3];
    }
    return text + digit(sum % 10);
}

std::string nir(Prng& prng) {
    const std::string digits = random_of(prng, "12", 1) + two_digits(prng.between(30, 99)) +
                               two_digits(prng.between(1, 12)) + two_digits(prng.between(21, 95)) + "0" +
                               two_digits(prng.between(1, 99)) + random_digits(prng, 2) +
                               random_of(prng, "123456789", 1);
    const std::string all = digits + two_digits(97 - std::stoll(digits) % 97);
    return prng.chance(1, 2) ? grouped(all, {1, 2, 2, 2, 3, 3, 2}, " ") : all;
}

std::string dni(Prng& prng) {
    constexpr string_view letters = "TRWAGMYFPDXBNJZSQVHLCKE";
    if (prng.chance(1, 3)) {
        const auto series = prng.below(3);
        const std::string digits = random_digits(prng, 7);
        return std::string(1, "XYZ"[series]) + digits +
               letters[static_cast<std::size_t>(std::stol(std::to_string(series) + digits)) % 23];
    }
    const std::string digits = random_of(prng, "1234567", 1) + random_digits(prng, 7);
    return digits + letters[static_cast<std::size_t>(std::stol(digits)) % 23];
}

std::string fiscal_code(Prng& prng) {
    constexpr std::array<int, 26> odd{1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                      20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    std::string text = random_of(prng, "BCDFGLMNPRST", 6) + random_digits(prng, 2) +
                       random_of(prng, "ABCDEHLMPRST", 1) +
                       two_digits(prng.between(1, 28) + (prng.chance(1, 2) ? 40 : 0)) + random_of(prng, "ABCDFGHL", 1) +
                       two_digits(prng.between(10, 99)) + random_digits(prng, 1);
    int sum = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int index = text[i] >= 'A' ? text[i] - 'A' : text[i] - '0';
        sum += i % 2 == 0 ? odd[static_cast<std::size_t>(index)] : index;
    }
    return text + static_cast<char>('A' + sum % 26);
}

std::string bsn(Prng& prng) {
    for (;;) {
        std::string digits = random_of(prng, "123456789", 1) + random_digits(prng, 7);
        const int rest = weighted(digits, {9, 8, 7, 6, 5, 4, 3, 2}) % 11;
        if (rest < 10) return digits + digit(rest);
    }
}

std::string pesel(Prng& prng) {
    const auto year = prng.between(1940, 2019);
    const std::string digits = two_digits(year % 100) + two_digits(prng.between(1, 12) + (year >= 2000 ? 20 : 0)) +
                               two_digits(prng.between(1, 28)) + random_digits(prng, 4);
    return digits + digit((10 - weighted(digits, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3}) % 10) % 10);
}

std::string personnummer(Prng& prng) {
    const auto year = prng.between(1940, 1999);
    std::string digits = two_digits(year % 100) + two_digits(prng.between(1, 12)) + two_digits(prng.between(1, 28)) +
                         random_digits(prng, 3);
    digits += luhn_digit(digits);
    return (prng.chance(1, 2) ? "19" : "") + digits.substr(0, 6) + "-" + digits.substr(6);
}

std::string hetu(Prng& prng) {
    constexpr string_view checks = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    const std::string date =
        two_digits(prng.between(1, 28)) + two_digits(prng.between(1, 12)) + two_digits(prng.between(40, 99));
    const std::string order = std::to_string(prng.between(100, 899));
    return date + "-" + order + checks[static_cast<std::size_t>(std::stol(date + order)) % 31];
}

std::string nhs(Prng& prng) {
    for (;;) {
        const std::string digits = random_of(prng, "4679", 1) + random_digits(prng, 8);
        const int check = (11 - weighted(digits, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 11;
        if (check < 10) return grouped(digits + digit(check), {3, 3, 4}, prng.chance(1, 2) ? " " : "");
    }
}

std::string routing(Prng& prng) {
    const std::string digits = two_digits(prng.between(1, 12)) + random_digits(prng, 6);
    return digits + digit((10 - weighted(digits, {3, 7, 1, 3, 7, 1, 3, 7}) % 10) % 10);
}

std::string my_number(Prng& prng) {
    const std::string digits = random_digits(prng, 11);
    const int rest = weighted(digits, {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
    return digits + digit(rest <= 1 ? 0 : 11 - rest);
}

std::string japanese_company(Prng& prng) {
    const std::string digits = random_digits(prng, 12);
    return digit(9 - weighted(digits, {2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}) % 9) + digits;
}

std::string japanese_licence(Prng& prng) {
    const std::string digits =
        (prng.chance(1, 2) ? "30" : std::to_string(prng.between(40, 55))) + random_digits(prng, 8);
    const int check = 11 - weighted(digits, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
    return digits + digit(check == 10 ? 0 : check == 11 ? 1 : check) + "0";
}

std::string nric(Prng& prng) {
    const std::size_t series = prng.below(4);
    const std::string digits = random_digits(prng, 7);
    const int sum = weighted(digits, {2, 7, 6, 5, 4, 3, 2}) + (series == 1 || series == 3 ? 4 : 0);
    const string_view checks = series < 2 ? "JZIHGFEDCBA" : "XWUTRQPNMLK";
    return std::string(1, "STFG"[series]) + digits + checks[static_cast<std::size_t>(sum % 11)];
}

std::string uen(Prng& prng) {
    if (prng.chance(1, 2)) {
        const std::string digits = random_of(prng, "5", 1) + random_digits(prng, 7);
        return digits + "XMKECAWLJDB"[weighted(digits, {10, 4, 9, 3, 8, 2, 7, 1}) % 11];
    }
    const std::string digits = std::to_string(prng.between(1990, 2024)) + random_digits(prng, 5);
    return digits + "ZKCMDNERGWH"[weighted(digits, {10, 8, 6, 4, 9, 7, 5, 3, 1}) % 11];
}

std::string email(Prng& prng) {
    constexpr string_view domains[] = {"example.com", "mail.example.org", "hanbit.example.co.kr", "univ.example.ac.kr",
                                       "post.example.net"};
    constexpr string_view locals[] = {"minsu.kim", "seoyeon", "j.smith",   "info",
                                      "dev-team",  "hong_gd", "anna+news", "park99"};
    return std::string(pick(locals, prng)) + (prng.chance(1, 2) ? std::to_string(prng.between(1, 999)) : "") + "@" +
           std::string(pick(domains, prng));
}

std::string ip(Prng& prng) {
    std::string text;
    if (prng.chance(1, 5)) {
        text = "2001:db8";
        for (int i = 0; i < 6; ++i) text += ":" + random_of(prng, hex.substr(1), 1) + random_of(prng, hex, 3);
        return text;
    }
    const auto first = prng.between(11, 223);
    text = std::to_string(first == 127 ? 128 : first);   // 127 is every machine's own, and nobody's
    for (int i = 0; i < 3; ++i) text += "." + std::to_string(prng.between(1, 254));
    return text;
}

std::string birth_date(Prng& prng) {
    const std::string year = std::to_string(prng.between(1940, 2015)), month = two_digits(prng.between(1, 12)),
                      day = two_digits(prng.between(1, 28));
    switch (prng.below(4)) {
        case 0: return year + "-" + month + "-" + day;
        case 1: return year + "." + month + "." + day;
        case 2: return day + "/" + month + "/" + year;
        default: return year + "년 " + std::to_string(std::stoi(month)) + "월 " + std::to_string(std::stoi(day)) + "일";
    }
}

std::string us_phone(Prng& prng) {
    const std::string area =
        random_of(prng, "23456789", 1) + random_of(prng, "02345678", 1) + random_of(prng, "12345678", 1);
    const std::string exchange =
        random_of(prng, "23456789", 1) + random_of(prng, "02345678", 1) + random_digits(prng, 1);
    const std::string line = random_digits(prng, 4);
    switch (prng.below(3)) {
        case 0: return "(" + area + ") " + exchange + "-" + line;
        case 1: return "+1 " + area + " " + exchange + " " + line;
        default: return area + "-" + exchange + "-" + line;
    }
}

std::string phone(Prng& prng) {
    switch (prng.below(3)) {
        case 0: return "+44 20 7" + random_digits(prng, 3) + " " + random_digits(prng, 4);
        case 1: return "+49 30 " + random_of(prng, "123456789", 1) + random_digits(prng, 6);
        default:
            return "+33 " + random_of(prng, "1234567", 1) + " " + grouped(random_digits(prng, 8), {2, 2, 2, 2}, " ");
    }
}

}   // namespace

Value make_world_value(DataKind kind, Prng& prng) {
    const auto letters = [&](std::size_t count) { return random_of(prng, capitals, count); };
    const auto digits = [&](std::size_t count) { return random_digits(prng, count); };
    if (kind == DataKind::person_name)
        return {std::string(pick(english_first_names(), prng)) + " " + std::string(pick(english_last_names(), prng))};
    if (kind == DataKind::email) return {email(prng)};
    if (kind == DataKind::phone) return {phone(prng)};
    if (kind == DataKind::ip_address) return {ip(prng)};
    if (kind == DataKind::mac_address)
        return {grouped(random_of(prng, hex, 12), {2, 2, 2, 2, 2, 2}, prng.chance(1, 2) ? ":" : "-")};
    if (kind == DataKind::card) return {card(prng)};
    if (kind == DataKind::iban) return {iban(prng)};
    if (kind == DataKind::bic) return {letters(4) + "DE" + letters(2) + (prng.chance(1, 2) ? "500" : "")};
    if (kind == DataKind::date_of_birth) return {birth_date(prng)};
    if (kind == DataKind::eu_vat) return {vat(prng)};
    if (kind == DataKind::de_tax_id) return {german_tax_id(prng)};
    if (kind == DataKind::de_id_card) return {german_id_card(prng)};
    if (kind == DataKind::fr_nir) return {nir(prng)};
    if (kind == DataKind::es_dni) return {dni(prng)};
    if (kind == DataKind::it_fiscal_code) return {fiscal_code(prng)};
    if (kind == DataKind::nl_bsn) return {bsn(prng)};
    if (kind == DataKind::pl_pesel) return {pesel(prng)};
    if (kind == DataKind::se_personnummer) return {personnummer(prng)};
    if (kind == DataKind::fi_hetu) return {hetu(prng)};
    if (kind == DataKind::gb_nino) {
        const std::string number = digits(6);
        const std::string head = random_of(prng, "ABCEHJLMPRSTWXY", 1) + random_of(prng, "ABCEHJLMPRSTWXY", 1);
        const std::string tail = random_of(prng, "ABCD", 1);
        return {prng.chance(1, 2) ? head + number + tail : head + " " + grouped(number, {2, 2, 2}, " ") + " " + tail};
    }
    if (kind == DataKind::gb_nhs) return {nhs(prng)};
    if (kind == DataKind::us_ssn)
        return {std::to_string(prng.between(101, 665)) + "-" + two_digits(prng.between(1, 99)) + "-" +
                std::to_string(prng.between(1000, 9999))};
    if (kind == DataKind::us_itin)
        return {"9" + digits(2) + "-" + std::to_string(prng.between(70, 88)) + "-" + digits(4)};
    if (kind == DataKind::us_ein) return {std::to_string(prng.between(20, 27)) + "-" + digits(7)};
    if (kind == DataKind::us_passport)
        return {prng.chance(1, 2) ? random_of(prng, "123456", 1) + digits(8) : letters(1) + digits(8)};
    if (kind == DataKind::us_bank_routing) return {routing(prng)};
    if (kind == DataKind::us_phone) return {us_phone(prng)};
    if (kind == DataKind::jp_my_number)
        return {prng.chance(1, 2) ? my_number(prng) : grouped(my_number(prng), {4, 4, 4}, "-")};
    if (kind == DataKind::jp_corporate_number) return {japanese_company(prng)};
    if (kind == DataKind::jp_passport) return {random_of(prng, "MT", 1) + random_of(prng, "GHJKRSZ", 1) + digits(7)};
    if (kind == DataKind::jp_driver_license) return {japanese_licence(prng)};
    if (kind == DataKind::jp_phone)
        return {prng.chance(1, 2) ? "0" + random_of(prng, "789", 1) + "0-" + random_of(prng, "123456789", 1) +
                                        digits(3) + "-" + digits(4)
                                  : "+81 90-" + random_of(prng, "123456789", 1) + digits(3) + "-" + digits(4)};
    if (kind == DataKind::sg_nric) return {nric(prng)};
    if (kind == DataKind::sg_uen) return {uen(prng)};
    if (kind == DataKind::sg_phone)
        return {(prng.chance(1, 2) ? "+65 " : "") + random_of(prng, "689", 1) + digits(3) + " " + digits(4)};
    return {};
}

}   // namespace gilmok::bench
