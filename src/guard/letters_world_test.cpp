// Identifiers of letters and digits, and e-mail addresses: found by their check letters or their word; part numbers, code and
// mentions are not.
#include "guard/test_cases.hpp"

using gilmok::guard::test::check_all;
using gilmok::guard::test::told;

TEST_CASE("IBAN by country length and check digits") {
    check_all({
        {"IBAN GB82 WEST 1234 5698 7654 32.", "iban:GB82 WEST 1234 5698 7654 32"},
        {"DE89370400440532013000으로 송금", "iban:DE89370400440532013000"},
        {"FR14 2004 1010 0505 0001 3M02 606", "iban:FR14 2004 1010 0505 0001 3M02 606"},
        {"NO9386011117947", "iban:NO9386011117947"},
        {"MT84MALT011000012345MTLCAST001S", "iban:MT84MALT011000012345MTLCAST001S"},
        {"GB82 WEST 1234 5698 7654 33", ""},
        {"GB82 WEST 1234 5698 7654", ""},
        {"DE893704004405320130001", ""},
        {"XX89370400440532013000", ""},
        {"XDE89370400440532013000", ""},
    });
}

TEST_CASE("BIC needs its word") {
    check_all({
        {"SWIFT: DEUTDEFF", "bic:DEUTDEFF"},
        {"BIC NEDSZAJJXXX", "bic:NEDSZAJJXXX"},
        {"SWIFT code KOEXKRSE로 보내세요", "bic:KOEXKRSE"},
        {"DEUTDEFF", ""},
        {"the SWIFT network is no ABSOLUTE", ""},
        {"BIC DEUTXXFF", ""},
    });
}

TEST_CASE("VAT numbers of the European Union") {
    check_all({
        {"VAT DE136695976", "eu_vat:DE136695976"},
        {"ATU13585627", "eu_vat:ATU13585627"},
        {"BE 0428.759.497", "eu_vat:BE 0428.759.497"},
        {"DK13585628", "eu_vat:DK13585628"},
        {"EE100931558", "eu_vat:EE100931558"},
        {"EL094259216", "eu_vat:EL094259216"},
        {"FI20774740", "eu_vat:FI20774740"},
        {"FR40303265045", "eu_vat:FR40303265045"},
        {"HR33392005961", "eu_vat:HR33392005961"},
        {"HU12892312", "eu_vat:HU12892312"},
        {"IT00743110157", "eu_vat:IT00743110157"},
        {"LU15027442", "eu_vat:LU15027442"},
        {"MT11679112", "eu_vat:MT11679112"},
        {"NL004495445B01", "eu_vat:NL004495445B01"},
        {"PL8567346215", "eu_vat:PL8567346215"},
        {"PT501964843", "eu_vat:PT501964843"},
        {"SE556188840401", "eu_vat:SE556188840401"},
        {"SI50223054", "eu_vat:SI50223054"},
        {"SK2022749619", "eu_vat:SK2022749619"},
        {"BG895422059", "eu_vat:BG895422059"},
        {"CY97915890O", "eu_vat:CY97915890O"},
        {"CZ42762235", "eu_vat:CZ42762235"},
        {"CZ8557141120", "eu_vat:CZ8557141120"},   // of a woman born on 14 July 1985
        {"ESB99161432", "eu_vat:ESB99161432"},
        {"ESQ4614364J", "eu_vat:ESQ4614364J"},
        {"ESX4829173R", "eu_vat:ESX4829173R"},
        {"ES61527384S", "eu_vat:ES61527384S"},
        {"GB603060692", "eu_vat:GB603060692"},
        {"XI820361901", "eu_vat:XI820361901"},
        {"IE1193350S", "eu_vat:IE1193350S"},
        {"IE2280819BA", "eu_vat:IE2280819BA"},
        {"IE7B88361V", "eu_vat:IE7B88361V"},
        {"LT731922912", "eu_vat:LT731922912"},
        {"LT104892490117", "eu_vat:LT104892490117"},
        {"LV93298058990", "eu_vat:LV93298058990"},
        {"LV14078517841", "eu_vat:LV14078517841"},
        {"RO79249970", "eu_vat:RO79249970"},
        {"RO6104822125", "eu_vat:RO6104822125"},
        {"VAT BG4032779882", "eu_vat:BG4032779882"},   // of persons: their checks let too many others pass
        {"BG4032779882", ""},
        {"VAT CZ671287940", "eu_vat:CZ671287940"},
        {"CZ671287940", ""},
        {"VAT CZ520714123", "eu_vat:CZ520714123"},
        {"DE136695977", ""},
        {"FI20774741", ""},
        {"BG895422050, CY97915890P, CZ42762236, CZ8557141121, ESB99161433, ESQ4614364K, ESX4829173S, ES61527384T", ""},
        {"GB603060693, XI820361902, IE1193350T, IE2280819BB, IE7B88361W, LT731922913, LT104892490118", ""},
        {"LV93298058991, RO79249971, RO6104822126", ""},
        {"US123456789", ""},
    });
}

TEST_CASE("identity cards and numbers") {
    check_all({
        {"NRIC S1234567D", "sg_nric:S1234567D"},
        {"T1234567J", "sg_nric:T1234567J"},
        {"F1234567N", "sg_nric:F1234567N"},
        {"G1234567X", "sg_nric:G1234567X"},
        {"M5012345J", "sg_nric:M5012345J"},
        {"S1234567A", ""},
        {"NRIC S1234567A", "sg_nric:S1234567A"},
        {"UEN 00192200M", "sg_uen:00192200M"},
        {"00192200M", ""},
        {"197401143C", "sg_uen:197401143C"},
        {"T01FC6132D", "sg_uen:T01FC6132D"},
        {"S16FC0121D", "sg_uen:S16FC0121D"},
        {"T01FC6132E", ""},
        {"54362315K", "es_dni:54362315K"},
        {"54362315A", ""},
        {"NIE X2482300W", "es_dni:X2482300W"},
        {"X-2482300-W", "es_dni:X-2482300-W"},
        {"X2482300A", ""},
        {"RCCMNL83S18D969H", "it_fiscal_code:RCCMNL83S18D969H"},
        {"RCCMNL83S18D969A", ""},
        {"131052A308T", "fi_hetu:131052A308T"},
        {"131352A308T", ""},
        {"AB123456C", "gb_nino:AB123456C"},
        {"National Insurance AB123456C", "gb_nino:AB123456C"},
        {"BG123456C", ""},
        {"AB123456E", ""},
        {"Personalausweis T220001293", "de_id_card:T220001293"},
        {"T220001293", ""},
        {"Ausweisnummer L01X00T47", "de_id_card:L01X00T47"},
        {"パスポート TK1234567", "jp_passport:TK1234567"},
        {"TK1234567", ""},
        {"passport A12345678", "us_passport:A12345678"},
        {"A12345678", ""},
        {"T5835678256246", "jp_corporate_number:T5835678256246"},
        {"T5835678256247", ""},
        {"1850 52A00608436", ""},
    });
}

TEST_CASE("part numbers, hashes and code are no identifiers") {
    check_all({
        {"SKU AB1234567, model RTX4090, ISO27001, GPT4 and H100", ""},
        {"commit 0A1B2C3D4E5F, flight KE123, room B1207", ""},
        {"HTTP2 UTF8 SHA256 X509 IPV6 MP3 A4 B5", ""},
        {"const U32 MAX_VALUE = 0XFFFF0000;", ""},
        {"R2D2-C3PO", ""},
        {"2026Q4 FY2027", ""},
        {"550E8400-E29B-41D4-A716-446655440000", ""},
    });
}

TEST_CASE("e-mail addresses, and what else '@' is used for") {
    check_all({
        {"write to hong.gildong+news@mail.example.co.kr.", "email:hong.gildong+news@mail.example.co.kr"},
        {"메일은hong@example.com으로", "email:hong@example.com"},
        {"<hong@example.com>,'kim@example.org'", "email:hong@example.com, email:kim@example.org"},
        {"email=hong_1%x@ex-ample.io;", "email:hong_1%x@ex-ample.io"},
        {"mailto:a@b.co", "email:a@b.co"},
        {"user@한글.한국으로 보내", "email:user@한글.한국"},
        {"user@例え.jp", "email:user@例え.jp"},
        {"user@xn--3e0b707e.xn--3e0b707e", "email:user@xn--3e0b707e.xn--3e0b707e"},
        {"홍길동@회사.한국", "email:홍길동@회사.한국"},
        {"o'brien@example.ie", "email:o'brien@example.ie"},
        {"@hong thanks", ""},
        {"@app.route('/x')", ""},
        {"npm i react@18.2.0 @types/node lodash@latest", ""},
        {"icon@2x.png", ""},
        {"git@github.com:owner/name.git", ""},
        {"user@localhost", ""},
        {"a@b@c", ""},
        {"@@@@@@@@", ""},
        {"x@-a.com", ""},
        {"x.@a.com", ""},
        {"x@a..com", ""},
        {"x@a.c", ""},
        {"x@", ""},
        {"@", ""},
    });
    CHECK(told(std::string(64, 'a') + "@example.com") == "email:" + std::string(64, 'a') + "@example.com");
    CHECK(told(std::string(65, 'a') + "@example.com").empty());
}
