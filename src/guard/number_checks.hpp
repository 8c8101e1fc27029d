// What issuers say about the digits of their numbers: check digits, ranges that are never issued, dates inside. Each takes
// the digits alone ('0' to '9', of the length it names) and says whether the issuer could have issued them. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gilmok::guard {

bool is_luhn(std::string_view digits);   // ISO/IEC 7812-1 annex B
// A length and a beginning that card schemes use: ISO/IEC 7812 ranges as the schemes publish them; Korean domestic cards 9.
bool is_card_range(std::string_view digits);

bool is_us_ssn(std::string_view digits);            // 9; SSA POMS RM 10201.035: area, group and serial never issued
bool is_us_itin(std::string_view digits);           // 9; IRS Publication 4757, group ranges
bool is_us_ein(std::string_view digits);            // 9; IRS, "How EINs are assigned and valid EIN prefixes"
bool is_us_bank_routing(std::string_view digits);   // 9; ABA weights 3, 7, 1 and the Federal Reserve's districts
bool is_nanp(std::string_view digits);              // 10; North American Numbering Plan: area code and exchange
bool is_jp_my_number(std::string_view digits);      // 12; ministerial ordinance no. 85 of 2014, article 5
bool is_jp_corporate_number(
    std::string_view digits);   // 13; ordinance of the Ministry of Finance no. 70 of 2014, article 2
bool is_jp_driver_license(std::string_view digits);   // 12; commission codes and mod 11 at the eleventh digit
bool is_gb_nhs(std::string_view digits);              // 10; NHS Data Dictionary, mod 11
bool is_nl_bsn(std::string_view digits);              // 9; "elfproef"
bool is_pl_pesel(std::string_view digits);            // 11; date with the century in the month, weights 1, 3, 7, 9
bool is_se_personnummer(std::string_view digits);   // 10 or 12; SKV 704: date (day + 60 for coordination numbers), Luhn
bool is_fi_hetu_digits(std::string_view digits);    // 10, whose last happens to be a digit; see hetu_check()
char hetu_check(std::string_view nine_digits);      // Finnish DVV: remainder by 31 in its own alphabet
bool is_de_tax_id(std::string_view digits);         // 11; ISO 7064 MOD 11,10 and the rule of repeated digits
bool is_fr_nir(std::string_view digits);            // 15; INSEE: month, place, key 97 - n mod 97
bool is_fr_nir_fields(std::string_view digits);     // the first 13, without the key
bool is_iso7064_mod11_10(std::string_view digits);

bool is_date(unsigned year, unsigned month, unsigned day);   // of the Gregorian calendar; year 0 stands for any
unsigned number_of(std::string_view digits);                 // at most 9 digits
unsigned weighted_sum(std::string_view digits, std::span<const unsigned char> weights);   // as many as the shorter has

}   // namespace gilmok::guard
