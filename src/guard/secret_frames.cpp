// Secrets known by what stands around them. A frame may be long (a key in armour), but each byte is read for one frame at
// most a few times: a search ends where the next frame could begin.
#include <algorithm>
#include <array>
#include <string>

#include "guard/secrets.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr std::size_t armour_bytes_max = 64U << 10;   // RSA of 16,384 bits has 13 KB
constexpr std::size_t json_token_bytes_max = 16U << 10;

constexpr bool is_url64(char c) { return is_identifier_byte(c) || c == '-'; }
constexpr bool is_base64(char c) {
    return is_digit(c) || is_capital(c) || is_small(c) || c == '+' || c == '/' || c == '=';
}
template <bool (*belongs)(char)>
std::size_t end_of(std::string_view text, std::size_t at, std::size_t most) {
    // Frames are long: what belongs to one is looked up.
    static constexpr auto table = [] {
        std::array<bool, 256> is{};
        for (std::size_t c = 0; c < is.size(); ++c) is[c] = belongs(static_cast<char>(c));
        return is;
    }();
    if (at >= text.size()) return at;
    const std::size_t limit = text.size() - at > most ? at + most : text.size();
    std::size_t end = at;
    while (end < limit && table[static_cast<unsigned char>(text.data()[end])]) ++end;
    return end;
}

// Either alphabet of RFC 4648, padding or not; what is not of it ends the text.
std::string decoded(std::string_view text) {
    std::string bytes;
    unsigned held = 0, bits = 0;
    for (const char c : text) {
        const int value = is_capital(c)          ? c - 'A'
                          : is_small(c)          ? c - 'a' + 26
                          : is_digit(c)          ? c - '0' + 52
                          : c == '-' || c == '+' ? 62
                          : c == '_' || c == '/' ? 63
                                                 : -1;
        if (value < 0) break;
        held = held << 6 | static_cast<unsigned>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(held >> bits & 0xFF));
    }
    return bytes;
}

// What may stand between the lines of armour: its bytes, line ends (also written as "\n"), headers.
constexpr bool is_armoured(char c) {
    return is_base64(c) || c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '\\' || c == ':' || c == ',' ||
           c == '-';
}

void match_armour(std::string_view text, std::size_t at, std::size_t label, Sink& sink) {
    constexpr std::string_view dashes = "-----";
    constexpr std::size_t label_bytes_max = 64, body_least = 16;
    const std::size_t label_end = text.substr(0, std::min(text.size(), label + label_bytes_max)).find(dashes, label);
    if (label_end == std::string_view::npos ||
        text.substr(label, label_end - label).find("PRIVATE KEY") == std::string_view::npos)
        return;
    const std::size_t body = label_end + dashes.size();
    const std::size_t limit = std::min(text.size(), body + armour_bytes_max);
    std::size_t end = text.substr(0, limit).find(dashes, body);
    const std::size_t body_end = std::min(end, limit);
    const std::string_view inside = text.substr(body, body_end - body);
    std::size_t body_bytes = 0;
    for (std::size_t i = 0; i < inside.size() && body_bytes < body_least; ++i)
        body_bytes += is_base64(inside[i]) ? 1U : 0U;
    if (body_bytes < body_least) return;
    if (end != std::string_view::npos && text.substr(end).starts_with("-----END ")) {
        const std::size_t from = end + dashes.size();
        const std::size_t close = text.substr(0, std::min(text.size(), from + label_bytes_max)).find(dashes, from);
        end = close == std::string_view::npos ? from : close + dashes.size();
    } else {
        // Cut off: what still looks like a key goes.
        end = end_of<is_armoured>(text, body, body_end - body);
        if (end - body < body_least) return;
    }
    sink.add(at, end, DataKind::private_key, 95);
}

void match_putty(std::string_view text, std::size_t at, std::size_t behind, Sink& sink) {
    std::string_view window = text.substr(0, std::min(text.size(), at + armour_bytes_max));
    window = window.substr(0, std::min(window.size(), window.find("PuTTY-User-Key-File-", behind)));
    if (window.find("Private-Lines:", behind) == std::string_view::npos) return;
    const std::size_t mac = window.find("Private-MAC:", behind);
    const std::size_t end =
        mac == std::string_view::npos ? window.size() : std::min(window.size(), window.find('\n', mac));
    sink.add(at, end, DataKind::private_key, 95);
}

void match_json_token(std::string_view text, std::size_t at, Sink& sink) {
    constexpr std::size_t header_bytes_max = 2'048, payload_least = 4;
    // The second part begins alike: only the first is a beginning, so that no byte is read for each dot before it.
    if (is_url64(byte_before(text, at)) || byte_before(text, at) == '.') return;
    const std::size_t header_end = end_of<is_url64>(text, at, header_bytes_max);
    if (byte_at(text, header_end) != '.') return;
    const std::size_t payload_end = end_of<is_url64>(text, header_end + 1, json_token_bytes_max);
    if (byte_at(text, payload_end) != '.' || payload_end < header_end + 1 + payload_least) return;
    std::size_t end = end_of<is_url64>(text, payload_end + 1, json_token_bytes_max);
    // An encrypted one has five parts.
    for (int part = 0; part < 2 && byte_at(text, end) == '.' && is_url64(byte_at(text, end + 1)); ++part)
        end = end_of<is_url64>(text, end + 1, json_token_bytes_max);
    const std::string header = decoded(text.substr(at, header_end - at));
    if (header.find("\"alg\"") == std::string::npos) return;
    sink.add(at, end, DataKind::jwt, 95);
}

constexpr bool is_address_byte(char c) {
    constexpr std::string_view ends = "\"'<>`|\\^";
    return c > ' ' && c < '\x7F' && ends.find(c) == std::string_view::npos;
}
constexpr bool is_scheme_byte(char c) {
    return is_digit(c) || is_capital(c) || is_small(c) || c == '+' || c == '.' || c == '-';
}

// scheme://user:password@host/…: RFC 3986 section 3.2.1, with the passwords that people do not escape.
void match_address_with_password(std::string_view text, std::size_t colon, Sink& sink) {
    constexpr std::size_t scheme_bytes_max = 24, user_bytes_max = 256, address_bytes_max = 512;
    std::size_t begin = colon;
    while (begin > 0 && colon - begin < scheme_bytes_max && is_scheme_byte(text[begin - 1])) --begin;
    while (begin < colon && !is_capital(text[begin]) && !is_small(text[begin])) ++begin;
    if (begin == colon) return;
    const std::size_t user = colon + 3;
    const std::size_t to = std::min(text.size(), user + user_bytes_max);
    std::size_t at_sign = 0, password = 0;
    for (std::size_t at = user; at < to && is_address_byte(text[at]) && text[at] != '/'; ++at) {
        if (text[at] == ':' && password == 0) password = at + 1;
        if (text[at] == '@') at_sign = at;
    }
    if (at_sign == 0 || password == 0 || password >= at_sign ||
        is_placeholder(text.substr(password, at_sign - password)))
        return;
    std::size_t end = end_of<is_address_byte>(text, at_sign + 1, address_bytes_max);
    while (end > at_sign + 1 &&
           (text[end - 1] == '.' || text[end - 1] == ',' || text[end - 1] == ')' || text[end - 1] == ';'))
        --end;
    if (end > at_sign + 1) sink.add(begin, end, DataKind::connection_string, 95);
}

void match_bot_token(std::string_view text, std::size_t colon, Sink& sink) {
    constexpr std::size_t hash_bytes = 35, id_digits_least = 8, id_digits_most = 10;
    std::size_t begin = colon;
    while (begin > 0 && colon - begin <= id_digits_most && is_digit(text[begin - 1])) --begin;
    const std::size_t end = end_of<is_url64>(text, colon + 1, hash_bytes + 1);
    if (colon - begin < id_digits_least || colon - begin > id_digits_most || end - colon - 1 != hash_bytes) return;
    if (!is_identifier_byte(byte_before(text, begin))) sink.add(begin, end, DataKind::service_token, 95);
}

constexpr bool is_azure_client_byte(char c) { return is_identifier_byte(c) || c == '~' || c == '.' || c == '-'; }
void match_azure_client(std::string_view text, std::size_t at, std::size_t behind, Sink& sink) {
    constexpr std::size_t front_bytes = 3, rest_least = 31, rest_most = 37;
    if (at < front_bytes) return;
    const std::size_t begin = at - front_bytes, end = end_of<is_azure_client_byte>(text, behind, rest_most + 1);
    if (end_of<is_azure_client_byte>(text, begin, front_bytes) != at || is_azure_client_byte(byte_before(text, begin)))
        return;
    if (end - behind >= rest_least && end - behind <= rest_most) sink.add(begin, end, DataKind::azure_key, 95);
}

constexpr bool is_bearer_byte(char c) { return is_base64(c) || c == '-' || c == '.' || c == '_' || c == '~'; }
void match_bearer(std::string_view text, std::size_t value, Sink& sink) {
    constexpr std::size_t least = 20, most = 512;
    constexpr double entropy_least = 3;
    std::size_t end = end_of<is_bearer_byte>(text, value, most);
    while (end > value && text[end - 1] == '.') --end;
    const std::string_view token = text.substr(value, end - value);
    if (token.size() < least || std::none_of(token.begin(), token.end(), is_digit)) return;
    if (!is_placeholder(token) && entropy_of(token) >= entropy_least) sink.add(value, end, DataKind::high_entropy, 90);
}

void match_basic(std::string_view text, std::size_t value, Sink& sink) {
    constexpr std::size_t least = 8, most = 256;
    const std::size_t end = end_of<is_base64>(text, value, most);
    if (end - value < least || is_identifier_byte(byte_at(text, end))) return;
    const std::string pair = decoded(text.substr(value, end - value));
    const bool is_printable = std::all_of(pair.begin(), pair.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
    const std::size_t colon = pair.find(':');
    if (is_printable && colon != std::string::npos && colon > 0 && colon + 1 < pair.size())
        sink.add(value, end, DataKind::password, 90);
}

// "jdbc:oracle:thin:user/password@host", "sqlplus user/password@net_service": Oracle Database JDBC Developer's Guide, "Data Sources
// and URLs". Without a password the slash stands behind the sign, if at all.
void match_oracle(std::string_view text, std::size_t begin, std::size_t behind, Sink& sink) {
    constexpr std::size_t user_bytes_max = 256, address_bytes_max = 256;
    std::size_t user = behind;
    if (text[behind - 1] == ':') {   // the driver: thin, oci, oci8
        const std::size_t driver_end = end_of<is_identifier_byte>(text, behind, 8);
        if (byte_at(text, driver_end) != ':') return;
        user = driver_end + 1;
    } else {
        if (is_identifier_byte(byte_before(text, begin))) return;
        while (byte_at(text, user) == '-' || byte_at(text, user) == ' ') {   // options: "-s", "-L"
            while (byte_at(text, user) == ' ') ++user;
            if (byte_at(text, user) != '-') break;
            user = end_of<is_graphic>(text, user, user_bytes_max);
        }
        begin = user;
    }
    const std::size_t slash = end_of<is_identifier_byte>(text, user, user_bytes_max);
    if (slash == user || byte_at(text, slash) != '/') return;
    const std::size_t password = slash + 1;
    const std::size_t token_end = end_of<is_address_byte>(text, password, user_bytes_max);
    const std::size_t at_sign = text.substr(0, token_end).find('@', password);
    if (at_sign == std::string_view::npos || at_sign == password) return;
    if (is_placeholder(text.substr(password, at_sign - password))) return;
    const std::size_t end = end_of<is_address_byte>(text, at_sign + 1, address_bytes_max);
    if (end > at_sign + 1) sink.add(begin, end, DataKind::connection_string, 95);
}

// "curl -u user:password https://…": what stands behind the colon.
void match_curl(std::string_view text, std::size_t begin, std::size_t behind, Sink& sink) {
    constexpr std::size_t line_bytes_max = 512, value_bytes_max = 256, password_least = 4;
    if (is_identifier_byte(byte_before(text, begin))) return;
    std::string_view line = text.substr(0, std::min(text.size(), behind + line_bytes_max));
    for (std::size_t end = line.find('\n', behind); end != std::string_view::npos; end = line.find('\n', end + 1)) {
        if (line[end - 1] == '\\') continue;   // the command goes on
        line = line.substr(0, end);
        break;
    }
    for (const std::string_view option : {std::string_view(" -u"), std::string_view(" --user")}) {
        const std::size_t at = line.find(option, behind - 1);
        if (at == std::string_view::npos) continue;
        std::size_t value = at + option.size();
        const bool is_long = option.size() > 3;
        if (is_long && byte_at(line, value) != ' ' && byte_at(line, value) != '=') continue;
        if (byte_at(line, value) == ' ' || byte_at(line, value) == '=') ++value;
        const char quote = byte_at(line, value);
        const bool is_quoted = quote == '"' || quote == '\'';
        value += is_quoted ? 1 : 0;
        std::size_t end = end_of<is_address_byte>(line, value, value_bytes_max);
        if (is_quoted) end = std::min(line.find(quote, value), line.size());
        const std::size_t colon = line.substr(0, end).find(':', value);
        if (colon == std::string_view::npos || colon == value || end - colon - 1 < password_least) continue;
        if (!is_placeholder(line.substr(colon + 1, end - colon - 1))) sink.add(colon + 1, end, DataKind::password, 90);
        return;
    }
}

}   // namespace

void match_secret_frame(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink) {
    constexpr std::size_t account_key_least = 40, account_key_most = 128;
    const std::size_t behind = at + form.text.size();
    if (form.what == SecretText::armour) return match_armour(text, at, behind, sink);
    if (form.what == SecretText::putty) return match_putty(text, at, behind, sink);
    if (form.what == SecretText::json_token) return match_json_token(text, at, sink);
    if (form.what == SecretText::address) return match_address_with_password(text, at, sink);
    if (form.what == SecretText::bot_token) return match_bot_token(text, at, sink);
    if (form.what == SecretText::azure_client) return match_azure_client(text, at, behind, sink);
    if (form.what == SecretText::bearer) return match_bearer(text, behind, sink);
    if (form.what == SecretText::oracle) return match_oracle(text, at, behind, sink);
    if (form.what == SecretText::curl) return match_curl(text, at, behind, sink);
    if (form.what == SecretText::basic) return match_basic(text, behind, sink);
    const std::size_t end = end_of<is_base64>(text, behind, account_key_most);
    if (end - behind >= account_key_least) sink.add(behind, end, form.kind, 95);
}

}   // namespace gilmok::guard
