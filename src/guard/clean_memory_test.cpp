// Goal: only what was found clean is passed over, for whom and by what it was found so, and the memory stays as large as it was
// said to be.
#include "guard/clean_memory.hpp"

#include <doctest/doctest.h>

#include <string>

#include "guard/test_redact.hpp"
#include "guard/test_text_tag.hpp"

namespace gilmok::guard {

namespace {

using What = CleanMemory::Place::What;
constexpr auto team = static_cast<model::TenantId>(1);

struct Reader {
    CleanMemory memory{1'024, test::known_secret()};
    DetectScratch scratch;
    Inspection inspection;

    // Findings of the body, as the memory has it.
    std::size_t read(std::string_view body, const Detector& detector = test::detector(),
                     model::TenantId tenant = team) {
        REQUIRE(wire::json::scan(body, {}, nullptr));
        REQUIRE(inspection.read(body, &detector, scratch, {&memory, tenant}));
        return inspection.findings().size();
    }
};

// What a detector would say of text that the memory passes over: shows that it was not asked.
struct Mute {
    Mute() : detector(options()) {}
    static DetectorOptions options() {
        DetectorOptions none;
        none.kinds = {};
        return none;
    }
    Detector detector;
};

std::string message(std::string_view text) { return R"({"role":"user","content":")" + std::string(text) + "\"}"; }
std::string chat(std::string_view messages) { return R"({"model":"m","messages":[)" + std::string(messages) + "]}"; }

TextTag tag_of(const CleanMemory& memory, std::string_view text, const CleanMemory::Place& place = {},
               const CleanMemory::Owner& owner = {}) {
    const auto begun = memory.begin(owner, place);
    REQUIRE(begun);
    return memory.tag(*begun, text);
}

}   // namespace

TEST_CASE("a set forgets what was not asked for the longest, and the memory never grows") {
    if (!TextTagger::is_supported()) return;
    CleanMemory memory(4, test::known_secret());
    REQUIRE(memory.is_on());
    CHECK(memory.bytes() == 4 * sizeof(TextTag));
    const auto tag = [&](int i) { return tag_of(memory, std::to_string(i)); };
    for (int i = 0; i < 4; ++i) memory.remember(tag(i));
    for (int i = 0; i < 4; ++i) CHECK(memory.knows(tag(i)));
    CHECK(memory.knows(tag(0)));   // 1 is the oldest now
    memory.remember(tag(4));
    CHECK_FALSE(memory.knows(tag(1)));
    for (const int i : {0, 2, 3, 4}) CHECK(memory.knows(tag(i)));
    for (int i = 0; i < 1'000; ++i) memory.remember(tag(i));
    CHECK(memory.bytes() == 4 * sizeof(TextTag));
    CHECK_FALSE(memory.knows(tag(0)));
}

TEST_CASE("a memory is never larger than it may be, and none at all where there is no room for a set") {
    if (!TextTagger::is_supported()) return;
    CHECK(CleanMemory(65'536, test::known_secret()).bytes() == 1 << 20);
    CHECK(CleanMemory(65'535, test::known_secret()).bytes() == 1 << 19);
    for (const std::size_t entries : {0U, 1U, 3U}) {
        const CleanMemory memory(entries, test::known_secret());
        CHECK_FALSE(memory.is_on());
        CHECK_FALSE(memory.begin({}, {}));
    }
}

TEST_CASE("the same text is another one for another tenant, another detector, another place") {
    if (!TextTagger::is_supported()) return;
    CleanMemory memory(1'024, test::known_secret());
    const CleanMemory::Owner owner{.tenant = team, .detector = 7};
    const CleanMemory::Place place{.what = What::string, .nested = 1, .key = "ab", .outer_key = "c"};
    memory.remember(tag_of(memory, "text", place, owner));
    CHECK(memory.knows(tag_of(memory, "text", place, owner)));
    CHECK_FALSE(memory.knows(tag_of(memory, "texu", place, owner)));
    CHECK_FALSE(memory.knows(tag_of(memory, "text", place, {.tenant = model::TenantId::none, .detector = 7})));
    CHECK_FALSE(memory.knows(tag_of(memory, "text", place, {.tenant = team, .detector = 8})));
    for (const CleanMemory::Place& other :
         {CleanMemory::Place{.what = What::header, .nested = 1, .key = "ab", .outer_key = "c"},
          CleanMemory::Place{.what = What::string, .nested = 0, .key = "ab", .outer_key = "c"},
          CleanMemory::Place{.what = What::string, .nested = 1, .key = "a", .outer_key = "bc"},
          CleanMemory::Place{.what = What::string, .nested = 1, .key = "abc", .outer_key = ""}})
        CHECK_FALSE(memory.knows(tag_of(memory, "text", other, owner)));
    CHECK_FALSE(memory.begin(owner, {.key = std::string_view("a name of more than twenty-four bytes")}));
}

TEST_CASE("a message that was clean is not looked through again, and a new one beside it is") {
    if (!TextTagger::is_supported()) return;
    Reader reader;
    const std::string first = message("오늘의 날씨는 어떤가요? 서울의 봄은 따뜻합니다.");
    const std::string second = message("번호는 " + std::string(test::rrn) + "입니다.");
    CHECK(reader.read(chat(first)) == 0);
    const std::string both = chat(first + "," + second);
    CHECK(reader.read(both) == 1);
    CHECK(reader.inspection.value(0) == test::rrn);
    // By one who finds nothing it is passed over from the second time on: that it is not asked again shows in the memory alone.
    Mute mute;
    CHECK(reader.read(chat(second), mute.detector) == 0);
    CHECK(reader.memory.knows(tag_of(reader.memory, second, {.what = What::elements, .nested = 0, .key = "messages"},
                                     {team, mute.detector.id()})));
    CHECK_FALSE(
        reader.memory.knows(tag_of(reader.memory, second, {.what = What::elements, .nested = 0, .key = "messages"},
                                   {team, test::detector().id()})));
}

TEST_CASE("what held a number is found each time: in a message, in a long string of it, in the members around it") {
    if (!TextTagger::is_supported()) return;
    Reader reader;
    const std::string filler(600, 'x');
    const std::string number(test::rrn);
    for (const std::string& body :
         {chat(message("번호 " + number)), chat(message(filler + " 번호 " + number + " " + filler)),
          R"({"user":"주민등록번호 )" + number + R"(","messages":[]})",
          R"({"messages":[],"metadata":{"a":["b","주민등록번호 )" + number + R"("]}})",
          R"({"input":["plain text of an embedding","번호 )" + number + R"("]})",
          chat(message(R"({\"arguments\":\"주민등록번호 )" + number + " " + filler + R"(\"})"))})
        for (int turn = 0; turn < 3; ++turn) {
            CAPTURE(body);
            CAPTURE(turn);
            CHECK(reader.read(body) == 1);
        }
}

TEST_CASE("media are told each time, for they may not go everywhere") {
    if (!TextTagger::is_supported()) return;
    Reader reader;
    const std::string image =
        R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)" +
        std::string(400, 'A') + R"("}}]})";
    for (int turn = 0; turn < 3; ++turn) CHECK(reader.read(chat(image)) == 1);
}

TEST_CASE("another detector, as after a reload, and another tenant look for themselves") {
    if (!TextTagger::is_supported()) return;
    Reader reader;
    Mute mute;
    const std::string body = chat(message("번호는 " + std::string(test::rrn) + "입니다."));
    CHECK(reader.read(body, mute.detector) == 0);
    CHECK(reader.read(body, mute.detector) == 0);
    CHECK(reader.read(body) == 1);
    Mute again;   // made alike, and yet another
    CHECK(again.detector.id() != mute.detector.id());
    const CleanMemory::Place place{.what = What::elements, .nested = 0, .key = "messages"};
    const std::string text = message("번호는 " + std::string(test::rrn) + "입니다.");
    CHECK(reader.memory.knows(tag_of(reader.memory, text, place, {team, mute.detector.id()})));
    CHECK_FALSE(reader.memory.knows(tag_of(reader.memory, text, place, {team, again.detector.id()})));
    CHECK_FALSE(reader.memory.knows(tag_of(reader.memory, text, place, {model::TenantId::none, mute.detector.id()})));
    CHECK_FALSE(reader.memory.knows(tag_of(reader.memory, text, place, {team, test::detector().id()})));
}

TEST_CASE("a string that stays while its message changes is known, under its own name only") {
    if (!TextTagger::is_supported()) return;
    Reader reader;
    const std::string text = "The minutes of the meeting. " + std::string(300, 'y');
    const std::string other(300, 'z');
    const auto part = [&](std::string_view more, std::string_view key) {
        return chat(R"({"role":"user","content":[{"type":"text",")" + std::string(key) + "\":\"" + text + "\"},\"" +
                    other + " " + std::string(more) + "\"]}");
    };
    CHECK(reader.read(part("one", "text")) == 0);
    const auto knows = [&](std::string_view key, std::string_view outer) {
        return reader.memory.knows(
            tag_of(reader.memory, text, {.nested = 0, .key = key, .outer_key = outer}, {team, test::detector().id()}));
    };
    CHECK(knows("text", "content"));
    CHECK_FALSE(knows("data", "content"));
    CHECK(reader.read(part(test::email, "text")) == 1);
}

}   // namespace gilmok::guard
