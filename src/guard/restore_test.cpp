// Goal: whatever way a stand-in comes back, the client reads the value, and nothing of it early, late or twice. Method: each form
// of answer, cut at every byte; the client's view is put together again.
#include "guard/restore.hpp"

#include "guard/test_answers.hpp"
#include "guard/test_redact.hpp"

namespace gilmok::guard {

using model::DataKind;
using test::event_of;
using test::finish_of;
using test::forms;
using test::run;
using test::Texts;
using test::texts_of;

namespace {

struct Talk {
    Talk() {
        kim = pseudonyms.of(DataKind::kr_name, "김\"철수\"", "");
        mail = pseudonyms.of(DataKind::email, "kim@example.com", "");
    }
    RestoreOptions options() const {
        RestoreOptions made;
        made.pseudonyms = &pseudonyms;
        return made;
    }
    Pseudonyms pseudonyms{Secret("secret"), "tenant", "conversation"};
    std::string kim, mail;
};

model::KindSet kinds_of(std::initializer_list<DataKind> kinds) {
    model::KindSet set;
    for (const DataKind kind : kinds) set.add(kind);
    return set;
}

std::string restored(std::string_view stream, RestoreOptions options) {
    RestoreScratch scratch;
    Restorer restorer(std::move(options), scratch);
    std::string out;
    REQUIRE(run(restorer, stream, out));
    return out;
}

// A whole answer as the client gets it.
std::string shown(Restorer& restorer, std::string_view json) {
    std::optional<dialect::openai::AnswerFacts> facts;
    std::string out;
    const auto changed = restorer.body(json, out, facts);
    REQUIRE(changed);
    if (*changed) return out;
    CHECK(out.empty());
    return std::string(json);
}

}   // namespace

TEST_CASE("a stand-in cut at any byte is put back in every form of a stream") {
    const Talk talk;
    const std::string text = "a " + talk.kim + "는 " + talk.mail + "_" + talk.kim.substr(0, 9);
    for (const test::Form& form : forms) {
        const std::string shown =
            std::string(form.is_json ? R"(a 김\"철수\"는 kim@example.com_)" : "a 김\"철수\"는 kim@example.com_") +
            talk.kim.substr(0, 9);
        for (const bool escapes : {false, true})
            for (std::size_t cut = 0; cut <= text.size(); ++cut) {
                CAPTURE(form.name);
                CAPTURE(cut);
                if (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) continue;
                const std::string stream = event_of(form, text.substr(0, cut), 0, escapes) +
                                           event_of(form, text.substr(cut), 0, escapes) + finish_of() +
                                           std::string(test::done_event);
                const Texts seen = texts_of(restored(stream, talk.options()));
                REQUIRE(seen.size() == 1);
                REQUIRE(seen.begin()->second == shown);
            }
        // And byte by byte.
        std::string stream;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t bytes = 1;
            while (at + bytes < text.size() && (static_cast<unsigned char>(text[at + bytes]) & 0xc0U) == 0x80U) ++bytes;
            stream += event_of(form, text.substr(at, bytes));
            at += bytes;
        }
        const Texts seen = texts_of(restored(stream + finish_of(), talk.options()));
        REQUIRE(seen.size() == 1);
        CHECK(seen.begin()->second == shown);
    }
}

TEST_CASE("a stream without stand-ins is passed byte for byte, whatever its events are") {
    const Talk talk;
    const std::string stream =
        ": comment\n\n" + event_of(forms[0], "안녕 hello_world\n") +
        "event: x\nid: 1\ndata:{\"choices\": [ {\"delta\" : {\"content\":\"\\u0041b\"}} ] }\n\n" +
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n" + finish_of() + std::string(test::done_event);
    CHECK(restored(stream, talk.options()) == stream);
}

TEST_CASE("what is held comes out before the choice ends, as an event like the others") {
    const Talk talk;
    const std::string out =
        restored(event_of(forms[0], "x PERSON_") + finish_of() + std::string(test::done_event), talk.options());
    CHECK(out == event_of(forms[0], "x ") +
                     "data: "
                     "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                     "\"choices\":[{\"index\":0,"
                     "\"delta\":{\"content\":\"PERSON_\"},\"finish_reason\":null}]}\n\n" +
                     finish_of() + std::string(test::done_event));
    // Also where the stream breaks off, and before [DONE] alone.
    CHECK(texts_of(restored(event_of(forms[0], "x PERSON_"), talk.options())).begin()->second == "x PERSON_");
    CHECK(restored(event_of(forms[0], "x PERSON_") + std::string(test::done_event), talk.options())
              .ends_with(test::done_event));
}

TEST_CASE("the last event of a choice may bring the end of a stand-in") {
    const Talk talk;
    std::string last = event_of(forms[0], talk.kim.substr(5));
    last.replace(last.find("\"finish_reason\":null"), 20, "\"finish_reason\":\"stop\"");
    const Texts seen = texts_of(restored(event_of(forms[0], talk.kim.substr(0, 5)) + last, talk.options()));
    CHECK(seen.begin()->second == "김\"철수\"");
}

TEST_CASE("choices and tools are texts of their own, however they come between each other") {
    const Talk talk;
    const auto tool = [](int index) {
        static const std::string opens[] = {R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":")",
                                            R"("delta":{"tool_calls":[{"index":1,"function":{"arguments":")"};
        return test::Form{"tool", opens[index], "\"}}]}", true};
    };
    std::string stream;
    for (std::size_t at = 0; at < talk.kim.size(); ++at)
        for (int choice = 0; choice < 3; ++choice) {
            stream += event_of(forms[0], talk.kim.substr(at, 1), choice);
            for (int index = 0; index < 2; ++index) stream += event_of(tool(index), talk.kim.substr(at, 1), choice);
        }
    const Texts seen = texts_of(restored(stream + finish_of(2) + finish_of(0) + finish_of(1), talk.options()));
    REQUIRE(seen.size() == 9);
    for (const auto& [way, text] : seen) {
        CAPTURE(way);
        CHECK(text == (way.find("tool") != std::string::npos ? R"(김\"철수\")" : "김\"철수\""));
    }
}

TEST_CASE("log-probabilities beside a changed text are dropped, others stay") {
    const Talk talk;
    const auto event = [](const std::string& text) {
        return R"(data: {"choices":[{"index":0,"logprobs":{"content":[{"token":")" + text +
               R"("}]},"delta":{"content":")" + text + "\"}}]}\n\n";
    };
    CHECK(restored(event("word"), talk.options()) == event("word"));
    CHECK(restored(event(talk.mail), talk.options()) ==
          "data: {\"choices\":[{\"index\":0,\"logprobs\":null,\"delta\":{\"content\":\"kim@example.com\"}}]}\n\n");
}

TEST_CASE("a whole body gets its values back, arguments escaped once more") {
    const Talk talk;
    const std::string body =
        R"({"id":"x_y","choices":[{"index":0,"message":{"role":"assistant","content":")" + talk.kim +
        R"(께","tool_calls":[{"id":"call_1","type":"function","function":{"name":"send","arguments":"{\"to\":\")" +
        talk.kim + R"(\"}"}}],"annotations":[{"title":")" + talk.mail +
        R"("}]},"logprobs":{"content":[{"token":"PERSON"}]},"finish_reason":"stop"}]})";
    RestoreScratch scratch;
    Restorer restorer(talk.options(), scratch);
    CHECK(
        shown(restorer, body) ==
        R"({"id":"x_y","choices":[{"index":0,"message":{"role":"assistant","content":"김\"철수\"께",)"
        R"("tool_calls":[{"id":"call_1","type":"function","function":{"name":"send","arguments":"{\"to\":\"김\\\"철수\\\"\"}"}}],)"
        R"("annotations":[{"title":"kim@example.com"}]},"logprobs":null,"finish_reason":"stop"}]})");
    CHECK(restorer.restored_count() == 3);
    CHECK(shown(restorer, R"({"error":{"message":"no )" + talk.mail + R"("}})") ==
          R"({"error":{"message":"no kim@example.com"}})");
    CHECK(shown(restorer, "not JSON: " + talk.mail) == "not JSON: kim@example.com");
    CHECK(shown(restorer, '"' + talk.mail + '"') == "\"kim@example.com\"");
    CHECK(shown(restorer, R"(["a",["b",{"c":")" + talk.mail + R"("}]])") == R"(["a",["b",{"c":"kim@example.com"}]])");
    std::string out;
    REQUIRE(*restorer.text("1\n00:01 --> 00:02\n" + talk.mail, out));
    CHECK(out == "1\n00:01 --> 00:02\nkim@example.com");
    out.clear();
    CHECK(!*restorer.text("nothing of it", out));
    CHECK(out.empty());
}

TEST_CASE("content that is JSON stays JSON") {
    const Talk talk;
    RestoreOptions options = talk.options();
    options.content_is_json = true;
    options.notice = "AI: ";
    const Texts seen = texts_of(restored(event_of(forms[0], "{\"name\":\"" + talk.kim + "\"}") + finish_of(), options));
    CHECK(seen.begin()->second == R"({"name":"김\"철수\""})");
}

TEST_CASE("the notice comes once before the first content of each choice, and before no tool call") {
    const Talk talk;
    RestoreOptions options = talk.options();
    options.notice = "[AI] ";
    const std::string stream = event_of(forms[4], "{}") + event_of(forms[0], "") + event_of(forms[0], "a") +
                               event_of(forms[0], "b") + event_of(forms[0], "c", 1) + finish_of() + finish_of(1);
    const Texts seen = texts_of(restored(stream, options));
    REQUIRE(seen.size() == 3);
    CHECK(seen.at(".0.delta.content") == "[AI] ab");
    CHECK(seen.at(".1.delta.content") == "[AI] c");
    RestoreScratch scratch;
    Restorer restorer(options, scratch);
    CHECK(shown(restorer, R"({"choices":[{"message":{"content":"a"}},{"message":{"content":null}},{"text":"b"}]})") ==
          R"({"choices":[{"message":{"content":"[AI] a"}},{"message":{"content":null}},{"text":"[AI] b"}]})");
}

TEST_CASE("an event of several data lines is put onto one where it changes") {
    const Talk talk;
    const std::string out =
        restored("data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"" + talk.mail + "\"}}]}\n\n", talk.options());
    CHECK(out == "data: {\"choices\": [{\"delta\":{\"content\":\"kim@example.com\"}}]}\n\n");
}

TEST_CASE("what the answer gives away is masked, cut where it may, unless the client sent it himself") {
    const Talk talk;
    const std::string rrn(test::rrn), text = "번호는 " + rrn + "입니다. 전화는 없습니다";
    for (const bool was_sent : {false, true})
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            if (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) continue;
            CAPTURE(cut);
            RestoreOptions options = talk.options();
            options.detector = &test::detector();
            options.masked = kinds_of({DataKind::kr_rrn});
            if (was_sent) options.sent = {"9001011234568"};
            RestoreScratch scratch;
            Restorer restorer(options, scratch);
            std::string out;
            REQUIRE(run(restorer,
                        event_of(forms[0], text.substr(0, cut)) + event_of(forms[0], text.substr(cut)) + finish_of(),
                        out));
            REQUIRE(texts_of(out).begin()->second == (was_sent ? text : "번호는 [KR_RRN]입니다. 전화는 없습니다"));
            REQUIRE(restorer.done().size() == (was_sent ? 0 : 1));
            if (!was_sent) CHECK(restorer.done()[0].action == model::GuardAction::mask);
        }
}

TEST_CASE("a blocked kind ends the answer before a byte of it has passed") {
    const Talk talk;
    const std::string rrn(test::rrn);
    for (std::size_t cut = 0; cut <= rrn.size(); ++cut) {
        RestoreOptions options = talk.options();
        options.detector = &test::detector();
        options.blocked = kinds_of({DataKind::kr_rrn});
        RestoreScratch scratch;
        Restorer restorer(options, scratch);
        std::string out;
        const auto done = run(
            restorer,
            event_of(forms[0], "주민번호 " + rrn.substr(0, cut)) + event_of(forms[0], rrn.substr(cut)) + finish_of(),
            out);
        REQUIRE(!done);
        CHECK(done.error().code == Code::guard_answer_blocked);
        CHECK(done.error().fault == Fault::gateway);
        CHECK(out.find("900101") == std::string::npos);
        const std::size_t before = out.size();
        CHECK(!restorer.event("data: {}\n\n", "{}", out));   // nothing may follow
        CHECK(restorer.end(out).has_value());
        CHECK(out.size() == before);
    }
}

TEST_CASE("a number masked outside of the strings of arguments gets quotes") {
    const Talk talk;
    RestoreOptions options = talk.options();
    options.detector = &test::detector();
    options.masked = kinds_of({DataKind::kr_rrn});
    const std::string rrn(test::rrn);
    const std::string stream = event_of(forms[4], R"({"주민등록번호": )") + event_of(forms[4], "9001011234568") +
                               event_of(forms[4], R"(, "s": ")" + rrn + "\"}") + finish_of();
    CHECK(texts_of(restored(stream, options)).begin()->second == R"({"주민등록번호": "[KR_RRN]", "s": "[KR_RRN]"})");
}

TEST_CASE("values that were put back are the client's, and are not masked") {
    const Talk talk;
    RestoreOptions options = talk.options();
    options.detector = &test::detector();
    options.masked = kinds_of({DataKind::email});
    CHECK(texts_of(restored(event_of(forms[0], talk.mail + " other@example.com ok") + finish_of(), options))
              .begin()
              ->second == "kim@example.com [EMAIL] ok");
}

TEST_CASE("an event that cannot be read ends an answer that must be looked through") {
    const Talk talk;
    RestoreOptions options = talk.options();
    options.detector = &test::detector();
    options.masked = kinds_of({DataKind::email});
    RestoreScratch scratch;
    Restorer restorer(options, scratch);
    std::string out;
    const auto done = restorer.event("data: {oops\n\n", "{oops", out);
    REQUIRE(!done);
    CHECK(done.error().code == Code::guard_failed);
    CHECK(out.empty());
    Restorer plain(talk.options(), scratch);
    REQUIRE(plain.event("data: {oops\n\n", "{oops", out));
    CHECK(out == "data: {oops\n\n");
}

TEST_CASE("more texts at once than channels_max fail the guard") {
    const Talk talk;
    RestoreScratch scratch;
    Restorer restorer(talk.options(), scratch);
    std::string out;
    bool has_failed = false;
    for (int choice = 0; choice <= static_cast<int>(Restorer::channels_max) && !has_failed; ++choice) {
        const std::string event = event_of(forms[0], "PERSON_", choice);
        const auto done = restorer.event(event, std::string_view(event).substr(6, event.size() - 8), out);
        has_failed = !done;
        if (has_failed) CHECK(done.error().code == Code::guard_failed);
    }
    CHECK(has_failed);
}

TEST_CASE("with nothing to do everything is passed as it came") {
    RestoreScratch scratch;
    Restorer restorer({}, scratch);
    std::string out;
    REQUIRE(restorer.event("data: {oops\n\n", "{oops", out));
    CHECK(out == "data: {oops\n\n");
    CHECK(shown(restorer, "{oops") == "{oops");
}

TEST_CASE("what decides the price of a whole answer is read with its texts, as its own reader does") {
    const Talk talk;
    const std::string usage = R"("usage":{"prompt_tokens":3,"details":{"usage":{}}})";
    const std::vector<std::string> answers{
        R"({"id":"1","model":"m","choices":[{"message":{"content":"\"usage\":{}"}}],)" + usage + "}",
        "{" + usage + R"(,"service_tier":"flex","model":"m","choices":[]})",
        R"({"model":"m\u0041","choices":[{"usage":{"prompt_tokens":9}}]})",
        R"({"model":7,"usage":null,"service_tier":"a","choices":[]})",
        "{" + usage + "," + usage + "}",
        R"({"error":{"message":"x","usage":{}}})"};
    for (const std::string& json : answers) {
        CAPTURE(json);
        RestoreScratch scratch;
        Restorer restorer(talk.options(), scratch);
        std::optional<dialect::openai::AnswerFacts> facts;
        std::string out;
        REQUIRE(restorer.body(json, out, facts));
        REQUIRE(facts);
        const auto expected = dialect::openai::read_facts(json);
        CHECK(facts->usage_text == expected.usage_text);
        CHECK(facts->model == expected.model);
        CHECK(facts->service_tier == expected.service_tier);
    }
}

TEST_CASE("events that differ in their text only are read like the first, whatever comes in it") {
    Talk talk;
    RestoreOptions options = talk.options();
    const Detector detector{DetectorOptions{}};
    options.detector = &detector;
    options.masked = kinds_of({DataKind::email, DataKind::card});
    const std::vector<std::string> texts{"to ", talk.mail, " and ", "b@example.org", " 4111 1111 ", "1111 1111", ".\n"};
    std::string stream;
    for (const std::string& text : texts) stream += event_of(forms[0], text);
    for (const std::string& text : texts) stream += event_of(forms[0], text, 0, true);
    stream += finish_of();
    const std::string seen = texts_of(restored(stream, options)).at(".0.delta.content");
    CHECK(seen.find("example.org") == std::string::npos);
    CHECK(seen.find("1111") == std::string::npos);
    CHECK(seen.starts_with("to kim@example.com and "));
    CHECK(seen.find(".\nto kim@example.com and ") != std::string::npos);

    // What is no UTF-8 has no meaning that could be looked for, also where only the text is new.
    RestoreScratch scratch;
    Restorer restorer(options, scratch);
    std::string out;
    const std::string good = event_of(forms[0], "a ");
    std::string bad = good;
    bad[bad.find("a \"")] = '\xff';
    REQUIRE(restorer.event(good, std::string_view(good).substr(6, good.size() - 8), out));
    CHECK(!restorer.event(bad, std::string_view(bad).substr(6, bad.size() - 8), out));
}

TEST_CASE("of a large answer the scratch keeps no more than its limit") {
    const Talk talk;
    RestoreScratch scratch;
    Restorer restorer(talk.options(), scratch);
    std::string json = R"({"choices":[)";
    for (int i = 0; i < 20'000; ++i) json += R"({"message":{"content":"x\n)" + talk.mail + R"("}},)";
    json +=
        R"({"message":{"content":"\n)" + std::string(2 * RestoreScratch::bytes_kept_max, 'x') + talk.mail + "\"}}]}";
    CHECK(shown(restorer, json).find(talk.mail) == std::string::npos);
    CHECK(scratch.made.capacity() <= RestoreScratch::bytes_kept_max);
    CHECK(scratch.unescaped.capacity() <= RestoreScratch::bytes_kept_max);
    CHECK(scratch.pieces.bytes_held() <= RestoreScratch::bytes_kept_max);
    CHECK(scratch.edits.capacity() * sizeof(RestoreScratch::Edit) <= RestoreScratch::bytes_kept_max);
}

}   // namespace gilmok::guard
