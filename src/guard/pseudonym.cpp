#include "guard/pseudonym.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <bitset>
#include <functional>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::guard {

namespace {

using model::DataFamily;
using model::DataKind;

using Hash = std::array<unsigned char, 32>;

constexpr std::size_t hash_letters = 10;                       // 50 bits
constexpr std::size_t tail_bytes = 1 + hash_letters + 1 + 1;   // "_7K2M9QX4AB_2"
// No I, L, O, U: what a model copies wrongly, and what spells words.
constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Hash hmac(std::string_view key, std::string_view text) {
    Hash hash{};
    unsigned bytes = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), hash.data(), &bytes);
    GILMOK_ASSERT(bytes == hash.size());
    return hash;
}

// With its length in front, so that no two lists of texts are one.
void append_counted(std::string& out, std::string_view text) {
    append_number(out, text.size());
    out += ':';
    out += text;
}

bool is_word_byte(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// The last byte of a stand-in: a digit that Koreans read with the sound that is wanted (영 일 이 삼 사 오 육 칠 팔 구).
char last_digit(FinalSound sound, unsigned char choice) {
    constexpr std::string_view vowels = "2459", rieuls = "178", consonants = "036";
    const std::string_view digits = sound == FinalSound::vowel   ? vowels
                                    : sound == FinalSound::rieul ? rieuls
                                                                 : consonants;
    return digits[choice % digits.size()];
}

// Letters as they are named: 엘, 알; 엠, 엔; the others end with a vowel.
FinalSound sound_of_ascii(char c) {
    switch (ascii_lower(c)) {
        case '1':
        case '7':
        case '8':
        case 'l':
        case 'r': return FinalSound::rieul;
        case '0':
        case '3':
        case '6':
        case 'm':
        case 'n': return FinalSound::consonant;
        default: return FinalSound::vowel;
    }
}

// The word's own end decides where it is read as a word ("Kim" 김, "Paul" 폴), which is what its letter's name decides, too,
// but for the stops: "Jack" is 잭.
FinalSound sound_of_word_end(char c) {
    switch (ascii_lower(c)) {
        case 'b':
        case 'c':
        case 'k':
        case 'p':
        case 'q': return FinalSound::consonant;
        case 'r': return FinalSound::vowel;   // 피터, 스미더
        default: return sound_of_ascii(c);
    }
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

constexpr std::uint32_t hangul_first = 0xac00, hangul_last = 0xd7a3, finals = 28, final_rieul = 8;

}   // namespace

FinalSound final_sound_of(std::string_view text) {
    for (std::size_t end = text.size(); end > 0;) {
        const char c = text[end - 1];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) return sound_of_ascii(c);
        if (is_lower(c)) return end > 1 && is_lower(text[end - 2]) ? sound_of_word_end(c) : sound_of_ascii(c);
        std::size_t begin = end - 1;
        while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80U) --begin;
        if (end - begin == 3 && (static_cast<unsigned char>(text[begin]) & 0xf0U) == 0xe0U) {
            const auto byte = [&](std::size_t at) {
                return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
            };
            const std::uint32_t code =
                ((byte(begin) & 0xfU) << 12) | ((byte(begin + 1) & 0x3fU) << 6) | (byte(begin + 2) & 0x3fU);
            if (code >= hangul_first && code <= hangul_last) {
                const std::uint32_t final = (code - hangul_first) % finals;
                return final == 0             ? FinalSound::vowel
                       : final == final_rieul ? FinalSound::rieul
                                              : FinalSound::consonant;
            }
        }
        end = begin;   // a full stop, a bracket, a letter of another script: the one before it counts
    }
    return FinalSound::vowel;
}

std::string_view pseudonym_word(DataKind kind) {
    // Kinds whose sort matters to a model have a word of their own, the others their family's.
    if (kind == DataKind::kr_rrn || kind == DataKind::kr_frn) return "RRN";
    if (kind == DataKind::kr_phone || kind == DataKind::phone || kind == DataKind::us_phone ||
        kind == DataKind::jp_phone || kind == DataKind::sg_phone)
        return "PHONE";
    if (kind == DataKind::email) return "EMAIL";
    if (kind == DataKind::kr_address) return "ADDRESS";
    if (kind == DataKind::kr_bank_account || kind == DataKind::us_bank_routing) return "ACCOUNT";
    if (kind == DataKind::card) return "CARD";
    if (kind == DataKind::date_of_birth) return "BIRTHDATE";
    if (kind == DataKind::kr_plate) return "PLATE";
    switch (model::family_of(kind)) {
        case DataFamily::unique_id: return "IDNUMBER";
        case DataFamily::financial: return "FINANCIAL";
        case DataFamily::contact: return "CONTACT";
        case DataFamily::location: return "LOCATION";
        case DataFamily::person: return "PERSON";
        case DataFamily::business: return "BUSINESSNO";
        case DataFamily::network: return "HOST";
        case DataFamily::secret: return "SECRET";
        case DataFamily::own: return "TERM";
        case DataFamily::media: return "MEDIA";
        case DataFamily::count_: break;
    }
    return "VALUE";
}

Pseudonyms::Pseudonyms(const Secret& secret, std::string_view tenant, std::string_view conversation) {
    std::string text;
    append_counted(text, tenant);
    append_counted(text, conversation);
    key_ = hmac(secret.reveal(), text);
}

Pseudonyms::~Pseudonyms() { OPENSSL_cleanse(key_.data(), key_.size()); }

std::string Pseudonyms::make(DataKind kind, std::string_view value, unsigned counter) const {
    std::string text;
    append_counted(text, model::name_of(kind));
    append_counted(text, value);
    append_number(text, counter);
    const Hash hash = hmac({reinterpret_cast<const char*>(key_.data()), key_.size()}, text);
    std::string pseudonym(pseudonym_word(kind));
    pseudonym += '_';
    // Five bits of a byte each: the hash has bytes to spare.
    for (std::size_t i = 0; i < hash_letters; ++i) pseudonym += letters[hash[i] % letters.size()];
    pseudonym += '_';
    pseudonym += last_digit(final_sound_of(value), hash[hash_letters]);
    return pseudonym;
}

std::string_view Pseudonyms::of(DataKind kind, std::string_view value, std::string_view request) {
    std::string key(model::name_of(kind));
    key += ':';
    key += value;
    learn_words_of(request);
    const auto known = by_value_.find(key);
    if (known != by_value_.end()) return known->second->pseudonym;
    if (entries_.size() >= values_max) return {};
    std::string pseudonym;
    unsigned counter = 0;
    do pseudonym = make(kind, value, counter++);
    while (by_pseudonym_.contains(pseudonym) || seen_.contains(pseudonym));
    GILMOK_DASSERT(pseudonym.size() <= pseudonym_bytes_max);
    longest_ = std::max(longest_, pseudonym.size());
    const Entry& entry = entries_.emplace_back(Entry{std::move(pseudonym), std::string(value)});
    by_value_.emplace(std::move(key), &entry);
    by_pseudonym_.emplace(entry.pseudonym, &entry);
    words_.insert(pseudonym_word(kind));
    return entry.pseudonym;
}

// Finds everything that has a stand-in's form: nothing, in most requests.
void Pseudonyms::learn_words_of(std::string_view request) {
    if (request.data() == request_.data() && request.size() == request_.size()) return;
    request_ = request;
    seen_.clear();
    for (std::size_t at = request.find('_'); at != std::string_view::npos; at = request.find('_', at + 1)) {
        if (at + tail_bytes > request.size() || request[at + hash_letters + 1] != '_') continue;
        bool is_one = true;
        for (std::size_t i = at; i < at + tail_bytes; ++i) is_one = is_one && is_word_byte(request[i]);
        if (!is_one) continue;
        for (std::size_t kind = 0; kind < model::data_kinds_count; ++kind) {
            const std::string_view word = pseudonym_word(static_cast<DataKind>(kind));
            if (at < word.size() || request.substr(at - word.size(), word.size()) != word) continue;
            seen_.emplace(request.substr(at - word.size(), word.size() + tail_bytes));
            break;
        }
    }
}

const std::string* Pseudonyms::value_of(std::string_view pseudonym) const {
    const auto found = by_pseudonym_.find(pseudonym);
    return found == by_pseudonym_.end() ? nullptr : &found->second->value;
}

Pseudonyms::Hit Pseudonyms::next(std::string_view text, std::size_t from) const {
    if (entries_.empty()) return {};
    // The first underscore of a stand-in follows its word, so prose without one costs a memchr.
    for (std::size_t at = text.find('_', from); at != std::string_view::npos; at = text.find('_', at + 1)) {
        if (at + tail_bytes > text.size()) return {};
        if (text[at + hash_letters + 1] != '_') continue;
        for (const std::string_view word : words_) {
            if (at < from + word.size() || text.substr(at - word.size(), word.size()) != word) continue;
            const std::size_t begin = at - word.size();
            const auto found = by_pseudonym_.find(text.substr(begin, word.size() + tail_bytes));
            if (found != by_pseudonym_.end()) return {begin, at + tail_bytes, &found->second->value};
        }
    }
    return {};
}

std::size_t Pseudonyms::open_tail(std::string_view text) const {
    if (entries_.empty()) return 0;
    std::size_t bytes = 0;
    while (bytes < text.size() && bytes + 1 < longest_ && is_word_byte(text[text.size() - bytes - 1])) ++bytes;
    for (; bytes > 0; --bytes) {
        const std::string_view tail = text.substr(text.size() - bytes);
        const auto found = by_pseudonym_.lower_bound(tail);
        if (found != by_pseudonym_.end() && found->first.size() > bytes && found->first.starts_with(tail)) return bytes;
    }
    return 0;
}

std::size_t Pseudonyms::restore(std::string_view text, std::string& out) const { return restore_escaped(text, 0, out); }

std::size_t Pseudonyms::restore_escaped(std::string_view text, int depth, std::string& out) const {
    std::size_t count = 0, at = 0;
    for (Hit hit = next(text, 0); hit.value != nullptr; hit = next(text, at), ++count) {
        out += text.substr(at, hit.begin - at);
        append_escaped(out, *hit.value, depth);
        at = hit.end;
    }
    out += text.substr(at);
    return count;
}

std::size_t Pseudonyms::hide(std::string_view json, std::string& out) const {
    constexpr int depth_max = 2;   // as deep as values are ever put back
    std::map<std::string, const Entry*, std::less<>> forms;
    std::set<std::size_t, std::greater<>> sizes;
    std::bitset<256> begins;
    for (const Entry& entry : entries_)
        for (int depth = 1; depth <= depth_max; ++depth) {
            std::string form;
            append_escaped(form, entry.value, depth);
            if (form.empty()) continue;
            begins.set(static_cast<unsigned char>(form.front()));
            sizes.insert(form.size());
            forms.emplace(std::move(form), &entry);
        }
    std::size_t count = 0, kept = 0;
    for (std::size_t at = 0; at < json.size();) {
        const Entry* found = nullptr;
        std::size_t bytes = 1;
        if (begins.test(static_cast<unsigned char>(json[at])))
            for (const std::size_t size : sizes)
                if (const auto form = forms.find(json.substr(at, size)); form != forms.end()) {
                    found = form->second;
                    bytes = form->first.size();
                    break;
                }
        if (found != nullptr) {
            out += json.substr(kept, at - kept);
            out += found->pseudonym;
            kept = at + bytes;
            ++count;
        }
        at += bytes;
    }
    out += json.substr(kept);
    return count;
}

void append_escaped(std::string& out, std::string_view text, int depth) {
    if (depth == 0) {
        out += text;
        return;
    }
    std::string inside(text), outside;
    for (; depth > 0; --depth) {
        outside.clear();
        append_json_escaped(outside, inside);
        inside.swap(outside);
    }
    out += inside;
}

}   // namespace gilmok::guard
