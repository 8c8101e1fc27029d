// Goal: what was found is gone from the body, at every depth and in every form of writing it; every other byte stays.
#include "guard/redact.hpp"

#include "dialect/openai.hpp"
#include "guard/images.hpp"
#include "guard/test_redact.hpp"

namespace gilmok::guard {

using model::DataKind;
using model::GuardAction;
using test::redacted;

namespace {

const std::string rrn(test::rrn), email(test::email);

std::string masked(std::string_view body) { return redacted(body, GuardAction::mask); }

}   // namespace

TEST_CASE("what is found is masked where it stands, and every other byte stays as it was") {
    CHECK(masked("{ \"messages\" : [ {\"content\":\"번호는 " + rrn + "이고\\n메일은 \\\"" + email +
                 "\\\"\"} ] ,\"n\":1.50 }") ==
          "{ \"messages\" : [ {\"content\":\"번호는 [KR_RRN]이고\\n메일은 \\\"[EMAIL]\\\"\"} ] ,\"n\":1.50 }");
    CHECK(masked(R"({"a":"nothing here","b":[1,2]})") == R"({"a":"nothing here","b":[1,2]})");
}

TEST_CASE("escapes do not hide anything, and are cut whole") {
    CHECK(masked(R"({"content":"\ubc88\ud638 9\u00300101-1234568\uc785\ub2c8\ub2e4"})") ==
          R"({"content":"\ubc88\ud638 [KR_RRN]\uc785\ub2c8\ub2e4"})");
    CHECK(masked(R"({"content":"\ud83d\ude00 900101\u002d1234568\ud83d\ude00"})") ==
          R"({"content":"\ud83d\ude00 [KR_RRN]\ud83d\ude00"})");
}

TEST_CASE("tool arguments are looked into, and stay the JSON that they were") {
    const std::string body =
        R"({"arguments":"{\"to\": \")" + email + R"(\", \"deep\":\"{\\\"rrn\\\":\\\")" + rrn + R"(\\\"}\"}"})";
    CHECK(masked(body) == R"({"arguments":"{\"to\": \"[EMAIL]\", \"deep\":\"{\\\"rrn\\\":\\\"[KR_RRN]\\\"}\"}"})");
}

TEST_CASE("a number that is masked becomes a string, at every depth") {
    CHECK(masked(R"({"주민등록번호":9001011234568,"n":1234567})") == R"({"주민등록번호":"[KR_RRN]","n":1234567})");
    CHECK(
        masked(R"({"arguments":"{\"주민등록번호\":9001011234568,\"in\":\"{\\\"주민등록번호\\\":9001011234568}\"}"})") ==
        R"({"arguments":"{\"주민등록번호\":\"[KR_RRN]\",\"in\":\"{\\\"주민등록번호\\\":\\\"[KR_RRN]\\\"}\"}"})");
}

TEST_CASE("names of members are masked like values") {
    CHECK(masked("{\"metadata\":{\"" + email + "\":\"x\"}}") == R"({"metadata":{"[EMAIL]":"x"}})");
}

TEST_CASE("a swapped value has one stand-in in the whole body, and is put back by it") {
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    const std::string out = redacted("{\"a\":\"" + email + "\",\"b\":\"{\\\"c\\\":\\\"" + email + "\\\"}\"}",
                                     GuardAction::swap, pseudonyms);
    const std::string stand_in(pseudonyms.of(DataKind::email, email, ""));
    CHECK(out == "{\"a\":\"" + stand_in + "\",\"b\":\"{\\\"c\\\":\\\"" + stand_in + "\\\"}\"}");
    CHECK(*pseudonyms.value_of(stand_in) == email);
}

TEST_CASE("the value behind a stand-in is the text, not its escapes") {
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    const std::string out = redacted(R"({"a":"gildong.hong\u0040example.com"})", GuardAction::swap, pseudonyms);
    CHECK(out == "{\"a\":\"" + std::string(pseudonyms.of(DataKind::email, email, "")) + "\"}");
}

TEST_CASE("the same history gives the same bytes, turn after turn") {
    std::string history = "{\"messages\":[", before;
    for (int turn = 0; turn < 20; ++turn) {
        history += (turn == 0 ? "" : ",");
        history += "{\"role\":\"user\",\"content\":\"turn " + std::to_string(turn) + " user" +
                   std::to_string(turn % 7) + "@example.com " + rrn + "\"}";
        const std::string out = redacted(history + "]}", GuardAction::swap);   // a Pseudonyms of its own each time
        CHECK(out.find('@') == std::string::npos);
        if (turn > 0) CHECK(out.starts_with(before));
        before = out.substr(0, out.size() - 2);
    }
}

TEST_CASE("what is redacted is read by the dialect as before") {
    const std::string body = R"({"model":"m","stream":true,"user":")" + email +
                             R"(","messages":[{"role":"user","content":")" + rrn +
                             R"("}],"stream_options":{"include_usage":true}})";
    const std::string out = masked(body);
    const auto request = dialect::openai::read_request(model::Endpoint::chat, out, {});
    REQUIRE(request);
    CHECK(request->model == "m");
    CHECK(request->asks_for_usage);
    CHECK(request->user == "[EMAIL]");
}

TEST_CASE("kinds that may leave stay, others beside them do not") {
    const std::string body = "{\"a\":\"" + email + " " + rrn + "\"}";
    Actions actions;
    actions.of[static_cast<std::size_t>(DataKind::kr_rrn)] = GuardAction::mask;
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    const Inspection inspection = test::inspected(body);
    std::string out;
    REQUIRE(redact(inspection, actions, {}, pseudonyms, out));
    CHECK(out == "{\"a\":\"" + email + " [KR_RRN]\"}");
}

TEST_CASE("what must stay here is never made ready to leave") {
    const std::string body = "{\"a\":\"" + rrn + "\"}";
    const Inspection inspection = test::inspected(body);
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    for (const GuardAction action : {GuardAction::local, GuardAction::block}) {
        std::string out;
        const auto done = redact(inspection, test::all_to(action), {}, pseudonyms, out);
        REQUIRE(!done);
        CHECK(done.error().code == Code::guard_failed);
    }
}

TEST_CASE("more values than stand-ins fail the guard") {
    std::string body = "[";
    for (std::size_t i = 0; i <= Pseudonyms::values_max; ++i) body += "\"user" + std::to_string(i) + "@example.com\",";
    body += "1]";
    const Inspection inspection = test::inspected(body);
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    std::string out;
    const auto done = redact(inspection, test::all_to(GuardAction::swap), {}, pseudonyms, out);
    REQUIRE(!done);
    CHECK(done.error().code == Code::guard_failed);
}

TEST_CASE("more findings than may be kept fail the guard") {
    std::string body = "[";
    for (std::size_t i = 0; i <= request_findings_max; ++i) body += "\"a@example.com\",";
    body += "1]";
    DetectScratch scratch;
    Inspection inspection;
    const auto read = inspection.read(body, &test::detector(), scratch);
    REQUIRE(!read);
    CHECK(read.error().code == Code::guard_failed);
}

TEST_CASE("an inspection tells what was found and where, media too") {
    const std::string base64(120, 'A');
    const std::string body = "{\"a\":\"" + email + "\",\"image_url\":{\"url\":\"data:image/png;base64," + base64 +
                             "\"},\"input_audio\":{\"data\":\"" + base64 + "\"}}";
    const Inspection inspection = test::inspected(body);
    REQUIRE(inspection.findings().size() == 3);
    CHECK(inspection.findings()[0].kind == DataKind::email);
    CHECK(inspection.value(0) == email);
    CHECK(inspection.findings()[1].kind == DataKind::image);
    CHECK(inspection.value(1) == "data:image/png;base64," + base64);
    CHECK(inspection.findings()[2].kind == DataKind::audio);
    CHECK(body.substr(inspection.findings()[0].begin, email.size()) == email);
}

TEST_CASE("a masked image becomes an empty one; masked audio cannot leave") {
    const std::string base64(120, 'A');
    const auto run = [](const std::string& body, std::string& out) {
        const Inspection inspection = test::inspected(body);
        Actions actions;
        for (const DataKind kind : {DataKind::image, DataKind::audio, DataKind::file})
            actions.of[static_cast<std::size_t>(kind)] = GuardAction::mask;
        Pseudonyms pseudonyms(Secret("s"), "t", "c");
        return redact(inspection, actions, {}, pseudonyms, out);
    };
    std::string out, image;
    REQUIRE(run("{\"image_url\":{\"url\":\"data:image/png;base64," + base64 + "\"}}", out));
    CHECK(out.starts_with("{\"image_url\":{\"url\":\"data:image/gif;base64,R0lGOD"));
    CHECK(out.size() < 120);
    const std::size_t comma = out.find(',');
    CHECK(strip_base64_image(std::string_view(out).substr(comma + 1, out.size() - comma - 4), image));
    CHECK(!run("{\"input_audio\":{\"data\":\"" + base64 + "\"}}", out));
    CHECK(!run("{\"image_url\":{\"url\":\"https://example.com/a.png\"}}", out));
}

TEST_CASE("images that leave lose their metadata, also behind escaped slashes") {
    // A PNG with a comment; its chunks are not checked, so the picture may be empty.
    const std::string png = "iVBORw0KGgoAAAAFdEVYdGEAYmJiAAAAAAAAAABJRU5EAAAAAP/////+////////////////////////";
    std::string stripped;
    REQUIRE(strip_base64_image(png, stripped));
    CHECK(stripped.size() < png.size());
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    for (const bool is_escaped : {false, true}) {
        std::string url = "data:image/png;base64," + png;
        if (is_escaped)
            for (std::size_t at = url.find('/'); at != std::string::npos; at = url.find('/', at + 2))
                url.replace(at, 1, "\\/");
        const std::string body = "{\"url\":\"" + url + "\",\"b\":1}";
        const Inspection inspection = test::inspected(body);
        std::string out;
        const auto done = redact(inspection, {}, {}, pseudonyms, out);
        REQUIRE(done);
        CHECK(*done);
        CHECK(out == "{\"url\":\"data:image/png;base64," + stripped + "\",\"b\":1}");
        const auto kept = redact(inspection, {}, {.strips_images = false}, pseudonyms, out);
        REQUIRE(kept);
        CHECK(!*kept);
    }
    const std::string broken = "{\"url\":\"data:image/png;base64," + std::string(80, 'A') + "\"}";
    const Inspection inspection = test::inspected(broken);
    std::string out;
    CHECK(redact(inspection, {}, {}, pseudonyms, out).has_value());
    CHECK(!redact(inspection, {}, {.refuses_images = true}, pseudonyms, out).has_value());
}

TEST_CASE("fields of a form are redacted in place") {
    const std::string type = "multipart/form-data; boundary=B";
    const std::string body =
        "--B\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nm\r\n"
        "--B\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\n" +
        email +
        "\r\n"
        "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"" +
        email + "\"\r\n\r\nRIFF\r\n--B--\r\n";
    DetectScratch scratch;
    Inspection inspection;
    REQUIRE(inspection.read_form(type, body, &test::detector(), scratch));
    Pseudonyms pseudonyms(Secret("s"), "t", "c");
    std::string out;
    REQUIRE(redact(inspection, test::all_to(GuardAction::mask), {}, pseudonyms, out));
    CHECK(out.find(email) == std::string::npos);
    CHECK(out.find("[EMAIL]\r\n") != std::string::npos);
    const auto request = dialect::openai::read_multipart(type, out);
    REQUIRE(request);
    CHECK(request->model == "m");
}

}   // namespace gilmok::guard
