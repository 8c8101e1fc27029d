// Claims about the detector as a whole: what it finds where, in what order, how it resolves overlaps, that no text makes it slow, and
// what streams hold back. Matchers' own claims stand beside them.
#include "guard/detector.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/prng.hpp"
#include "guard/digit_run.hpp"
#include "guard/resolve.hpp"

using namespace gilmok::guard;
using gilmok::model::DataKind;
using gilmok::model::Finding;
using gilmok::model::KindSet;
using Findings = std::vector<Finding>;

namespace {

const Detector& all_kinds() {
    static const Detector detector({});
    return detector;
}

Findings scan(std::string_view text, const Detector& detector = all_kinds()) {
    DetectScratch scratch;
    Findings findings, scalar;
    REQUIRE(detector.scan(text, scratch, findings));
    REQUIRE(detector.scan_scalar(text, scratch, scalar));
    REQUIRE(findings == scalar);
    return findings;
}

// "kind:text kind:text", what a person reads.
std::string found(std::string_view text, const Detector& detector = all_kinds()) {
    std::string out;
    for (const Finding& finding : scan(text, detector)) {
        if (!out.empty()) out += ' ';
        out += gilmok::model::name_of(finding.kind);
        out += ':';
        out += text.substr(finding.begin, finding.end - finding.begin);
    }
    return out;
}

std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string text;
    while (text.size() + piece.size() <= bytes) text += piece;
    return text;
}

}   // namespace

TEST_CASE("plates of missions are found by their word, words of every day only beside a vehicle") {
    CHECK(found("외교 001-012 차량") == "kr_plate:외교 001-012");
    CHECK(found("번호판 준외001-012입니다") == "kr_plate:준외001-012");
    CHECK(found("차량번호 대표 123-456") == "kr_plate:대표 123-456");
    for (const std::string_view text :
         {"대표 123-456", "협정 123-456", "외교 001-0123", "외교 001-012-3", "주한외교 001-012"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("e-mail addresses whose signs are spelled are found, brackets and words of code are none") {
    CHECK(found("hong.gildong (at) example.com 으로") == "email:hong.gildong (at) example.com");
    CHECK(found("hong[at]example[dot]co[dot]kr") == "email:hong[at]example[dot]co[dot]kr");
    CHECK(found("메일은 hong골뱅이example.com입니다") == "email:hong골뱅이example.com");
    CHECK(found("hong 골뱅이 example 점 com") == "email:hong 골뱅이 example 점 com");
    CHECK(found("hong (AT) example (DOT) org.") == "email:hong (AT) example (DOT) org");
    for (const std::string_view text :
         {"look(at) this.here", "x = items[at].name", "row[at] = cell", "골뱅이무침 10개", "우리 골뱅이 맛집",
          "call (at) once", "see (at) page.png", "[at] example.com", "a[at]b[at]"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("codes typed in small letters are found where they are named, or by a check that leaves no doubt") {
    CHECK(found("my nric is s1234567d") == "sg_nric:s1234567d");
    CHECK(found("여권번호는 m123a4567 이고") == "kr_passport:m123a4567");
    CHECK(found("passport m12345678") == "kr_passport:m12345678");
    CHECK(found("dni 61527384s") == "es_dni:61527384s");
    CHECK(found("nino ab123456c") == "gb_nino:ab123456c");
    CHECK(found("hetu 131052a308t") == "fi_hetu:131052a308t");
    CHECK(found("to de89370400440532013000 please") == "iban:de89370400440532013000");
    CHECK(found("to de89 3704 0044 0532 0130 00 please") == "iban:de89 3704 0044 0532 0130 00");
    CHECK(found("codice rccmnl83s18d969h") == "it_fiscal_code:rccmnl83s18d969h");
    for (const std::string_view text :
         {"id s1234567d, part ab123456c", "61527384s", "131052a308t", "m12345678", "De89 3704 0044 0532 0130 00",
          "de88370400440532013000", "nric s1234567d8", "xs1234567d nric", "9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("kinds are found beside one another, in the text's order") {
    CHECK(found("주민번호 900101-1234567, 전화 010-1234-5678 입니다.") ==
          "kr_rrn:900101-1234567 kr_phone:010-1234-5678");
    CHECK(found("여권번호 M123A4567 사업자번호 120-81-47521") == "kr_passport:M123A4567 kr_business_no:120-81-47521");
    CHECK(found("오늘은 3월 5일이고 회의는 10:30에 시작합니다. 참석자는 25명입니다.").empty());
}

TEST_CASE("hidden forms are found and cut on the original") {
    CHECK(found("주민번호 ９００１０１－１２３４５６７ 입니다") == "kr_rrn:９００１０１－１２３４５６７");
    CHECK(found("연락처는 공일공-일이삼사-오육칠팔 입니다") == "kr_phone:공일공-일이삼사-오육칠팔");
    CHECK(found("번호 9 0 0 1 0 1 - 1 2 3 4 5 6 7 끝") == "kr_rrn:9 0 0 1 0 1 - 1 2 3 4 5 6 7");
    CHECK(found("주민번호 88O1O1-2O12345") == "kr_rrn:88O1O1-2O12345");
    CHECK(found("010\u200B-1234-\u200B5678") == "kr_phone:010\u200B-1234-\u200B5678");
}

TEST_CASE("a kind that is not asked for, or not sure enough, is not found") {
    DetectorOptions options;
    options.kinds = {};
    options.kinds.add(DataKind::kr_phone);
    const Detector phones(options);
    CHECK(found("900101-1234567 010-1234-5678", phones) == "kr_phone:010-1234-5678");
    options.score_min = 96;
    CHECK(found("010-1234-5678", Detector(options)).empty());
}

TEST_CASE("what is found does not depend on clean text around it") {
    const std::string_view identifier = "900101-1234567";
    for (const std::string_view filler :
         {"오늘은 날씨가 맑고 바람이 약합니다. ", "The quick brown fox jumps over a lazy dog. "})
        for (std::size_t before = 0; before < 5'000; before += 37) {
            std::string text = repeated(filler, before);
            const std::size_t at = text.size();
            text += identifier;
            text += ' ';
            text += repeated(filler, 300);
            CAPTURE(before);
            const Findings findings = scan(text);
            REQUIRE(findings.size() == 1);
            CHECK(findings[0] == Finding{static_cast<std::uint32_t>(at),
                                         static_cast<std::uint32_t>(at + identifier.size()), DataKind::kr_rrn, 85, 0});
        }
}

TEST_CASE("of overlapping findings the surer stays, then the longer, then the kind that stands first") {
    const auto resolved = [](Findings findings) {
        resolve(findings);
        return findings;
    };
    const Finding sure{4, 8, DataKind::card, 95, 0}, wide{0, 20, DataKind::kr_bank_account, 75, 0},
        longer{2, 12, DataKind::kr_phone, 95, 0}, beside{8, 12, DataKind::kr_rrn, 70, 0};
    CHECK(resolved({wide, sure}) == Findings{sure});
    CHECK(resolved({sure, longer}) == Findings{longer});
    CHECK(resolved({beside, sure, wide}) == Findings{sure, beside});
    const Finding first{0, 4, DataKind::kr_rrn, 85, 0}, second{0, 4, DataKind::kr_phone, 85, 0};
    CHECK(resolved({second, first}) == Findings{first});
    CHECK(resolved({first, first}) == Findings{first});
    CHECK(resolved({}).empty());
    gilmok::Prng prng(3);
    for (int round = 0; round < 500; ++round) {
        Findings findings;
        // Sometimes so many that one belongs far in front of where it comes.
        for (std::size_t i = prng.below(round % 10 == 0 ? 300 : 40); i > 0; --i) {
            const auto begin = static_cast<std::uint32_t>(prng.below(200));
            const auto end = begin + 1 + static_cast<std::uint32_t>(prng.below(30));
            findings.push_back(
                {begin, end, static_cast<DataKind>(prng.below(4)), static_cast<std::uint8_t>(60 + prng.below(3)), 0});
        }
        const Findings all = findings;
        resolve(findings);
        for (std::size_t i = 1; i < findings.size(); ++i) REQUIRE(findings[i - 1].end <= findings[i].begin);
        for (const Finding& lost : all) {
            const bool is_kept_or_beaten = std::any_of(findings.begin(), findings.end(), [&](const Finding& kept) {
                return kept == lost || (kept.begin < lost.end && lost.begin < kept.end && kept.score >= lost.score);
            });
            REQUIRE(is_kept_or_beaten);
        }
    }
}

TEST_CASE("digits are counted up to eight, also at a text's end, and only digits") {
    for (std::size_t digits = 0; digits < 12; ++digits)
        for (const std::string_view behind : {"", "/", ":", "a", "\xB0", "-1234567", "\xEA\xB0\x80 12345"}) {
            const std::string text = "x" + std::string(digits, digits % 2 == 0 ? '9' : '0') + std::string(behind);
            CAPTURE(text);
            CHECK(gilmok::guard::digits_at(text, 1) == std::min<std::size_t>(digits, 8));
        }
}

TEST_CASE("runs of digits are read in overlapping parts, and a number longer than any is skipped") {
    std::size_t next = 0;
    const std::string many = repeated("123 ", 400);
    const DigitRun first = read_digit_run(many, 0, next);
    CHECK(first.groups_count == DigitRun::groups_max);
    CHECK(next == first.groups[6].begin);
    const std::string endless(100, '7');
    CHECK(read_digit_run(endless, 0, next).groups_count == 0);
    CHECK(next == 100);
    const DigitRun phone = read_digit_run("+82 (0)10 - 1234-5678x", 1, next);
    CHECK(phone.begin == 0);
    CHECK(phone.end == 21);
    CHECK(phone.all() == "8201012345678");
    CHECK(phone.groups[2].separator == ')');
    CHECK(phone.groups[3].separator == '-');
}

TEST_CASE("a long list of numbers loses none at the cuts") {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "900101-1234567 ";
    CHECK(scan(text).size() == 40);
    text.clear();
    for (int i = 0; i < 40; ++i) text += "010 1234 5678 ";
    CHECK(scan(text).size() == 40);
}

TEST_CASE("a text that is too long, or holds too much, is refused whole") {
    DetectScratch scratch;
    Findings findings;
    CHECK_FALSE(all_kinds().scan(std::string(text_bytes_max + 1, ' '), scratch, findings));
    CHECK_FALSE(all_kinds().scan(repeated("010-1234-5678, ", 15 * (findings_max + 1)), scratch, findings));
    CHECK(findings.empty());
}

// Steps are anchors and candidates: what a matcher does at one of them is bounded by look_bytes_max.
TEST_CASE("no text makes the first stage hand out more than a few places a byte") {
    const std::string_view pieces[] = {"1",
                                       "12 ",
                                       "1-",
                                       "@",
                                       "a@",
                                       "김",
                                       "김 ",
                                       "씨",
                                       "로1",
                                       "A1",
                                       "A 1",
                                       "12가",
                                       "::",
                                       "a:",
                                       "eyJ",
                                       "sk-",
                                       "://",
                                       "900101-1234567 ",
                                       "010-1234-5678",
                                       "AAAAAAAA ",
                                       "-----BEGIN",
                                       "password=",
                                       "①",
                                       "0 ",
                                       "공",
                                       "\xEC"};
    for (const std::string_view piece : pieces) {
        CAPTURE(piece);
        const std::string text = repeated(piece, 1U << 20U);
        DetectScratch scratch;
        Findings findings;
        const bool is_scanned = all_kinds().scan(text, scratch, findings);
        CHECK((is_scanned || findings.empty()));
        std::vector<Anchor> anchors;
        find_anchors(text, 0, text.size(), anchors);
        CHECK(anchors.size() <= 2 * text.size());
        CHECK(scratch.candidates.size() <= text.size());
    }
}

TEST_CASE("prose holds nothing back") {
    KindSet kinds;
    for (const DataKind kind :
         {DataKind::kr_rrn, DataKind::kr_phone, DataKind::card, DataKind::model_key, DataKind::kr_passport})
        kinds.add(kind);
    for (const std::string_view text :
         {"", "오늘은 날씨가 맑습니다.", "오늘은 날씨가 맑고", "일이", "The quick brown fox", "It is done. ", "Yes, ",
          "2024년에", "3시입니다", "(괄호)", "a\nb\n", "e-mail", "i.e., "}) {
        CAPTURE(text);
        CHECK(all_kinds().open_tail(text, kinds) == 0);
    }
}

TEST_CASE("what may still become a finding is held back from its begin") {
    struct Row {
        std::string_view text, held;
    };
    const Row rows[] = {
        {"번호는 9", "9"},
        {"번호는 900101-", "900101-"},
        {"번호는 900101-1234", "900101-1234"},
        {"전화 +82 10 ", "+82 10 "},
        {"전화 (02) 12", "(02) 12"},
        {"번호 공일공-일", "공일공-일"},
        {"번호 ９０", "９０"},
        {"번호는 900101_12", "900101_12"},
        {"번호는 공1", "공1"},
        {"번호는 공1공-12", "공1공-12"},
        {"번호는 공일공-12", "공일공-12"},
        {"번호는 〇一〇-一", "〇一〇-一"},
        {"번호는 ٠١٠-١", "٠١٠-١"},
        {"번호는 900101·12", "900101·12"},
        {"차량 12가 ", "12가 "},
        {"차량 123가", "123가"},
        {"메일 min.kim", "min.kim"},
        {"메일 min.", "min."},
        {"메일 min@", "min@"},
        {"메일 min@example.c", "min@example.c"},
        {"여권 M", "M"},
        {"여권 M12", "M12"},
        {"계좌 GB29 NWBK", "29 NWBK"},
        {"끝\xEC\x9D", "\xEC\x9D"},
        {"123\xEC", "123\xEC"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const std::size_t held = all_kinds().open_tail(row.text);
        if (row.text.starts_with("계좌")) {
            CHECK(held > 0);
            continue;
        }
        CHECK(row.text.substr(row.text.size() - held) == row.held);
    }
    CHECK(all_kinds().open_tail(std::string(1'000, '1')) == Detector::hold_bytes_max);
}

TEST_CASE("a text that comes in pieces, with its open tail held back, gives away no number") {
    const std::string text =
        "고객 번호는 900101-1234567 이고 전화는 010-1234-5678, 여권은 M123A4567 입니다. 감사합니다.";
    for (std::size_t size = 1; size < 20; ++size) {
        std::string held, sent;
        DetectScratch scratch;
        const auto send = [&](std::size_t open) {
            Findings findings;
            const std::string_view ready = std::string_view(held).substr(0, held.size() - open);
            REQUIRE(all_kinds().scan(ready, scratch, findings));
            std::size_t done = 0;
            for (const Finding& finding : findings) {
                sent += ready.substr(done, finding.begin - done);
                sent += "[" + std::string(gilmok::model::name_of(finding.kind)) + "]";
                done = finding.end;
            }
            sent += ready.substr(done);
            held.erase(0, held.size() - open);
        };
        for (std::size_t at = 0; at < text.size(); at += size) {
            held += text.substr(at, size);
            send(all_kinds().open_tail(held));
        }
        send(0);
        CAPTURE(size);
        CHECK(sent.find("900101") == std::string::npos);
        CHECK(sent.find("1234-5678") == std::string::npos);
        CHECK(sent.find("[kr_phone]") != std::string::npos);
    }
}

TEST_CASE("a word is looked at though a later one of its block had its turn before") {
    CHECK(found("IBAN: NL39 ZMWR 7953 8532 70") == "iban:NL39 ZMWR 7953 8532 70");
    CHECK(found("SWIFT ESYBDEMK, VYUPDEPJ500") == "bic:ESYBDEMK bic:VYUPDEPJ500");
    CHECK(found("mac 6d-7b-82-b2-d4-2c") == "mac_address:6d-7b-82-b2-d4-2c");
    CHECK(found("mac fa-33-5e-c2-e1-93") == "mac_address:fa-33-5e-c2-e1-93");
    CHECK(found("arp 0011.2233.4455") == "mac_address:0011.2233.4455");
    CHECK(found("mac-address 001a.2b3c.4d5e") == "mac_address:001a.2b3c.4d5e");
    CHECK(found("MAC 00AA.BBCC.DD1E dynamic") == "mac_address:00AA.BBCC.DD1E");
    CHECK(found("interface 1234.5678.9012.3456, vlan 0000.0000.0000, 2024.0101.1234 값").empty());
}

constexpr auto texts_of_every_sort = std::to_array<std::string_view>({
    "주민등록번호 900101-1234568, 연락처 010-1234-5678, 메일 kim@example.com",
    "여권번호 M12345678, 면허 11-22-333333-44",
    "card 4111 1111 1111 1111, IBAN GB82 WEST 1234 5698 7654 32",
    "SSN: 536-90-4399, born 1990-01-02",
    "key AKIAIOSFODNN7EXAMPLQ, host 10.20.30.40, mac 6d:7b:82:11:22:33",
    "담당자: 김철수 과장, 서울특별시 중구 세종대로 110",
    "차량번호 12가 3456, 사업자등록번호 124-81-00998",
    "password: hunter2hunter2 postgres://app:s3cretpass@db.internal/x",
    "１２０-81-47521 ０１０-1234-5678",
});

TEST_CASE("who asks for one kind finds of it what is found of it among all") {
    const Detector all({});
    DetectScratch scratch;
    for (const std::string_view text : texts_of_every_sort) {
        Findings found;
        REQUIRE(all.scan(text, scratch, found));
        CHECK_FALSE(found.empty());
        for (const Finding& finding : found) {
            KindSet one;
            one.add(finding.kind);
            const Detector alone({.kinds = one});
            Findings again;
            REQUIRE(alone.scan(text, scratch, again));
            CAPTURE(text);
            CAPTURE(gilmok::model::name_of(finding.kind));
            CHECK(std::find(again.begin(), again.end(), finding) != again.end());
            CHECK(
                std::all_of(again.begin(), again.end(), [&](const auto& other) { return other.kind == finding.kind; }));
        }
    }
}

// Goal: looking only at what is new finds all that the whole text would show there. Method: each text cut at every byte, behind
// others that are longer than what is looked at twice.
TEST_CASE("behind what was seen before the same is found as in the whole text, wherever it is cut") {
    const std::string front =
        repeated("번호 12-3456, kim@example.org, 4111 1111 1111 1111 그리고 ", 600) + "주민등록번호, 계좌번호: ";
    DetectScratch scratch;
    for (const std::string_view text : texts_of_every_sort) {
        const std::string whole = front + std::string(text);
        const Findings all = scan(whole);
        for (std::size_t seen = front.size(); seen <= whole.size(); ++seen) {
            Findings behind, expected;
            REQUIRE(all_kinds().scan_behind(whole, seen, scratch, behind));
            const auto is_seen = [seen](const Finding& finding) { return finding.end <= seen; };
            std::erase_if(behind, is_seen);
            std::remove_copy_if(all.begin(), all.end(), std::back_inserter(expected), is_seen);
            CAPTURE(text);
            CAPTURE(seen);
            CHECK(behind == expected);
        }
    }
    Findings none;
    REQUIRE(all_kinds().scan_behind(repeated("4111 1111 1111 1111 ", 2'000), 1'900, scratch, none));
    CHECK(none.size() < 15);   // a hundred in the whole text
}
