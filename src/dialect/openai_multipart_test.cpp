#include <doctest/doctest.h>

#include <string>

#include "dialect/openai.hpp"

namespace openai = gilmok::dialect::openai;
using gilmok::Code;

namespace {

constexpr std::string_view form_type = "multipart/form-data; boundary=X-1";

std::string field(std::string_view disposition, std::string_view content) {
    return "--X-1\r\nContent-Disposition: " + std::string(disposition) + "\r\n\r\n" + std::string(content) + "\r\n";
}
const std::string model_field = field("form-data; name=\"model\"", "whisper-1");
const std::string file_field =
    "--X-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".wav\"\r\nContent-Type: "
    "audio/wav\r\n\r\n" +
    std::string("\0\r\n\r\n--X\r\n", 9) + "\r\n";
const std::string end = "--X-1--\r\n";

Code refusal_of(const std::string& body, std::string_view content_type = form_type) {
    const auto result = openai::read_multipart(content_type, body);
    return result ? Code::none : result.error().code;
}

}  // namespace

TEST_CASE("the model of a form is found among files and other fields") {
    const std::string body = file_field + field("form-data; name=temperature", "") + model_field +
                             field("form-data; name=\"stream\"", "true") + end;
    const auto request = openai::read_multipart(form_type, body);
    REQUIRE(request.has_value());
    CHECK(request->model == "whisper-1");
    CHECK(request->is_stream);
    CHECK(request->is_multipart);
    CHECK(request->text == body);
    CHECK(refusal_of(model_field + end, "Multipart/Form-Data;charset=utf-8; boundary=\"X-1\"") == Code::none);
    CHECK(refusal_of(
              "--X-1\r\ncontent-type: text/plain\r\nCONTENT-DISPOSITION:form-data;name=model\r\n\r\nm\r\n--X-1--") ==
          Code::none);
}

TEST_CASE("the served name takes the place of the form's model") {
    const std::string body = file_field + model_field + end;
    const auto request = openai::read_multipart(form_type, body);
    REQUIRE(request.has_value());
    std::string made, out;
    const auto edit = openai::edit(*request, {.served_name = "served/\"name\""}, made);
    for (std::size_t i = 0; i < edit.count; ++i) out += edit.parts[i];
    CHECK(out == file_field + field("form-data; name=\"model\"", "served/\"name\"") + end);
    CHECK(out.size() == edit.bytes);
}

TEST_CASE("a form that two readers could read in two ways is refused") {
    CHECK(refusal_of(model_field + model_field + end) == Code::member_duplicate);
    CHECK(refusal_of(model_field + field("form-data; name=Model", "x") + end) == Code::member_duplicate);
    CHECK(refusal_of(field("form-data; name=MODEL", "x") + end) == Code::member_duplicate);
    CHECK(refusal_of(model_field + field("form-data; name=stream", "false") + field("form-data; name=stream", "true") +
                     end) == Code::member_duplicate);
    for (const std::string& body :
         {field("form-data; name=a; name=model", "x") + end, field("form-data; name*=UTF-8''model", "x") + end,
          field("form-data; name=\"mod\\el\"", "x") + end,
          field("form-data; name=a; filename=\"\\\"; name=model; x=\"", "x") + end,
          field("form-data; name=a; filename=\"\\", "x") + end, field("form-data; name=a;", "x") + end,
          field("form-data", "x") + end, field("attachment; name=model", "x") + end,
          field("form-data; name=model; filename=x", "x") + end, field("form-data; name=model", "") + end,
          field("form-data; name=model", "a\nb") + end, field("form-data; name=model", std::string(257, 'a')) + end,
          std::string("--X-1\r\n\r\nx\r\n") + end,
          std::string("--X-1\r\nContent-Disposition: form-data; name=model\n\nx\r\n") + end}) {
        CAPTURE(body);
        CHECK(refusal_of(body) == Code::member_invalid);
    }
}

TEST_CASE("a form without its end, its start or its boundary is refused") {
    CHECK(refusal_of("") == Code::member_invalid);
    CHECK(refusal_of(model_field) == Code::member_invalid);
    CHECK(refusal_of(model_field + "--X-1") == Code::member_invalid);
    CHECK(refusal_of(model_field + "--X-2--") == Code::member_invalid);
    CHECK(refusal_of("preamble\r\n" + model_field + end) == Code::member_invalid);
    CHECK(refusal_of(end) == Code::model_missing);
    CHECK(refusal_of(file_field + end) == Code::model_missing);
    for (const char* type :
         {"", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"X-1",
          "multipart/mixed; boundary=X-1", "multipart/form-data; boundary=X-1; boundary=Y",
          "multipart/form-data; boundary", "application/json"})
        CHECK(refusal_of(model_field + end, type) == Code::member_invalid);
    CHECK(refusal_of(model_field + end, "multipart/form-data; boundary=" + std::string(71, 'b')) ==
          Code::member_invalid);
}

TEST_CASE("a form is refused when it has too many parts or a head that is too long") {
    std::string many;
    for (int i = 0; i < 128; ++i) many += field("form-data; name=x", "1");
    CHECK(refusal_of(many + model_field + end) == Code::member_invalid);
    CHECK(refusal_of(field("form-data; name=" + std::string(5000, 'x'), "1") + model_field + end) ==
          Code::member_invalid);
}
