// Goal: of a secret in a streamed answer the client sees no byte of its value, however small the pieces are that it comes in, and
// also where it is longer than what is held back. The secrets are made up.
#include "guard/answer_text.hpp"

#include <doctest/doctest.h>

#include <array>

#include "guard/test_redact.hpp"

namespace gilmok::guard {

namespace {

// What a client has read of `text` when it came in pieces of `step` bytes.
std::string shown(std::string_view text, std::size_t step, bool is_json = false) {
    RestoreOptions options;
    options.detector = &test::detector();
    for (std::size_t i = 0; i < model::data_kinds_count; ++i) {
        const auto kind = static_cast<model::DataKind>(i);
        if (model::family_of(kind) == model::DataFamily::secret) options.masked.add(kind);
    }
    RestoreScratch scratch;
    AnswerText answer(options, scratch);
    Channel channel;
    channel.is_json = is_json;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += step)
        REQUIRE(answer.take(channel, text.substr(at, step), at + step >= text.size(), out));
    return out;
}

std::string made(std::size_t bytes) {
    constexpr std::string_view letters = "q7Xw2Lp9Zt4Rb8Nc3Kd6Vf5Hg0Js1Mk";
    std::string out;
    while (out.size() < bytes) out += letters[(out.size() * 7 + out.size() / 31) % letters.size()];
    return out;
}

}   // namespace

TEST_CASE("no byte of a secret's value is shown, whatever pieces it comes in") {
    struct Row {
        std::string before, value, behind = {};
    };
    const Row rows[] = {
        {"the key is sk-proj-", "abcdefghijklmnopqrstuvwxyz0123456789ABCD"},
        {"token ghp_", made(36)},
        {"설정: password: ", "Tr0ub4dor&3xyz"},
        {"비밀번호는 아래. 비밀번호: ", "Tr0ub4dor&3xyz"},
        {"use postgres://kim:", "hunter2secret@db.internal"},
        {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw", "In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"},
        {"AWS_SECRET_ACCESS_KEY=", made(40)},
        {"the pair is AKIAIOSFODNN7QXAMPLQ 그리고 ", made(40)},
        {"-----BEGIN PRIVATE KEY-----\n", made(64) + "\n" + made(40), "\n-----END PRIVATE KEY-----"},
    };
    for (const Row& row : rows)
        for (std::size_t step = 1; step <= 12; ++step) {
            const std::string out = shown(row.before + row.value + row.behind + " and so on", step);
            CAPTURE(out);
            CAPTURE(step);
            for (std::size_t at = 0; at + 4 <= row.value.size(); ++at)
                CHECK(out.find(row.value.substr(at, 4)) == std::string::npos);
            CHECK(out.find('[') != std::string::npos);
            CHECK(out.ends_with(" and so on"));
        }
}

TEST_CASE("a secret longer than what is held back is masked to its end") {
    std::string lines;
    while (lines.size() < 3 * AnswerText::hold_bytes_max) lines += made(64) + "\n";
    const std::string key = "Here: -----BEGIN RSA PRIVATE KEY-----\n" + lines + "-----END RSA PRIVATE KEY-----\nDone.";
    for (const std::size_t step : {1U, 3U, 64U, 700U}) {
        const std::string out = shown(key, step);
        CAPTURE(step);
        CHECK(out.find(made(64).substr(0, 8)) == std::string::npos);
        CHECK(out.starts_with("Here: "));
        CHECK(out.ends_with("\nDone."));
        CHECK(out.size() < 200);
    }
}

TEST_CASE("the address of a citation and the name of a function are looked through, and what is encoded is not") {
    RestoreOptions options;
    options.detector = &test::detector();
    options.masked.add(model::DataKind::kr_rrn);
    RestoreScratch scratch;
    Restorer restorer(options, scratch);
    std::string out;
    std::optional<dialect::openai::AnswerFacts> facts;
    const auto done = restorer.body(
        R"({"choices":[{"message":{"content":"","annotations":[{"url_citation":{"url":"https://x.example/?id=900101-1234568"}}],)"
        R"("tool_calls":[{"id":"900101-1234568","function":{"name":"of_900101-1234568","arguments":"{}"}}]}}]})",
        out, facts);
    REQUIRE(done);
    CHECK(out.find("id=[KR_RRN]") != std::string::npos);
    CHECK(out.find(R"("id":"900101-1234568")") != std::string::npos);   // what the client must send back as it is
}

TEST_CASE("the names of secrets in prose are passed on with the word behind them") {
    constexpr std::string_view text =
        "The password must be long. Use a token, an api key or a secret; 비밀번호는 바꾸세요. A sketch of psalms.";
    for (std::size_t step = 1; step <= 12; ++step) CHECK(shown(text, step) == text);
}

}   // namespace gilmok::guard
