// The nouns that stages hand to each other for one exchange. Structs without behaviour.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace gilmok::model {

// The doors of the OpenAI dialect. Order is part of the metrics and of the ledger's format; append only.
enum class Endpoint : std::uint8_t {
    chat,                   // POST /v1/chat/completions
    completions,            // POST /v1/completions
    embeddings,             // POST /v1/embeddings
    rerank,                 // POST /v1/rerank
    models,                 // GET  /v1/models, GET /v1/models/{id}
    audio_speech,           // POST /v1/audio/speech            JSON in, audio out
    audio_transcriptions,   // POST /v1/audio/transcriptions    multipart in
    audio_translations,     // POST /v1/audio/translations      multipart in
    images_generations,     // POST /v1/images/generations
    images_edits,           // POST /v1/images/edits            multipart in
    images_variations,      // POST /v1/images/variations       multipart in
    none,                   // not one of ours
    count_,
};
// Whether a model makes up what it answers: text, pictures or speech.
constexpr bool is_generative(Endpoint endpoint) {
    return endpoint == Endpoint::chat || endpoint == Endpoint::completions || endpoint == Endpoint::audio_speech ||
           endpoint == Endpoint::images_generations || endpoint == Endpoint::images_edits ||
           endpoint == Endpoint::images_variations;
}
std::string_view name_of(Endpoint endpoint);   // "chat", "completions", …
std::string_view path_of(Endpoint endpoint);   // below the upstream's base path: "/chat/completions"
std::string_view gen_ai_operation_of(
    Endpoint endpoint);   // OpenTelemetry gen_ai.operation.name: "chat", "text_completion", …

// Token counts as the upstream reported them, nested or not; meter/ makes them disjoint. Missing is not zero.
struct Usage {
    static constexpr std::int64_t missing = -1;
    std::int64_t input = missing;   // OpenAI prompt_tokens: cached tokens included
    std::int64_t input_cached = missing;
    std::int64_t input_audio = missing;
    std::int64_t output = missing;   // OpenAI completion_tokens: reasoning included
    std::int64_t output_reasoning = missing;
    std::int64_t output_audio = missing;
    std::int64_t total = missing;
    [[nodiscard]] bool is_reported() const { return input != missing || output != missing; }
};

// How an exchange ended. Exactly one for each. Order is part of the ledger's format; append only.
enum class Outcome : std::uint8_t {
    answered,           // whole answer with a 2xx delivered
    refused,            // gilmok itself said no before any attempt (4xx or 429/503)
    upstream_refused,   // the upstream's own 4xx passed on
    failed,             // all attempts failed; an error was sent, or the stream ended with an error event
    cut_off,            // the answer had begun and could not be finished
    client_gone,        // the client left before the end
    count_,
};
std::string_view name_of(Outcome outcome);

enum class AttemptEnd : std::uint8_t { answered, refused, failed, cancelled, hedge_lost };

struct Attempt {
    UpstreamId upstream = UpstreamId::none;
    AttemptEnd end = AttemptEnd::failed;
    Code code = Code::none;
    std::uint16_t status = 0;
    Instant started{};
    Duration connect{};      // zero when a pooled connection was used
    Duration first_byte{};   // from dispatch to the head of the answer
    bool was_hedge = false;
};

// Where counts of tokens come from. Order is part of the ledger's format.
enum class Provenance : std::uint8_t {
    none,        // nothing was used: the attempt was refused or never reached the model
    provider,    // as the upstream reported, whole
    counted,     // the upstream reported nothing: gilmok counted
    aborted,     // the answer ended early: settled from what was delivered (aborted@k: see Terminal::delivered_events)
    recovered,   // closed after a crash from the last mark in the journal
    count_,
};
std::string_view name_of(Provenance provenance);

// What all attempts of an exchange were booked with, for the access log and the metrics; the ledger has each of them.
struct Settled {
    Pico cost_ledger = 0;
    std::uint64_t microjoules = 0;
    Provenance provenance = Provenance::none;   // of the answer
    bool has_cost = false;                      // something was booked, be it zero
    bool is_cost_known = true;
    bool is_over_bound = false;
};

// N2SF classes. Ordered: a higher one needs more care; detection can only raise.
enum class DataClass : std::uint8_t { open, sensitive, classified, count_ };
std::string_view name_of(DataClass data_class);   // "O", "S", "C"
std::optional<DataClass> data_class_named(std::string_view name);

// What happens to data for one place. Ordered by strictness.
enum class GuardAction : std::uint8_t {
    allow,
    swap,    // for a pseudonym, put back in the answer
    mask,    // for good
    local,   // this place is left out; another may serve
    block,   // the request is refused
    count_,
};
std::string_view name_of(GuardAction action);
std::optional<GuardAction> guard_action_named(std::string_view name);

// All there is to tell of one exchange when it is over; access log, metrics, traces and later the ledger read it.
struct Record {
    static constexpr std::size_t attempts_max = 4;
    RequestId id{};
    WallTime started_wall{};
    Instant started{};
    Duration total{};
    Duration time_to_first_token{};   // to the first body byte of the answer; zero when there was none
    Endpoint endpoint = Endpoint::none;
    Outcome outcome = Outcome::refused;
    Code code = Code::none;
    Fault fault = Fault::client;
    std::uint16_t status = 0;
    bool is_stream = false;
    bool is_simulated = false;
    TenantId tenant = TenantId::none;
    KeyId key = KeyId::none;
    ModelId model = ModelId::none;
    UpstreamId upstream = UpstreamId::none;
    std::string_view served_name{};   // of the candidate; lives as long as the snapshot
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint32_t events_out = 0;   // SSE events passed on
    Usage usage{};
    Settled settled{};
    std::uint32_t findings_count = 0;   // of the guard, in the request
    DataClass data_class{};
    GuardAction guard_action{};        // the strictest that was taken
    std::array<char, 32> trace_id{};   // hex of the W3C trace, zeros when none
    std::array<char, 16> span_id{};
    std::uint8_t attempts_count = 0;
    std::array<Attempt, attempts_max> attempts{};
};

}   // namespace gilmok::model
