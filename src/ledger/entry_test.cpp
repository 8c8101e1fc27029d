#include "ledger/entry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "ledger/test_entries.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

template <class T>
T at(const std::string& record, std::size_t offset) {
    T value;
    std::memcpy(&value, record.data() + offset, sizeof value);
    return value;
}

template <class T>
void set(std::string& record, std::size_t offset, T value) {
    std::memcpy(record.data() + offset, &value, sizeof value);
}

model::NameId name_id(std::uint32_t number) { return static_cast<model::NameId>(number); }

const WallTime moment(Duration(1'763'700'000'123'456'789));

// Changes the body and makes the check right again, as a forger would.
std::string_view detail_after(const Body& body, std::size_t offset, std::string_view bytes) {
    static std::string record;
    record = sealed(body, 1, 1, 1, moment);
    record.replace(offset, bytes.size(), bytes);
    seal(record.data(), record.size(), kind_of(body), 1, 1, 1, moment);
    const auto entry = read_entry(record);
    if (entry) return "";
    CHECK(entry.error().code == Code::bad_framing);
    CHECK(entry.error().fault == Fault::gateway);
    return entry.error().detail;
}

std::string_view detail_of(std::string_view bytes) {
    const auto entry = read_entry(bytes);
    return entry ? std::string_view{} : entry.error().detail;
}

}   // namespace

TEST_CASE("what is written is what is read, for every kind of record") {
    RandomEntries random(1);
    for (int round = 0; round < 8'000; ++round) {
        const Body body = random.body(static_cast<Kind>(1 + round % 8));
        const auto lane = static_cast<std::uint16_t>(random.prng().next());
        const auto epoch = static_cast<std::uint32_t>(random.prng().next() | 1);
        const std::uint64_t sequence = random.prng().next() | 1;
        const WallTime when = random.time();
        const std::string record = sealed(body, lane, epoch, sequence, when);
        REQUIRE(record.size() == size_of(body));
        REQUIRE(length_at(record) == record.size());

        const auto entry = read_entry(record);
        REQUIRE(entry);
        CHECK(entry->header.kind == kind_of(body));
        CHECK(entry->header.length == record.size());
        CHECK(entry->header.lane == lane);
        CHECK(entry->header.epoch == epoch);
        CHECK(entry->header.sequence == sequence);
        CHECK(entry->header.at == when);
        CHECK(entry->body.index() == body.index());
        CHECK(sealed(*entry) == record);
        random.forget();
    }
}

TEST_CASE("the time of a body is that of its record") {
    RandomEntries random(2);
    const std::string reserve = sealed(random.reserve(), 1, 1, 1, moment);
    const std::string progress = sealed(random.progress(), 1, 1, 2, moment);
    const std::string terminal = sealed(random.terminal(), 1, 1, 3, moment);
    CHECK(std::get<model::Reserve>(read_entry(reserve)->body).at == moment);
    CHECK(std::get<model::Progress>(read_entry(progress)->body).at == moment);
    CHECK(std::get<model::Terminal>(read_entry(terminal)->body).at == moment);
}

TEST_CASE("every changed bit of a record is seen") {
    RandomEntries random(3);
    for (int kind = 1; kind <= 8; ++kind) {
        std::string record = sealed(random.body(static_cast<Kind>(kind)), 2, 3, 4, moment);
        const std::string behind = record;   // a shorter or longer length finds something there
        for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
            const auto mask = static_cast<char>(1U << bit % 8);
            record[bit / 8] = static_cast<char>(record[bit / 8] ^ mask);
            REQUIRE(!read_entry(record));
            REQUIRE(!read_entry(record + behind));
            record[bit / 8] = static_cast<char>(record[bit / 8] ^ mask);
        }
        REQUIRE(read_entry(record));
    }
}

TEST_CASE("every truncation is seen, and what stands behind a record is not of it") {
    RandomEntries random(4);
    for (int kind = 1; kind <= 8; ++kind) {
        const std::string record = sealed(random.body(static_cast<Kind>(kind)), 2, 3, 4, moment);
        for (std::size_t bytes = 0; bytes < record.size(); ++bytes) REQUIRE(!read_entry(record.substr(0, bytes)));
        CHECK(read_entry(record + "more")->header.length == record.size());
    }
    CHECK(detail_of("") == "no record");
    CHECK(detail_of(std::string(64, '\0')) == "no record");
    CHECK(length_at("abc") == 0);
}

TEST_CASE("a header stands where the format says") {
    const std::string record = sealed(Note{.json = "{}"}, 0x0102, 0x03040506, 0x0708090a0b0c0d0e, moment);
    CHECK(record.size() == 56);
    CHECK(at<std::uint32_t>(record, 0) == 56);
    CHECK(record[4] == 5);
    CHECK(record[5] == 1);
    CHECK(at<std::uint16_t>(record, 6) == 0x0102);
    CHECK(at<std::uint64_t>(record, 8) == 0x4375d885b9a420e1);   // made with xxhsum's library
    CHECK(at<std::uint32_t>(record, 16) == 0x03040506);
    CHECK(at<std::uint32_t>(record, 20) == 0);
    CHECK(at<std::uint64_t>(record, 24) == 0x0708090a0b0c0d0e);
    CHECK(at<std::int64_t>(record, 32) == 1'763'700'000'123'456'789);
    CHECK(record.substr(40) == std::string("\x02\0\0\0\0\0\0\0{}\0\0\0\0\0\0", 16));
}

TEST_CASE("RESERVE and PROGRESS stand where the format says") {
    model::Reserve reserve{};
    reserve.ref = {.exchange = model::make_request_id(0x0102030405, 0, 7), .attempt = 9};
    reserve.endpoint = model::Endpoint::embeddings;
    reserve.is_stream = true;
    reserve.tenant = name_id(1);
    reserve.data_class = name_id(7);
    reserve.bound = {.input_tokens = 88, .output_tokens = 96, .cost_ledger = -104, .is_cost_known = true};
    std::string record = sealed(reserve, 1, 1, 1, moment);
    REQUIRE(record.size() == reserve_bytes);
    CHECK(record.substr(40, 16) == std::string("\0\x01\x02\x03\x04\x05\0\0\0\0\0\0\0\0\0\x07", 16));
    CHECK(record.substr(56, 4) == std::string("\x09\x02\x03\0", 4));
    CHECK(at<std::uint32_t>(record, 60) == 1);
    CHECK(at<std::uint32_t>(record, 84) == 7);
    CHECK(at<std::int64_t>(record, 88) == 88);
    CHECK(at<std::int64_t>(record, 96) == 96);
    CHECK(at<Pico>(record, 104) == -104);

    model::Progress progress{};
    progress.ref.attempt = 9;
    progress.delivered_events = 60;
    progress.delivered_bytes = 64;
    progress.meters[model::Meter::requests] = 1;
    record = sealed(progress, 1, 1, 1, moment);
    REQUIRE(record.size() == progress_bytes);
    CHECK(record[56] == 9);
    CHECK(at<std::uint32_t>(record, 60) == 60);
    CHECK(at<std::uint64_t>(record, 64) == 64);
    CHECK(at<std::int64_t>(record, 72) == -1);
    CHECK(at<std::int64_t>(record, 160) == 1);
}

TEST_CASE("TERMINAL stands where the format says") {
    model::Terminal end{};
    end.ref.attempt = 56;
    end.kind = model::TerminalKind::recovered;
    end.provenance = model::Provenance::aborted;
    end.tier = model::ServiceTier::priority;
    end.outcome = model::Outcome::client_gone;
    end.endpoint = model::Endpoint::rerank;
    end.status = 499;
    end.code = Code::idempotency_answered;
    end.is_suspect = true;
    end.is_raw_usage_cut = false;
    end.charge = {.is_known = true,
                  .card = name_id(104),
                  .currency = {{'U', 'S', 'D'}},
                  .cost = 248,
                  .ledger_currency = {{'K', 'R', 'W'}},
                  .cost_ledger = 264};
    end.tenant = name_id(1);
    end.tag = name_id(9);
    end.delivered_events = 108;
    end.started = WallTime(Duration(112));
    end.duration_us = 120;
    end.first_token_us = 128;
    end.energy = {.microjoules = 280, .micrograms_co2e = 288, .method = model::EnergyMethod::modelled};
    end.delivered_bytes = 136;
    end.meters[model::Meter::input_fresh] = 144;
    end.meters[model::Meter::requests] = 232;
    end.bound_input_tokens = 296;
    end.bound_output_tokens = 304;
    end.bound_cost_ledger = 312;
    end.person[15] = 7;
    end.raw_usage = R"({"n":1})";
    const std::string record = sealed(end, 1, 1, 1, moment);
    REQUIRE(record.size() == terminal_bytes_min + 8);
    CHECK(record.substr(56, 6) == "\x38\x02\x03\x02\x05\x03");
    CHECK(at<std::uint16_t>(record, 62) == 499);
    CHECK(at<std::uint16_t>(record, 64) == 48);
    CHECK(at<std::uint16_t>(record, 66) == (8 | 32));
    CHECK(at<std::uint32_t>(record, 68) == 1);
    CHECK(at<std::uint32_t>(record, 100) == 9);
    CHECK(at<std::uint32_t>(record, 104) == 104);
    CHECK(at<std::uint32_t>(record, 108) == 108);
    CHECK(at<std::int64_t>(record, 112) == 112);
    CHECK(at<std::uint64_t>(record, 120) == 120);
    CHECK(at<std::uint32_t>(record, 128) == 128);
    CHECK(record[132] == 2);
    CHECK(at<std::uint64_t>(record, 136) == 136);
    CHECK(at<std::int64_t>(record, 144) == 144);
    CHECK(at<std::int64_t>(record, 152) == -1);
    CHECK(at<std::int64_t>(record, 232) == 232);
    CHECK(record.substr(240, 8) == std::string("USD\0KRW\0", 8));
    CHECK(at<Pico>(record, 248) == 248);
    CHECK(at<Pico>(record, 264) == 264);
    CHECK(at<std::uint64_t>(record, 280) == 280);
    CHECK(at<std::uint64_t>(record, 288) == 288);
    CHECK(at<std::int64_t>(record, 296) == 296);
    CHECK(at<std::int64_t>(record, 304) == 304);
    CHECK(at<Pico>(record, 312) == 312);
    CHECK(record[343] == 7);
    CHECK(at<std::uint64_t>(record, 344) == 7);
    CHECK(record.substr(352) == std::string("{\"n\":1}\0", 8));
}

TEST_CASE("NAME, CORRECTION and POOL stand where the format says") {
    std::string record = sealed(Name{.id = name_id(40), .kind = NameKind::tag, .text = "a/b"}, 1, 1, 1, moment);
    CHECK(record.substr(40) == std::string("\x28\0\0\0\x09\0\x03\0a/b\0\0\0\0\0", 16));

    record = sealed(Correction{.ref = {.exchange = {}, .attempt = 56},
                               .card = name_id(60),
                               .currency = {{'U', 'S', 'D'}},
                               .ledger_currency = {{'K', 'R', 'W'}},
                               .cost = -72,
                               .cost_ledger = -88},
                    1, 1, 1, moment);
    REQUIRE(record.size() == 104);
    CHECK(record[56] == 56);
    CHECK(at<std::uint32_t>(record, 60) == 60);
    CHECK(record.substr(64, 8) == std::string("USD\0KRW\0", 8));
    CHECK(at<Pico>(record, 72) == -72);
    CHECK(at<Pico>(record, 88) == -88);

    record = sealed(PoolHour{.pool = name_id(40),
                             .hour = WallTime(Duration(48)),
                             .microjoules = 56,
                             .microjoules_attributed = 64,
                             .cost = 72,
                             .cost_attributed = 88},
                    1, 1, 1, moment);
    REQUIRE(record.size() == 104);
    CHECK(at<std::uint64_t>(record, 40) == 40);
    CHECK(at<std::int64_t>(record, 48) == 48);
    CHECK(at<std::uint64_t>(record, 56) == 56);
    CHECK(at<std::uint64_t>(record, 64) == 64);
    CHECK(at<Pico>(record, 72) == 72);
    CHECK(at<Pico>(record, 88) == 88);
}

TEST_CASE("DECISION stands where the format says") {
    model::Decision decision{};
    decision.ref = {.exchange = model::make_request_id(0x0102030405, 0, 7), .attempt = 56};
    decision.data_class = model::DataClass::sensitive;
    decision.verdict = model::GuardAction::block;
    decision.is_answer = true;
    decision.is_more = true;
    decision.tenant = name_id(60);
    decision.application = name_id(64);
    decision.upstream = name_id(68);
    decision.place = name_id(72);
    decision.operator_ = name_id(76);
    decision.verdict_rule = name_id(80);
    decision.entries_count = 2;
    decision.entries[0] = {.kind = model::DataKind::kr_rrn,
                           .action = model::GuardAction::block,
                           .count = 0x0102,
                           .rule = name_id(92)};
    decision.entries[1] = {
        .kind = model::DataKind::file, .action = model::GuardAction::swap, .count = 65'535, .rule = name_id(100)};
    const std::string record = sealed(decision, 1, 1, 1, moment);
    REQUIRE(record.size() == decision_bytes_min + 2 * decision_entry_bytes);
    CHECK(record[4] == 8);
    CHECK(record.substr(40, 16) == std::string("\0\x01\x02\x03\x04\x05\0\0\0\0\0\0\0\0\0\x07", 16));
    CHECK(record.substr(56, 4) == std::string("\x38\x01\x04\x03", 4));
    for (std::uint32_t offset = 60; offset <= 80; offset += 4) CHECK(at<std::uint32_t>(record, offset) == offset);
    CHECK(record.substr(84, 4) == std::string("\x02\0\0\0", 4));
    CHECK(record.substr(88, 8) == std::string("\x00\x04\x02\x01\x5c\0\0\0", 8));
    CHECK(record.substr(96, 8) == std::string("\x42\x01\xff\xff\x64\0\0\0", 8));
    CHECK(std::get<model::Decision>(read_entry(record)->body).at == moment);

    decision.entries_count = model::Decision::entries_max;
    CHECK(sealed(decision, 1, 1, 1, moment).size() == 216);
    decision.entries_count = 0;
    CHECK(sealed(decision, 1, 1, 1, moment).size() == 88);
}

TEST_CASE("a record whose check is right is refused all the same when a field cannot be") {
    using std::string_view_literals::operator""sv;
    const model::Reserve reserve{};
    const model::Terminal terminal{};
    const std::string negative("\xfe\xff\xff\xff\xff\xff\xff\xff", 8);
    CHECK(detail_after(reserve, 57, "\x0c") == "a number that stands for nothing");
    CHECK(detail_after(reserve, 58, "\x04") == "a flag that means nothing");
    CHECK(detail_after(reserve, 59, "\x01") == "bytes that are not zero");
    CHECK(detail_after(reserve, 88, negative) == "a negative count");
    CHECK(detail_after(model::Progress{}, 72, negative) == "a negative count");
    CHECK(detail_after(model::Progress{}, 57, "\x01") == "bytes that are not zero");
    for (const std::size_t offset : {57U, 58U, 59U, 60U, 61U, 65U, 132U})
        CHECK(detail_after(terminal, offset, "\xff") == "a number that stands for nothing");
    CHECK(detail_after(terminal, 62, "\xe8\x03") == "an HTTP status of more than three digits");
    CHECK(detail_after(terminal, 66, "\x80") == "a flag that means nothing");
    CHECK(detail_after(terminal, 240, "USd") == "a currency that cannot be");
    CHECK(detail_after(terminal, 240, "\0SD"sv) == "a currency that cannot be");
    CHECK(detail_after(terminal, 243, "X") == "bytes that are not zero");
    CHECK(detail_after(terminal, 344, "\x01\x08"sv) == "a text that is too long");
    CHECK(detail_after(terminal, 344, "\x01"sv) == "a body that is too short");
    const Name name{.id = name_id(1), .kind = NameKind::tag, .text = "abc"};
    CHECK(detail_after(name, 40, "\0"sv) == "a name without a number");
    CHECK(detail_after(name, 44, "\0"sv) == "a kind of name that there is not");
    CHECK(detail_after(name, 44, "\x0e") == "a kind of name that there is not");
    CHECK(detail_after(name, 46, "\x01\x40"sv) == "a text that is too long");
    CHECK(detail_after(name, 48, "\xff") == "a text that is not UTF-8");
    CHECK(detail_after(name, 51, "d") == "bytes behind the body of a record");
    CHECK(detail_after(Note{.json = "{}"}, 48, "\xc3\x28") == "a text that is not UTF-8");
    CHECK(detail_after(PoolHour{.pool = name_id(1)}, 40, "\0"sv) == "a name without a number");

    model::Decision decision{};
    decision.entries_count = 1;
    decision.entries[0].kind = model::DataKind::image;
    for (const std::size_t offset : {57U, 58U, 88U, 89U})
        CHECK(detail_after(decision, offset, "\xff") == "a number that stands for nothing");
    CHECK(detail_after(decision, 59, "\x04") == "a flag that means nothing");
    CHECK(detail_after(decision, 84, "\x11") == "more entries than a decision has");
    CHECK(detail_after(decision, 84, "\x02") == "a body that is too short");
    CHECK(detail_after(decision, 84, "\0"sv) == "bytes behind the body of a record");
    CHECK(detail_after(decision, 85, "\x01") == "bytes that are not zero");

    std::string record = sealed(reserve, 1, 1, 1, moment);
    seal(record.data(), record.size(), static_cast<Kind>(9), 1, 1, 1, moment);
    CHECK(detail_of(record) == "a kind that this program does not know");
    seal(record.data(), record.size(), static_cast<Kind>(0), 1, 1, 1, moment);
    CHECK(detail_of(record) == "a kind that this program does not know");
    seal(record.data(), record.size(), Kind::reserve, 1, 0, 1, moment);
    CHECK(detail_of(record) == "a place that no record has");
    seal(record.data(), record.size(), Kind::reserve, 1, 1, 0, moment);
    CHECK(detail_of(record) == "a place that no record has");
    seal(record.data(), record.size(), Kind::progress, 1, 1, 1, moment);
    CHECK(detail_of(record) == "bytes that are not zero");
    record[8] = static_cast<char>(record[8] ^ 1);
    CHECK(detail_of(record) == "a wrong check");
    set<std::uint32_t>(record, 0, 116);
    CHECK(detail_of(record) == "a length that no record has");
    set<std::uint32_t>(record, 0, 32);
    CHECK(detail_of(record) == "a length that no record has");
    set<std::uint32_t>(record, 0, 65'536);
    CHECK(detail_of(record) == "a length that no record has");
    set<std::uint32_t>(record, 0, 128);
    CHECK(detail_of(record) == "a record that is cut");
}

TEST_CASE("texts may be as long as their limits, and raw usage that is longer is left out and told") {
    const std::string text(model::Terminal::raw_usage_bytes_max + 1, 'u');
    model::Terminal terminal{};
    terminal.raw_usage = std::string_view(text).substr(1);
    std::string record = sealed(terminal, 1, 1, 1, moment);
    CHECK(record.size() == terminal_bytes_min + 2'048);
    CHECK(std::get<model::Terminal>(read_entry(record)->body).raw_usage.size() == 2'048);
    terminal.raw_usage = text;
    record = sealed(terminal, 1, 1, 1, moment);
    REQUIRE(record.size() == terminal_bytes_min);
    const auto entry = read_entry(record);
    REQUIRE(entry);
    CHECK(std::get<model::Terminal>(entry->body).raw_usage.empty());
    CHECK(std::get<model::Terminal>(entry->body).is_raw_usage_cut);

    const std::string longest(note_text_bytes_max, 'n');
    record = sealed(Note{.json = longest}, 1, 1, 1, moment);
    CHECK(record.size() == record_bytes_max);
    CHECK(std::get<Note>(read_entry(record)->body).json == longest);
    const std::string name(name_text_bytes_max, 'n');
    record = sealed(Name{.id = name_id(1), .kind = NameKind::price_card, .text = name}, 1, 1, 1, moment);
    CHECK(std::get<Name>(read_entry(record)->body).text == name);
}

TEST_CASE("a request id is 128 bits and back, in the order of its text") {
    Prng prng(5);
    std::array<std::uint8_t, 16> before{};
    std::string before_text(to_request_id(before).view());
    CHECK(before_text == std::string(26, '0'));
    for (int i = 0; i < 1'000; ++i) {
        std::array<std::uint8_t, 16> bytes;
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(prng.next());
        const model::RequestId id = to_request_id(bytes);
        CHECK(to_bytes(id) == bytes);
        CHECK((before < bytes) == (before_text < id.view()));
        before = bytes;
        before_text = id.view();
        const model::RequestId made =
            model::make_request_id(static_cast<std::int64_t>(prng.below(1ULL << 48U)), prng.next(), prng.next());
        CHECK(to_request_id(to_bytes(made)).view() == made.view());
    }
    std::array<std::uint8_t, 16> ones;
    ones.fill(0xff);
    CHECK(to_request_id(ones).view() == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    CHECK(to_bytes(model::RequestId{}) == std::array<std::uint8_t, 16>{});
}
