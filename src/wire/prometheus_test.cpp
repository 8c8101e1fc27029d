// Goal: what engines print is read; what they should not print costs one line and nothing else.
#include "wire/prometheus.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace gilmok::wire::prometheus;

namespace {

class Lines : public Samples {
public:
    void sample(const Sample& sample) override {
        text_ << sample.name << "{" << sample.labels << "}=" << sample.value << ";";
    }
    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
};

std::string read_all(std::string_view text) {
    Lines lines;
    std::size_t bad = 0;
    const std::size_t count = read(text, lines, &bad);
    return lines.text() + " " + std::to_string(count) + "/" + std::to_string(bad);
}

}  // namespace

TEST_CASE("samples are read with labels, timestamps and comments around them") {
    CHECK(read_all("# HELP vllm:num_requests_waiting Number of requests waiting.\n"
                   "# TYPE vllm:num_requests_waiting gauge\n"
                   "vllm:num_requests_waiting{engine=\"0\",model_name=\"a/b\"} 3.0\n"
                   "\n"
                   "up 1 1700000000000\r\n"
                   "a_total{} 1e3\n"
                   "b { x = \"1\" , } +0.5 # {trace=\"1\"} 1\n"
                   "last -2") ==
          "vllm:num_requests_waiting{engine=\"0\",model_name=\"a/b\"}=3;up{}=1;a_total{}=1000;b{ x = \"1\" , "
          "}=0.5;last{}=-2; 5/0");
}

TEST_CASE("a brace, comma, hash or escaped quote inside a label value is part of it") {
    CHECK(read_all(R"(m{a="}{,#\"\\",b="x"} 1)") == R"(m{a="}{,#\"\\",b="x"}=1; 1/0)");
}

TEST_CASE("NaN and infinities are skipped and are no errors") {
    CHECK(read_all("a NaN\nb +Inf\nc -Inf\nd Inf\ne 1\n") == "e{}=1; 1/0");
}

TEST_CASE("malformed lines are skipped, counted, and do not touch their neighbours") {
    for (const char* bad : {"a",
                            "a ",
                            "1a 1",
                            "a{ 1",
                            "a{x=\"1} 1",
                            "a{x=1} 1",
                            "a{=\"1\"} 1",
                            "a{x=\"1\" y=\"2\"} 1",
                            "a{x:y=\"1\"} 1",
                            "a 1 2 3",
                            "a 1x",
                            "a 0x10",
                            "a --1",
                            "a +-1",
                            "a 1e999",
                            "a 1,5",
                            "{a=\"1\"} 1",
                            "\"a\" 1",
                            "a{\"b\"} 1",
                            "a{,} 1",
                            "a{x=\"1\\",
                            "a\xff 1",
                            "-a 1",
                            "a 1 x"}) {
        CAPTURE(bad);
        CHECK(read_all("x 1\n" + std::string(bad) + "\ny 2\n") == "x{}=1;y{}=2; 2/1");
    }
    CHECK(read_all("a " + std::string(100, '1') + "\n") == " 0/1");
    CHECK(read_all("") == " 0/0");
}

TEST_CASE("the value of a label is found by its whole name") {
    constexpr std::string_view labels = R"( ax="0",x = "1, y=\"2\"",y="3")";
    CHECK(label(labels, "x") == R"(1, y=\"2\")");
    CHECK(label(labels, "y") == "3");
    CHECK(label(labels, "z").empty());
    CHECK(label("", "x").empty());
    CHECK(label("x", "x").empty());
    CHECK(label("x=\"", "x").empty());
}
