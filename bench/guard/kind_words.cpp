// How documents call each kind of data.
#include "values.hpp"

namespace gilmok::bench {
namespace {

using model::DataKind;
using std::string_view;

#define GILMOK_WORDS(name, ...) constexpr string_view name[] = {__VA_ARGS__}
GILMOK_WORDS(rrn_ko, "주민등록번호", "주민번호", "주민등록번호(뒷자리 포함)");
GILMOK_WORDS(rrn_en, "resident registration number", "Korean RRN");
GILMOK_WORDS(frn_ko, "외국인등록번호", "국내거소신고번호");
GILMOK_WORDS(frn_en, "alien registration number", "foreigner registration number");
GILMOK_WORDS(passport_ko, "여권번호", "여권 번호");
GILMOK_WORDS(passport_en, "Korean passport no.", "passport number");
GILMOK_WORDS(licence_ko, "운전면허번호", "면허번호");
GILMOK_WORDS(licence_en, "Korean driver's license number");
GILMOK_WORDS(business_ko, "사업자등록번호", "사업자번호");
GILMOK_WORDS(business_en, "business registration number");
GILMOK_WORDS(corporate_ko, "법인등록번호", "법인번호");
GILMOK_WORDS(corporate_en, "corporate registration number");
GILMOK_WORDS(health_ko, "건강보험증 번호", "건강보험번호");
GILMOK_WORDS(health_en, "health insurance number");
GILMOK_WORDS(kphone_ko, "연락처", "휴대폰 번호", "전화번호", "전화");
GILMOK_WORDS(kphone_en, "phone", "mobile number", "contact number");
GILMOK_WORDS(account_ko, "계좌번호", "입금계좌");
GILMOK_WORDS(account_en, "bank account");
GILMOK_WORDS(plate_ko, "차량번호", "차량 번호", "번호판");
GILMOK_WORDS(plate_en, "vehicle plate", "license plate");
GILMOK_WORDS(address_ko, "주소", "배송지", "소재지");
GILMOK_WORDS(address_en, "address", "shipping address");
GILMOK_WORDS(customs_ko, "개인통관고유부호", "통관부호");
GILMOK_WORDS(customs_en, "customs clearance code");
GILMOK_WORDS(name_ko, "성명", "이름", "담당자", "신청인", "예금주");
GILMOK_WORDS(name_en, "Name", "Contact");
GILMOK_WORDS(email_ko, "이메일", "메일 주소");
GILMOK_WORDS(email_en, "e-mail", "email address");
GILMOK_WORDS(phone_ko, "해외 연락처", "국제전화");
GILMOK_WORDS(phone_en, "phone", "telephone");
GILMOK_WORDS(ip_ko, "접속 IP", "IP 주소");
GILMOK_WORDS(ip_en, "IP address", "client IP");
GILMOK_WORDS(mac_ko, "MAC 주소");
GILMOK_WORDS(mac_en, "MAC address");
GILMOK_WORDS(card_ko, "카드번호", "신용카드");
GILMOK_WORDS(card_en, "card number", "credit card");
GILMOK_WORDS(iban_any, "IBAN");
GILMOK_WORDS(bic_any, "SWIFT", "BIC", "SWIFT code");
GILMOK_WORDS(birth_ko, "생년월일", "출생일");
GILMOK_WORDS(birth_en, "date of birth", "DOB");
GILMOK_WORDS(vat_any, "VAT number", "VAT ID");
GILMOK_WORDS(de_tax_en, "Steuer-ID", "Steueridentifikationsnummer", "German tax ID");
GILMOK_WORDS(de_card_en, "Personalausweis", "Ausweisnummer");
GILMOK_WORDS(nir_en, "NIR", "numéro de sécurité sociale");
GILMOK_WORDS(dni_en, "DNI", "NIE");
GILMOK_WORDS(fiscal_en, "codice fiscale");
GILMOK_WORDS(bsn_en, "BSN", "burgerservicenummer");
GILMOK_WORDS(pesel_en, "PESEL");
GILMOK_WORDS(se_en, "personnummer");
GILMOK_WORDS(fi_en, "henkilötunnus", "HETU");
GILMOK_WORDS(nino_en, "National Insurance number", "NINO");
GILMOK_WORDS(nhs_en, "NHS number");
GILMOK_WORDS(ssn_en, "SSN", "social security number");
GILMOK_WORDS(itin_en, "ITIN");
GILMOK_WORDS(ein_en, "EIN", "employer identification number");
GILMOK_WORDS(us_passport_en, "US passport", "passport number");
GILMOK_WORDS(routing_en, "routing number", "ABA routing number");
GILMOK_WORDS(us_phone_en, "phone", "cell", "call me at");
GILMOK_WORDS(my_number_any, "マイナンバー", "My Number", "個人番号");
GILMOK_WORDS(jp_company_any, "法人番号");
GILMOK_WORDS(jp_passport_any, "旅券番号", "Japanese passport", "パスポート");
GILMOK_WORDS(jp_licence_any, "運転免許証番号", "免許証番号");
GILMOK_WORDS(jp_phone_any, "電話番号", "携帯電話", "Japan phone");
GILMOK_WORDS(nric_en, "NRIC", "FIN");
GILMOK_WORDS(uen_en, "UEN");
GILMOK_WORDS(sg_phone_en, "Singapore phone", "Singapore mobile");
GILMOK_WORDS(aws_any, "AWS access key");
GILMOK_WORDS(aws_secret_any, "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY");
GILMOK_WORDS(azure_any, "AccountKey", "azure_storage_key");
GILMOK_WORDS(gcp_any, "google api key");
GILMOK_WORDS(cloud_any, "digitalocean token");
GILMOK_WORDS(model_any, "api key", "API 키");
GILMOK_WORDS(source_any, "token", "access token");
GILMOK_WORDS(service_any, "token", "bot token");
GILMOK_WORDS(private_any, "private key");
GILMOK_WORDS(jwt_any, "Authorization: Bearer", "session token");
GILMOK_WORDS(connection_any, "DATABASE_URL", "dsn");
GILMOK_WORDS(password_ko, "비밀번호", "패스워드");
GILMOK_WORDS(password_en, "password", "passwd");
GILMOK_WORDS(entropy_any, "secret_key", "api_secret", "client_secret");
#undef GILMOK_WORDS

constexpr bool alone = true;
const KindWords all[] = {
    {DataKind::kr_rrn, rrn_ko, rrn_en, "rrn", alone},
    {DataKind::kr_frn, frn_ko, frn_en, "frn", alone},
    {DataKind::kr_passport, passport_ko, passport_en, "passport_no", false},
    {DataKind::kr_driver_license, licence_ko, licence_en, "driver_license", false},
    {DataKind::kr_business_no, business_ko, business_en, "business_no", alone},
    {DataKind::kr_corporate_no, corporate_ko, corporate_en, "corporate_no", false},
    {DataKind::kr_health_insurance_no, health_ko, health_en, "health_insurance_no", false},
    {DataKind::kr_phone, kphone_ko, kphone_en, "phone", alone},
    {DataKind::kr_bank_account, account_ko, account_en, "bank_account", false},
    {DataKind::kr_plate, plate_ko, plate_en, "license_plate", alone},
    {DataKind::kr_address, address_ko, address_en, "address", alone},
    {DataKind::kr_customs_code, customs_ko, customs_en, "customs_code", alone},
    {DataKind::kr_name, name_ko, name_en, "name", alone},
    {DataKind::person_name, name_ko, name_en, "name", alone},
    {DataKind::email, email_ko, email_en, "email", alone},
    {DataKind::phone, phone_ko, phone_en, "phone", alone},
    {DataKind::ip_address, ip_ko, ip_en, "client_ip", alone},
    {DataKind::mac_address, mac_ko, mac_en, "mac", alone},
    {DataKind::card, card_ko, card_en, "card_number", alone},
    {DataKind::iban, iban_any, iban_any, "iban", alone},
    {DataKind::bic, bic_any, bic_any, "swift", false},
    {DataKind::date_of_birth, birth_ko, birth_en, "date_of_birth", false},
    {DataKind::eu_vat, vat_any, vat_any, "vat_id", false},
    {DataKind::de_tax_id, de_tax_en, de_tax_en, "steuer_id", false},
    {DataKind::de_id_card, de_card_en, de_card_en, "personalausweis", false},
    {DataKind::fr_nir, nir_en, nir_en, "nir", false},
    {DataKind::es_dni, dni_en, dni_en, "dni", alone},
    {DataKind::it_fiscal_code, fiscal_en, fiscal_en, "codice_fiscale", alone},
    {DataKind::nl_bsn, bsn_en, bsn_en, "bsn", false},
    {DataKind::pl_pesel, pesel_en, pesel_en, "pesel", false},
    {DataKind::se_personnummer, se_en, se_en, "personnummer", false},
    {DataKind::fi_hetu, fi_en, fi_en, "hetu", false},
    {DataKind::gb_nino, nino_en, nino_en, "nino", false},
    {DataKind::gb_nhs, nhs_en, nhs_en, "nhs_number", false},
    {DataKind::us_ssn, ssn_en, ssn_en, "ssn", false},
    {DataKind::us_itin, itin_en, itin_en, "itin", false},
    {DataKind::us_ein, ein_en, ein_en, "ein", false},
    {DataKind::us_passport, us_passport_en, us_passport_en, "us_passport", false},
    {DataKind::us_bank_routing, routing_en, routing_en, "routing_number", false},
    {DataKind::us_phone, us_phone_en, us_phone_en, "us_phone", false},
    {DataKind::jp_my_number, my_number_any, my_number_any, "my_number", false},
    {DataKind::jp_corporate_number, jp_company_any, jp_company_any, "jp_corporate_number", false},
    {DataKind::jp_passport, jp_passport_any, jp_passport_any, "jp_passport", false},
    {DataKind::jp_driver_license, jp_licence_any, jp_licence_any, "jp_driver_license", false},
    {DataKind::jp_phone, jp_phone_any, jp_phone_any, "jp_phone", false},
    {DataKind::sg_nric, nric_en, nric_en, "nric", alone},
    {DataKind::sg_uen, uen_en, uen_en, "uen", false},
    {DataKind::sg_phone, sg_phone_en, sg_phone_en, "sg_phone", false},
    {DataKind::aws_access_key, aws_any, aws_any, "aws_access_key_id", alone},
    {DataKind::aws_secret_key, aws_secret_any, aws_secret_any, "aws_secret_access_key", false},
    {DataKind::azure_key, azure_any, azure_any, "AccountKey", false},
    {DataKind::gcp_key, gcp_any, gcp_any, "google_api_key", alone},
    {DataKind::cloud_key, cloud_any, cloud_any, "do_token", alone},
    {DataKind::model_key, model_any, model_any, "api_key", alone},
    {DataKind::source_token, source_any, source_any, "token", alone},
    {DataKind::service_token, service_any, service_any, "bot_token", alone},
    {DataKind::private_key, private_any, private_any, "private_key", alone},
    {DataKind::jwt, jwt_any, jwt_any, "jwt", alone},
    {DataKind::connection_string, connection_any, connection_any, "database_url", alone},
    {DataKind::password, password_ko, password_en, "password", false},
    {DataKind::high_entropy, entropy_any, entropy_any, "client_secret", false},
};

}   // namespace

std::span<const KindWords> kind_words() { return all; }

}   // namespace gilmok::bench
