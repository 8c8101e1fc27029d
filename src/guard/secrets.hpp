// The parts of secret detection. A secret is known by a fixed beginning that its issuer gives it (secret_tokens), by a
// frame around it (secret_frames: keys in armour, tokens of three parts, addresses with a password), or by the name it is
// assigned to (secret_names). secrets.cpp lists the texts by which each is found. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guard/matcher.hpp"

namespace gilmok::guard {

enum class SecretText : std::uint8_t {
    token,          // the beginning of a token
    armour,         // "-----BEGIN "
    putty,          // "PuTTY-User-Key-File-"
    json_token,     // "eyJ"
    address,        // "://"
    bot_token,      // ":AA", between the two parts of Telegram's
    azure_client,   // "8Q~", in the middle of Entra ID's client secrets
    account_key,    // "AccountKey=": what follows is the secret
    bearer,         // of an Authorization header
    basic,
    oracle,          // "jdbc:oracle:", "sqlplus ": user/password@host
    curl,            // "curl ", with "-u user:password" on its line
    password_name,   // "password", "비밀번호"
    password_mark,   // "PW:", "암호": what names other things too, and counts as a word of its own with a sign behind
    key_name,        // "token", "api_key", "secret"
    birth,           // no secret: "born", see world.hpp
    at_sign,         // no secret: "(at)", see world.hpp
};

// What an issuer's tokens look like behind their beginning.
enum class SecretBytes : std::uint8_t { alnum, word, url64, base64, upper, hex, dotted };
struct SecretForm {
    std::string_view text;
    SecretText what = SecretText::token;
    model::DataKind kind = model::DataKind::count_;
    SecretBytes bytes = SecretBytes::alnum;
    std::uint16_t least = 0, most = 0;   // bytes behind `text`
};

void match_secret_token(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink);
void match_secret_frame(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink);
void match_secret_name(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink);

// Bits for each byte, by Shannon, of how often each byte stands in `value`: about 4 for random hexadecimal, 4.5 and more for
// random base64 of 32 bytes, below 3.5 for words.
double entropy_of(std::string_view value);
// Whether a value stands in for one: <password>, ${VAR}, ****, your-api-key, changeme…
bool is_placeholder(std::string_view value);

}   // namespace gilmok::guard
