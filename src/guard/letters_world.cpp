// Identifiers of letters and digits, each a word of its own: what the word's shape allows is tried, most with a check
// letter. Those without one, or that look like part numbers, need the word that names them.
#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.hpp"
#include "guard/nearby.hpp"
#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr std::size_t word_bytes_max = 40;
// One bit for each length that a code has: most words have another.
constexpr std::uint64_t code_sizes = [] {
    std::uint64_t bits = 0;
    for (const unsigned size : {8U, 9U, 10U, 11U, 14U, 15U, 16U, 34U}) bits |= std::uint64_t{1} << size;
    return bits;
}();
static_assert(word_bytes_max < 64);

bool are_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
bool are_capitals(std::string_view text) { return std::all_of(text.begin(), text.end(), is_capital); }

// ICA: weights of the seven digits, an offset for each series, a table of letters for each pair of series.
bool is_sg_nric(std::string_view word) {
    static constexpr unsigned char weights[] = {2, 7, 6, 5, 4, 3, 2};
    const unsigned sum = weighted_sum(word.substr(1, 7), weights);
    switch (word[0]) {
        case 'S': return word[8] == "JZIHGFEDCBA"[sum % 11];
        case 'T': return word[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
        case 'F': return word[8] == "XWUTRQPNMLK"[sum % 11];
        case 'G': return word[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
        case 'M': return word[8] == "XWUTRQPNJLK"[(sum + 3) % 11];
        default: return false;
    }
}

// ACRA: businesses nnnnnnnnX, companies yyyynnnnnX, others TyyPQnnnnX.
bool is_sg_business(std::string_view word) {
    static constexpr unsigned char weights[] = {10, 4, 9, 3, 8, 2, 7, 1};
    return word[8] == "XMKECAWLJDB"[weighted_sum(word.substr(0, 8), weights) % 11];
}
bool is_sg_company(std::string_view word) {
    static constexpr unsigned char weights[] = {10, 8, 6, 4, 9, 7, 5, 3, 1};
    return word[9] == "ZKCMDNERGWH"[weighted_sum(word.substr(0, 9), weights) % 11];
}
bool is_sg_other(std::string_view word) {
    static constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    static constexpr unsigned char weights[] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const std::size_t value = alphabet.find(word[i]);
        if (value == std::string_view::npos) return false;
        sum += value * weights[i];
    }
    return alphabet[(sum + 33 - 5) % 11] == word[9];
}

// Ministerial decree of 23 December 1976: values of the odd places from a table, of the even ones their order.
bool is_it_fiscal_code(std::string_view word) {
    static constexpr std::array<unsigned char, 26> odd{1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                                       20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    static constexpr std::string_view stand_ins = "LMNPQRSTUV",
                                      months = "ABCDEHLMPRST";   // of digits, where two people collide
    unsigned sum = 0;
    for (std::size_t i = 0; i < 15; ++i) {
        const bool is_number = i == 6 || i == 7 || i == 9 || i == 10 || (i >= 12 && i <= 14);
        const bool fits =
            is_number ? is_digit(word[i]) || stand_ins.find(word[i]) != std::string_view::npos : is_capital(word[i]);
        if (!fits) return false;
        const auto value = static_cast<unsigned>(is_digit(word[i]) ? word[i] - '0' : word[i] - 'A');
        sum += i % 2 == 0 ? odd[value] : value;
    }
    return months.find(word[8]) != std::string_view::npos && word[15] == static_cast<char>('A' + sum % 26);
}

// ICAO 9303 part 3: weights 7, 3, 1 over digits and letters (A is 10).
bool is_mrz_checked(std::string_view code, char check) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const auto value = static_cast<unsigned>(is_digit(code[i]) ? code[i] - '0' : code[i] - 'A' + 10);
        sum += value * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
    }
    return sum % 10 == static_cast<unsigned>(check - '0');
}

bool is_de_id_serial(std::string_view word) {
    constexpr std::string_view first = "LMNPRTVWXYZ", rest = "0123456789CFGHJKLMNPRTVWXYZ";
    return first.find(word[0]) != std::string_view::npos && word.find_first_not_of(rest) == std::string_view::npos;
}

// "131052A308T", "131052-308T": DVV, with the signs of the centuries that were added in 2023.
bool is_fi_hetu(std::string_view word) {
    constexpr std::string_view signs = "-+ABCDEFYXWVU";
    if (!are_digits(word.substr(0, 6)) || signs.find(word[6]) == std::string_view::npos ||
        !are_digits(word.substr(7, 3)))
        return false;
    const std::array<char, 9> digits{word[0], word[1], word[2], word[3], word[4], word[5], word[7], word[8], word[9]};
    return is_date(0, number_of(word.substr(2, 2)), number_of(word.substr(0, 2))) &&
           hetu_check({digits.data(), digits.size()}) == word[10];
}

// Corsica's departments are letters; INSEE takes 19 and 18 for 2A and 2B.
bool is_fr_nir_of_corsica(std::string_view word) {
    if (word[5] != '2' || (word[6] != 'A' && word[6] != 'B')) return false;
    std::array<char, 15> digits{};
    std::copy(word.begin(), word.end(), digits.begin());
    digits[5] = '1';
    digits[6] = word[6] == 'A' ? '9' : '8';
    const std::string_view number(digits.data(), digits.size());
    return are_digits(number) && is_fr_nir(number);
}

// The words of kinds that others look like; what is not here is told by its form and check.
struct CodeName {
    DataKind kind;
    Topic topic;
};
constexpr CodeName code_names[] = {
    {DataKind::sg_nric, Topic::sg_nric}, {DataKind::sg_uen, Topic::sg_uen},
    {DataKind::es_dni, Topic::es_dni},   {DataKind::gb_nino, Topic::gb_nino},
    {DataKind::fi_hetu, Topic::fi_hetu}, {DataKind::jp_corporate_number, Topic::jp_corporate_number},
};

class WordReader {
public:
    // `word` as it is read: in capitals.
    WordReader(std::string_view text, std::size_t at, std::size_t end, std::string_view word, bool is_small, Sink& sink)
        : text_(text), at_(at), end_(end), word_(word), is_small_(is_small), sink_(sink) {}
    void read();

private:
    bool is_named(Topic topic, std::size_t bytes_max = look_bytes_max) {
        return Nearby::look(sink_.around(), text_, at_, end_, context_characters).has(topic, bytes_max);
    }
    // Small letters and digits are what ids of machines are made of: a code that is typed so is named.
    void add(DataKind kind, int score) {
        const auto* const name = std::find_if(std::begin(code_names), std::end(code_names),
                                              [kind](const CodeName& code) { return code.kind == kind; });
        if (!is_small_ || name == std::end(code_names) || is_named(name->topic)) sink_.add(at_, end_, kind, score);
    }
    void read_nine();
    void read_ten();

    std::string_view text_;
    std::size_t at_, end_;
    std::string_view word_;
    bool is_small_;
    Sink& sink_;
};

void WordReader::read() {
    const std::size_t size = word_.size();
    if ((code_sizes >> size & 1U) == 0 || !is_free_right(text_, end_)) return;
    if (size == 9) read_nine();
    if (size == 10) read_ten();
    if (size == 11 && is_fi_hetu(word_)) add(DataKind::fi_hetu, 95);
    // A word of capitals may have the form ("ABSOLUTE", of Luxembourg): then it stands right behind its label.
    constexpr std::size_t label_bytes_max = 12;
    const std::size_t label_bytes =
        std::any_of(word_.begin(), word_.end(), is_digit) ? look_bytes_max : label_bytes_max;
    if ((size == 8 || size == 11) && is_bic(word_) && is_named(Topic::bic, label_bytes)) add(DataKind::bic, 85);
    if (size == 14 && word_[0] == 'T' && are_digits(word_.substr(1)) && is_jp_corporate_number(word_.substr(1)))
        add(DataKind::jp_corporate_number, is_named(Topic::jp_corporate_number) ? 95 : 85);   // of a qualified invoice
    if (size == 15 && is_fr_nir_of_corsica(word_)) add(DataKind::fr_nir, 95);
    if (size == 16 && is_it_fiscal_code(word_)) add(DataKind::it_fiscal_code, 95);
    const bool is_twilio = size == 34 && (word_.starts_with("SK") || word_.starts_with("AC"));
    if (is_twilio && word_.substr(2).find_first_not_of("0123456789abcdef") == std::string_view::npos)
        add(DataKind::service_token, 95);
}

void WordReader::read_nine() {
    const std::string_view inner = word_.substr(1, 7);
    const bool is_letter_digits_letter = is_capital(word_[0]) && are_digits(inner) && is_capital(word_[8]);
    if (is_letter_digits_letter && std::string_view("STFGM").find(word_[0]) != std::string_view::npos) {
        if (is_sg_nric(word_))
            add(DataKind::sg_nric, 95);
        else if (is_named(Topic::sg_nric))
            add(DataKind::sg_nric, 85);
    }
    if (is_letter_digits_letter && word_[0] >= 'X') {
        const char eight[8] = {static_cast<char>('0' + word_[0] - 'X'),
                               inner[0],
                               inner[1],
                               inner[2],
                               inner[3],
                               inner[4],
                               inner[5],
                               inner[6]};
        if (es_dni_letter({eight, 8}) == word_[8]) add(DataKind::es_dni, is_named(Topic::es_dni) ? 95 : 85);
    }
    if (are_digits(word_.substr(0, 8)) && is_capital(word_[8])) {
        if (es_dni_letter(word_.substr(0, 8)) == word_[8]) add(DataKind::es_dni, is_named(Topic::es_dni) ? 95 : 70);
        if (is_sg_business(word_)) add(DataKind::sg_uen, is_named(Topic::sg_uen) ? 95 : 50);
    }
    if (is_gb_nino_prefix(word_.substr(0, 2)) && are_digits(word_.substr(2, 6)) && word_[8] >= 'A' && word_[8] <= 'D')
        add(DataKind::gb_nino, is_named(Topic::gb_nino) ? 90 : 70);
    if (are_capitals(word_.substr(0, 2)) && are_digits(word_.substr(2)) && is_named(Topic::passport))
        add(DataKind::jp_passport, 85);
    // M, S, R, O, D and G begin Korean ones.
    if (is_capital(word_[0]) && std::string_view("MSRODG").find(word_[0]) == std::string_view::npos &&
        are_digits(word_.substr(1)) && is_named(Topic::passport))
        add(DataKind::us_passport, 85);
    if (is_de_id_serial(word_) && is_named(Topic::de_id_card)) add(DataKind::de_id_card, 85);
}

void WordReader::read_ten() {
    const unsigned year = are_digits(word_.substr(0, 4)) ? number_of(word_.substr(0, 4)) : 0;
    if (year >= 1900 && year <= 2035 && are_digits(word_.substr(0, 9)) && is_capital(word_[9]) && is_sg_company(word_))
        add(DataKind::sg_uen, is_named(Topic::sg_uen) ? 95 : 70);
    if ((word_[0] == 'T' || word_[0] == 'S' || word_[0] == 'R') && are_digits(word_.substr(1, 2)) &&
        is_capital(word_[3]) && are_digits(word_.substr(5, 4)) && is_capital(word_[9]) && is_sg_other(word_))
        add(DataKind::sg_uen, is_named(Topic::sg_uen) ? 95 : 85);
    if (is_digit(word_[9]) && is_de_id_serial(word_.substr(0, 9)) && is_mrz_checked(word_.substr(0, 9), word_[9]) &&
        is_named(Topic::de_id_card))
        add(DataKind::de_id_card, 95);
}

// "X-1234567-L": a foreigner's number with its hyphens.
void match_nie_with_hyphens(std::string_view text, std::size_t at, Sink& sink) {
    if (text.size() - at < 11 || text[at] < 'X' || text[at] > 'Z' || text[at + 1] != '-') return;
    const std::string_view digits = text.substr(at + 2, 7);
    const bool has_second = text[at + 9] == '-';
    const std::size_t end = at + (has_second ? 11 : 10);
    if (!are_digits(digits) || !is_free_right(text, end)) return;
    std::array<char, 8> eight{static_cast<char>('0' + text[at] - 'X')};
    std::copy(digits.begin(), digits.end(), eight.begin() + 1);
    if (es_dni_letter({eight.data(), eight.size()}) == text[end - 1]) sink.add(at, end, DataKind::es_dni, 90);
}

}   // namespace

void match_world_word(std::string_view text, std::size_t at, std::size_t end, Sink& sink) {
    if (is_identifier_byte(byte_before(text, at))) return;
    const std::size_t size = end - at;
    if (size <= 4 && size > 0 && is_hex(text[at]) &&
        (byte_at(text, end) == ':' || byte_at(text, end) == '-' || byte_before(text, at) == ':' ||
         byte_before(text, at) == '-'))
        match_colon_groups(text, at, sink);
    if (size > word_bytes_max) return;
    // Most words are of no code's length and begin like no code.
    const bool has_country = size >= 4 && is_capital(text[at]) && is_capital(text[at + 1]);
    const bool may_be_nie = text[at] >= 'X' && text[at] <= 'Z';
    if ((!has_country && !may_be_nie && (code_sizes >> size & 1U) == 0) || !is_free_left(text, at)) return;
    if (has_country) {
        match_iban(text, at, sink);
        match_eu_vat(text, at, sink);
    }
    if (may_be_nie) match_nie_with_hyphens(text, at, sink);
    WordReader(text, at, end, text.substr(at, size), false, sink).read();
}

void match_small_word(std::string_view text, std::size_t at, std::size_t end, Sink& sink) {
    const std::size_t size = end - at;
    if (size > word_bytes_max) return;
    if (size >= 4 && is_small(text[at]) && is_small(text[at + 1])) match_iban(text, at, sink);
    if ((code_sizes >> size & 1U) == 0 || !is_free_left(text, at)) return;
    std::array<char, word_bytes_max> capitals{};
    std::transform(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end),
                   capitals.begin(), ascii_upper);
    const std::string_view word(capitals.data(), size);
    match_named_passport(text, at, end, word, sink);
    WordReader(text, at, end, word, true, sink).read();
}

void match_world_letters(std::string_view text, std::size_t at, Sink& sink) {
    if (at >= text.size()) return;
    std::size_t end = at;
    while (end < text.size() && end - at <= word_bytes_max && is_ascii_word(text[end]) && text[end] != '_') ++end;
    match_world_word(text, at, end, sink);
}

}   // namespace gilmok::guard
