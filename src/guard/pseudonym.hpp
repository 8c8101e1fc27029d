// Stand-ins for data: the same value gets the same stand-in all through a conversation, and another one in another
// conversation. "PERSON_7K2M9QX4AB_2": a word that tells a model what it is, ten letters and digits of a keyed hash, and a digit
// chosen so that the Korean particle behind the value stays right (은/는, 이/가, 을/를, 으로/로). ASCII, of one length for each
// kind, nothing that JSON must escape.
// Keyed: HMAC-SHA-256(secret, tenant ‖ conversation ‖ kind ‖ value), lengths in front. Sans-IO.
// Owner: one exchange. Nothing is shared between exchanges: the map is made anew from the request, which holds the
// whole conversation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// What the last sound of a word asks of the particle behind it.
enum class FinalSound : std::uint8_t { vowel, rieul, consonant };
FinalSound final_sound_of(std::string_view text);   // of its last letter or digit, as a Korean reads it

// The word that a stand-in of this kind begins with, "PERSON"; nothing but capital letters, and none ends with another.
std::string_view pseudonym_word(model::DataKind kind);

class Pseudonyms {
public:
    static constexpr std::size_t values_max = 10'000;   // of one request; then guard_failed
    static constexpr std::size_t pseudonym_bytes_max = 40;
    // `conversation`: what stays the same over its turns (the client's own id, else its first message).
    Pseudonyms(const Secret& secret, std::string_view tenant, std::string_view conversation);
    ~Pseudonyms();
    Pseudonyms(const Pseudonyms&) = delete;
    Pseudonyms& operator=(const Pseudonyms&) = delete;

    // The stand-in of a value, made at first sight; empty when there are too many. A stand-in that already stands in
    // `request` by itself, or collides with another, is made again with a counter, so that it restores to one value only.
    // `request` is read through once, and again only when it is another one. The view lives as long as this.
    std::string_view of(model::DataKind kind, std::string_view value, std::string_view request);
    // The value of a stand-in that is really in use; nullptr for any other text.
    [[nodiscard]] const std::string* value_of(std::string_view pseudonym) const;
    [[nodiscard]] bool is_empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t longest() const { return longest_; }   // bytes of the longest stand-in in use

    // The first stand-in in use at or behind `from`. Any two never overlap: each is looked for behind the one before.
    struct Hit {
        std::size_t begin = 0, end = 0;
        const std::string* value = nullptr;   // nullptr: there is none
    };
    [[nodiscard]] Hit next(std::string_view text, std::size_t from) const;
    // How many of the last bytes of `text` are a proper prefix of a stand-in in use: what a stream must hold back.
    [[nodiscard]] std::size_t open_tail(std::string_view text) const;
    // Appends `text` with every stand-in in use put back. Returns how many.
    std::size_t restore(std::string_view text, std::string& out) const;
    // The same where the text is the inside of a JSON string, `depth` times over: values are escaped so often.
    std::size_t restore_escaped(std::string_view text, int depth, std::string& out) const;
    // The other way round, for what is kept: appends `json`, or events of it, with every value in use replaced by its stand-in, in strings
    // and in JSON inside of strings. Where one value begins with another, the longer counts. Returns how many.
    std::size_t hide(std::string_view json, std::string& out) const;

private:
    struct Entry {
        std::string pseudonym, value;
    };
    void learn_words_of(std::string_view request);
    std::string make(model::DataKind kind, std::string_view value, unsigned counter) const;

    std::array<unsigned char, 32> key_{};                         // of this conversation
    std::deque<Entry> entries_;                                   // in the order of their first sight; never moved
    std::map<std::string, const Entry*, std::less<>> by_value_;   // kind and value
    std::map<std::string_view, const Entry*> by_pseudonym_;
    std::set<std::string_view> words_;   // in use
    std::size_t longest_ = 0;
    std::string_view request_;                  // that seen_ was learned of
    std::set<std::string, std::less<>> seen_;   // what stands in the request and looks like a stand-in
};

// `text` as the inside of a JSON string, `depth` times over.
void append_escaped(std::string& out, std::string_view text, int depth);

}   // namespace gilmok::guard
