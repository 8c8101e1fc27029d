// Numbers of the world: what is found with its form, its check digits or its word, and what only looks like one. Valid
// numbers are the issuers' own examples, or made with the issuers' published algorithms.
#include "guard/number_checks.hpp"
#include "guard/test_cases.hpp"

using gilmok::guard::test::check_all;
using gilmok::guard::test::told;

TEST_CASE("cards are found by scheme, length and Luhn, however they are grouped") {
    check_all({
        {"pay with 4111 1111 1111 1111 today", "card:4111 1111 1111 1111"},
        {"4111-1111-1111-1111", "card:4111-1111-1111-1111"},
        {"카드번호는 4111111111111111입니다", "card:4111111111111111"},
        {"amex 3782 822463 10005.", "card:3782 822463 10005"},
        {"378282246310005", "card:378282246310005"},
        {"diners 3056 930902 5904", "card:3056 930902 5904"},
        {"5555555555554444,4012888888881881", "card:5555555555554444, card:4012888888881881"},
        {"2223003122003222", "card:2223003122003222"},
        {"6011 1111 1111 1117", "card:6011 1111 1111 1117"},
        {"3530111333300000", "card:3530111333300000"},
        {"6200000000000005", "card:6200000000000005"},
        {"4111 1111 1111 1111 12/27 123", "card:4111 1111 1111 1111"},
        {"국내 카드 9410-6100-0000-0000", "card:9410-6100-0000-0000"},   // not by Luhn: the word and the form
    });
}

TEST_CASE("what looks like a card is none") {
    check_all({
        {"4111 1111 1111 1112", ""},   // Luhn
        {"order 4111111111111112", ""},
        {"1234567812345678", ""},   // no scheme
        {"2026112203150012", ""},   // a time
        {"1700000000000", ""},      // milliseconds
        {"4222222222222", ""},      // thirteen digits without a word
        {"v4111111111111111", ""},
        {"id-4111111111111111-7", ""},
        {"0000 0000 0000 0000", ""},
        {"1.4111111111111111", ""},
    });
    CHECK(told("visa 4222222222222") == "card:4222222222222");
    CHECK(told("credit card 4111 1111 1111 1112") == "card:4111 1111 1111 1112");
}

TEST_CASE("numbers of the United States") {
    check_all({
        {"SSN: 536-90-4399", "us_ssn:536-90-4399"},
        {"536-90-4399", "us_ssn:536-90-4399"},
        {"ssn 536904399", "us_ssn:536904399"},
        {"My social security number is 536 90 4399", "us_ssn:536 90 4399"},
        {"536 90 4399", ""},
        {"536904399", ""},
        {"000-12-3456", ""},
        {"666-12-3456", ""},
        {"536-00-4399", ""},
        {"536-90-0000", ""},
        {"ITIN 912-70-1234", "us_itin:912-70-1234"},
        {"912-70-1234", "us_itin:912-70-1234"},
        {"912-67-1234", ""},
        {"EIN: 91-1144442", "us_ein:91-1144442"},
        {"91-1144442", ""},
        {"EIN 07-1144442", ""},
        {"routing number 111000025", "us_bank_routing:111000025"},
        {"routing number 111000026", ""},
        {"111000025", ""},
        {"U.S. passport no. 340020013", "us_passport:340020013"},
        {"call (212) 555-0123 now", "us_phone:(212) 555-0123"},
        {"212-555-0123", "us_phone:212-555-0123"},
        {"1-212-555-0123", "us_phone:1-212-555-0123"},
        {"phone 212.555.0123", "us_phone:212.555.0123"},
        {"112-555-0123", ""},
        {"212-055-0123", ""},
        {"911-911-0123", ""},
    });
}

TEST_CASE("numbers of Japan") {
    check_all({
        {"マイナンバー 6214 9832 0257", "jp_my_number:6214 9832 0257"},
        {"my number: 621498320257", "jp_my_number:621498320257"},
        {"6214 9832 0257", ""},
        {"マイナンバー 6214 9832 0258", ""},
        {"法人番号 5835678256246", "jp_corporate_number:5835678256246"},
        {"5-8356-7825-6246", "jp_corporate_number:5-8356-7825-6246"},
        {"5835678256246", ""},
        {"免許証番号 309012345620", "jp_driver_license:309012345620"},
        {"309012345620", ""},
        {"090-1234-5678", "jp_phone:090-1234-5678"},
        {"03-1234-5678", "jp_phone:03-1234-5678"},
        {"電話 045-123-4567", "jp_phone:045-123-4567"},
        {"045-123-4567", ""},
        {"call +81 90-1234-5678", "jp_phone:+81 90-1234-5678"},
    });
}

TEST_CASE("numbers of Europe need their word where digits alone are common") {
    check_all({
        {"NHS number 943 476 5870", "gb_nhs:943 476 5870"},
        {"NHS number 943 476 5871", ""},
        {"943 476 5870", ""},
        {"NI AB 12 34 56 C", "gb_nino:AB 12 34 56 C"},
        {"BG 12 34 56 C", ""},
        {"BSN 111222333", "nl_bsn:111222333"},
        {"BSN 1112.22.333", "nl_bsn:1112.22.333"},
        {"111222333", ""},
        {"BSN 111222334", ""},
        {"PESEL 44051401359", "pl_pesel:44051401359"},
        {"44051401359", ""},
        {"PESEL 44051401358", ""},
        {"personnummer 880320-0016", "se_personnummer:880320-0016"},
        {"880320-0016", ""},
        {"personnummer 19880320-0016", "se_personnummer:19880320-0016"},
        {"36 574 261 809", "de_tax_id:36 574 261 809"},
        {"Steuer-ID: 36574261809", "de_tax_id:36574261809"},
        {"36574261809", ""},
        {"Steuer-ID: 36574261808", ""},
        {"2 95 10 99 126 111 93", "fr_nir:2 95 10 99 126 111 93"},
        {"295109912611193", "fr_nir:295109912611193"},
        {"295109912611194", ""},
        {"hetu 131052-308T", "fi_hetu:131052-308T"},
        {"131052-308U", ""},
        {"dni 54362315-K", "es_dni:54362315-K"},
        {"54.362.315-K", "es_dni:54.362.315-K"},
        {"54362315-A", ""},
        {"USt-IdNr. DE 136 695 976", "eu_vat:DE 136 695 976"},
    });
}

TEST_CASE("phones in the international form") {
    check_all({
        {"+44 20 7946 0958", "phone:+44 20 7946 0958"},
        {"+44 (0)20 7946 0958", "phone:+44 (0)20 7946 0958"},
        {"+49 30 901820", "phone:+49 30 901820"},
        {"+33 1 42 68 53 00으로", "phone:+33 1 42 68 53 00"},
        {"+12125550123", "us_phone:+12125550123"},
        {"+1 (212) 555-0123", "us_phone:+1 (212) 555-0123"},
        {"+65 9123 4567", "sg_phone:+65 9123 4567"},
        {"tel 9123 4567", "sg_phone:9123 4567"},
        {"+86 139 1234 5678", "phone:+86 139 1234 5678"},
        {"+44 20 7946 0958 2026-01-01", "phone:+44 20 7946 0958"},
        {"+82 10-1234-5678", ""},   // the Korean matcher's
        {"+12345", ""},
        {"+1500000", ""},
        {"a+441234567890", ""},
        {"+999999999999", ""},
        {"+44 1111111111", ""},
        {"score +20000000", ""},
    });
}

TEST_CASE("hosts, and versions that look like them") {
    check_all({
        {"from 203.0.113.7 to 10.1.2.3", "ip_address:203.0.113.7, ip_address:10.1.2.3"},
        {"192.168.0.1:8080", "ip_address:192.168.0.1"},
        {"http://10.0.0.1/x", "ip_address:10.0.0.1"},
        {"192.168.0.0/16", "ip_address:192.168.0.0"},
        {"IP 1.2.3.4", "ip_address:1.2.3.4"},
        {"IP address: 203.0.113.7\nthe release", "ip_address:203.0.113.7"},
        {"1.2.3.4", ""},
        {"version 10.1.2.3", ""},
        {"v10.1.2.3", ""},
        {"버전 10.1.2.3", ""},
        {"Chrome/120.0.0.0", ""},
        {"127.0.0.1", ""},
        {"0.0.0.0", ""},
        {"255.255.255.0", ""},
        {"10.1.2.256", ""},
        {"10.01.2.3", ""},
        {"10.1.2.3.4", ""},
        {"10.1.2", ""},
        {"2001:db8::8a2e:370:7334", "ip_address:2001:db8::8a2e:370:7334"},
        {"[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:443", "ip_address:2001:0db8:85a3:0000:0000:8a2e:0370:7334"},
        {"fe80::1ff:fe23:4567:890a", "ip_address:fe80::1ff:fe23:4567:890a"},
        {"std::dec << a::b", ""},
        {"12:30:45", ""},
        {"2001:db8:::1", ""},
        {"00:1A:2B:3C:4D:5E", "mac_address:00:1A:2B:3C:4D:5E"},
        {"a4-5e-60-c2-00-1b", "mac_address:a4-5e-60-c2-00-1b"},
        {"ff:ff:ff:ff:ff:ff", ""},
        {"00:1A:2B:3C:4D", ""},
    });
}

TEST_CASE("a date is a birth beside a word that says so") {
    check_all({
        {"생년월일: 1990-01-02", "date_of_birth:1990-01-02"},
        {"1990.01.02생", "date_of_birth:1990.01.02"},
        {"생년월일 900102", "date_of_birth:900102"},
        {"1990년 1월 2일에 태어났다", "date_of_birth:1990년 1월 2일"},
        {"DOB 01/02/1990", "date_of_birth:01/02/1990"},
        {"She was born on March 5, 1990 in Ulm", "date_of_birth:March 5, 1990"},
        {"born 5 March 1990", "date_of_birth:5 March 1990"},
        {"born on the 5th of March 1990", "date_of_birth:5th of March 1990"},
        {"Geburtsdatum: 02.01.1990", "date_of_birth:02.01.1990"},
        {"生年月日 1990年1月2日", "date_of_birth:1990年1月2日"},
        {"date_of_birth: 19900102", "date_of_birth:19900102"},
        {"1990-01-02", ""},
        {"1990.01.02 생산", ""},
        {"DOB 01/32/1990", ""},
        {"born 1890-01-02", ""},
        {"birthday log 2026-01-02T03:04:05", ""},
        {"born in 1990", ""},
        {"생일 파티에 1990명이 왔다", ""},
    });
}

TEST_CASE("look-alikes without a word are left alone") {
    check_all({
        {"주문번호 20261122-000123", ""},
        {"order 123456789012 total 1,234,567.89", ""},
        {"2026-11-22 03:15:00", ""},
        {"550e8400-e29b-41d4-a716-446655440000", ""},
        {"π = 3.14159265358979323846", ""},
        {"ISBN 978-3-16-148410-0", ""},
        {"1,000,000,000원", ""},
        {"build 10.2.3.4567", ""},
        {"sha 3f786850e387550fdab836ed7e6dc881de23001b", ""},
        {"제12조 제3항 2026.1.1. 시행", ""},
        {"123 456 789", ""},
        {"room 1201-1302, floor 12", ""},
        {"12-34-56-78-90-12-34-56-78-90-12-34-56", ""},
    });
}

TEST_CASE("issuers' examples pass and changed digits fail") {
    using namespace gilmok::guard;
    CHECK(is_luhn("79927398713"));
    CHECK_FALSE(is_luhn("79927398710"));
    CHECK(is_nl_bsn("111222333"));
    CHECK(is_fr_nir("255081416802538"));
    CHECK(is_de_tax_id("86095742719"));
    CHECK_FALSE(is_de_tax_id("01234567890"));
    CHECK(hetu_check("131052308") == 'T');
    CHECK(is_date(2024, 2, 29));
    CHECK_FALSE(is_date(2023, 2, 29));
    CHECK(is_date(0, 2, 29));
    CHECK_FALSE(is_date(2024, 13, 1));
}
