// Secrets of each kind, and the placeholders, prose and code that only look like them. The tokens are made up: put together
// from parts, so that nobody's scanner takes this file for a leak.
#include <doctest/doctest.h>

#include <cstdint>

#include "guard/secrets.hpp"
#include "guard/test_look.hpp"

using gilmok::guard::test::told;

namespace {

// `count` bytes that look random, always the same.
std::string made(std::size_t count, std::string_view alphabet = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xYzCfLo0") {
    std::string text;
    std::uint64_t state = 7;
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        text.push_back(alphabet[(state >> 33) % alphabet.size()]);
    }
    return text;
}
constexpr std::string_view hex = "0123456789abcdef", upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void check_found(const std::string& kind, const std::string& secret) {
    for (const std::string& text :
         {secret, "use " + secret + " here", "키는 " + secret + "입니다", "\"" + secret + "\""}) {
        CAPTURE(text);
        CHECK(told(text) == kind + ":" + secret);
    }
}

}   // namespace

TEST_CASE("tokens are found by the beginning that their issuer gives them") {
    check_found("aws_access_key", "AKIA" + made(16, upper));
    check_found("aws_access_key", "ASIA" + made(16, upper));
    check_found("gcp_key", "AIza" + made(35));
    check_found("cloud_key", "LTAI" + made(20));
    check_found("cloud_key", "ncp_iam_" + made(30));
    check_found("cloud_key", "dop_v1_" + made(64, hex));
    check_found("model_key", "sk-" + made(48));
    check_found("model_key", "sk-proj-" + made(60) + "-" + made(20));
    check_found("model_key", "sk-ant-api03-" + made(93) + "AA");
    check_found("model_key", "hf_" + made(34));
    check_found("model_key", "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");   // some issuers' tokens have no digits
    check_found("model_key", "gsk_" + made(52));
    check_found("model_key", "xai-" + made(80));
    check_found("model_key", "r8_" + made(37));
    check_found("model_key", "up_" + made(28));
    check_found("model_key", "nvapi-" + made(64));
    check_found("model_key", "gm-" + made(43));
    check_found("model_key", "flp_" + made(48));
    check_found("model_key", "pa-" + made(43));
    check_found("model_key", "ABSK" + made(120));
    check_found("model_key", "bedrock-api-key-" + made(200));
    for (const char* kind : {"live_sk_", "test_sk_", "live_gsk_", "test_gsk_"})
        check_found("service_token", kind + made(32));
    check_found("source_token", "ATBB" + made(32));
    check_found("source_token", "ATCTT3" + made(180) + "=" + made(8, upper));
    check_found("model_key", "al-" + made(43));
    check_found("model_key", "flp_" + made(32));
    check_found("service_token", "test_gsk_docs_" + made(24));
    for (const char* kind : {"ghp_", "gho_", "ghs_", "ghu_", "ghr_"}) check_found("source_token", kind + made(36));
    check_found("source_token", "github_pat_" + made(22) + "_" + made(59));
    check_found("source_token", "glpat-" + made(20));
    check_found("source_token", "npm_" + made(36));
    check_found("source_token", "pypi-AgEIcHlwaS5vcmc" + made(60));
    check_found("service_token", "xoxb-" + made(12, "0123456789") + "-" + made(24));
    check_found("service_token", "sk_live_" + made(24));
    check_found("service_token", "SG." + made(22) + "." + made(43));
    check_found("service_token", made(9, "123456789") + ":AA" + made(33));
    check_found("service_token", "SK" + made(32, hex));
    check_found("private_key", "AGE-SECRET-KEY-1" + made(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"));
}

TEST_CASE("what begins like a token but is none") {
    for (const std::string& text :
         {"sk-" + std::string(48, 'x'), std::string("sk-your-api-key-goes-right-here"), "sk-" + made(10),
          std::string("sk-loading-indicator-wrapper-element"), "risk-" + made(48),
          std::string("setup_to_date_everything_at_once"), std::string("up_to_date_and_running_everywhere"),
          "AKIA" + made(10, upper), "AKIA" + made(20, upper), "xAKIA" + made(16, upper), "ghp_" + made(20),
          "hf_" + std::string(34, 'a'), "SG." + made(22), "12345:AA" + made(33),
          std::string("nv-link and gm-food and r8_x"), "SK" + made(31, hex), std::string("SK하이닉스")}) {
        CAPTURE(text);
        CHECK(told(text).empty());
    }
}

TEST_CASE("an AWS secret is found beside its key, or by its name") {
    const std::string id = "AKIA" + made(16, upper), secret = "wJalr" + made(30) + "/K7+x";
    REQUIRE(secret.size() == 40);
    CHECK(told(id + "\n" + secret) == "aws_access_key:" + id + ", aws_secret_key:" + secret);
    CHECK(told("aws_secret_access_key = " + secret) == "aws_secret_key:" + secret);
    CHECK(told("AWS_SECRET_ACCESS_KEY=\"" + secret + "\"") == "aws_secret_key:" + secret);
    CHECK(told("git checkout " + made(40, hex)).empty());
}

TEST_CASE("keys of Azure") {
    const std::string key = made(86) + "==";
    CHECK(told("DefaultEndpointsProtocol=https;AccountName=x;AccountKey=" + key + ";EndpointSuffix=y") ==
          "azure_key:" + key);
    CHECK(told("SharedAccessKey=" + made(43) + "=") == "azure_key:" + made(43) + "=");
    CHECK(told("aB3"
               "8Q~" +
               made(34)) == "azure_key:aB38Q~" + made(34));
    CHECK(told("AccountKey=...").empty());
}

TEST_CASE("private keys are found to the end of their armour") {
    const std::string body = made(64) + "\n" + made(64) + "\n" + made(30) + "==\n";
    for (const std::string& label :
         {std::string("PRIVATE KEY"), std::string("RSA PRIVATE KEY"), std::string("OPENSSH PRIVATE KEY"),
          std::string("EC PRIVATE KEY"), std::string("ENCRYPTED PRIVATE KEY"), std::string("PGP PRIVATE KEY BLOCK")}) {
        const std::string key = "-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----";
        CAPTURE(label);
        CHECK(told("here:\n" + key + "\nthanks") == "private_key:" + key);
    }
    const std::string escaped = "-----BEGIN PRIVATE KEY-----\\n" + made(64) + "\\n-----END PRIVATE KEY-----";
    CHECK(told("\"private_key\": \"" + escaped + "\\n\"") == "private_key:" + escaped);
    const std::string cut = "-----BEGIN RSA PRIVATE KEY-----\n" + body;
    CHECK(told(cut) == "private_key:" + cut);
    CHECK(told("-----BEGIN PUBLIC KEY-----\n" + body + "-----END PUBLIC KEY-----").empty());
    CHECK(told("-----BEGIN CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----").empty());
    CHECK(told("a file that begins with -----BEGIN PRIVATE KEY----- is one").empty());
    const std::string putty = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + made(44) +
                              "\nPrivate-MAC: " + made(64, hex);
    CHECK(told(putty + "\nend") == "private_key:" + putty);
}

TEST_CASE("JWT by its header") {
    const std::string header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", payload = "eyJzdWIiOiIxMjM0NTY3ODkwIn0";
    check_found("jwt", header + "." + payload + "." + made(43));
    CHECK(told("Authorization: Bearer " + header + "." + payload + "." + made(43)) ==
          "jwt:" + header + "." + payload + "." + made(43));
    CHECK(told(header).empty());
    CHECK(told("eyJmb28iOiJiYXIifQ." + payload + "." + made(43)).empty());   // {"foo":"bar"}
}

TEST_CASE("addresses with a password in them") {
    check_found("connection_string", "postgres://app:s3cr3t@db.internal:5432/prod");
    check_found("connection_string", "redis://:hunter2@cache:6379/0");
    check_found("connection_string", "mongodb+srv://u:p%40ss@cluster0.example.net/x?retryWrites=true");
    check_found("connection_string", "https://user:password@localhost");
    check_found("connection_string", "amqp://u:p@ss@host/v");
    check_found("connection_string", "jdbc:oracle:thin:scott/tiger@//db.example.com:1521/orcl");
    check_found("connection_string", "jdbc:oracle:oci8:app/s3cr3t@db");
    CHECK(told("sqlplus -s scott/tiger@orcl") == "connection_string:scott/tiger@orcl");
    CHECK(told("curl -u admin:Sup3rSecret https://a.example") == "password:Sup3rSecret");
    CHECK(told("curl https://a.example \\\n  --user 'bot:pass word'") == "password:pass word");
    for (const std::string text : {"jdbc:oracle:thin:@//db:1521/orcl", "jdbc:oracle:thin:scott/${PW}@db",
                                   "sqlplus / as sysdba", "curl -u $USER:$PASSWORD x", "curl -u admin https://a:80/",
                                   "docker run -u 1000:1000 x", "curl x\ndocker run -u app:appgroup y"}) {
        CAPTURE(text);
        CHECK(told(text).empty());
    }
    for (const std::string text : {"postgres://app:<password>@db/prod", "postgres://app:${PASSWORD}@db",
                                   "postgres://app:****@db", "postgres://db:5432/prod", "https://user@host/x",
                                   "https://example.com/a:b@c", "mysql://u:{{pw}}@h", "://:@", "see http://"}) {
        CAPTURE(text);
        CHECK(told(text).empty());
    }
}

TEST_CASE("a value behind a name and a space alone is a key where it can be nothing else") {
    CHECK(told("password Xk29fQmzP01aaBcD8") == "password:Xk29fQmzP01aaBcD8");
    CHECK(told("api_key Xk29fQmzP01aaBcD8 다") == "high_entropy:Xk29fQmzP01aaBcD8");
    for (const std::string text :
         {"token JsonWebTokenHandler2", "secret AmazonS3FullAccess2012", "password reset", "token 1234567890123456",
          "secret Xk29fQmzP01aaBc", "token Xk29fQmzP01aaBcD8.method", "api_key  Xk29fQmzP01aaBcD8"}) {
        CAPTURE(text);
        CHECK(told(text).empty());
    }
}

TEST_CASE("passwords by the name they are assigned to") {
    struct Case {
        std::string text, password;
    };
    for (const Case& c : {Case{"password=hunter2!", "hunter2!"},
                          {"Password: Tr0ub4dor", "Tr0ub4dor"},
                          {"\"password\": \"correct horse\"", ""},
                          {"\"password\": \"correct-horse-1\"", "correct-horse-1"},
                          {"DB_PASSWORD='letmein'", "letmein"},
                          {"passwd: 12345678", "12345678"},
                          {"pwd=abc123", "abc123"},
                          {"비밀번호: 1q2w3e4r!", "1q2w3e4r!"},
                          {"비밀번호는 abc123!!입니다", "abc123!!"},
                          {"비번 = 0000", "0000"},
                          {"**Password:** hunter2!", "hunter2!"},
                          {"Server=x;User=y;Password=P@ss1;", "P@ss1"},
                          {"<password>hunter2</password>", "hunter2"},
                          {"?user=a&password=b4dpass&x=1", "b4dpass&x=1"},
                          {"my password is hunter22", "hunter22"},
                          {"MYSQL_PASS=s3cret", "s3cret"},
                          {"パスワード：abc12345", "abc12345"}}) {
        CAPTURE(c.text);
        CHECK(told(c.text) == (c.password.empty() ? "" : "password:" + c.password));
    }
}

TEST_CASE("what speaks of passwords without telling one") {
    for (const std::string text : {"password: string",
                                   "password = getpass()",
                                   "password=os.environ['PW']",
                                   "password: <your password>",
                                   "password=${DB_PASSWORD}",
                                   "password: ****",
                                   "The password is wrong",
                                   "비밀번호를 잊었어요",
                                   "비밀번호는 8자 이상입니다",
                                   "if (password == other) {",
                                   "password_hash = None",
                                   "passwords, tokens and keys",
                                   "const password = config.password;",
                                   "Forgot your password? Click here",
                                   "pwd: /home/me",
                                   "password: required",
                                   "token: string",
                                   "max_tokens: 4096",
                                   "the token is long",
                                   "api_key = YOUR_API_KEY",
                                   "secret: xxxxxxxxxxxxxxxxxxxxxxxx",
                                   "token = os.getenv('TOKEN')",
                                   "tokenizer=AutoTokenizer.from_pretrained",
                                   "Bearer of bad news everywhere around",
                                   "Basic authentication",
                                   "password:"}) {
        CAPTURE(text);
        CHECK(told(text).empty());
    }
}

TEST_CASE("random text beside a word that says what it is") {
    const std::string key = made(32), key_hex = made(40, hex);
    CHECK(told("api_key=" + key) == "high_entropy:" + key);
    CHECK(told("\"client_secret\": \"" + key + "\"") == "high_entropy:" + key);
    CHECK(told("X-Auth-Token: " + key_hex) == "high_entropy:" + key_hex);
    CHECK(told("ncloud secret key: " + made(40)) == "cloud_key:" + made(40));
    CHECK(told("API 키는 " + key + " 입니다") == "high_entropy:" + key);
    CHECK(told("Authorization: Bearer " + key) == "high_entropy:" + key);
    CHECK(told("Authorization: Basic dXNlcjpwYXNz") == "password:dXNlcjpwYXNz");
    CHECK(told("id=" + key).empty());
    CHECK(told("commit " + key_hex).empty());
    CHECK(told("token: 12345678901234567890").empty());
    CHECK(told("secret: internationalization-of-software").empty());
}

TEST_CASE("entropy is of what stands there") {
    using gilmok::guard::entropy_of;
    CHECK(entropy_of("") == 0);
    CHECK(entropy_of("aaaa") == 0);
    CHECK(entropy_of("abab") == doctest::Approx(1));
    CHECK(entropy_of("0123456789abcdef") == doctest::Approx(4));
}

TEST_CASE("every text that secrets are found by is usable for the first stage") {
    const auto literals = gilmok::guard::secret_literals();
    CHECK(literals.size() < 300);
    for (std::size_t i = 0; i < literals.size(); ++i) {
        CHECK(literals[i].size() >= 3);
        CHECK(literals[i].size() <= 64);
        for (std::size_t j = 0; j < i; ++j) CHECK(literals[i] != literals[j]);
    }
}
