// Dictionaries: what they find against a plain search, whole words before Korean particles, signatures, limits, and that time
// grows with the text alone.
#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <memory>

#include "guard/dictionary.hpp"
#include "guard/dictionary_words.hpp"
#include "wire/base64.hpp"

using namespace gilmok;
using guard::Dictionary;

namespace {

std::string told(std::span<const Dictionary::Source> sources, std::string_view text) {
    const auto made = Dictionary::build(sources);
    REQUIRE_MESSAGE(made.has_value(), (made ? std::string() : made.error()));
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    REQUIRE((*made)->scan(text, scratch, sink));
    std::string line;
    for (const auto& finding : found) {
        CHECK(finding.kind == model::DataKind::term);
        line += std::to_string(finding.own) + ":" +
                std::string(text.substr(finding.begin, finding.end - finding.begin)) + " ";
    }
    return line;
}
std::string told(std::string_view terms, std::string_view text, bool is_whole_word = true) {
    const Dictionary::Source source{
        .name = "test", .terms = terms, .signature = {}, .public_key = {}, .is_whole_word = is_whole_word};
    return told(std::span(&source, 1), text);
}
std::string problem(const Dictionary::Source& source) {
    const auto made = Dictionary::build(std::span(&source, 1));
    return made ? "" : made.error();
}
std::string problem(std::string_view terms) {
    return problem({.name = "test", .terms = terms, .signature = {}, .public_key = {}});
}

struct Key {
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
    [[nodiscard]] std::string public_text() const {
        std::string raw(32, '\0');
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
        return wire::base64(raw);
    }
    [[nodiscard]] std::string sign(std::string_view bytes) const {
        const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        std::string raw(64, '\0');
        std::size_t size = raw.size();
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(raw.data()), &size,
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        return wire::base64(raw);
    }
};

}   // namespace

TEST_CASE("terms are found without regard to ASCII case, comments and empty lines left out") {
    CHECK(told("# names\n\n  Falcon \r\nProject Blue\n", "falcon and PROJECT BLUE, not # names") ==
          "1:falcon 1:PROJECT BLUE ");
    CHECK(told("", "anything").empty());
    CHECK(told("he\nshe\nhers\nhis", "ushers his", false) == "1:shers 1:his ");
    CHECK(told("ab\nabc\nbcd", "abcd xbcd", false) == "1:abcd 1:bcd ");
}

TEST_CASE("a whole word ends where another begins, and before Korean particles") {
    CHECK(told("falcon", "falcons Falcon's falcon_1 falcon-1 9falcon") == "1:Falcon 1:falcon ");
    CHECK(told("falcon", "Falcon은 우리Falcon프로젝트") == "1:Falcon 1:Falcon ");
    CHECK(told("길목", "길목은 길목에서는 길목입니다 길목. 길목들이") == "1:길목 1:길목 1:길목 1:길목 1:길목 ");
    CHECK(told("길목", "길목길 새길목 길목명은 길목사거리") == "");
    CHECK(told("길목", "길목길 새길목", false) == "1:길목 1:길목 ");
    CHECK(told("東京計画", "新東京計画書") == "1:東京計画 ");
    CHECK(told("señal", "señales señal") == "1:señal ");
    // The shorter term is a word where the longer is none.
    CHECK(told("project falcon\nfalcon", "xproject falcon") == "1:falcon ");
}

TEST_CASE("several dictionaries keep apart, the first has what both have") {
    const Dictionary::Source sources[] = {{.name = "a", .terms = "alpha\nboth", .signature = {}, .public_key = {}},
                                          {.name = "b", .terms = "beta\nboth", .signature = {}, .public_key = {}}};
    const auto made = Dictionary::build(sources);
    REQUIRE(made.has_value());
    CHECK((*made)->terms_count() == 3);
}

TEST_CASE("a signature has to fit the bytes") {
    const Key key, other;
    const std::string terms = "falcon\n", key_text = key.public_text(), other_text = other.public_text();
    const std::string signature = key.sign(terms) + "\n", wrong = other.sign(terms);
    CHECK(problem({.name = "x", .terms = terms, .signature = signature, .public_key = key_text}).empty());
    CHECK(problem({.name = "x", .terms = "falco\n", .signature = signature, .public_key = key_text})
              .find("does not fit") != std::string::npos);
    CHECK(problem({.name = "x", .terms = terms, .signature = wrong, .public_key = key_text}).find("does not fit") !=
          std::string::npos);
    CHECK(
        problem({.name = "x", .terms = terms, .signature = signature, .public_key = other_text}).find("does not fit") !=
        std::string::npos);
    CHECK(problem({.name = "x", .terms = terms, .signature = "", .public_key = key_text}).find("missing") !=
          std::string::npos);
    CHECK(problem({.name = "x", .terms = terms, .signature = "AAAA", .public_key = key_text}).find("64 bytes") !=
          std::string::npos);
    CHECK(problem({.name = "x", .terms = terms, .signature = signature, .public_key = "AAAA"}).find("public_key") !=
          std::string::npos);
    CHECK(problem({.name = "x", .terms = terms, .signature = signature, .public_key = "!!!!"}).find("public_key") !=
          std::string::npos);
}

TEST_CASE("what is wrong with a file is told with its line") {
    CHECK(problem("good\n\xFF\xFE\n").find("line 2: is not UTF-8") != std::string::npos);
    CHECK(problem("a\n").find("line 1: has one letter") != std::string::npos);
    CHECK(problem(std::string(257, 'a')).find("longer than 256") != std::string::npos);
    CHECK(problem(std::string(256, 'a')).empty());
    CHECK(problem({.name = "x", .terms = "abc", .signature = {}, .public_key = {}, .score = 0}).find("score") !=
          std::string::npos);
    CHECK(problem(std::string((64U << 20) + 1, '\n')).find("64 MiB") != std::string::npos);
    const std::vector<Dictionary::Source> many(256, {.name = "x", .terms = "ab", .signature = {}, .public_key = {}});
    CHECK_FALSE(Dictionary::build(many).has_value());
}

TEST_CASE("time grows with the text alone, however the terms overlap") {
    std::string terms;
    for (int i = 2; i <= 256; ++i)
        terms += std::string(static_cast<std::size_t>(i - 1), 'a') + "b\n" +
                 std::string(static_cast<std::size_t>(i), 'a') + "\n";
    const Dictionary::Source source{.name = "x", .terms = terms, .signature = {}, .public_key = {}};
    const auto made = Dictionary::build(std::span(&source, 1));
    REQUIRE(made.has_value());
    for (const std::string& part :
         {std::string("a"), std::string("ab"), std::string("aaac"), std::string(255, 'a') + "c"}) {
        std::string text;
        while (text.size() < 100'000) text += part;
        CHECK((*made)->steps_of(text) <= 2 * text.size());
    }
}

TEST_CASE("more findings than a text may have fail the scan") {
    const Dictionary::Source source{.name = "x", .terms = "ab", .signature = {}, .public_key = {}};
    const auto made = Dictionary::build(std::span(&source, 1));
    REQUIRE(made.has_value());
    guard::DetectScratch scratch;
    std::vector<model::Finding> found;
    guard::Sink sink(found);
    std::string text;
    for (std::size_t i = 0; i <= guard::findings_max; ++i) text += "ab ";
    CHECK_FALSE((*made)->scan(text, scratch, sink));
}

TEST_CASE("UTF-8 is told from what is none") {
    CHECK(guard::is_utf8("abc 가나 é 😀"));
    for (const std::string text : {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"})
        CHECK_FALSE(guard::is_utf8(text));
}
