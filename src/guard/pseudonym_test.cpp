#include "guard/pseudonym.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace gilmok::guard {

using model::DataKind;

namespace {
const Secret secret("a secret of the organisation");
}

TEST_CASE("the last sound is read as a Korean reads it") {
    struct Case {
        std::string_view text;
        FinalSound sound;
    };
    using enum FinalSound;
    for (const Case& one : {Case{"김철수", vowel},
                            Case{"홍길동", consonant},
                            Case{"이서울", rieul},
                            Case{"12", vowel},
                            Case{"1", rieul},
                            Case{"7", rieul},
                            Case{"8", rieul},
                            Case{"3", consonant},
                            Case{"0", consonant},
                            Case{"6", consonant},
                            Case{"5", vowel},
                            Case{"LG", vowel},
                            Case{"SAML", rieul},
                            Case{"IBM", consonant},
                            Case{"Kim", consonant},
                            Case{"Jack", consonant},
                            Case{"Paul", rieul},
                            Case{"Peter", vowel},
                            Case{"(홍길동)", consonant},
                            Case{"a@b.co.kr", vowel},
                            Case{"", vowel},
                            Case{"日本", vowel},
                            Case{"\xff\x80", vowel}}) {
        CAPTURE(one.text);
        CHECK(final_sound_of(one.text) == one.sound);
    }
}

TEST_CASE("a stand-in ends with the sound of its value, so the particle behind it stays right") {
    Pseudonyms pseudonyms(secret, "acme", "c1");
    for (const char* name : {"김철수", "홍길동", "이서울", "박준", "최별", "한나"}) {
        CAPTURE(name);
        const std::string stand_in(pseudonyms.of(DataKind::kr_name, name, ""));
        CHECK(final_sound_of(stand_in) == final_sound_of(name));
    }
}

TEST_CASE("a value has one stand-in in a conversation, and another one in another conversation, tenant or kind") {
    Pseudonyms one(secret, "acme", "c1"), again(secret, "acme", "c1"), other(secret, "acme", "c2"),
        tenant(secret, "acm", "ec1"), keyed(Secret("another"), "acme", "c1");
    const std::string first(one.of(DataKind::kr_name, "홍길동", ""));
    CHECK(one.of(DataKind::kr_name, "홍길동", "") == first);
    CHECK(again.of(DataKind::kr_name, "홍길동", "") == first);
    CHECK(other.of(DataKind::kr_name, "홍길동", "") != first);
    CHECK(tenant.of(DataKind::kr_name, "홍길동", "") != first);
    CHECK(keyed.of(DataKind::kr_name, "홍길동", "") != first);
    CHECK(one.of(DataKind::person_name, "홍길동", "") != first);
    CHECK(one.of(DataKind::kr_name, "홍길순", "") != first);
}

TEST_CASE("stand-ins are capital letters, digits and underscores, of one length for each kind, and short enough") {
    Pseudonyms pseudonyms(secret, "t", "c");
    std::vector<std::string> words;
    for (std::size_t i = 0; i < model::data_kinds_count; ++i) {
        const auto kind = static_cast<DataKind>(i);
        const std::string one(pseudonyms.of(kind, "value one", "")),
            two(pseudonyms.of(kind, "another, longer value", ""));
        CAPTURE(one);
        CHECK(one.size() == two.size());
        CHECK(one.size() <= Pseudonyms::pseudonym_bytes_max);
        CHECK(one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos);
        CHECK(one.starts_with(pseudonym_word(kind)));
        words.emplace_back(pseudonym_word(kind));
    }
    for (const std::string& word : words)
        for (const std::string& other : words) CHECK((word == other || !word.ends_with(other)));
}

TEST_CASE("a stand-in that the client wrote himself is not used again") {
    Pseudonyms plain(secret, "t", "c");
    const std::string usual(plain.of(DataKind::email, "kim@example.com", "nothing here"));
    Pseudonyms careful(secret, "t", "c");
    const std::string request = "what is " + usual + "?";
    const std::string other(careful.of(DataKind::email, "kim@example.com", request));
    CHECK(other != usual);
    std::string restored;
    CHECK(careful.restore(usual + " and " + other, restored) == 1);
    CHECK(restored == usual + " and kim@example.com");
}

TEST_CASE("only stand-ins in use are put back, wherever they stand") {
    Pseudonyms pseudonyms(secret, "t", "c"), others(secret, "t", "d");
    const std::string kim(pseudonyms.of(DataKind::kr_name, "김철수", "")),
        mail(pseudonyms.of(DataKind::email, "k@x.kr", ""));
    const std::string foreign(others.of(DataKind::kr_name, "이영희", ""));
    const auto restored = [&](const std::string& text) {
        std::string out;
        pseudonyms.restore(text, out);
        return out;
    };
    CHECK(restored(kim) == "김철수");
    CHECK(restored("(" + kim + "는 " + mail + "입니다)" + kim + kim) == "(김철수는 k@x.kr입니다)김철수김철수");
    CHECK(restored("X" + kim + "9") == "X김철수9");
    CHECK(restored(foreign + "_" + kim) == foreign + "_김철수");
    CHECK(restored(kim.substr(0, kim.size() - 1)) == kim.substr(0, kim.size() - 1));
    CHECK(restored("a_b__c_") == "a_b__c_");
    CHECK(*pseudonyms.value_of(kim) == "김철수");
    CHECK(pseudonyms.value_of(foreign) == nullptr);
    CHECK(pseudonyms.value_of(kim.substr(1)) == nullptr);
}

TEST_CASE("a value inside JSON inside JSON is escaped as often") {
    Pseudonyms pseudonyms(secret, "t", "c");
    const std::string key(pseudonyms.of(DataKind::password, "a\"b\\c\n", ""));
    std::string once, twice;
    pseudonyms.restore_escaped(key, 1, once);
    pseudonyms.restore_escaped(key, 2, twice);
    CHECK(once == R"(a\"b\\c\n)");
    CHECK(twice == R"(a\\\"b\\\\c\\n)");
}

TEST_CASE("what was put back is hidden again wherever it stands, at both depths, the longer value first") {
    Pseudonyms pseudonyms(secret, "t", "c");
    const std::string name(pseudonyms.of(DataKind::kr_name, "김철수", ""));
    const std::string full(pseudonyms.of(DataKind::kr_name, "김철수민", ""));
    const std::string odd(pseudonyms.of(DataKind::term, R"(a"b\c)", ""));
    const auto hide = [&](std::string_view text, std::size_t count) {
        std::string out;
        CHECK(pseudonyms.hide(text, out) == count);
        return out;
    };
    CHECK(hide(R"({"content":"김철수와 김철수민"})", 2) == R"({"content":")" + name + "와 " + full + R"("})");
    CHECK(hide(R"({"a":"a\"b\\c","arguments":"{\"q\":\"a\\\"b\\\\c\"}"})", 2) ==
          R"({"a":")" + odd + R"(","arguments":"{\"q\":\")" + odd + R"(\"}"})");
    CHECK(hide("김철", 0) == "김철");
    CHECK(hide("", 0).empty());
    std::string out, back;
    pseudonyms.hide(R"("김철수민김철수")", out);
    pseudonyms.restore_escaped(out, 1, back);
    CHECK(back == R"("김철수민김철수")");
    Pseudonyms none(secret, "t", "c");
    out.clear();
    CHECK(none.hide("김철수", out) == 0);
    CHECK(out == "김철수");
}

TEST_CASE("only a proper prefix of a stand-in in use is held back") {
    Pseudonyms pseudonyms(secret, "t", "c");
    CHECK(pseudonyms.open_tail("PERSON_") == 0);
    const std::string kim(pseudonyms.of(DataKind::kr_name, "김철수", ""));
    pseudonyms.of(DataKind::email, "k@x.kr", "");
    for (std::size_t bytes = 1; bytes < kim.size(); ++bytes)
        CHECK(pseudonyms.open_tail("그 " + kim.substr(0, bytes)) == bytes);
    CHECK(pseudonyms.open_tail(kim) == 0);
    CHECK(pseudonyms.open_tail("") == 0);
    CHECK(pseudonyms.open_tail("prose, 글.") == 0);
    CHECK(pseudonyms.open_tail("THE PERS") == 4);
    CHECK(pseudonyms.open_tail("PERSONA") == 0);
    CHECK(pseudonyms.open_tail("PERSONE") == 1);   // an e-mail's may begin
    CHECK(pseudonyms.longest() == kim.size());
}

TEST_CASE("above values_max there is no stand-in, and the caller refuses") {
    Pseudonyms pseudonyms(secret, "t", "c");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < Pseudonyms::values_max; ++i)
        CHECK(seen.insert(std::string(pseudonyms.of(DataKind::email, std::to_string(i), ""))).second);
    CHECK(pseudonyms.of(DataKind::email, "one more", "").empty());
    CHECK(!pseudonyms.of(DataKind::email, "17", "").empty());
}

}   // namespace gilmok::guard
