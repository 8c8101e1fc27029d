// Numbers of the world's registers, cards, phones and hosts in a run of digits. Most are rows of one table: how many
// digits, written in which groups, what their issuer checks, which word names them, and how sure each of these makes us.
// One check digit lets one in ten invented numbers pass, so a bare run of digits needs its word beside it.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

#include "guard/matcher.hpp"
#include "guard/nearby.hpp"
#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

bool is_any(std::string_view) { return true; }
bool is_sg_phone(std::string_view digits) {
    return digits[0] == '3' || digits[0] == '6' || digits[0] == '8' || digits[0] == '9';
}
bool is_nanp_with_one(std::string_view digits) { return digits[0] == '1' && is_nanp(digits.substr(1)); }
// 070 is left to Korea, whose internet phones have the same form.
bool is_jp_mobile(std::string_view digits) { return digits.starts_with("090") || digits.starts_with("080"); }
bool is_jp_city(std::string_view digits) { return digits.starts_with("03") || digits.starts_with("06"); }
bool is_jp_area(std::string_view digits) { return digits[0] == '0' && digits[1] != '0'; }

struct Form {
    DataKind kind;
    std::uint8_t digits;
    std::array<std::uint32_t, 3> shapes;   // digits of each group, four bits each; 0 = none
    bool (*check)(std::string_view digits);
    Topic topic;
    std::uint8_t alone;   // score in its own groups; 20 less where only spaces part them
    std::uint8_t bare;    // score as one group
    std::uint8_t named;   // score with its word beside it
    std::string_view separators = "- ";
};

constexpr Form forms[] = {
    {DataKind::sg_phone, 8, {0x44}, is_sg_phone, Topic::phone, 0, 0, 70},
    {DataKind::us_ssn, 9, {0x324}, is_us_ssn, Topic::us_ssn, 70, 0, 85},
    {DataKind::us_itin, 9, {0x324}, is_us_itin, Topic::us_itin, 70, 0, 90},
    {DataKind::us_ein, 9, {0x27}, is_us_ein, Topic::us_ein, 50, 0, 85, "-"},
    {DataKind::us_bank_routing, 9, {0x441}, is_us_bank_routing, Topic::us_bank_routing, 0, 0, 95},
    {DataKind::us_passport, 9, {}, is_any, Topic::passport, 0, 0, 85},
    {DataKind::nl_bsn, 9, {0x423, 0x333}, is_nl_bsn, Topic::nl_bsn, 0, 0, 95, ". -"},
    {DataKind::gb_nhs, 10, {0x334}, is_gb_nhs, Topic::gb_nhs, 50, 0, 95},
    {DataKind::us_phone, 10, {0x334}, is_nanp, Topic::phone, 70, 0, 85, "-. )"},
    {DataKind::jp_phone, 10, {0x244}, is_jp_city, Topic::jp_phone, 70, 0, 85, "-)"},
    {DataKind::jp_phone, 10, {0x334, 0x424, 0x244}, is_jp_area, Topic::jp_phone, 0, 0, 85, "-)"},
    {DataKind::se_personnummer, 10, {0x64}, is_se_personnummer, Topic::se_personnummer, 50, 0, 95, "-"},
    {DataKind::fi_hetu, 10, {0x64}, is_fi_hetu_digits, Topic::fi_hetu, 50, 0, 95, "-"},
    {DataKind::us_phone, 11, {0x1334}, is_nanp_with_one, Topic::phone, 85, 0, 85, "-. )"},
    {DataKind::jp_phone, 11, {0x344}, is_jp_mobile, Topic::jp_phone, 70, 0, 85, "-"},
    {DataKind::pl_pesel, 11, {}, is_pl_pesel, Topic::pl_pesel, 0, 50, 95},
    {DataKind::de_tax_id, 11, {0x2333}, is_de_tax_id, Topic::de_tax_id, 90, 50, 95, " "},
    {DataKind::jp_my_number, 12, {0x444}, is_jp_my_number, Topic::jp_my_number, 50, 0, 95},
    {DataKind::jp_driver_license, 12, {0x444}, is_jp_driver_license, Topic::jp_driver_license, 0, 0, 95},
    {DataKind::se_personnummer, 12, {0x84}, is_se_personnummer, Topic::se_personnummer, 50, 0, 95, "-"},
    {DataKind::jp_corporate_number, 13, {0x1444}, is_jp_corporate_number, Topic::jp_corporate_number, 85, 0, 95},
    {DataKind::fr_nir, 15, {0x1222332, 0xD2}, is_fr_nir, Topic::fr_nir, 95, 90, 95, " -."},
};

// Where the forms of so many digits begin; they stand in that order.
constexpr std::size_t form_digits_max = 15;
constexpr auto forms_by_digits = [] {
    std::array<std::uint8_t, form_digits_max + 2> first{};
    for (const Form& form : forms)
        for (std::size_t digits = form.digits + 1U; digits < first.size(); ++digits) ++first[digits];
    return first;
}();
static_assert(std::is_sorted(std::begin(forms), std::end(forms),
                             [](const Form& left, const Form& right) { return left.digits < right.digits; }));
static_assert(forms_by_digits.back() == std::size(forms));
std::span<const Form> forms_of(std::size_t digits) {
    if (digits > form_digits_max) return {};
    return std::span(forms).subspan(forms_by_digits[digits], forms_by_digits[digits + 1U] - forms_by_digits[digits]);
}

// How far the word of a bare number may stand: further away it names another one.
constexpr std::size_t bare_bytes_max = 64;
constexpr std::size_t groups_no_amount = 3;
constexpr std::size_t window_groups_max = 7;    // the most groups that any form has
constexpr std::size_t window_digits_max = 19;   // of the longest cards

struct Window {
    std::size_t begin = 0, end = 0;
    std::string_view digits;
    std::uint32_t shape = 0;   // digits of each group, four bits each; 0 for one group
    char separator = 0;        // '*' when they differ
    bool is_cut = false;       // more groups with the same separator stand beside it
    bool is_free = false;      // nothing behind makes it a part of something longer
};

// What parts numbers, and groups of one as well.
constexpr bool is_edge_of_number(char c) { return c == ' ' || c == '/' || c == '(' || c == ')' || c == '~'; }

class RunReader {
public:
    RunReader(std::string_view text, const DigitRun& run, Sink& sink) : text_(text), run_(run), sink_(sink) {}
    void read();

private:
    // Below groups_count, as all who ask see to.
    [[nodiscard]] const DigitRun::Group& group(std::size_t i) const { return run_.groups.data()[i]; }
    [[nodiscard]] char separator_before(std::size_t i) const { return group(i).separator; }
    [[nodiscard]] bool may_begin(std::size_t group) const;
    // A comma beside so many groups is a list's or a table's: "7,678 372 0896,12". Beside fewer it may be an amount's.
    [[nodiscard]] bool is_among_commas(char beside) const {
        return beside == ',' && run_.groups_count >= groups_no_amount;
    }
    [[nodiscard]] std::optional<Window> window(std::size_t first, std::size_t count) const;
    bool is_named(Topic topic, bool is_bare);
    void try_form(const Form& form, const Window& window);
    void try_card(const Window& window);
    void try_letters_beside(const Window& window);
    void try_ip(const Window& window);
    void add(const Window& window, DataKind kind, int score) { sink_.add(window.begin, window.end, kind, score); }

    std::string_view text_;
    const DigitRun& run_;
    Sink& sink_;
};

void RunReader::read() {
    if (run_.groups_count == 0) return;
    if (match_plus_phone(text_, run_, sink_) >= run_.end) return;
    const bool is_beside_colon = byte_at(text_, run_.end) == ':' || byte_before(text_, run_.begin) == ':';
    if (run_.groups_count == 1 && run_.digits_count <= 4 && is_beside_colon)
        match_colon_groups(text_, run_.begin, sink_);
    // "DE 136 695 976": the letters are a word of their own.
    if (byte_before(text_, run_.begin) == ' ' && run_.begin >= 3 && is_capital(text_[run_.begin - 2]) &&
        is_capital(text_[run_.begin - 3]))
        match_eu_vat(text_, run_.begin - 3, sink_);
    for (std::size_t first = 0; first < run_.groups_count; ++first) {
        if (!may_begin(first)) continue;
        for (std::size_t count = 1; count <= window_groups_max && first + count <= run_.groups_count; ++count) {
            const auto seen = window(first, count);
            if (!seen) continue;
            if (seen->digits.size() > window_digits_max) break;
            try_letters_beside(*seen);
            if (!seen->is_free) continue;
            for (const Form& form : forms_of(seen->digits.size())) try_form(form, *seen);
            try_card(*seen);
            if (count == 4) try_ip(*seen);
            if (count <= 3 && !seen->is_cut) match_birth_date(text_, seen->begin, seen->end, sink_);
        }
    }
}

// Whether what stands in front of the group does not make it a part of something longer.
bool RunReader::may_begin(std::size_t group) const {
    if (group == 0) {
        const std::size_t begin = run_.groups[0].begin;
        return is_free_left(text_, begin) || is_among_commas(text_[begin - 1]) || text_[begin - 1] == '_';
    }
    return is_edge_of_number(separator_before(group)) || separator_before(group) == '_';
}

// Of groups of which the first may begin a number; nothing where more of the same stand in front.
std::optional<Window> RunReader::window(std::size_t first, std::size_t count) const {
    const std::size_t last = first + count - 1;
    Window seen;
    seen.begin = group(first).begin;
    seen.end = group(last).end;
    const std::size_t digit = group(first).first;
    seen.digits = run_.all().substr(digit, std::size_t{group(last).first} + group(last).count - digit);
    if (count > 1) {
        for (std::size_t i = first; i <= last; ++i)
            seen.shape = seen.shape << 4 | std::min<std::uint32_t>(group(i).count, 15);
        seen.separator = separator_before(first + 1);
        for (std::size_t i = first + 2; i <= last; ++i)
            if (separator_before(i) != seen.separator && seen.separator != ')') seen.separator = '*';
    }
    // A low line joins the parts of a name, and is an edge of groups with hyphens alone.
    const auto is_edge = [&seen](char outside) {
        seen.is_cut = seen.is_cut || outside == seen.separator;
        return outside == '_' ? seen.separator == '-' : is_edge_of_number(outside);
    };
    const char before = first > 0 ? separator_before(first) : byte_before(text_, seen.begin);
    if (before == '_' && seen.separator != '-') return std::nullopt;
    seen.is_cut = first > 0 && separator_before(first) == seen.separator;
    const bool is_last = last + 1 == run_.groups_count;
    const char behind = byte_at(text_, seen.end);
    seen.is_free =
        is_last ? is_free_right(text_, seen.end) || is_among_commas(behind) || (behind == '_' && seen.separator == '-')
                : is_edge(separator_before(last + 1));
    if (seen.is_cut && seen.separator != ' ') return std::nullopt;
    return seen;
}

bool RunReader::is_named(Topic topic, bool is_bare) {
    return Nearby::look(sink_.around(), text_, run_.begin, run_.end, context_characters)
        .has(topic, is_bare ? bare_bytes_max : look_bytes_max);
}

void RunReader::try_form(const Form& form, const Window& window) {
    const bool is_bare = window.shape == 0;
    if (!is_bare) {
        if (std::find(form.shapes.begin(), form.shapes.end(), window.shape) == form.shapes.end()) return;
        if (form.separators.find(window.separator) == std::string_view::npos) return;
    }
    if (!form.check(window.digits)) return;
    int score = is_bare ? form.bare : form.alone;
    if (!is_bare && window.separator == ' ' && score < 90) score -= 20;
    if (window.is_cut) score = 0;
    if (score < form.named && is_named(form.topic, is_bare)) score = form.named;
    if (score < 50) return;
    const bool is_in_parentheses = window.separator == ')' && byte_before(text_, window.begin) == '(';
    sink_.add(window.begin - (is_in_parentheses ? 1 : 0), window.end, form.kind, score);
}

// Luhn lets one in ten pass and the ranges one in three, so what also could be a timestamp or an order needs its word.
void RunReader::try_card(const Window& window) {
    const std::size_t size = window.digits.size();
    if (size < 13 || !is_card_range(window.digits)) return;
    if (window.shape != 0 && (window.separator == '*' || window.separator == '/')) return;
    const bool is_in_fours = window.shape == 0x4444;
    const bool is_shaped = is_in_fours || window.shape == 0x465 || window.shape == 0x464 || window.shape == 0x44443;
    if (!is_shaped && window.shape != 0) return;
    if (!is_luhn(window.digits)) {
        if (is_in_fours && is_named(Topic::card, false)) add(window, DataKind::card, 85);
        return;
    }
    const bool looks_alike = !is_shaped && (size < 15 || window.digits[0] == '9');
    if (!looks_alike)
        add(window, DataKind::card, is_shaped ? 95 : 90);
    else
        add(window, DataKind::card, is_named(Topic::card, true) ? 95 : 50);
}

// Numbers whose letters stand apart from the digits: "AB 12 34 56 C", "12345678-Z", "131052-308T".
void RunReader::try_letters_beside(const Window& window) {
    const std::size_t end = window.end;
    const char letter = byte_at(text_, end);
    if (window.shape == 0x222 && window.separator == ' ' && window.begin >= 3) {
        const std::size_t begin = window.begin - 3, last = letter == ' ' ? end + 1 : end;
        const char suffix = byte_at(text_, last);
        if (text_[window.begin - 1] == ' ' && is_gb_nino_prefix(text_.substr(begin, 2)) && suffix >= 'A' &&
            suffix <= 'D' && is_free_left(text_, begin) && is_free_right(text_, last + 1))
            sink_.add(begin, last + 1, DataKind::gb_nino, 85);
    }
    const bool is_dni_shape = window.shape == 0 || (window.shape == 0x233 && window.separator == '.');
    if (is_dni_shape && window.digits.size() == 8 && (letter == '-' || letter == ' ') &&
        byte_at(text_, end + 1) == es_dni_letter(window.digits) && is_free_right(text_, end + 2)) {
        const bool is_sure = is_named(Topic::es_dni, true);
        if (is_sure || letter == '-') sink_.add(window.begin, end + 2, DataKind::es_dni, is_sure ? 95 : 70);
    }
    if (window.shape == 0x63 && window.separator == '-' && is_capital(letter) && is_free_right(text_, end + 1) &&
        is_date(0, number_of(window.digits.substr(2, 2)), number_of(window.digits.substr(0, 2))) &&
        hetu_check(window.digits) == letter)
        sink_.add(window.begin, end + 1, DataKind::fi_hetu, 95);
}

// Versions have the same form; a version says so beside it, or its first number is small.
void RunReader::try_ip(const Window& window) {
    if (window.separator != '.') return;
    for (std::size_t i = 0, digit = 0; i < 4; ++i) {
        const std::size_t count = window.shape >> (12 - 4 * i) & 15;
        const std::string_view octet = window.digits.substr(digit, count);
        if (count > 3 || (count > 1 && octet[0] == '0') || number_of(octet) > 255) return;
        digit += count;
    }
    const unsigned first = number_of(window.digits.substr(0, window.shape >> 12));
    // Nobody's: this host, any host, masks and broadcast.
    if (first == 0 || first == 127 || first == 255) return;
    // "Chrome/120.0.0.0", while "http://10.0.0.1" is an address.
    if (byte_before(text_, window.begin) == '/' && window.begin > 1 && is_identifier_byte(text_[window.begin - 2]))
        return;
    const Nearby close = Nearby::look(sink_.around(), text_, window.begin, window.end, 24);
    const bool says_ip = close.has(Topic::address_ip);
    // "IP address: 203.0.113.7" stays one before "the release".
    if (close.has(Topic::version) && !says_ip) return;
    const bool is_small = first < 10;
    if (is_small && !says_ip) return add(window, DataKind::ip_address, 50);
    add(window, DataKind::ip_address, 85);
}

}   // namespace

void match_world_numbers(std::string_view text, const DigitRun& run, Sink& sink) { RunReader(text, run, sink).read(); }

}   // namespace gilmok::guard
