// The texts that give secrets away. Sources: the issuers' documentation of their prefixes (GitHub, GitLab, Slack, Stripe, AWS
// IAM "Unique identifiers", npm, PyPI, OpenAI, Anthropic, Hugging Face, …), RFC 7468 for armour, RFC 7519 for JWT, RFC 3986
// for addresses. Lengths leave room on both sides, because issuers change them without telling.
#include "guard/secrets.hpp"

#include <array>

#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;
using What = SecretText;
using Bytes = SecretBytes;

constexpr SecretForm token(std::string_view text, DataKind kind, Bytes bytes, std::uint16_t least, std::uint16_t most) {
    return {text, What::token, kind, bytes, least, most};
}
constexpr SecretForm frame(std::string_view text, What what, DataKind kind) {
    return {text, what, kind, Bytes::alnum, 0, 0};
}
constexpr SecretForm password(std::string_view text) {
    return {text, What::password_name, DataKind::password, Bytes::alnum, 0, 0};
}
constexpr SecretForm mark(std::string_view text) {
    return {text, What::password_mark, DataKind::password, Bytes::alnum, 0, 0};
}
constexpr SecretForm key(std::string_view text) {
    return {text, What::key_name, DataKind::high_entropy, Bytes::alnum, 0, 0};
}
constexpr SecretForm birth(std::string_view text) {
    return {text, What::birth, DataKind::date_of_birth, Bytes::alnum, 0, 0};
}

constexpr SecretForm at_sign(std::string_view text) {
    return {text, What::at_sign, DataKind::email, Bytes::alnum, 0, 0};
}

constexpr SecretForm forms[] = {
    token("AKIA", DataKind::aws_access_key, Bytes::upper, 16, 16),
    token("ASIA", DataKind::aws_access_key, Bytes::upper, 16, 16),
    token("ABIA", DataKind::aws_access_key, Bytes::upper, 16, 16),
    token("ACCA", DataKind::aws_access_key, Bytes::upper, 16, 16),
    frame("AccountKey=", What::account_key, DataKind::azure_key),
    frame("SharedAccessKey=", What::account_key, DataKind::azure_key),
    frame("8Q~", What::azure_client, DataKind::azure_key),
    token("AIza", DataKind::gcp_key, Bytes::url64, 35, 35),
    token("GOCSPX-", DataKind::gcp_key, Bytes::url64, 28, 28),
    token("ya29.", DataKind::gcp_key, Bytes::url64, 40, 1'024),
    token("ncp_iam_", DataKind::cloud_key, Bytes::alnum, 16, 64),
    token("LTAI", DataKind::cloud_key, Bytes::alnum, 12, 28),
    token("AKID", DataKind::cloud_key, Bytes::alnum, 28, 40),
    token("dop_v1_", DataKind::cloud_key, Bytes::hex, 64, 64),
    token("doo_v1_", DataKind::cloud_key, Bytes::hex, 64, 64),
    token("dor_v1_", DataKind::cloud_key, Bytes::hex, 64, 64),
    token("hvs.", DataKind::cloud_key, Bytes::url64, 24, 256),
    token("dapi", DataKind::cloud_key, Bytes::hex, 32, 32),
    // one for OpenAI (sk-proj-, sk-svcacct-), Anthropic (sk-ant-), OpenRouter (sk-or-), DeepSeek and their like
    token("sk-", DataKind::model_key, Bytes::url64, 20, 256),
    token("hf_", DataKind::model_key, Bytes::alnum, 30, 48),
    token("gsk_", DataKind::model_key, Bytes::alnum, 40, 64),
    token("xai-", DataKind::model_key, Bytes::alnum, 40, 96),
    token("r8_", DataKind::model_key, Bytes::alnum, 36, 40),
    token("up_", DataKind::model_key, Bytes::alnum, 24, 48),
    token("nv-", DataKind::model_key, Bytes::alnum, 32, 96),
    token("nvapi-", DataKind::model_key, Bytes::url64, 40, 96),
    token("pplx-", DataKind::model_key, Bytes::alnum, 40, 64),
    token("csk-", DataKind::model_key, Bytes::alnum, 40, 64),
    token("tgp_v1_", DataKind::model_key, Bytes::url64, 36, 64),
    token("fw_", DataKind::model_key, Bytes::alnum, 22, 32),
    token("jina_", DataKind::model_key, Bytes::alnum, 48, 72),
    token("flp_", DataKind::model_key, Bytes::alnum, 24, 96),                   // FriendliAI, which tells no length
    token("pa-", DataKind::model_key, Bytes::url64, 43, 43),                    // Voyage AI
    token("al-", DataKind::model_key, Bytes::url64, 43, 43),                    // and since MongoDB gives them out
    token("ABSK", DataKind::model_key, Bytes::base64, 100, 300),                // Amazon Bedrock, for long
    token("bedrock-api-key-", DataKind::model_key, Bytes::base64, 40, 4'096),   // and for a session
    token("gm-", DataKind::model_key, Bytes::url64, 43, 43),                    // gilmok's own
    token("ghp_", DataKind::source_token, Bytes::alnum, 36, 255),
    token("gho_", DataKind::source_token, Bytes::alnum, 36, 255),
    token("ghu_", DataKind::source_token, Bytes::alnum, 36, 255),
    token("ghs_", DataKind::source_token, Bytes::alnum, 36, 255),
    token("ghr_", DataKind::source_token, Bytes::alnum, 36, 255),
    token("github_pat_", DataKind::source_token, Bytes::word, 50, 255),
    token("glpat-", DataKind::source_token, Bytes::dotted, 20, 128),
    token("gldt-", DataKind::source_token, Bytes::url64, 20, 128),
    token("glrt-", DataKind::source_token, Bytes::dotted, 20, 128),
    token("npm_", DataKind::source_token, Bytes::alnum, 36, 36),
    token("pypi-", DataKind::source_token, Bytes::url64, 50, 512),
    token("rubygems_", DataKind::source_token, Bytes::hex, 48, 48),
    token("dckr_pat_", DataKind::source_token, Bytes::url64, 24, 64),
    token("ATBB", DataKind::source_token, Bytes::alnum, 32, 40),       // Bitbucket
    token("ATCTT3", DataKind::source_token, Bytes::base64, 60, 256),   // of a repository, project or workspace
    token("ATATT3", DataKind::source_token, Bytes::base64, 60, 256),
    token("xoxb-", DataKind::service_token, Bytes::url64, 20, 256),
    token("xoxp-", DataKind::service_token, Bytes::url64, 20, 256),
    token("xoxa-", DataKind::service_token, Bytes::url64, 20, 256),
    token("xoxr-", DataKind::service_token, Bytes::url64, 20, 256),
    token("xoxs-", DataKind::service_token, Bytes::url64, 20, 256),
    token("xoxe.", DataKind::service_token, Bytes::dotted, 20, 256),
    token("xapp-", DataKind::service_token, Bytes::url64, 20, 256),
    token("hooks.slack.com/services/", DataKind::service_token, Bytes::base64, 30, 80),
    token("sk_live_", DataKind::service_token, Bytes::alnum, 16, 255),
    token("sk_test_", DataKind::service_token, Bytes::alnum, 16, 255),
    token("rk_live_", DataKind::service_token, Bytes::alnum, 16, 255),
    token("live_sk_", DataKind::service_token, Bytes::alnum, 24, 64),   // Toss Payments
    token("test_sk_", DataKind::service_token, Bytes::alnum, 24, 64),
    token("live_gsk_", DataKind::service_token, Bytes::word, 24, 64),
    token("test_gsk_", DataKind::service_token, Bytes::word, 24, 64),
    token("whsec_", DataKind::service_token, Bytes::base64, 24, 96),
    token("SG.", DataKind::service_token, Bytes::dotted, 60, 72),
    token("sq0csp-", DataKind::service_token, Bytes::url64, 43, 43),
    token("shpat_", DataKind::service_token, Bytes::hex, 32, 32),
    token("shpss_", DataKind::service_token, Bytes::hex, 32, 32),
    token("glsa_", DataKind::service_token, Bytes::word, 38, 48),
    token("lin_api_", DataKind::service_token, Bytes::alnum, 32, 48),
    token("PMAK-", DataKind::service_token, Bytes::url64, 50, 64),
    token("ntn_", DataKind::service_token, Bytes::alnum, 40, 64),
    token("figd_", DataKind::service_token, Bytes::url64, 36, 64),
    frame(":AA", What::bot_token, DataKind::service_token),
    token("AGE-SECRET-KEY-1", DataKind::private_key, Bytes::upper, 58, 58),
    frame("-----BEGIN ", What::armour, DataKind::private_key),
    frame("PuTTY-User-Key-File-", What::putty, DataKind::private_key),
    frame("eyJ", What::json_token, DataKind::jwt),
    frame("://", What::address, DataKind::connection_string),
    frame("jdbc:oracle:", What::oracle, DataKind::connection_string),
    frame("sqlplus ", What::oracle, DataKind::connection_string),
    frame("curl ", What::curl, DataKind::password),
    frame("Bearer ", What::bearer, DataKind::high_entropy),
    frame("bearer ", What::bearer, DataKind::high_entropy),
    frame("Basic ", What::basic, DataKind::password),
    password("password"),
    password("Password"),
    password("PASSWORD"),
    password("passwd"),
    password("PASSWD"),
    password("passphrase"),
    password("Passphrase"),
    password("pwd"),
    password("PWD"),
    password("Pwd"),
    password("_PASS="),
    mark("PW:"),
    mark("PW :"),
    mark("PW="),
    mark("pw:"),
    mark("pw="),
    mark("암호"),
    password("비밀번호"),
    password("패스워드"),
    password("비번"),
    password("パスワード"),
    password("密码"),
    key("secret"),
    key("Secret"),
    key("SECRET"),
    key("token"),
    key("Token"),
    key("TOKEN"),
    key("api_key"),
    key("api-key"),
    key("api key"),
    key("apikey"),
    key("apiKey"),
    key("ApiKey"),
    key("API_KEY"),
    key("API key"),
    key("API Key"),
    key("APIKEY"),
    key("API 키"),
    key("access_key"),
    key("accessKey"),
    key("AccessKey"),
    key("ACCESS_KEY"),
    key("account_key"),
    key("AccountKey"),
    key("accountKey"),
    key("ACCOUNT_KEY"),
    key("_KEY"),
    key("encryption_key"),
    key("encryptionKey"),
    key("signing_key"),
    key("signingKey"),
    key("service_key"),
    key("serviceKey"),
    key("ServiceKey"),
    key("Api-Key"),
    key("API-Key"),
    key("API-KEY"),
    key("Subscription-Key"),
    key("credential"),
    key("비밀키"),
    key("인증키"),
    key("서비스키"),
    key("서비스 키"),
    key("암호키"),
    key("암호화키"),
    key("암호화 키"),
    birth("DOB"),
    birth("dob"),
    birth("생년월일"),
    birth("생일"),
    birth("출생"),
    birth("일생"),
    birth("일 생"),
    birth("born"),
    birth("Born"),
    birth("birth"),
    birth("Birth"),
    birth("生年月日"),
    at_sign("(at)"),
    at_sign("(AT)"),
    at_sign("[at]"),
    at_sign("[AT]"),
    at_sign("골뱅이"),
};

constexpr auto literals = [] {
    std::array<std::string_view, std::size(forms)> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = forms[i].text;
    return texts;
}();

}   // namespace

std::span<const std::string_view> secret_literals() { return literals; }

void match_secret(std::string_view text, std::size_t at, std::size_t literal, Sink& sink) {
    const SecretForm& form = forms[literal];
    switch (form.what) {
        case What::token: return match_secret_token(text, at, form, sink);
        case What::armour:
        case What::putty:
        case What::json_token:
        case What::address:
        case What::bot_token:
        case What::azure_client:
        case What::account_key:
        case What::bearer:
        case What::oracle:
        case What::curl:
        case What::basic: return match_secret_frame(text, at, form, sink);
        case What::password_name:
        case What::password_mark:
        case What::key_name: return match_secret_name(text, at, form, sink);
        case What::birth: return match_birth_behind(text, at, sink);
        case What::at_sign: return match_spelled_at_sign(text, at, form.text, sink);
    }
}

}   // namespace gilmok::guard
