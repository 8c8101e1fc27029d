#include "guard/nearby.hpp"

#include <string>
#include <utility>
#include <vector>

#include "guard/words_kr.hpp"

namespace gilmok::guard {

namespace {

struct Word {
    std::string_view text;   // ASCII in lower case
    Topic topic;
};

// ASCII words count as whole words; words of scripts that write without spaces, wherever they stand.
constexpr Word words[] = {
    {"card", Topic::card},
    {"cards", Topic::card},
    {"visa", Topic::card},
    {"mastercard", Topic::card},
    {"amex", Topic::card},
    {"credit", Topic::card},
    {"pan", Topic::card},
    {"kreditkarte", Topic::card},
    {"카드", Topic::card},
    {"カード", Topic::card},
    {"卡号", Topic::card},
    {"phone", Topic::phone},
    {"phones", Topic::phone},
    {"telephone", Topic::phone},
    {"tel", Topic::phone},
    {"mobile", Topic::phone},
    {"cell", Topic::phone},
    {"fax", Topic::phone},
    {"call", Topic::phone},
    {"whatsapp", Topic::phone},
    {"contact", Topic::phone},
    {"hotline", Topic::phone},
    {"telefon", Topic::phone},
    {"전화", Topic::phone},
    {"연락처", Topic::phone},
    {"휴대폰", Topic::phone},
    {"핸드폰", Topic::phone},
    {"팩스", Topic::phone},
    {"電話", Topic::jp_phone},
    {"携帯", Topic::jp_phone},
    {"ファックス", Topic::jp_phone},
    {"연락 번호", Topic::phone},
    {"生年月日", Topic::birth},
    {"誕生日", Topic::birth},
    {"出生", Topic::birth},
    {"born", Topic::birth},
    {"birth", Topic::birth},
    {"birthday", Topic::birth},
    {"birthdate", Topic::birth},
    {"birth_date", Topic::birth},
    {"dateofbirth", Topic::birth},
    {"date_of_birth", Topic::birth},
    {"dob", Topic::birth},
    {"d.o.b", Topic::birth},
    {"geburtsdatum", Topic::birth},
    {"geboren", Topic::birth},
    {"geburtstag", Topic::birth},
    {"naissance", Topic::birth},
    {"nacimiento", Topic::birth},
    {"nascita", Topic::birth},
    {"geboortedatum", Topic::birth},
    {"urodzenia", Topic::birth},
    {"생년월일", Topic::birth},
    {"생일", Topic::birth},
    {"생년", Topic::birth},
    {"출생", Topic::birth},
    {"태어", Topic::birth},
    {"ip", Topic::address_ip},
    {"ipv4", Topic::address_ip},
    {"ipv6", Topic::address_ip},
    {"host", Topic::address_ip},
    {"server", Topic::address_ip},
    {"아이피", Topic::address_ip},
    {"passport", Topic::passport},
    {"reisepass", Topic::passport},
    {"여권", Topic::passport},
    {"パスポート", Topic::passport},
    {"旅券", Topic::passport},
    {"护照", Topic::passport},
    {"iban", Topic::iban},
    {"bic", Topic::bic},
    {"swift", Topic::bic},
    {"스위프트", Topic::bic},
    {"ssn", Topic::us_ssn},
    {"ssns", Topic::us_ssn},
    {"social security", Topic::us_ssn},
    {"social_security", Topic::us_ssn},
    {"socialsecurity", Topic::us_ssn},
    {"사회보장", Topic::us_ssn},
    {"itin", Topic::us_itin},
    {"individual taxpayer", Topic::us_itin},
    {"taxpayer identification", Topic::us_itin},
    {"ein", Topic::us_ein},
    {"fein", Topic::us_ein},
    {"employer identification", Topic::us_ein},
    {"federal tax id", Topic::us_ein},
    {"tax id", Topic::us_ein},
    {"routing", Topic::us_bank_routing},
    {"aba", Topic::us_bank_routing},
    {"rtn", Topic::us_bank_routing},
    {"マイナンバー", Topic::jp_my_number},
    {"個人番号", Topic::jp_my_number},
    {"my number", Topic::jp_my_number},
    {"mynumber", Topic::jp_my_number},
    {"마이넘버", Topic::jp_my_number},
    {"法人番号", Topic::jp_corporate_number},
    {"登録番号", Topic::jp_corporate_number},
    {"corporate number", Topic::jp_corporate_number},
    {"houjin", Topic::jp_corporate_number},
    {"免許", Topic::jp_driver_license},
    {"driver's license", Topic::jp_driver_license},
    {"driver license", Topic::jp_driver_license},
    {"driver's licence", Topic::jp_driver_license},
    {"driving licence", Topic::jp_driver_license},
    {"nhs", Topic::gb_nhs},
    {"national insurance", Topic::gb_nino},
    {"nino", Topic::gb_nino},
    {"ni number", Topic::gb_nino},
    {"bsn", Topic::nl_bsn},
    {"burgerservicenummer", Topic::nl_bsn},
    {"sofinummer", Topic::nl_bsn},
    {"pesel", Topic::pl_pesel},
    {"personnummer", Topic::se_personnummer},
    {"personnr", Topic::se_personnummer},
    {"samordningsnummer", Topic::se_personnummer},
    {"personal identity number", Topic::se_personnummer},
    {"henkilötunnus", Topic::fi_hetu},
    {"hetu", Topic::fi_hetu},
    {"steuer-id", Topic::de_tax_id},
    {"steueridentifikationsnummer", Topic::de_tax_id},
    {"steuer-identifikationsnummer", Topic::de_tax_id},
    {"steueridnr", Topic::de_tax_id},
    {"idnr", Topic::de_tax_id},
    {"steuernummer", Topic::de_tax_id},
    {"german tax id", Topic::de_tax_id},
    {"personalausweis", Topic::de_id_card},
    {"personalausweisnummer", Topic::de_id_card},
    {"ausweisnummer", Topic::de_id_card},
    {"ausweis", Topic::de_id_card},
    {"identity card", Topic::de_id_card},
    {"id card", Topic::de_id_card},
    {"nir", Topic::fr_nir},
    {"insee", Topic::fr_nir},
    {"sécurité sociale", Topic::fr_nir},
    {"securite sociale", Topic::fr_nir},
    {"dni", Topic::es_dni},
    {"nie", Topic::es_dni},
    {"nif", Topic::es_dni},
    {"codice fiscale", Topic::it_fiscal_code},
    {"vat", Topic::eu_vat},
    {"vatin", Topic::eu_vat},
    {"ust-idnr", Topic::eu_vat},
    {"ust-id", Topic::eu_vat},
    {"ustid", Topic::eu_vat},
    {"tva", Topic::eu_vat},
    {"iva", Topic::eu_vat},
    {"btw", Topic::eu_vat},
    {"moms", Topic::eu_vat},
    {"부가세", Topic::eu_vat},
    {"nric", Topic::sg_nric},
    {"fin", Topic::sg_nric},
    {"uen", Topic::sg_uen},
    {"unique entity", Topic::sg_uen},
    {"version", Topic::version},
    {"ver", Topic::version},
    {"release", Topic::version},
    {"버전", Topic::version},
    {"バージョン", Topic::version},
};
// Each word, and with a hyphen or an underline where it has a space, as programs write it.
void add_spelled(std::vector<WordList::Entry>& entries) {
    for (const Word& word : words) {
        const bool is_joined = word.text.find_first_of(" -") != std::string_view::npos;
        for (const char joint : is_joined ? std::string_view(" -_") : std::string_view("=")) {
            std::string text(word.text);
            for (char& c : text)
                if (c == ' ' || c == '-') c = joint;
            entries.push_back({std::move(text), static_cast<std::uint8_t>(word.topic), true});
        }
    }
}

}   // namespace

const WordList& context_words() {
    static const WordList all([] {
        std::vector<WordList::Entry> entries;
        add_spelled(entries);
        add_korean_words(entries, korean_topics_first);
        return entries;
    }());
    return all;
}

}   // namespace gilmok::guard
