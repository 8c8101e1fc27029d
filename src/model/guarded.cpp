#include "model/guarded.hpp"

#include "base/assert.hpp"

namespace gilmok::model {

namespace {

struct About {
    DataKind kind;
    DataFamily family;
    std::string_view name, title, korean;
};

using enum DataFamily;
constexpr std::array<About, data_kinds_count> about{{
    {DataKind::kr_rrn, unique_id, "kr_rrn", "Korean resident registration number", "주민등록번호"},
    {DataKind::kr_frn, unique_id, "kr_frn", "Korean foreigner registration number", "외국인등록번호"},
    {DataKind::kr_passport, unique_id, "kr_passport", "Korean passport number", "여권번호"},
    {DataKind::kr_driver_license, unique_id, "kr_driver_license", "Korean driver licence number", "운전면허번호"},
    {DataKind::kr_business_no, business, "kr_business_no", "Korean business registration number", "사업자등록번호"},
    {DataKind::kr_corporate_no, business, "kr_corporate_no", "Korean corporate registration number", "법인등록번호"},
    {DataKind::kr_health_insurance_no, financial, "kr_health_insurance_no", "Korean health insurance number",
     "건강보험증번호"},
    {DataKind::kr_phone, contact, "kr_phone", "Korean telephone number", "전화번호"},
    {DataKind::kr_bank_account, financial, "kr_bank_account", "Korean bank account", "계좌번호"},
    {DataKind::kr_plate, location, "kr_plate", "Korean vehicle plate", "차량번호"},
    {DataKind::kr_address, location, "kr_address", "Korean address", "주소"},
    {DataKind::kr_customs_code, unique_id, "kr_customs_code", "Korean personal customs code", "개인통관고유부호"},
    {DataKind::kr_name, person, "kr_name", "Korean name of a person", "사람 이름"},
    {DataKind::person_name, person, "person_name", "name of a person", "사람 이름(외국)"},
    {DataKind::email, contact, "email", "e-mail address", "전자우편 주소"},
    {DataKind::phone, contact, "phone", "telephone number", "전화번호(국제)"},
    {DataKind::ip_address, network, "ip_address", "IP address", "IP 주소"},
    {DataKind::mac_address, network, "mac_address", "MAC address", "MAC 주소"},
    {DataKind::card, financial, "card", "payment card number", "카드번호"},
    {DataKind::iban, financial, "iban", "IBAN", "국제 은행 계좌번호"},
    {DataKind::bic, financial, "bic", "BIC", "은행 식별 부호"},
    {DataKind::date_of_birth, person, "date_of_birth", "date of birth", "생년월일"},
    {DataKind::eu_vat, business, "eu_vat", "VAT number", "유럽 부가가치세 번호"},
    {DataKind::de_tax_id, unique_id, "de_tax_id", "German tax identification number", "독일 납세자번호"},
    {DataKind::de_id_card, unique_id, "de_id_card", "German identity card or passport number", "독일 신분증번호"},
    {DataKind::fr_nir, unique_id, "fr_nir", "French social security number (NIR)", "프랑스 사회보장번호"},
    {DataKind::es_dni, unique_id, "es_dni", "Spanish DNI or NIE", "스페인 신분증번호"},
    {DataKind::it_fiscal_code, unique_id, "it_fiscal_code", "Italian fiscal code", "이탈리아 납세자번호"},
    {DataKind::nl_bsn, unique_id, "nl_bsn", "Dutch citizen service number (BSN)", "네덜란드 시민번호"},
    {DataKind::pl_pesel, unique_id, "pl_pesel", "Polish PESEL", "폴란드 주민번호"},
    {DataKind::se_personnummer, unique_id, "se_personnummer", "Swedish personal identity number", "스웨덴 개인번호"},
    {DataKind::fi_hetu, unique_id, "fi_hetu", "Finnish personal identity code", "핀란드 개인번호"},
    {DataKind::gb_nino, unique_id, "gb_nino", "UK National Insurance number", "영국 국민보험번호"},
    {DataKind::gb_nhs, unique_id, "gb_nhs", "UK NHS number", "영국 의료보험번호"},
    {DataKind::us_ssn, unique_id, "us_ssn", "US social security number", "미국 사회보장번호"},
    {DataKind::us_itin, unique_id, "us_itin", "US individual taxpayer number", "미국 개인납세자번호"},
    {DataKind::us_ein, business, "us_ein", "US employer identification number", "미국 고용주번호"},
    {DataKind::us_passport, unique_id, "us_passport", "US passport number", "미국 여권번호"},
    {DataKind::us_bank_routing, financial, "us_bank_routing", "US bank routing number", "미국 은행번호"},
    {DataKind::us_phone, contact, "us_phone", "US telephone number", "미국 전화번호"},
    {DataKind::jp_my_number, unique_id, "jp_my_number", "Japanese My Number", "일본 개인번호"},
    {DataKind::jp_corporate_number, business, "jp_corporate_number", "Japanese corporate number", "일본 법인번호"},
    {DataKind::jp_passport, unique_id, "jp_passport", "Japanese passport number", "일본 여권번호"},
    {DataKind::jp_driver_license, unique_id, "jp_driver_license", "Japanese driver licence number",
     "일본 운전면허번호"},
    {DataKind::jp_phone, contact, "jp_phone", "Japanese telephone number", "일본 전화번호"},
    {DataKind::sg_nric, unique_id, "sg_nric", "Singapore NRIC or FIN", "싱가포르 신분증번호"},
    {DataKind::sg_uen, business, "sg_uen", "Singapore unique entity number", "싱가포르 법인번호"},
    {DataKind::sg_phone, contact, "sg_phone", "Singapore telephone number", "싱가포르 전화번호"},
    {DataKind::aws_access_key, secret, "aws_access_key", "AWS access key id", "AWS 접근 키"},
    {DataKind::aws_secret_key, secret, "aws_secret_key", "AWS secret access key", "AWS 비밀 키"},
    {DataKind::azure_key, secret, "azure_key", "Azure key", "Azure 키"},
    {DataKind::gcp_key, secret, "gcp_key", "Google Cloud key", "Google Cloud 키"},
    {DataKind::cloud_key, secret, "cloud_key", "key of a cloud", "클라우드 키"},
    {DataKind::model_key, secret, "model_key", "key of a model provider", "모델 제공자 키"},
    {DataKind::source_token, secret, "source_token", "token of a code host or package registry", "코드 저장소 토큰"},
    {DataKind::service_token, secret, "service_token", "token of an online service", "온라인 서비스 토큰"},
    {DataKind::private_key, secret, "private_key", "private key", "개인 키"},
    {DataKind::jwt, secret, "jwt", "JSON Web Token", "JWT"},
    {DataKind::connection_string, secret, "connection_string", "connection string with a password",
     "비밀번호가 든 접속 문자열"},
    {DataKind::password, secret, "password", "password", "비밀번호"},
    {DataKind::high_entropy, secret, "high_entropy", "random text beside a word for a secret",
     "비밀로 보이는 무작위 문자열"},
    {DataKind::pattern, own, "pattern", "pattern of the organisation", "자체 패턴"},
    {DataKind::term, own, "term", "term of a dictionary", "사전 용어"},
    {DataKind::external, own, "external", "found by the external detector", "외부 탐지기가 찾은 것"},
    {DataKind::image, media, "image", "image", "이미지"},
    {DataKind::audio, media, "audio", "audio", "음성"},
    {DataKind::file, media, "file", "file", "파일"},
}};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < about.size(); ++i)
        if (static_cast<std::size_t>(about[i].kind) != i || about[i].name.empty()) return false;
    return true;
}
static_assert(is_in_order(), "every DataKind has one row, in the order of the enum");

constexpr std::array<std::string_view, static_cast<std::size_t>(DataFamily::count_)> family_names{
    "unique_id", "financial", "contact", "location", "person", "business", "network", "secret", "own", "media"};
constexpr std::array<std::string_view, static_cast<std::size_t>(DataClass::count_)> class_names{"O", "S", "C"};
constexpr std::array<std::string_view, static_cast<std::size_t>(GuardAction::count_)> action_names{
    "allow", "swap", "mask", "local", "block"};

template <class Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view name) {
    for (std::size_t i = 0; i < count; ++i)
        if (names[i] == name) return static_cast<Enum>(i);
    return std::nullopt;
}

const About& of(DataKind kind) {
    GILMOK_ASSERT(kind < DataKind::count_);
    return about[static_cast<std::size_t>(kind)];
}

}   // namespace

std::string_view name_of(DataKind kind) { return of(kind).name; }
std::string_view title_of(DataKind kind) { return of(kind).title; }
std::string_view korean_title_of(DataKind kind) { return of(kind).korean; }
DataFamily family_of(DataKind kind) { return of(kind).family; }

std::optional<DataKind> data_kind_named(std::string_view name) {
    for (const About& row : about)
        if (row.name == name) return row.kind;
    return std::nullopt;
}

std::string_view name_of(DataFamily family) {
    GILMOK_ASSERT(family < DataFamily::count_);
    return family_names[static_cast<std::size_t>(family)];
}
std::optional<DataFamily> data_family_named(std::string_view name) { return named<DataFamily>(family_names, name); }

std::optional<KindSet> kinds_named(std::string_view word) {
    constexpr std::string_view family_prefix = "family:";
    if (word == "all") return KindSet::all();
    KindSet kinds;
    if (word.starts_with(family_prefix)) {
        const auto family = data_family_named(word.substr(family_prefix.size()));
        if (!family) return std::nullopt;
        for (const About& row : about)
            if (row.family == *family) kinds.add(row.kind);
        return kinds;
    }
    const auto kind = data_kind_named(word);
    if (!kind) return std::nullopt;
    kinds.add(*kind);
    return kinds;
}

std::vector<std::string> words_of(const KindSet& kinds) {
    if (kinds == KindSet::all()) return {"all"};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < family_names.size(); ++i) {
        const auto family = static_cast<DataFamily>(i);
        std::vector<std::string> found;
        bool is_whole = true;
        for (const About& row : about) {
            if (row.family != family) continue;
            if (kinds.has(row.kind))
                found.emplace_back(row.name);
            else
                is_whole = false;
        }
        if (is_whole) found = {"family:" + std::string(name_of(family))};
        words.insert(words.end(), found.begin(), found.end());
    }
    return words;
}

std::string_view name_of(DataClass data_class) {
    GILMOK_ASSERT(data_class < DataClass::count_);
    return class_names[static_cast<std::size_t>(data_class)];
}
std::optional<DataClass> data_class_named(std::string_view name) { return named<DataClass>(class_names, name); }

std::string_view name_of(GuardAction action) {
    GILMOK_ASSERT(action < GuardAction::count_);
    return action_names[static_cast<std::size_t>(action)];
}
std::optional<GuardAction> guard_action_named(std::string_view name) { return named<GuardAction>(action_names, name); }

}   // namespace gilmok::model
