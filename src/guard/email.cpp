// E-mail addresses around an '@': RFC 5321 sections 4.1.2 and 4.5.3.1 for lengths, RFC 6531 and IDNA for other scripts. What
// code and chat write with '@' is none: mentions, decorators, package versions, image scales.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

constexpr std::size_t local_bytes_max = 64, domain_bytes_max = 253, label_bytes_max = 63;

bool is_other_script(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_letter_or_digit(char c) { return is_digit(c) || is_capital(c) || is_small(c); }
// Of the local part: what people use. Quotes, brackets and '=' around an address are the text's.
bool is_local(char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-' || c == '&' || c == '~' ||
           c == '\'';
}

// Last labels of other scripts, so that a Korean particle behind one is not taken for a part of it.
constexpr std::array<std::string_view, 18> other_tops{"한국",   "닷컴", "닷넷", "삼성", "中国", "中國",
                                                      "公司",   "网络", "香港", "台灣", "台湾", "コム",
                                                      "みんな", "рф",   "бел",  "укр",  "срб",  "ελ"};

// Endings of files and packages that stand behind an '@' in code, none of them a top-level domain.
bool is_file_ending(std::string_view label) {
    static constexpr std::array<std::string_view, 24> endings{
        "png",  "jpg",  "jpeg", "gif", "svg",  "webp", "bmp", "js",  "ts",  "jsx", "tsx",    "css",
        "html", "json", "yaml", "yml", "toml", "xml",  "txt", "tgz", "whl", "jar", "latest", "local"};
    return std::any_of(endings.begin(), endings.end(),
                       [label](auto ending) { return equal_ignoring_case(ending, label); });
}

// Where the local part begins; `at` when there is none.
std::size_t begin_of_local(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && at - begin <= local_bytes_max && is_local(text[begin - 1])) --begin;
    if (at - begin > local_bytes_max) return at;
    while (begin < at && !is_letter_or_digit(text[begin]) && text[begin] != '_') ++begin;
    return begin;
}

// The domain's end, or `at` when it is none. Labels of ASCII end where another script begins: particles follow so.
std::size_t end_of_domain(std::string_view text, std::size_t at) {
    std::size_t labels = 0, end = at, label = at;
    std::string_view last;
    while (label < text.size() && label - at < domain_bytes_max) {
        std::size_t to = label;
        const bool is_other = is_other_script(text[label]);
        while (to < text.size() && to - label <= label_bytes_max &&
               (is_letter_or_digit(text[to]) || text[to] == '-' || (is_other && is_other_script(text[to]))))
            ++to;
        while (to > label && text[to - 1] == '-') --to;
        if (to == label || to - label > label_bytes_max || text[label] == '-') break;
        last = text.substr(label, to - label);
        if (is_other && byte_at(text, to) != '.') {
            const auto* top = std::find_if(other_tops.begin(), other_tops.end(),
                                           [last](std::string_view known) { return last.starts_with(known); });
            if (top == other_tops.end()) break;
            to = label + top->size();
            last = *top;
        }
        ++labels;
        end = to;
        if (byte_at(text, to) != '.') break;
        label = to + 1;
    }
    if (labels < 2) return at;
    last = text.substr(0, end);
    last = last.substr(last.rfind('.') + 1);
    const bool is_top = is_other_script(last[0]) || last.starts_with("xn--") ||
                        (last.size() >= 2 &&
                         std::all_of(last.begin(), last.end(), [](char c) { return is_capital(c) || is_small(c); }));
    return is_top && !is_file_ending(last) ? end : at;
}

// The end of the label of ASCII at `at`; `at` itself where there is none.
std::size_t end_of_label(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end - at <= label_bytes_max && (is_letter_or_digit(byte_at(text, end)) || byte_at(text, end) == '-')) ++end;
    while (end > at && text[end - 1] == '-') --end;
    return end - at > label_bytes_max ? at : end;
}
// Behind a full stop between two labels, as it is or spelled; `at` where there is none.
std::size_t end_of_dot(std::string_view text, std::size_t at) {
    static constexpr std::string_view dots[] = {".",     " (dot) ", "(dot)", " [dot] ", "[dot]",
                                                " dot ", " 점 ",    "점",    " 닷 ",    "닷"};
    for (const std::string_view dot : dots)
        if (equal_ignoring_case(text.substr(at, dot.size()), dot)) return at + dot.size();
    return at;
}

}   // namespace

void match_spelled_at_sign(std::string_view text, std::size_t at, std::string_view sign, Sink& sink) {
    // A space stands on both sides of the sign or on neither: code calls and indexes otherwise.
    const bool is_apart = byte_before(text, at) == ' ', is_apart_behind = byte_at(text, at + sign.size()) == ' ';
    if (is_apart != is_apart_behind) return;
    const std::size_t local_end = is_apart ? at - 1 : at;
    const std::size_t begin = begin_of_local(text, local_end);
    if (begin == local_end || is_identifier_byte(byte_before(text, begin)) || text[local_end - 1] == '.') return;
    std::size_t end = at + sign.size() + (is_apart ? 1 : 0), labels = 0;
    std::string_view last;
    for (std::size_t label = end; label - at <= domain_bytes_max;) {
        const std::size_t to = end_of_label(text, label);
        if (to == label) break;
        last = text.substr(label, to - label);
        end = to;
        ++labels;
        label = end_of_dot(text, to);
        if (label == to) break;
    }
    constexpr std::size_t top_bytes_min = 2, top_bytes_max = 10;   // longer ones are rare, words of prose are not
    const bool is_top = last.size() >= top_bytes_min && last.size() <= top_bytes_max && !is_file_ending(last) &&
                        std::all_of(last.begin(), last.end(), [](char c) { return is_capital(c) || is_small(c); });
    if (labels >= 2 && is_top) sink.add(begin, end, model::DataKind::email, 85);
}

void match_at_sign(std::string_view text, std::size_t at, Sink& sink) {
    const std::size_t end = end_of_domain(text, at + 1);
    if (end == at + 1) return;
    std::size_t begin = begin_of_local(text, at);
    int score = 95;
    if (begin == at) {
        // A name in another script: RFC 6531. What stands before it, without a space, cannot be told from it.
        while (begin > 0 && at - begin < local_bytes_max && is_other_script(text[begin - 1])) --begin;
        while (begin < at && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
        if (begin == at) return;
        score = 70;
    }
    if (begin > 0 && text[begin - 1] == '@') return;
    if (text[at - 1] == '.') return;
    // "git@github.com:owner/name" names a repository.
    if (text.substr(begin, at - begin) == "git" && (byte_at(text, end) == ':' || byte_at(text, end) == '/')) return;
    sink.add(begin, end, model::DataKind::email, score);
}

}   // namespace gilmok::guard
