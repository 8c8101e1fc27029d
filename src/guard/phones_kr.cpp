#include "guard/phones_kr.hpp"

#include <algorithm>
#include <array>

namespace gilmok::guard {

namespace {

// What a number begins with, and how many digits follow.
struct Plan {
    std::size_t prefix = 0;   // digits; 0: no number
    std::size_t least = 0, most = 0;
    int bare = 0;   // score without any separator
};

Plan plan_of(std::string_view digits) {
    if (digits.size() < 2 || digits[0] != '0') return {};
    const char second = digits[1], third = digits.size() > 2 ? digits[2] : '\0',
               fourth = digits.size() > 3 ? digits[3] : '\0';
    if (second == '2') return {2, 7, 8, 50};
    if (second == '1') {
        if (third == '0') return {3, 8, 8, 85};   // 010 has eight digits more since 2011
        return std::string_view("16789").find(third) != std::string_view::npos ? Plan{3, 7, 8, 50} : Plan{};
    }
    if (second == '5' && third == '0' && fourth >= '2' && fourth <= '9') return {4, 7, 8, 70};
    if (second == '7' && third == '0') return {3, 8, 8, 70};
    if (second == '8' && third == '0') return {3, 7, 8, 50};
    const bool is_area =
        (second == '3' && third >= '1' && third <= '3') || (second == '4' && third >= '1' && third <= '4') ||
        (second == '5' && third >= '1' && third <= '5') || (second == '6' && third >= '1' && third <= '4');
    return is_area ? Plan{3, 7, 8, 50} : Plan{};
}

// Prefixes of call centres; 15xx to 18xx are years as well, so only those that were given out count.
bool is_call_centre(std::string_view prefix) {
    static constexpr std::string_view prefixes[] = {"1522", "1533", "1544", "1551", "1566", "1577", "1588", "1599",
                                                    "1600", "1644", "1660", "1661", "1666", "1668", "1670", "1688",
                                                    "1800", "1811", "1833", "1855", "1877", "1899"};
    return std::find(std::begin(prefixes), std::end(prefixes), prefix) != std::end(prefixes);
}

// Groups from `first` on, one to four, that hold `prefix` digits, then `least` to `most`: the last group has four digits, or all
// that follow the prefix. How many groups, or 0.
std::size_t groups_of(const DigitRun& run, std::size_t first, std::size_t skip, const Plan& plan) {
    std::size_t total = 0;
    for (std::size_t i = first; i < run.groups_count && i < first + 4; ++i) {
        total += run.groups[i].count;
        const std::size_t count = i - first + 1;
        if (total < skip + plan.prefix + plan.least) continue;
        if (total > skip + plan.prefix + plan.most) return 0;
        const std::size_t last = run.groups[i].count;
        return count == 1 || last == 4 || last + plan.prefix + skip == total ? count : 0;
    }
    return 0;
}

bool is_call_centre_group(const DigitRun& run, std::size_t first) {
    return first + 1U < run.groups_count && run.groups[first].count == 4 && run.groups[first + 1].count == 4 &&
           run.groups[first + 1].separator == '-' && is_call_centre(run.of(first));
}

bool has_plus(std::string_view text, const DigitRun& run) {
    return text[run.begin] == '+' || (run.begin > 0 && text[run.begin - 1] == '+');
}

KoreanPhone read_international(std::string_view text, const DigitRun& run, std::size_t first) {
    const bool is_plus = first == 0 && has_plus(text, run);
    const std::string_view digits = run.all().substr(run.groups[first].first);
    const std::size_t code = is_plus ? 2 : digits.starts_with("0082") ? 4 : digits.starts_with("82") ? 2 : 0;
    if (code == 0 || digits.substr(code - 2, 2) != "82") return {};
    const bool is_split = run.groups[first].count == code;
    if (!is_plus && !is_split) return {};   // 82… without a mark is any number
    // The trunk's 0 is left out abroad, but many write it.
    std::array<char, 12> national{'0'};
    const std::string_view rest = digits.substr(code);
    const std::size_t trunk = rest.starts_with("0") ? 1 : 0;
    const std::size_t size = std::min(rest.size() - std::min(rest.size(), trunk), national.size() - 1);
    std::copy_n(rest.begin() + static_cast<std::ptrdiff_t>(trunk), size, national.begin() + 1);
    Plan plan = plan_of({national.data(), size + 1});
    if (plan.prefix == 0) return {};
    plan.prefix -= 1;
    const std::size_t groups = groups_of(run, first, code + trunk, plan);
    return {is_plus ? run.begin : run.groups[first].begin, groups, is_plus ? 95 : 85, 60, true};
}

}   // namespace

KoreanPhone read_korean_phone(std::string_view text, const DigitRun& run, std::size_t first) {
    const std::size_t at = run.groups[first].begin;
    if (const KoreanPhone phone = read_international(text, run, first); phone.groups > 0) return phone;
    if (is_call_centre_group(run, first)) {
        const int second = (run.of(first + 1)[0] - '0') * 10 + run.of(first + 1)[1] - '0';
        return {at, 2, second >= 15 && second <= 20 ? 50 : 70, 60, false};   // "1588-1592" are years
    }
    const Plan plan = plan_of(run.all().substr(run.groups[first].first));
    if (plan.prefix == 0) return {};
    const std::size_t groups = groups_of(run, first, 0, plan);
    if (groups == 0) return {};
    if (groups == 1) return {at, 1, plan.bare, 60, false};
    // "(02) 123-4567" begins at its parenthesis.
    const bool is_enclosed = run.groups[first + 1].separator == ')' && at > 0 && text[at - 1] == '(';
    const bool has_prefix_alone = run.groups[first].count == plan.prefix;
    const int score = !has_prefix_alone ? 70 : run.groups[first + groups - 1].separator == '-' ? 95 : 85;
    return {is_enclosed ? at - 1 : at, groups, score, 60, false};
}

}   // namespace gilmok::guard
