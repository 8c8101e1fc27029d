// Claims about Korean numbers as the detector finds them in texts: what is found, as what, how surely; and what is not.
#include "guard/numbers_kr.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "guard/detector.hpp"
#include "guard/digit_run.hpp"

using namespace gilmok::guard;
using gilmok::model::DataKind;
using gilmok::model::Finding;

namespace {

// What Korean matchers alone say, before scores are held against a threshold.
std::vector<Finding> numbers_in(std::string_view text) {
    std::vector<Finding> findings;
    Sink sink(findings);
    std::size_t next = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_digit = text[at] >= '0' && text[at] <= '9';
        if (!is_digit || at < next || (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')) continue;
        const DigitRun run = read_digit_run(text, at, next);
        if (run.groups_count > 0) match_korean_numbers(text, run, sink);
    }
    return findings;
}

std::vector<Finding> letters_in(std::string_view text, std::size_t at) {
    std::vector<Finding> findings;
    Sink sink(findings);
    match_korean_letters(text, at, sink);
    return findings;
}

struct Row {
    std::string_view text, found;
    DataKind kind;
    int score;
};

void check(const Row& row) {
    CAPTURE(row.text);
    const std::vector<Finding> findings = numbers_in(row.text);
    REQUIRE(findings.size() == 1);
    CHECK(row.text.substr(findings[0].begin, findings[0].end - findings[0].begin) == row.found);
    CHECK(gilmok::model::name_of(findings[0].kind) == gilmok::model::name_of(row.kind));
    CHECK(int{findings[0].score} == row.score);
}

}   // namespace

TEST_CASE("check digits are those of the published rules") {
    CHECK(has_business_check("1208147521"));   // 120-81-47521
    CHECK_FALSE(has_business_check("1208147522"));
    CHECK(has_corporate_check("1301110006246"));
    CHECK_FALSE(has_corporate_check("1301110006247"));
    CHECK(has_resident_check("9001011234568"));
    CHECK_FALSE(has_resident_check("9001011234567"));
}

TEST_CASE("the seventh digit tells century and nationality, and impossible days are no births") {
    CHECK(birth_in("9001011000000").is_date);
    CHECK_FALSE(birth_in("9001015000000").is_date == false);
    CHECK(birth_in("9001015000000").is_foreigner);
    CHECK(birth_in("0002293000000").is_date);         // 2000 was a leap year
    CHECK_FALSE(birth_in("0002291000000").is_date);   // 1900 was none
    CHECK_FALSE(birth_in("9002301000000").is_date);
    CHECK_FALSE(birth_in("9013011000000").is_date);
    CHECK_FALSE(birth_in("9001013000000").is_date);     // 2090
    CHECK_FALSE(birth_in("1701011000000").is_likely);   // 1917 is no likelier than a time in milliseconds
}

TEST_CASE("resident and foreigner numbers are found with and without a check digit that fits") {
    check({"900101-1234567", "900101-1234567", DataKind::kr_rrn, 85});
    check({"900101-1234568", "900101-1234568", DataKind::kr_rrn, 95});
    check({"9001011234567", "9001011234567", DataKind::kr_rrn, 70});
    check({"주민등록번호: 900101-1234567", "900101-1234567", DataKind::kr_rrn, 95});
    check({"900101-1234567(주민번호)입니다", "900101-1234567", DataKind::kr_rrn, 95});
    check({"RRN 9001011234567", "9001011234567", DataKind::kr_rrn, 95});
    check({"제 번호는 900101 - 1234567이고", "900101 - 1234567", DataKind::kr_rrn, 85});
    check({"1 900101-1234567", "900101-1234567", DataKind::kr_rrn, 85});
    check({"051231-4234567", "051231-4234567", DataKind::kr_rrn, 85});
    check({"900101-5234567", "900101-5234567", DataKind::kr_frn, 85});
    check({"외국인등록번호 9001016234567", "9001016234567", DataKind::kr_frn, 95});
}

TEST_CASE("halves of a resident number are found whatever parts them") {
    check({"900101_1234567", "900101_1234567", DataKind::kr_rrn, 70});
    check({"900101~1234567", "900101~1234567", DataKind::kr_rrn, 70});
    check({"900101~1234568", "900101~1234568", DataKind::kr_rrn, 95});
    check({"주민번호_900101_1234567.pdf", "900101_1234567", DataKind::kr_rrn, 95});
    check({"scan_900101-1234567_2.pdf", "900101-1234567", DataKind::kr_rrn, 85});
    check({"scan_900101-1234567_최종", "900101-1234567", DataKind::kr_rrn, 85});
    check({"900101-\n1234567", "900101-\n1234567", DataKind::kr_rrn, 85});
    check({"900101\n-1234567", "900101\n-1234567", DataKind::kr_rrn, 85});
    check({"> 900101 -\r\n> 6234567", "900101 -\r\n> 6234567", DataKind::kr_frn, 85});
    check({"주민번호 900101\n1234567", "900101\n1234567", DataKind::kr_rrn, 95});
    check({"앞자리 900101, 뒷자리 1234567", "900101, 뒷자리 1234567", DataKind::kr_rrn, 85});
    check({"앞은 900101이고 뒤 7자리는 1234567입니다", "900101이고 뒤 7자리는 1234567", DataKind::kr_rrn, 85});
    for (const std::string_view text :
         {"900101\n1234567", "901301-\n1234567", "900101-\n12345678", "900101-\n\n1234567", "900101-1\n234567",
          "100000~1200000원", "backup_240101_1234567.log", "240101_1234567b", "900101 그리고 1234567",
          "앞자리 900101 뒷자리 123456", "240101~241231", "20240101_123456_1234567"}) {
        CAPTURE(text);
        CHECK(numbers_in(text).empty());
    }
}

TEST_CASE("low lines and tildes part telephones and accounts, too") {
    check({"010_1234_5678", "010_1234_5678", DataKind::kr_phone, 85});
    check({"010~1234~5678", "010~1234~5678", DataKind::kr_phone, 85});
    check({"연락처_010-1234-5678.txt", "010-1234-5678", DataKind::kr_phone, 95});
    check({"02-123-4567~9", "02-123-4567", DataKind::kr_phone, 95});
    check({"498,010_5099_2748,1661", "010_5099_2748", DataKind::kr_phone, 85});
    check({"신한은행 110_123_456789", "110_123_456789", DataKind::kr_bank_account, 85});
    for (const std::string_view text : {"id_01012345678", "1_000_000", "계좌 한도 100000~9000000"}) {
        CAPTURE(text);
        CHECK(numbers_in(text).empty());
    }
}

TEST_CASE("licences, business, corporate and insurance numbers") {
    check({"11-23-456789-01", "11-23-456789-01", DataKind::kr_driver_license, 85});
    check({"운전면허 11-23-456789-01", "11-23-456789-01", DataKind::kr_driver_license, 95});
    check({"면허번호 112345678901", "112345678901", DataKind::kr_driver_license, 85});
    check({"서울 12-345678-90", "12-345678-90", DataKind::kr_driver_license, 85});
    check({"120-81-47521", "120-81-47521", DataKind::kr_business_no, 95});
    check({"사업자등록번호 120-81-47522", "120-81-47522", DataKind::kr_business_no, 85});
    check({"사업자번호:1208147521", "1208147521", DataKind::kr_business_no, 95});
    check({"법인등록번호 130111-0006246", "130111-0006246", DataKind::kr_corporate_no, 95});
    check({"법인등록번호 110111-1234567", "110111-1234567", DataKind::kr_corporate_no, 85});
    check({"건강보험증 번호 12345678901", "12345678901", DataKind::kr_health_insurance_no, 85});
    check({"개인통관부호는 123456789012", "123456789012", DataKind::kr_customs_code, 75});
}

TEST_CASE("telephones of every plan") {
    const std::string_view sure[] = {"010-1234-5678", "011-123-4567",     "02-123-4567",      "02-1234-5678",
                                     "031-123-4567",  "070-1234-5678",    "0505-123-4567",    "0507-1234-5678",
                                     "080-123-4567",  "+82-10-1234-5678", "+82 10 1234 5678", "+82 2 123 4567",
                                     "+821012345678", "+82 010-1234-5678"};
    for (const std::string_view text : sure) check({text, text, DataKind::kr_phone, 95});
    check({"010 1234 5678", "010 1234 5678", DataKind::kr_phone, 85});
    check({"010.1234.5678", "010.1234.5678", DataKind::kr_phone, 85});
    check({"01012345678", "01012345678", DataKind::kr_phone, 85});
    check({"010-12345678", "010-12345678", DataKind::kr_phone, 95});
    check({"(02) 123-4567", "(02) 123-4567", DataKind::kr_phone, 95});
    check({"02)123-4567", "02)123-4567", DataKind::kr_phone, 95});
    check({"1588-1234", "1588-1234", DataKind::kr_phone, 70});
    check({"82-10-1234-5678", "82-10-1234-5678", DataKind::kr_phone, 85});
    check({"전화 0212345678", "0212345678", DataKind::kr_phone, 85});
    check({"07012345678", "07012345678", DataKind::kr_phone, 70});
    check({"연락처010-1234-5678로", "010-1234-5678", DataKind::kr_phone, 95});
}

TEST_CASE("accounts are found by a bank's or an account's word in front or behind") {
    check({"국민은행 123456-12-123456", "123456-12-123456", DataKind::kr_bank_account, 85});
    check({"110-123-456789 (신한)", "110-123-456789", DataKind::kr_bank_account, 85});
    check({"카카오뱅크 3333-12-1234567로 입금", "3333-12-1234567", DataKind::kr_bank_account, 85});
    check({"계좌번호 35212345678901", "35212345678901", DataKind::kr_bank_account, 75});
    check({"농협 301-1234-5678-91", "301-1234-5678-91", DataKind::kr_bank_account, 85});
}

TEST_CASE("a number between commas is found, as a row of a table has it; an amount is none") {
    check({"7,900101-1234567,3", "900101-1234567", DataKind::kr_rrn, 85});
    check({"a,900101-1234567", "900101-1234567", DataKind::kr_rrn, 85});
    check({"12,9001011234567,x", "9001011234567", DataKind::kr_rrn, 70});
    check({"1,010-1234-5678,2", "010-1234-5678", DataKind::kr_phone, 95});
    check({"id,01012345678,9", "01012345678", DataKind::kr_phone, 85});
    check({"7,120-81-47521,250", "120-81-47521", DataKind::kr_business_no, 95});
    check({"3,110-123-456789,신한", "110-123-456789", DataKind::kr_bank_account, 85});
    check({"224,16-96-627687-43,286", "16-96-627687-43", DataKind::kr_driver_license, 85});
    check({"9458,010.7772.2830,956", "010.7772.2830", DataKind::kr_phone, 85});
    CHECK(numbers_in("1,010,000-1,234,567원").empty());
    CHECK(numbers_in("12,010 1234 5678").empty());
    CHECK(numbers_in("문의 3,010 1234,567").empty());
}

TEST_CASE("passports and customs codes of letters") {
    const auto has = [](std::string_view text, std::size_t at, DataKind kind, int score) {
        const auto findings = letters_in(text, at);
        return findings.size() == 1 && findings[0].kind == kind && findings[0].score == score;
    };
    CHECK(has("M123A4567", 0, DataKind::kr_passport, 70));
    CHECK(has("M12345678", 0, DataKind::kr_passport, 50));
    CHECK(has("passport M12345678", 9, DataKind::kr_passport, 95));
    CHECK(has("M123A4567 여권", 0, DataKind::kr_passport, 95));
    CHECK(has("여권 M 12345678", 7, DataKind::kr_passport, 95));
    CHECK(has("M-123A4567 (passport)", 0, DataKind::kr_passport, 95));
    CHECK(letters_in("M 12345678", 0).empty());
    CHECK(letters_in("여권 M 123456789", 7).empty());
    CHECK(has("여권 PM1234567", 7, DataKind::kr_passport, 85));
    CHECK(has("P123456789012", 0, DataKind::kr_customs_code, 85));
    for (const std::string_view text :
         {"M1234567", "M123456789", "X123A4567", "AM12345678", "M12345678-1", "M12345678a"}) {
        CAPTURE(text);
        CHECK(letters_in(text, 0).empty());
    }
}

TEST_CASE("numbers that only look alike are none") {
    const std::string_view texts[] = {
        "",
        "2024-01-01 10:00:00",
        "2024.01.01 ~ 2024.12.31",
        "v1.2.3.4567",
        "3.14159265358979",
        "1,234,567,890원",
        "총 1234567890원",
        "1,901,011,234,567",
        "550e8400-e29b-41d4-a716-446655440000",
        "a900101-1234567",
        "900101-1234567b",
        "900101-1234567-1",
        "1-900101-1234567",
        "901301-1234567",   // no such month
        "900101-12345678",
        "1592-1598",   // a war
        "1850-1910",
        "120-81-47522",   // no check digit, no word
        "1208147521",     // ten bare digits
        "123456789012",
        "12345678901",
        "29-23-456789-01",   // no such region
        "1712345678901",     // milliseconds
        "ISBN 978-89-1234-567-8",
        "주문번호 20240101-000123",
        "010-123-45",
        "0100-1234-5678",
        "운송장 1234-5678-9012",
        "192.168.100.200",
        "0x1234567890",
        "1234567890123456789012345678901234567890123456",
    };
    for (const std::string_view text : texts) {
        CAPTURE(text);
        for (const Finding& finding : numbers_in(text)) {
            CAPTURE(gilmok::model::name_of(finding.kind));
            CHECK(int{finding.score} < 60);
        }
    }
}
