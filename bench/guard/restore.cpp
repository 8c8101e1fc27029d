// The work of `scripts/prove restore`: stand-ins in every form of an answer, cut at every byte, through the relay and the
// guard's Restorer as the gateway hangs them together; the client's view is put together again and compared.
// usage: bench_guard_restore [quick]      prints one line of JSON
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "gateway/guarded_answer.hpp"
#include "guard/test_answers.hpp"
#include "relay/answer.hpp"

namespace {

using namespace gilmok;
using guard::test::Form;
using guard::test::Texts;

struct Value {
    model::DataKind kind;
    std::string_view text;
};
constexpr Value values[] = {{model::DataKind::kr_name, "홍길동"},
                            {model::DataKind::kr_rrn, "900101-1234568"},
                            {model::DataKind::email, "gildong@example.com"},
                            {model::DataKind::kr_address, "서울특별시 중구 세종대로 110 \"시청\""},
                            {model::DataKind::kr_phone, "010-1234-5678"},
                            {model::DataKind::password, "a\\b\"c\n\t/\x01"},
                            {model::DataKind::card, "4111 1111 1111 1111"},
                            {model::DataKind::date_of_birth, "1990년 1월 1일"}};

struct Tally {
    std::string name;
    std::uint64_t cases = 0, leaked = 0, unrestored = 0, altered = 0, failed = 0;
};

struct World {
    World() {
        for (const Value& value : values) stand_ins.emplace_back(pseudonyms.of(value.kind, value.text, ""));
    }
    guard::Pseudonyms pseudonyms{Secret("secret"), "tenant", "conversation"};
    std::vector<std::string> stand_ins;
    guard::RestoreScratch scratch;

    // The client's bytes behind his head, for an upstream's message that comes in pieces of `step` bytes.
    bool relay(std::string_view content_type, std::string_view body, std::size_t step, std::string& shown) {
        guard::RestoreOptions restore;
        restore.pseudonyms = &pseudonyms;
        gateway::GuardedAnswer rewriter(restore, scratch);
        relay::AnswerOptions options;
        options.endpoint = model::Endpoint::chat;
        options.client_version_minor = 0;   // no chunks to take apart again
        options.rewriter = &rewriter;
        relay::Answer answer(options);
        std::string text = "HTTP/1.1 200 OK\r\ncontent-type: ";
        text += content_type;
        text += "\r\ncontent-length: ";
        append_number(text, body.size());
        text += "\r\n\r\n";
        const wire::http1::Limits limits;
        wire::http1::HeadParser parser(limits);
        wire::http1::ResponseHead head;
        std::string out, payload;
        if (!parser.parse_response(text, false, head)) return false;
        answer.begin(head, "", out);
        for (std::size_t at = 0; at < body.size(); at += step)
            if (!answer.feed(body.substr(at, step), payload, out)) return false;
        if (!answer.finish(out)) return false;
        shown = out.substr(out.find("\r\n\r\n") + 4);
        return true;
    }
};

std::string shown_value(const Form& form, std::string_view value) {
    std::string out;
    guard::append_escaped(out, value, form.is_json ? 1 : 0);
    return out;
}

void judge(const Texts& seen, const Texts& wanted, const World& world, Tally& tally) {
    ++tally.cases;
    if (seen == wanted) return;
    bool is_leaked = false, is_unrestored = false;
    for (const auto& [way, text] : seen)
        for (const std::string& stand_in : world.stand_ins) {
            is_unrestored = is_unrestored || text.find(stand_in) != std::string::npos;
            // The word and the first letters of the hash: no text of ours has them.
            is_leaked = is_leaked || text.find(stand_in.substr(0, stand_in.find('_') + 3)) != std::string::npos;
        }
    if (is_unrestored)
        ++tally.unrestored;
    else if (is_leaked)
        ++tally.leaked;
    else
        ++tally.altered;
}

std::string stream_of(const std::vector<std::string>& events, int choices) {
    std::string stream;
    for (const std::string& event : events) stream += event;
    for (int choice = 0; choice < choices; ++choice) stream += guard::test::finish_of(choice);
    return stream + std::string(guard::test::done_event);
}

// The way of a form's text inside the choices, as texts_of() names it.
std::string way_of(const Form& form) {
    const Texts texts = guard::test::texts_of(guard::test::event_of(form, "x"));
    return texts.begin()->first;
}

void run_stream(World& world, const std::string& stream, const Texts& wanted, std::size_t step, Tally& tally) {
    std::string shown;
    if (!world.relay("text/event-stream", stream, step, shown)) {
        ++tally.cases;
        ++tally.failed;
        return;
    }
    judge(guard::test::texts_of(shown), wanted, world, tally);
}

// One value between two words, cut once and twice at every byte of the stand-in and around it.
void cut_everywhere(World& world, const Form& form, std::size_t value, bool escapes_all, bool is_quick, Tally& tally) {
    const std::string text = "to " + world.stand_ins[value] + " it";
    const Texts wanted{{way_of(form), "to " + shown_value(form, values[value].text) + " it"}};
    for (std::size_t first = 0; first <= text.size(); ++first) {
        const std::size_t second_end = is_quick ? first : text.size();
        for (std::size_t second = first; second <= second_end; ++second) {
            std::vector<std::string> events;
            for (const auto& [begin, end] : {std::pair{std::size_t{0}, first}, {first, second}, {second, text.size()}})
                events.push_back(
                    guard::test::event_of(form, std::string_view(text).substr(begin, end - begin), 0, escapes_all));
            run_stream(world, stream_of(events, 1), wanted, 100'000, tally);
        }
    }
    // One byte an event, and the stream itself cut everywhere.
    std::vector<std::string> events;
    for (const char& c : text) events.push_back(guard::test::event_of(form, {&c, 1}, 0, escapes_all));
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{1'448}, std::size_t{100'000}})
        run_stream(world, stream_of(events, 1), wanted, step, tally);
}

// All values one behind the other, three choices that come byte by byte between each other, each a byte behind the one before.
void interleave(World& world, const Form& form, bool escapes_all, Tally& tally) {
    constexpr int choices = 3;
    std::string text, shown;
    for (std::size_t i = 0; i < world.stand_ins.size(); ++i) {
        text += world.stand_ins[i];
        shown += shown_value(form, values[i].text);
    }
    for (std::size_t bytes = 1; bytes <= 24; ++bytes) {
        std::vector<std::string> events;
        const std::size_t turns = text.size() / bytes + choices + 1;
        for (std::size_t turn = 0; turn < turns; ++turn)
            for (std::size_t choice = 0; choice < choices; ++choice) {
                if (turn < choice || (turn - choice) * bytes >= text.size()) continue;
                events.push_back(guard::test::event_of(form,
                                                       std::string_view(text).substr((turn - choice) * bytes, bytes),
                                                       static_cast<int>(choice), escapes_all));
            }
        Texts wanted;
        for (int choice = 0; choice < choices; ++choice) {
            std::string way = way_of(form);
            way[1] = static_cast<char>('0' + choice);
            wanted[way] = shown;
        }
        run_stream(world, stream_of(events, choices), wanted, 100'000, tally);
    }
}

// The same texts as whole answers.
void whole(World& world, const Form& form, bool escapes_all, Tally& tally) {
    const auto body_of = [&](std::string_view text) {
        std::string event = guard::test::event_of(form, text, 0, escapes_all);
        event = event.substr(6, event.size() - 8);
        if (const std::size_t at = event.find("\"delta\""); at != std::string::npos)
            event.replace(at, 7, "\"message\"");
        return event;
    };
    const auto texts_of_body = [](const std::string& body) { return guard::test::texts_of("data: " + body + "\n\n"); };
    for (std::size_t i = 0; i < world.stand_ins.size(); ++i) {
        const Texts wanted = [&] {
            Texts texts = texts_of_body(body_of("x"));
            texts.begin()->second = "to " + shown_value(form, values[i].text) + " it";
            return texts;
        }();
        const std::string body = body_of("to " + world.stand_ins[i] + " it");
        for (std::size_t step = 1; step <= body.size(); step += 13) {
            std::string shown;
            if (!world.relay("application/json", body, step, shown)) {
                ++tally.cases;
                ++tally.failed;
                continue;
            }
            judge(texts_of_body(shown), wanted, world, tally);
        }
    }
}

void print(const std::vector<Tally>& tallies) {
    std::printf("{\"rows\":[");
    for (std::size_t i = 0; i < tallies.size(); ++i)
        std::printf(
            "%s{\"form\":\"%s\",\"cases\":%llu,\"leaked\":%llu,\"unrestored\":%llu,\"altered\":%llu,\"failed\":%llu}",
            i == 0 ? "" : ",", tallies[i].name.c_str(), static_cast<unsigned long long>(tallies[i].cases),
            static_cast<unsigned long long>(tallies[i].leaked), static_cast<unsigned long long>(tallies[i].unrestored),
            static_cast<unsigned long long>(tallies[i].altered), static_cast<unsigned long long>(tallies[i].failed));
    std::printf("]}\n");
}

}   // namespace

int main(int count, char** arguments) {
    const bool is_quick = count > 1 && std::strcmp(arguments[1], "quick") == 0;
    World world;
    std::vector<Tally> tallies;
    for (const Form& form : guard::test::forms) {
        Tally stream{std::string(form.name) + ", streamed"}, between{std::string(form.name) + ", three choices"},
            body{std::string(form.name) + ", whole"};
        for (const bool escapes_all : {false, true}) {
            for (std::size_t value = 0; value < std::size(values); ++value)
                cut_everywhere(world, form, value, escapes_all, is_quick, stream);
            interleave(world, form, escapes_all, between);
            whole(world, form, escapes_all, body);
        }
        tallies.insert(tallies.end(), {stream, between, body});
    }
    print(tallies);
    return 0;
}
