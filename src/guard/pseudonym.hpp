// Stand-ins for data: the same value gets the same stand-in all through a conversation, and another one in another
// conversation. ASCII letters, digits and '_', of one length for each kind, nothing that JSON must escape. The last
// character is chosen so that the Korean particle behind the value stays right (은/는, 이/가, 을/를, 으로/로).
// Keyed: HMAC-SHA-256(secret, tenant ‖ conversation ‖ kind ‖ value). Sans-IO.
// Owner: one exchange. Nothing is shared between exchanges: the map is made anew from the request, which holds the
// whole conversation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// What the last sound of a word asks of the particle behind it.
enum class FinalSound : std::uint8_t { vowel, rieul, consonant };
FinalSound final_sound_of(std::string_view text);   // of its last letter or digit, as a Korean reads it

class Pseudonyms {
public:
    static constexpr std::size_t values_max = 10'000;   // of one request; then guard_failed
    static constexpr std::size_t pseudonym_bytes_max = 40;
    // `conversation`: what stays the same over its turns (the client's own id, else its first message).
    Pseudonyms(const Secret& secret, std::string_view tenant, std::string_view conversation);
    // The stand-in of a value, made at first sight; empty when there are too many. A stand-in that already stands in
    // `request` by itself, or collides with another, is made again with a counter, so that it restores to one value only.
    std::string_view of(model::DataKind kind, std::string_view value, std::string_view request);
    // The value of a stand-in that is really in use; nullptr for any other text.
    [[nodiscard]] const std::string* value_of(std::string_view pseudonym) const;
    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] std::size_t longest() const;   // bytes of the longest stand-in in use
    // How many of the last bytes of `text` are a proper prefix of a stand-in in use: what a stream must hold back.
    [[nodiscard]] std::size_t open_tail(std::string_view text) const;
    // Appends `text` with every stand-in in use put back. Returns how many.
    std::size_t restore(std::string_view text, std::string& out) const;
    // The same inside a JSON string: values are escaped `depth` times.
    std::size_t restore_escaped(std::string_view text, int depth, std::string& out) const;

private:
    struct Entry {
        std::string pseudonym, value;
        model::DataKind kind;
    };
    std::array<unsigned char, 32> key_{};
    std::vector<Entry> entries_;   // sorted by pseudonym once restoring begins; see the .cpp
};

}   // namespace gilmok::guard
