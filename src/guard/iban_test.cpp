// Goal: IBANs of every form are found however they are typed, and ids of machines whose check fits by chance are not.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "guard/test_redact.hpp"

namespace gilmok::guard {

namespace {

std::vector<std::string> ibans_in(const std::string& text) {
    DetectScratch scratch;
    std::vector<model::Finding> findings;
    REQUIRE(test::detector().scan(text, scratch, findings));
    std::vector<std::string> out;
    for (const model::Finding& finding : findings)
        if (finding.kind == model::DataKind::iban)
            out.push_back(text.substr(finding.begin, finding.end - finding.begin));
    return out;
}

// The examples of SWIFT's IBAN registry.
constexpr const char* examples[] = {"AL47212110090000000235698741",
                                    "AD1200012030200359100100",
                                    "AT611904300234573201",
                                    "BE68539007547034",
                                    "CH9300762011623852957",
                                    "CY17002001280000001200527600",
                                    "CZ6508000000192000145399",
                                    "DK5000400440116243",
                                    "EE382200221020145685",
                                    "ES9121000418450200051332",
                                    "FI2112345600000785",
                                    "GR1601101250000000012300695",
                                    "HR1210010051863000160",
                                    "HU42117730161111101800000000",
                                    "IE29AIBK93115212345678",
                                    "IL620108000000099999999",
                                    "IS140159260076545510730339",
                                    "KZ86125KZT5004100100",
                                    "LB62099900000001001901229114",
                                    "LI21088100002324013AA",
                                    "LT121000011101001000",
                                    "LU280019400644750000",
                                    "MC5811222000010123456789030",
                                    "MK07250120000058984",
                                    "PL61109010140000071219812874",
                                    "PT50000201231234567890154",
                                    "SA0380000000608010167519",
                                    "SE4550000000058398257466",
                                    "SI56263300012039086",
                                    "SK3112000000198742637541",
                                    "TR330006100519786457841326",
                                    "AE070331234567890123456",
                                    "UA213223130000026007233566001",
                                    "BR1800360305000010009795493C1",
                                    "TN5910006035183598478831",
                                    "XK051212012345678906",
                                    "BA391290079401028494",
                                    "CR05015202001026284066",
                                    "ME25505000012345678951",
                                    "RS35260005601001611379",
                                    "VA59001123000012345678",
                                    "EG380019000500000000263180002",
                                    "LY83002048000020100120361",
                                    "ST23000100010051845310146",
                                    "TL380080012345678910157",
                                    "MR1300020001010000123456753",
                                    "IQ98NBIQ850123456789012",
                                    "MT84MALT011000012345MTLCAST001S"};

}   // namespace

TEST_CASE("an IBAN is found in capitals, in small letters and in groups of four") {
    for (const std::string code : examples) {
        CAPTURE(code);
        std::string small, apart;
        for (const char c : code) {
            small += ascii_lower(c);
            if (apart.size() % 5 == 4) apart += ' ';
            apart += c;
        }
        for (const std::string& written : {code, small, apart}) {
            const auto found = ibans_in("to " + written + ", please");
            REQUIRE(found.size() == 1);
            CHECK(found[0] == written);
        }
    }
}

TEST_CASE("an id of a machine is no IBAN, though its check fits: letters stand where a bank has digits") {
    for (const char* id : {"be28dca7bdba7e56", "BE28DCA7BDBA7E56", "ee93cc0e-a86b-0063-e2f4-1b2c3d4e5f60",
                           "ad73b2e483ccad7ec465822b", "be102553592fe5bd"})
        CHECK(ibans_in("id " + std::string(id) + " of it").empty());
}

}   // namespace gilmok::guard
