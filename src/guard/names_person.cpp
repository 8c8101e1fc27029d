#include "guard/names_person.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "guard/hangul.hpp"

namespace gilmok::guard {
namespace {

constexpr std::size_t words_max = 4;

// Capitalised words that are no part of a person's name. Sorted.
constexpr std::array<std::string_view, 64> no_person_words{
    "All",      "And",     "Any",       "Author",  "Bank",     "Best",     "Billing", "Business", "City",    "Class",
    "Client",   "Code",    "Colleague", "Company", "Customer", "Data",     "Date",    "Dear",     "Default", "Editor",
    "Engineer", "Enter",   "Field",     "File",    "Friend",   "Friends",  "Guest",   "Hello",    "Hiring",  "Investor",
    "Its",      "Madam",   "Manager",   "Members", "Name",     "Neighbor", "None",    "Not",      "Number",  "Order",
    "Our",      "Partner", "Please",    "Product", "Project",  "Reader",   "Regards", "Required", "Sales",   "Server",
    "Service",  "Sir",     "Student",   "Support", "Team",     "Test",     "The",     "This",     "Type",    "Unknown",
    "User",     "Users",   "Valued",    "Your"};
static_assert(is_sorted_table(no_person_words));

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// End of the capitalised word at `at` ("Kim", "O'Brien", "McAdam", "Anne-Marie", "Min-ho", "J."); `at` where there is none. Letters with
// marks are two bytes, which count as letters.
std::size_t word_end(std::string_view text, std::size_t at) {
    if (at >= text.size() || !(is_upper(text[at]) || static_cast<unsigned char>(text[at]) == 0xC3)) return at;
    std::size_t end = at + 1, letters = 0;
    while (end < text.size() && end - at < 24) {
        const auto c = static_cast<unsigned char>(text[end]);
        // Korean given names are written "Min-ho".
        const bool is_joint = (text[end] == '\'' || text[end] == '-') && end + 1 < text.size() &&
                              (is_upper(text[end + 1]) || (text[end] == '-' && is_lower(text[end + 1])));
        if (!is_ascii_letter(text[end]) && !is_joint && !(c >= 0x80 && c <= 0xC5)) break;
        letters += is_lower(text[end]) || c >= 0x80 ? 1U : 0U;
        ++end;
    }
    if (letters == 0 && end - at == 1) return stands_at(text, end, ".") ? end + 1 : at;   // an initial
    if (letters == 0) return at;   // a shouted word or an abbreviation
    if (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
        return at;   // longer than any name
    if (end < text.size() && (is_digit(text[end]) || text[end] == '_' || text[end] == '@')) return at;
    return end;
}

struct Person {
    std::size_t end = 0;
    std::size_t words = 0;   // without initials
};
std::optional<Person> person_from(std::string_view text, std::size_t begin) {
    Person person;
    std::size_t at = begin;
    for (std::size_t i = 0; i < words_max; ++i) {
        const std::size_t end = word_end(text, at);
        if (end == at || has_word(no_person_words, text.substr(at, end - at))) break;
        person.end = end;
        person.words += text[end - 1] == '.' ? 0U : 1U;
        if (!stands_at(text, end, " ")) break;
        at = end + 1;
    }
    if (person.words == 0) return std::nullopt;
    return person;
}

bool is_word_begin(std::string_view text, std::size_t at) {
    return at == 0 ||
           (!is_ascii_letter(text[at - 1]) && !is_digit(text[at - 1]) && text[at - 1] != '_' && text[at - 1] != '.');
}

// "Name:" says a person's name unless the word before says whose: "file name:", "host name:".
bool is_name_of_person(std::string_view text, std::size_t at) {
    if (at == 0 || text[at - 1] != ' ') return is_word_begin(text, at);
    constexpr std::array<std::string_view, 18> owners{
        "full",     "Full",    "first",   "First",     "last",      "Last",     "patient",  "Patient", "customer",
        "Customer", "contact", "Contact", "applicant", "Applicant", "employee", "Employee", "my",      "My"};
    if (std::any_of(owners.begin(), owners.end(), [&](auto owner) { return stands_before(text, at - 1, owner); }))
        return true;
    return at < 2 || !is_ascii_letter(text[at - 2]);
}

}   // namespace

bool match_person_value(std::string_view text, std::size_t at, Sink& sink) {
    const auto person = person_from(text, at);
    if (!person || person->words < 2) return false;
    sink.add(at, person->end, model::DataKind::person_name, 85);
    return true;
}

void match_person(std::string_view text, std::size_t at, std::string_view anchor, Sink& sink) {
    if (!is_word_begin(text, at)) return;
    std::size_t begin = at + anchor.size();
    const auto skip = [&](std::string_view what) { begin += stands_at(text, begin, what) ? what.size() : 0; };
    const bool is_label = anchor.ends_with(':') || anchor == "name is " || anchor == "Signed by ";
    if (anchor == "Prof") skip("essor");
    if (anchor == "Prof" || anchor == "Mrs") skip(".");
    if (is_label || anchor == "Prof" || anchor == "Mrs") {
        const std::size_t gap = begin;
        while (begin < text.size() && begin - gap < 8 &&
               std::string_view(" \t*\"'").find(text[begin]) != std::string_view::npos)
            ++begin;
        if (begin == gap && !is_label) return;
    }
    if (begin >= text.size()) return;
    const bool is_name = anchor == "Name:" || anchor == "name:" || anchor == "NAME:" || anchor == "name is ";
    if (is_name && !is_name_of_person(text, at)) return;
    if (is_label && is_hangul_at(text, begin)) return match_korean_name_value(text, begin, sink);
    const auto person = person_from(text, begin);
    if (!person) return;
    if (is_label) {
        // "Name: Monthly" is a form's; a single word is a name only where somebody says so.
        if (person->words >= 2 || anchor == "name is ") sink.add(begin, person->end, model::DataKind::person_name, 85);
        return;
    }
    if (anchor == "Dear ") {
        const bool is_greeting =
            person->end >= text.size() || std::string_view(",:\n!").find(text[person->end]) != std::string_view::npos;
        if (is_greeting) sink.add(begin, person->end, model::DataKind::person_name, 80);
        return;
    }
    sink.add(begin, person->end, model::DataKind::person_name, 80);
}

}   // namespace gilmok::guard
