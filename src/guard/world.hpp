// What the matchers of the world's identifiers share: the edges of a place, and forms that stand partly in letters and
// partly in digits. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "guard/ascii.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {

// ASCII letters, digits and '_'. Hangul may touch an identifier: particles are written so.
constexpr bool is_identifier_byte(char c) { return is_ascii_word(c); }

// Whether what begins (ends) there is no part of something longer: a word, a decimal, an amount in groups, an id with
// hyphens.
bool is_free_left(std::string_view text, std::size_t begin);
bool is_free_right(std::string_view text, std::size_t end);

// "AB" of a British national insurance number: letters that HMRC never gives (NIM39110).
bool is_gb_nino_prefix(std::string_view two);
// The letter behind eight digits of a Spanish DNI: remainder by 23.
char es_dni_letter(std::string_view eight_digits);

// match_world_letters() for a word of which it is known where its letters and digits end; `at` is inside the text.
void match_world_word(std::string_view text, std::size_t at, std::size_t end, Sink& sink);
// The same for a word of small letters and digits: codes are typed so too, and found where their name stands beside them or their
// check leaves no doubt.
void match_small_word(std::string_view text, std::size_t at, std::size_t end, Sink& sink);
// A Korean passport's number that stands at [at, end) in small letters or with a space in it, given as it should be, where the word
// for a passport is near.
void match_named_passport(std::string_view text, std::size_t at, std::size_t end, std::string_view word, Sink& sink);
// Called at an '@' that is spelled ("(at)", "골뱅이"): an address in which it is written so.
void match_spelled_at_sign(std::string_view text, std::size_t at, std::string_view sign, Sink& sink);
// Called where a hexadecimal group stands beside ':' or '-': IPv6 and hardware addresses.
void match_colon_groups(std::string_view text, std::size_t at, Sink& sink);
// Called at a digit behind which a full stop is near: a hardware address in three groups, as Cisco's machines write it.
void match_dotted_groups(std::string_view text, std::size_t at, Sink& sink);
// Called at two letters that may begin an IBAN, all of one case; at two capitals that may begin a VAT number of the European Union.
void match_iban(std::string_view text, std::size_t at, Sink& sink);
void match_eu_vat(std::string_view text, std::size_t at, Sink& sink);
// Whether eight or eleven letters and digits have the form of a BIC: ISO 9362, with a country of ISO 3166-1.
bool is_bic(std::string_view code);
// Called for a run in front of which '+' stands. Where the phone ends, or 0 for none.
std::size_t match_plus_phone(std::string_view text, const DigitRun& run, Sink& sink);
// Called for the groups [begin, end) of a run: a date, or the year of one, beside a word that speaks of birth. Whether
// it is.
bool match_birth_date(std::string_view text, std::size_t begin, std::size_t end, Sink& sink);
// Called at such a word: a year with month and day in words may stand behind it, too short to be a run of digits.
void match_birth_behind(std::string_view text, std::size_t at, Sink& sink);

}   // namespace gilmok::guard
