// IPv6 and hardware addresses: RFC 4291 section 2.2 and IEEE 802. Colons and hexadecimal groups are common in code
// ("std::dec", "12:30:45"), so a group of the first kind has to be one that is given out.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "guard/nearby.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr std::size_t address_bytes_max = 45;

unsigned hex_value(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits)
        value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    return value;
}

struct Token {
    std::size_t begin = 0, end = 0;
};

// Hexadecimal digits and `separator` around `at`. Empty where it is longer than an address can be.
Token token_around(std::string_view text, std::size_t at, char separator) {
    const auto belongs = [separator](char c) { return is_hex(c) || c == separator; };
    Token token{at, at};
    while (token.begin > 0 && at - token.begin <= address_bytes_max && belongs(text[token.begin - 1])) --token.begin;
    while (token.end < text.size() && token.end - at <= address_bytes_max && belongs(text[token.end])) ++token.end;
    if (token.end - token.begin > address_bytes_max) return {at, at};
    return token;
}

bool is_mac(std::string_view token, char separator) {
    if (token.size() != 17) return false;
    for (std::size_t i = 0; i < token.size(); ++i)
        if (i % 3 == 2 ? token[i] != separator : !is_hex(token[i])) return false;
    return token != "00:00:00:00:00:00" && token != "ff:ff:ff:ff:ff:ff" && token != "FF:FF:FF:FF:FF:FF";
}

// 8 groups, or fewer around one "::".
bool is_ipv6(std::string_view token) {
    std::size_t groups = 0, gaps = 0, at = 0;
    if (token.starts_with("::")) {
        gaps = 1;
        at = 2;
    }
    while (at < token.size()) {
        const std::size_t begin = at;
        while (at < token.size() && token[at] != ':') ++at;
        if (at == begin || at - begin > 4) return false;
        ++groups;
        if (at == token.size()) break;
        if (token.substr(at).starts_with("::")) {
            ++gaps;
            at += 2;
        } else if (++at == token.size()) {
            return false;
        }
    }
    return gaps == 0 ? groups == 8 : gaps == 1 && groups >= 1 && groups <= 7;
}

// Global unicast, unique local, link local, NAT64: IANA's registry of IPv6 address space.
bool is_given_out(std::string_view token) {
    const std::size_t digits = std::min(token.find(':'), token.size());
    const unsigned first = hex_value(token.substr(0, digits));
    if (digits < 4) return first == 0x64 && token.substr(digits).starts_with(":ff9b");
    return (first >= 0x2000 && first <= 0x3FFF) || (first >= 0xFC00 && first <= 0xFDFF) ||
           (first >= 0xFE80 && first <= 0xFEBF);
}

}   // namespace

void match_colon_groups(std::string_view text, std::size_t at, Sink& sink) {
    for (const char separator : {':', '-'}) {
        Token token = token_around(text, at, separator);
        if (is_mac(text.substr(token.begin, token.end - token.begin), separator) &&
            !is_identifier_byte(byte_before(text, token.begin)) && !is_identifier_byte(byte_at(text, token.end)))
            return sink.add(token.begin, token.end, DataKind::mac_address, 95);
    }
    Token token = token_around(text, at, ':');
    if (token.end - token.begin < 4) return;
    if (text[token.end - 1] == ':' && text[token.end - 2] != ':') --token.end;
    const std::string_view address = text.substr(token.begin, token.end - token.begin);
    if (!is_ipv6(address) || is_identifier_byte(byte_before(text, token.begin)) ||
        is_identifier_byte(byte_at(text, token.end)))
        return;
    if (is_given_out(address))
        sink.add(token.begin, token.end, DataKind::ip_address, 95);
    else if (address.size() > 8 && Nearby::look(sink.around(), text, token.begin, token.end, 40).has(Topic::address_ip))
        sink.add(token.begin, token.end, DataKind::ip_address, 85);
}

// Cisco IOS, "mac-address": H.H.H, of four digits each. Other things come in such groups, so its word is near.
void match_dotted_groups(std::string_view text, std::size_t at, Sink& sink) {
    constexpr std::size_t mac_bytes = 14, word_characters = 80;
    static constexpr std::array<std::string_view, 6> words{"mac", "hardware", "ethernet",
                                                           "arp", "맥 주소",  "물리 주소"};
    const Token token = token_around(text, at, '.');
    const std::string_view address = text.substr(token.begin, token.end - token.begin);
    if (address.size() != mac_bytes || is_identifier_byte(byte_before(text, token.begin)) ||
        is_identifier_byte(byte_at(text, token.end)))
        return;
    for (std::size_t i = 0; i < address.size(); ++i)
        if ((address[i] == '.') != (i % 5 == 4)) return;
    if (address == "0000.0000.0000" || equal_ignoring_case(address, "ffff.ffff.ffff")) return;
    if (has_word_near(text, token.begin, token.end, words, word_characters))
        sink.add(token.begin, token.end, DataKind::mac_address, 85);
}

}   // namespace gilmok::guard
