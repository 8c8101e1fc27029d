// Goal: no string, key or long number of a body escapes the walk, and every place leads back to the byte it came from.
#include "guard/walk.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/json.hpp"

namespace gilmok::guard {

namespace {

using What = Leaf::What;

struct Seen final : Leaves {
    explicit Seen(std::string_view text) : body(text) {}
    Result<bool> leaf(const Leaf& leaf) override {
        texts.emplace_back(leaf.text);
        whats.push_back(leaf.what);
        nested.push_back(leaf.nested);
        keys.emplace_back(leaf.key);
        LeafPlace place(body, leaf);
        const Span span = place.of(0, leaf.text.size());
        raws.emplace_back(body.substr(span.begin, span.end - span.begin));
        return true;
    }
    std::string_view body;
    std::vector<std::string> texts, raws, keys;
    std::vector<What> whats;
    std::vector<int> nested;
};

Seen seen_in(std::string_view body) {
    Seen seen(body);
    WalkScratch scratch;
    REQUIRE(wire::json::scan(body, {.depth_max = 1000}, nullptr));
    REQUIRE(walk(body, scratch, seen));
    return seen;
}

}   // namespace

TEST_CASE("every string, key and long number is told in its order, wherever it stands") {
    const Seen seen = seen_in(
        R"({"a":"one","b":[1234567,"two",{"c":["three",[["four"]]],"d":-1234567.5}],"e":{"f":12,"g":null,"h":true,"i":"five"}})");
    CHECK(seen.texts == std::vector<std::string>{"a", "one", "b", "1234567", "two", "c", "three", "four", "d",
                                                 "-1234567.5", "e", "f", "g", "h", "i", "five"});
    CHECK(seen.whats[3] == What::number);
    CHECK(seen.whats[0] == What::key);
    CHECK(seen.whats[1] == What::text);
    CHECK(seen.keys[4] == "b");
    CHECK(seen.keys[7] == "c");
    CHECK(seen.keys[9] == "d");
    CHECK(seen.keys[15] == "i");
}

TEST_CASE("escapes are undone, and the text leads back to them") {
    const Seen seen = seen_in(R"({"k\u0065y":"\ud64d\uae38\ub3d9 \"\ud83d\ude00\" a\/b\n"})");
    CHECK(seen.texts == std::vector<std::string>{"key", "홍길동 \"😀\" a/b\n"});
    CHECK(seen.raws[1] == R"(\ud64d\uae38\ub3d9 \"\ud83d\ude00\" a\/b\n)");
}

TEST_CASE("each piece of an escaped text leads to its own bytes, and half a character to the whole") {
    const std::string body = R"({"t":"x\uac00\u00e9\ud83d\ude00\ud83dy\n"})";
    struct Pieces final : Leaves {
        explicit Pieces(std::string_view text) : body(text) {}
        Result<bool> leaf(const Leaf& leaf) override {
            if (leaf.what == What::key) return true;
            const std::string_view raw = R"(x\uac00\u00e9\ud83d\ude00\ud83dy\n)";
            CHECK(leaf.raw == raw);
            struct Case {
                std::size_t begin, end;
                std::string_view raw;
            };
            for (const Case& one : {Case{0, 1, "x"}, Case{1, 4, R"(\uac00)"}, Case{2, 3, R"(\uac00)"},
                                    Case{4, 6, R"(\u00e9)"}, Case{6, 10, R"(\ud83d\ude00)"}, Case{10, 13, R"(\ud83d)"},
                                    Case{13, 15, R"(y\n)"}, Case{0, 15, raw}, Case{5, 7, R"(\u00e9\ud83d\ude00)"}}) {
                LeafPlace place(body, leaf);
                const Span span = place.of(one.begin, one.end);
                CHECK(body.substr(span.begin, span.end - span.begin) == one.raw);
            }
            ++count;
            return true;
        }
        std::string_view body;
        int count = 0;
    } pieces(body);
    WalkScratch scratch;
    REQUIRE(walk(body, scratch, pieces));
    CHECK(pieces.count == 1);
}

TEST_CASE("a string that holds JSON is walked inside, two levels deep, and below that told as it stands") {
    const Seen seen = seen_in(
        R"({"arguments":"{\"to\":\"kim\",)"
        R"(\"inner\":\"{\\\"n\\\":\\\"lee\\\",\\\"m\\\":\\\"[\\\\\\\"park\\\\\\\"]\\\"}\",\"no\":12345678}"})");
    CHECK(seen.texts ==
          std::vector<std::string>{"arguments", "to", "kim", "inner", "n", "lee", "m", "[\"park\"]", "no", "12345678"});
    CHECK(seen.nested == std::vector<int>{0, 1, 1, 1, 2, 2, 2, 2, 1, 1});
    CHECK(seen.raws[2] == "kim");
    CHECK(seen.raws[5] == "lee");
    CHECK(seen.raws[7] == R"([\\\\\\\"park\\\\\\\"])");
    CHECK(seen.raws[9] == "12345678");
}

TEST_CASE("a string that only begins like JSON is a text") {
    const Seen seen = seen_in(R"({"a":"{not json}","b":"[1, 2","c":"[홍길동]"})");
    CHECK(seen.texts == std::vector<std::string>{"a", "{not json}", "b", "[1, 2", "c", "[홍길동]"});
}

TEST_CASE("media are told as media, and what only pretends to be is text, too") {
    const std::string base64(100, 'A');
    const auto body = [&](std::string_view inside) {
        return "{\"messages\":[{\"content\":[" + std::string(inside) + "]}]}";
    };
    const auto what_of = [&](std::string_view inside, std::string_view text) {
        const Seen seen = seen_in(body(inside));
        for (std::size_t i = 0; i < seen.texts.size(); ++i)
            if (seen.texts[i] == text && seen.whats[i] != What::key) return seen.whats[i];
        return What::key;
    };
    const std::string png = "data:image/png;base64," + base64;
    CHECK(what_of(R"({"image_url":{"url":")" + png + "\"}}", png) == What::image_data);
    CHECK(what_of(R"({"image_url":")" + png + "\"}", png) == What::image_data);
    CHECK(what_of(R"({"input_audio":{"data":")" + base64 + R"(","format":"wav"}})", base64) == What::audio_data);
    CHECK(what_of(R"({"file":{"file_data":")" + base64 + R"("}})", base64) == What::file_data);
    CHECK(what_of(R"({"text":")" + base64 + R"("})", base64) == What::text);
    // A number is base64 as well: where it is short it is read.
    CHECK(what_of(R"({"input_audio":{"data":"9001011234568"}})", "9001011234568") == What::text);
    CHECK(what_of(R"({"file":{"file_data":"900101-1234568 )" + base64 + R"("}})", "900101-1234568 " + base64) ==
          What::text);

    const Seen link = seen_in(body(R"({"image_url":{"url":"https://example.com/kim@example.com.png"}})"));
    CHECK(link.whats[link.whats.size() - 2] == What::image_link);
    CHECK(link.whats.back() == What::text);
    CHECK(link.texts.back() == "https://example.com/kim@example.com.png");
    const Seen plain = seen_in(body(R"({"image_url":{"url":"data:image/svg+xml,<svg>홍길동</svg>"}})"));
    CHECK(plain.whats[plain.whats.size() - 2] == What::image_data);
    CHECK(plain.texts.back() == "data:image/svg+xml,<svg>홍길동</svg>");
}

TEST_CASE("what nobody can tell to be text counts as a file, under whatever name it comes") {
    const auto files_of = [](const std::string& body) {
        const Seen seen = seen_in(body);
        return std::count(seen.whats.begin(), seen.whats.end(), What::file_link) +
               std::count(seen.whats.begin(), seen.whats.end(), What::file_data);
    };
    const auto part = [](std::string_view inside) {
        return R"({"messages":[{"role":"user","content":[)" + std::string(inside) + "]}]}";
    };
    CHECK(files_of(part(R"({"type":"hologram","hologram":{"x":"abc"}})")) == 1);
    CHECK(files_of(part(R"({"type":"image_embeds","image_embeds":"AAAA"})")) == 1);
    CHECK(files_of(part(R"({"type":"file","file":{"file_id":"file-abcdef"}})")) == 1);
    CHECK(files_of(part(R"({"type":"text","text":"abc"},{"type":"refusal","refusal":"no"})")) == 0);
    std::string base64;
    while (base64.size() < 600) base64 += "iVBORw0K";
    CHECK(files_of(R"({"messages":[],"embeds":")" + base64 + "\"}") == 1);
    CHECK(files_of(R"({"messages":[],"signature":")" + base64 + "\"}") == 0);
    CHECK(files_of(R"({"messages":[],"text":")" + std::string(600, 'x') + "\"}") == 0);
    CHECK(files_of(R"({"messages":[],"key":")" + base64.substr(0, 300) + "\"}") == 0);
    // A schema of a member `content`, and a document in a tool's result, are no parts.
    CHECK(files_of(R"({"tools":[{"parameters":{"properties":{"content":{"type":"string"}}}}]})") == 0);
    CHECK(files_of(R"({"messages":[{"content":"{\"content\":[{\"type\":\"paragraph\"}]}"}]})") == 0);

    const Seen images = seen_in(R"({"messages":[{"content":"x","images":[")" + base64 + "\"]}]}");
    CHECK(images.whats.back() == What::image_data);
}

TEST_CASE("a body far deeper than the keys that are kept is walked whole") {
    std::string body;
    for (int i = 0; i < 500; ++i) body += i % 2 == 0 ? "{\"k\":" : "[";
    body += "\"deep\"";
    for (int i = 499; i >= 0; --i) body += i % 2 == 0 ? "}" : "]";
    const Seen seen = seen_in(body);
    CHECK(seen.texts.back() == "deep");
    CHECK(seen.texts.size() == 251);
}

TEST_CASE("what is not JSON after all is an error, not a crash") {
    for (const char* text : {"{\"a\":\"b", "}", "[\"a\\", "[[1234567]", "\"\\u12"}) {
        CAPTURE(text);
        Seen seen(text);
        WalkScratch scratch;
        const auto walked = walk(text, scratch, seen);
        REQUIRE(!walked);
        CHECK(walked.error().code == Code::bad_json);
    }
}

TEST_CASE("a string above leaf_bytes_max is refused, not passed unseen") {
    const std::string body = "[\"" + std::string(leaf_bytes_max + 1, 'x') + "\"]";
    Seen seen(body);
    WalkScratch scratch;
    const auto walked = walk(body, scratch, seen);
    REQUIRE(!walked);
    CHECK(walked.error().code == Code::guard_failed);
}

TEST_CASE("of a form the fields and the names of files are texts, the files media") {
    const std::string body =
        "--B\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n"
        "--B\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\n홍길동\r\n"
        "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"홍길동.wav\"\r\n\r\nRIFF\r\n"
        "--B\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nPNG\r\n--B--\r\n";
    Seen seen(body);
    REQUIRE(walk_form("multipart/form-data; boundary=B", body, seen));
    CHECK(seen.texts ==
          std::vector<std::string>{"whisper", "홍길동",
                                   "content-disposition: form-data; name=\"file\"; filename=\"홍길동.wav\"", "RIFF",
                                   "content-disposition: form-data; name=\"image\"; filename=\"a.png\"", "PNG"});
    CHECK(seen.whats ==
          std::vector<What>{What::text, What::text, What::text, What::audio_data, What::text, What::image_data});
    CHECK(!walk_form("multipart/form-data; boundary=C", body, seen));
}

}   // namespace gilmok::guard
