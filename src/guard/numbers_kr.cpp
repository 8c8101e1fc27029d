// Formats: korean number systems as their issuers write them. Each kind asks for its own grouping of a run, from every group on,
// because people write a number behind another one. Words are looked for only where the form leaves a doubt.
#include "guard/numbers_kr.hpp"

#include <algorithm>
#include <array>

#include "guard/amounts.hpp"
#include "guard/matcher.hpp"
#include "guard/phones_kr.hpp"
#include "guard/words_kr.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;
using Topic = KoreanTopic;

constexpr std::size_t word_beside_bytes = 120;   // about 40 syllables: the names of banks are common words

// Some groups of a run, taken for one number.
struct Number {
    std::size_t begin = 0, end = 0;
    std::string_view digits;
    std::size_t groups = 0;
};

// Where the last seven digits of a resident number end whose first six end at `at`; 0 where there are none.
struct OtherHalf {
    std::size_t end = 0;
    bool is_tied = false;   // by a hyphen, or by the word for it: else anything may stand in the next line
};
// The end of seven digits that begin at `at`, and of nothing longer.
std::size_t end_of_seven(std::string_view text, std::size_t at) {
    constexpr std::size_t count = 7;
    if (at > 0 && is_ascii_word(text[at - 1])) return 0;
    std::size_t end = at;
    while (end < text.size() && end - at <= count && text[end] >= '0' && text[end] <= '9') ++end;
    const bool goes_on = end < text.size() && (is_ascii_word(text[end]) || text[end] == '-');
    return end - at == count && !goes_on ? end : 0;
}
OtherHalf half_in_next_line(std::string_view text, std::size_t at) {
    constexpr std::size_t gap_bytes_max = 24;   // with the indent of a list or a quoted letter
    bool has_hyphen = false, has_break = false;
    const std::size_t to = std::min(text.size(), at + gap_bytes_max);
    for (; at < to; ++at) {
        const char c = text[at];
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t' && c != '-' && (c != '>' || !has_break)) break;
        if ((c == '-' && has_hyphen) || (c == '\n' && has_break)) return {};
        has_hyphen = has_hyphen || c == '-';
        has_break = has_break || c == '\n';
    }
    return has_break && at < to ? OtherHalf{end_of_seven(text, at), has_hyphen} : OtherHalf{};
}
OtherHalf half_that_is_named(std::string_view text, std::size_t at) {
    constexpr std::size_t word_bytes_max = 64, number_bytes_max = 48;
    static constexpr std::string_view words[] = {"뒷자리", "뒤자리", "뒷 자리", "뒷번호", "뒷부분", "뒤 7", "뒤7"};
    const std::string_view near = text.substr(0, std::min(text.size(), at + word_bytes_max));
    std::size_t word = std::string_view::npos;
    for (const std::string_view name : words) word = std::min(word, near.find(name, at));
    if (word == std::string_view::npos) return {};
    const std::size_t to = std::min(text.size(), word + number_bytes_max);
    for (std::size_t begin = word; begin < to; ++begin)
        if (const std::size_t end = text[begin] >= '0' && text[begin] <= '9' ? end_of_seven(text, begin) : 0; end > 0)
            return {end, true};
    return {};
}
OtherHalf other_half(std::string_view text, std::size_t at) {
    const OtherHalf next = half_in_next_line(text, at);
    return next.end > 0 ? next : half_that_is_named(text, at);
}

class Reader {
public:
    Reader(std::string_view text, const DigitRun& run, Sink& sink)
        : text_(text), run_(run), sink_(sink), words_(sink.around(), text, run.begin, run.end) {}

    void read() {
        for (std::size_t first = 0; first < run_.groups_count; first += used_) {
            used_ = 1;
            if (!begins_number(first)) continue;
            const bool is_found = read_thirteen(first) || read_phone(first) || read_license(first) ||
                                  read_business(first) || read_health(first) || read_account(first);
            if (!is_found) read_customs(first);
        }
    }

private:
    // Below groups_count, as all who ask see to.
    [[nodiscard]] const DigitRun::Group& group(std::size_t i) const { return run_.groups.data()[i]; }
    [[nodiscard]] char byte_before(std::size_t at) const { return at > 0 ? text_[at - 1] : '\0'; }
    [[nodiscard]] char byte_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

    [[nodiscard]] bool is_hyphened(std::size_t group_before) const {
        return group_before + 1U < run_.groups_count && group(group_before + 1U).separator == '-';
    }
    // Not in the middle of something longer: a word, a decimal, an amount with commas, a chain of hyphens.
    [[nodiscard]] bool begins_number(std::size_t first) const {
        if (first > 0) return group(first).separator != '-' && group(first).separator != '.';
        const std::size_t at = group(0).begin;
        const char before = byte_before(at), second = at > 1 ? text_[at - 2] : '\0';
        if (before == '_') return is_hyphened(0) || words_.has(Topic::resident);   // of a file's name
        if (is_ascii_word(before)) return false;
        if (before == ',') return !is_piece_of_amount(text_, at);   // rows of tables have commas too
        return (before != '.' && before != '-' && before != ':') || !is_ascii_word(second) ||
               (before == ':' && !is_digit(second)) || (before == '.' && !is_digit(second));
    }
    [[nodiscard]] bool ends_number(std::size_t last) const {
        if (last + 1U < run_.groups_count) return group(last + 1).separator != '-' && group(last + 1).separator != '.';
        const std::size_t at = group(last).end;
        const char next = byte_at(at);
        if (next == '_') return last > 0 && is_hyphened(last - 1U);
        if (is_ascii_word(next)) return false;
        if (next == ',') return !is_amount_going_on(text_, at);
        return (next != '.' && next != '-' && next != ':') || !is_ascii_word(byte_at(at + 1)) ||
               (next != ':' && !is_digit(byte_at(at + 1)) && next != '-');
    }

    // The groups from `first` on if they are of these sizes and stand alone.
    template <std::size_t N>
    bool is_grouped(std::size_t first, const std::array<int, N>& sizes, Number& number) const {
        if (first + N > run_.groups_count) return false;
        for (std::size_t i = 0; i < N; ++i)
            if (group(first + i).count != sizes[i]) return false;
        if (!ends_number(first + N - 1)) return false;
        number = number_of(first, N);
        return true;
    }
    [[nodiscard]] Number number_of(std::size_t first, std::size_t count) const {
        const DigitRun::Group& last = group(first + count - 1);
        const std::size_t size = last.first + std::size_t{last.count} - group(first).first;
        return {group(first).begin, last.end, run_.all().substr(group(first).first, size), count};
    }
    bool add(const Number& number, DataKind kind, int score) {
        sink_.add(number.begin, number.end, kind, score);
        used_ = number.groups;
        return true;
    }
    // A bare number in front of a unit is an amount.
    [[nodiscard]] bool is_amount(const Number& number) const {
        // Units that begin no word one writes behind an identifier (명 begins 명의, 만 is a particle).
        static constexpr std::string_view units[] = {"원", "%",  "달러", "엔",  "톤",  "km",
                                                     "kg", "ms", "KRW",  "USD", "won", "bytes"};
        std::size_t at = number.end;
        if (byte_at(at) == ' ') ++at;
        const std::string_view behind = text_.substr(std::min(at, text_.size()));
        if (!behind.empty() && std::any_of(std::begin(units), std::end(units), [&](std::string_view unit) {
                return behind[0] == unit[0] && behind.starts_with(unit);
            }))
            return true;
        const std::string_view ahead = text_.substr(0, number.begin);
        return ahead.ends_with("₩") || ahead.ends_with("$") || ahead.ends_with("#");
    }

    bool read_thirteen(std::size_t first) {
        Number number;
        const bool is_split = is_grouped(first, std::array{6, 7}, number);
        if (!is_split && !is_grouped(first, std::array{13}, number)) return read_halves(first);
        // A low line joins names as well, a tilde ranges: both halves have to be sure of themselves.
        const char separator = is_split ? group(first + 1).separator : '\0';
        const bool is_loose = separator == '_' || separator == '~';
        if (is_loose && is_amount(number)) return false;
        const BirthInNumber birth = birth_in(number.digits);
        const bool has_corporate = has_corporate_check(number.digits);
        // A corporation's number may read like a date (110111-…), so its word counts where none speaks for a person.
        const bool is_corporate_word = (!birth.is_likely || has_corporate) && words_.has(Topic::corporate) &&
                                       words_.distance_to(Topic::corporate) < words_.distance_to(Topic::resident);
        if (is_corporate_word) return add(number, DataKind::kr_corporate_no, has_corporate ? 95 : 85);
        const bool is_formed =
            is_split && !is_loose && !has_corporate && number.digits[6] != '0' && number.digits[6] != '9';
        if (birth.is_date && (birth.is_likely || is_formed || is_named_person(birth)))
            return add_person(number, birth, is_split && !is_loose);
        if (is_split && !is_loose && has_corporate) return add(number, DataKind::kr_corporate_no, 85);
        if (words_.has(Topic::corporate)) return add(number, DataKind::kr_corporate_no, 85);
        return false;
    }
    bool is_named_person(const BirthInNumber& birth) {
        return words_.has(Topic::resident) || (birth.is_foreigner && words_.has(Topic::foreigner));
    }
    bool add_person(const Number& number, const BirthInNumber& birth, bool is_split) {
        const DataKind kind = birth.is_foreigner ? DataKind::kr_frn : DataKind::kr_rrn;
        const bool has_check =
            birth.is_foreigner ? has_foreigner_check(number.digits) : has_resident_check(number.digits);
        if (!is_split && is_amount(number)) return false;
        const int by_form = is_split ? 85 : 70;
        return add(number, kind, has_check || is_named_person(birth) ? 95 : by_form);
    }

    // Six digits whose other seven stand in the next line, or are named: "900101-⏎1234567", "앞자리 900101, 뒷자리 1234567".
    bool read_halves(std::size_t first) {
        if (group(first).count != 6 || first + 1U != run_.groups_count) return false;
        const OtherHalf other = other_half(text_, group(first).end);
        if (other.end == 0) return false;
        std::array<char, 13> digits{};
        std::copy_n(text_.begin() + group(first).begin, 6, digits.begin());
        std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(other.end) - 7, 7, digits.begin() + 6);
        const Number number{group(first).begin, other.end, {digits.data(), digits.size()}, 1};
        const BirthInNumber birth = birth_in(number.digits);
        if (!birth.is_date || !birth.is_likely || (!other.is_tied && !is_named_person(birth))) return false;
        return add_person(number, birth, true);
    }

    bool read_phone(std::size_t first) {
        const KoreanPhone phone = read_korean_phone(text_, run_, first);
        if (phone.groups == 0 || !ends_number(first + phone.groups - 1)) return false;
        Number number = number_of(first, phone.groups);
        number.begin = phone.begin;
        int score = phone.score;
        if (phone.groups == 1 && !phone.is_international && is_amount(number)) return false;
        if (score < 85 && words_.has(Topic::phone)) score = 85;
        return score >= phone.score_least && add(number, DataKind::kr_phone, score);
    }

    bool read_license(std::size_t first) {
        Number number;
        if (is_grouped(first, std::array{2, 2, 6, 2}, number)) {
            if (!is_license_region(number.digits)) return false;
            return add(number, DataKind::kr_driver_license, words_.has(Topic::license) ? 95 : 85);
        }
        if (is_grouped(first, std::array{2, 6, 2}, number)) {   // behind the name of a region, as until 2013
            if (!has_region_before(number.begin) && !words_.has(Topic::license)) return false;
            return add(number, DataKind::kr_driver_license, 85);
        }
        if (!is_grouped(first, std::array{12}, number) || !is_license_region(number.digits)) return false;
        return words_.has(Topic::license) && add(number, DataKind::kr_driver_license, 85);
    }
    static bool is_license_region(std::string_view digits) {
        const int region = (digits[0] - '0') * 10 + digits[1] - '0';
        return (region >= 11 && region <= 26) || region == 28;
    }
    [[nodiscard]] bool has_region_before(std::size_t begin) const {
        static constexpr std::string_view regions[] = {"서울", "부산", "경기", "강원", "충북", "충남", "전북", "전남",
                                                       "경북", "경남", "제주", "대구", "인천", "광주", "대전", "울산"};
        if (byte_before(begin) == ' ' || byte_before(begin) == '-') --begin;
        const std::string_view ahead = text_.substr(0, begin);
        return std::any_of(std::begin(regions), std::end(regions),
                           [&](std::string_view name) { return ahead.ends_with(name); });
    }

    bool read_business(std::size_t first) {
        Number number;
        const bool is_split = is_grouped(first, std::array{3, 2, 5}, number);
        if (!is_split && !is_grouped(first, std::array{10}, number)) return false;
        if (number.digits[0] == '0') return false;   // offices are numbered from 101
        const bool has_check = has_business_check(number.digits);
        if (is_split && has_check) return add(number, DataKind::kr_business_no, 95);
        if (!words_.has(Topic::business) || (!is_split && is_amount(number))) return false;
        // Ten bare digits near "사업자" may be an account that is paid to: the nearer word decides.
        if (!has_check && words_.distance_to(Topic::account) < words_.distance_to(Topic::business)) return false;
        return add(number, DataKind::kr_business_no, has_check ? 95 : 85);
    }

    bool read_health(std::size_t first) {
        Number number;
        if (!is_grouped(first, std::array{1, 10}, number) && !is_grouped(first, std::array{11}, number)) return false;
        return words_.has(Topic::health, word_beside_bytes) && add(number, DataKind::kr_health_insurance_no, 85);
    }

    // Ten to sixteen digits in two to five groups, or bare, beside a bank or what is done with an account.
    bool read_account(std::size_t first) {
        std::size_t count = 1;
        const bool is_low_line = first + count < run_.groups_count && group(first + count).separator == '_';
        const char joint = is_low_line ? '_' : '-';
        while (first + count < run_.groups_count && group(first + count).separator == joint) ++count;
        const Number number = number_of(first, count);
        const std::size_t size = number.digits.size();
        if (count > 5 || size < 10 || size > 16 || !ends_number(first + count - 1)) return false;
        if (count == 1 && is_amount(number)) return false;
        if (!words_.has(Topic::account, word_beside_bytes)) return false;
        return add(number, DataKind::kr_bank_account, is_bank_grouping(first, count) ? 85 : 75);
    }
    [[nodiscard]] bool is_bank_grouping(std::size_t first, std::size_t count) const {
        // KB and post 6-2-6; Shinhan, K bank 3-3-6; Woori 4-3-6; Hana 3-6-5; NH, Busan 3-4-4-2; IBK 3-6-2-3; KakaoBank 4-2-7; Toss
        // 4-4-4; SC, NH 3-2-6; Saemaul 4-4-4-1; KDB 3-4-4-3; Citi 3-6-3. Zero ends a row.
        static constexpr std::array<std::array<int, 4>, 12> banks = {{{6, 2, 6, 0},
                                                                      {3, 3, 6, 0},
                                                                      {4, 3, 6, 0},
                                                                      {3, 6, 5, 0},
                                                                      {3, 4, 4, 2},
                                                                      {3, 6, 2, 3},
                                                                      {4, 2, 7, 0},
                                                                      {4, 4, 4, 0},
                                                                      {3, 2, 6, 0},
                                                                      {4, 4, 4, 1},
                                                                      {3, 4, 4, 3},
                                                                      {3, 6, 3, 0}}};
        return std::any_of(banks.begin(), banks.end(), [&](const std::array<int, 4>& sizes) {
            for (std::size_t i = 0; i < sizes.size(); ++i)
                if (sizes[i] != (i < count ? group(first + i).count : 0)) return false;
            return count <= sizes.size();
        });
    }

    void read_customs(std::size_t first) {
        Number number;
        if (!is_grouped(first, std::array{12}, number)) return;
        if (words_.has(Topic::customs, word_beside_bytes)) add(number, DataKind::kr_customs_code, 75);
    }

    std::string_view text_;
    const DigitRun& run_;
    Sink& sink_;
    KoreanWords words_;
    std::size_t used_ = 1;   // groups that the last number took
};

}   // namespace

void match_korean_numbers(std::string_view text, const DigitRun& run, Sink& sink) { Reader(text, run, sink).read(); }

}   // namespace gilmok::guard
