// What gilmok.toml says, checked and immutable. Built whole by config::load(), swapped by pointer; an exchange keeps the
// one it began with. Every limit has its default here and its name in docs/config.md; the comment says what happens at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/money.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "io/socket.hpp"
#include "model/guarded.hpp"
#include "model/ids.hpp"

namespace gilmok::config {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

struct TlsFiles {
    std::string certificate_path;   // PEM chain; read again when it changes, no restart
    std::string key_path;
    [[nodiscard]] bool is_set() const { return !certificate_path.empty(); }
};

// [server.limits]
struct DoorLimits {
    std::uint32_t head_bytes_max = 32 * 1024;      // then 431
    std::uint32_t headers_max = 100;               // then 431
    std::uint32_t target_bytes_max = 8 * 1024;     // then 414
    std::uint64_t body_bytes_max = 32ULL << 20;    // as sent, and again after decompression; then 413
    std::uint64_t bodies_bytes_max = 1ULL << 30;   // all request bodies held by one shard; then 503
    std::uint32_t json_depth_max = 64;             // then 400
    std::uint32_t connections_max = 20'000;        // per shard; then new connections wait in the backlog
    std::uint32_t exchanges_max = 10'000;          // running, per shard; then 503 with Retry-After
    Milliseconds headers_timeout = 10s;            // from the first byte of a head to its end; then 408
    Milliseconds body_timeout = 30s;               // between two reads of a body; then 408
    Milliseconds body_total_timeout = 300s;        // the whole body; then 408
    Milliseconds idle_timeout = 75s;               // between exchanges on one connection; then close
    Milliseconds write_timeout = 60s;              // a client that takes nothing; then reset
    Milliseconds sse_keepalive = 15s;              // silence in a stream before a comment line; 0 = none
    Milliseconds drain_timeout = 30s;              // SIGTERM: running exchanges may finish for so long
};

// [server]
struct Server {
    std::vector<io::Address> listen{{"127.0.0.1", 8080}};
    io::Address admin{"127.0.0.1", 9090};
    std::vector<std::string> admin_hosts;   // Host values allowed besides the admin address itself
    std::string admin_token_file;           // "" → <state_dir>/admin.token, made when absent
    std::optional<Secret> admin_token;      // from admin_token = "env:…"
    std::string admin_token_reference;      // "env:…", so that the file can be written again without the secret
    TlsFiles tls;                           // of `listen`
    std::uint32_t shards = 0;               // 0 = one for each core
    std::string state_dir;                  // key store, admin token; "" = nothing is kept
    DoorLimits limits;
};

enum class Kind : std::uint8_t { openai, vllm, sglang, trtllm, furiosa_llm, vllm_rbln, llama_cpp, ollama };
std::string_view name_of(Kind kind);
std::optional<Kind> kind_of(std::string_view name);

// [upstream.NAME]
struct Upstream {
    std::string name;
    Kind kind = Kind::openai;
    // url = "https://host:port/base": split here.
    bool is_tls = false;
    std::string host;   // a name or a numeric address
    std::uint16_t port = 0;
    std::string base_path;       // "/v1", no trailing slash
    std::string authority;       // the Host header: host, and port when it is not the default
    std::string ca_file;         // "" = the system's
    std::string tls_name;        // name to verify; "" = host
    Secret key;                  // Bearer; empty = none sent
    std::string key_reference;   // "env:…", "file:…" or "cmd:…" it came from; "" = none
    std::string place;           // "kr-onprem"; "" = unknown
    std::string operator_;       // whose law reaches it; "" = unknown
    bool is_simulated = false;   // set for embedded engines only: every answer and log line says so
    // limits
    Milliseconds connect_timeout = 800ms;    // then the next candidate
    Milliseconds first_byte_timeout = 60s;   // queue and prefill; then the next candidate
    Milliseconds idle_timeout = 60s;         // between bytes of an answer; then an error event
    Milliseconds total_timeout = 600s;       // the whole attempt; then an error event
    Milliseconds pool_idle_timeout = 60s;    // a pooled connection unused for so long is closed
    std::uint32_t connections_max = 1'024;   // per shard, busy and idle; then the next candidate, else 503
    std::uint32_t pool_idle_max = 256;       // idle connections kept per shard
    std::uint32_t streams_max = 0;   // running attempts, all shards; 0 = no limit of ours; then the next candidate
    std::uint64_t answer_bytes_max = 64ULL << 20;   // a non-streamed answer; then 502
    std::uint32_t event_bytes_max = 1 << 20;        // one SSE event; then an error event
    // money: a rented upstream has a price, an owned one a pool; neither: unknown
    std::string price;                  // provider in the price book; "" = the upstream's own name
    std::uint32_t discount_ppm = 0;     // off the list price, in millionths; written "12.5%"
    std::string pool;                   // [pool.NAME] it runs on; "" = rented
    bool is_usage_continuous = false;   // ask the engine for usage in every event: exact counts when a stream is cut
    // health and load
    Milliseconds scrape_interval = 1s;   // health and metrics; 0 = never
    std::uint32_t eject_after = 5;       // consecutive failures before an ejection
    Milliseconds eject_base = 5s;        // first ejection; doubles, at most eject_max
    Milliseconds eject_max = 60s;
};

struct Candidate {
    model::UpstreamId upstream = model::UpstreamId::none;
    std::string served_name;
};

// [model.NAME]
struct Model {
    enum class Pick : std::uint8_t { least_wait, first };
    std::string name;
    std::vector<Candidate> candidates;   // order = preference among equals
    Pick pick = Pick::least_wait;
    Milliseconds hedge_after = 0ms;   // 0 = never; else a second attempt when no byte came for so long
    std::uint32_t attempts_max = 3;   // first try, retries and hedges together; at most Record::attempts_max
    std::uint32_t output_tokens_max =
        8'192;   // set where a client names no limit of his own and a budget or limit holds
};

// What happens at a budget or a limit.
enum class AtLimit : std::uint8_t {
    reject,       // 429: rate_limited with Retry-After, or budget_exhausted
    queue,        // wait for room, at most queue_timeout; then reject
    degrade,      // another model, named by `degrade_to`; rejected when that has no room either
    local_only,   // only upstreams on pools of one's own, whose marginal cost is not booked against the money budget
};

// [tenant."org/department/team/application"]: a node of the tree. Parents come first; the root is not a node.
struct Tenant {
    std::string path;
    model::TenantId parent = model::TenantId::none;
    std::string class_;                // "C", "S", "O" or "" (inherits)
    std::vector<std::string> models;   // allowed public names; empty = inherits; "*" = all
    std::uint32_t streams_max = 0;     // running exchanges, all shards; 0 = inherits no limit of its own; then 429
    // Budgets and limits hold for the node and all below it together. 0 = none of its own.
    Money budget_day{}, budget_month{}, budget_window{};                 // in any currency; booked in the ledger's
    std::uint64_t tokens_day = 0, tokens_month = 0, tokens_window = 0;   // input and output together
    Milliseconds window = 0ms;                                           // rolling, for *_window
    std::uint64_t tokens_per_minute = 0;
    std::uint32_t requests_per_minute = 0;
    AtLimit at_limit = AtLimit::reject;
    std::string degrade_to;   // a public model
    Milliseconds queue_timeout = 30s;
    std::vector<std::uint32_t> warn_ppm{500'000, 800'000, 950'000};   // of a budget: a warning each, once a period
    std::string payer;               // whose statement its spend goes on; "" = inherits, the root of the tree at last
    std::uint32_t subsidy_ppm = 0;   // share of the cost that `subsidised_by` carries
    std::string subsidised_by;
};

// [[key]]: a key given by reference, for deployments that mount secrets. Others live in the key store.
struct StaticKey {
    std::string name;
    model::TenantId tenant = model::TenantId::none;
    Secret secret;
    std::string secret_reference;
};

// [pool.NAME]: devices that the organisation owns or leases by the month. Priced from what they cost, used or idle.
struct Pool {
    std::string name;
    Money capex{};               // bought for…
    std::uint32_t months = 48;   // …and written off over so long
    Money opex_month{};          // rent, staff, rack
    std::uint32_t devices = 1;
    std::uint32_t power_idle_w =
        0;   // of the whole pool; the model of watts over batch: idle + (max − idle) × b/(b+half)
    std::uint32_t power_max_w = 0;
    std::uint32_t batch_half = 16;   // running requests at which half of the rise is reached
    std::string power_metric;        // name of a gauge (W) or counter (J) in the upstream's metrics; "" = the model
    double pue = 1.0;
    Money tariff_kwh{};                        // "160 KRW/kWh"
    double grid_g_kwh = 0;                     // gCO2e per kWh; 0 = the country's, of the catalogue
    std::string country;                       // "KR"
    std::uint32_t utilisation_ppm = 500'000;   // target, for the fully loaded price
    std::uint32_t slots = 64;                  // requests at once at full use: one request's share of the device's time
};

// Time of use: minutes of the local day [from, until), over midnight where until is before from. Equal: all day.
struct Hours {
    std::int16_t from_minutes = 0;
    std::int16_t until_minutes = 0;
    std::int16_t utc_offset_minutes = 0;
    [[nodiscard]] bool is_all_day() const { return from_minutes == until_minutes; }
    bool operator==(const Hours&) const = default;
};

// [[price]]: overrides and additions to the catalogue; each meter named here is a row of the price book.
struct Price {
    std::string provider, sku;
    std::string tier = "standard";
    std::uint64_t above_input_tokens = 0;
    std::string tier_mode = "whole";
    std::string region;
    std::uint64_t per = 1'000'000;
    Money input_fresh{}, cache_read{}, cache_write_5m{}, cache_write_1h{}, input_audio{}, input_image{}, output_text{},
        output_reasoning{}, output_audio{}, output_image{}, pages{}, requests{};
    WallTime valid_from{}, valid_until = WallTime::max();   // half open; dates in the file, UTC midnight
    Hours hours;                                            // "09:00-23:00+09:00"
    std::string source, date;
};

// [[fx]]
struct Fx {
    Currency from_currency{}, to_currency{};
    Pico rate_pico = 0;      // of `to` for one unit of `from`
    WallTime valid_from{};   // its date; until the next row of the same two
    std::string source;
};

// [ledger]
struct Ledger {
    bool is_on = true;   // off: nothing is written down, budgets live in memory and begin anew at a start
    std::string dir;     // "" = <state_dir>/ledger; without state_dir there is no ledger
    Currency currency{{'K', 'R', 'W'}};
    bool is_strict = false;              // a RESERVE is on the disk before the upstream sees the request
    Milliseconds sync_interval = 10ms;   // group sync at the latest
    Milliseconds checkpoint_interval = 1000ms;
    std::string witness_dir;          // checkpoints are written here too: another disk, a mounted bucket
    std::string origin;               // of checkpoints; "" = "gilmok/<ledger id>"
    std::string database_reference;   // "env:GILMOK_DATABASE" with postgresql://…; "" = SQLite in `dir`
    Secret database;
    std::uint64_t segment_bytes = 8ULL << 20;
    enum class UnknownPrice : std::uint8_t { allow, refuse };
    UnknownPrice unknown_price = UnknownPrice::allow;   // allow: booked without cost, marked, alarmed
    std::int32_t utc_offset_minutes = 540;              // days and months of budgets and reports begin here
    Milliseconds idempotency_ttl = 86'400'000ms;        // an Idempotency-Key is remembered for so long
    std::uint64_t idempotency_bytes_max =
        64ULL << 20;   // answers kept for replay, per process; then only that it was answered
};

// [webhook]
struct Webhook {
    std::string url;   // "" = none
    std::string secret_reference;
    Secret secret;   // signs the body (HMAC-SHA256); required where `url` is set
};

// [retry]
struct RetryBudget {
    double ratio = 0.1;                 // retries and hedges per first attempt…
    std::uint32_t per_second_min = 3;   // …but at least so many a second, per shard
};

// [log]
struct Log {
    std::string access = "stdout";   // "stdout", "off" or a path (reopened on SIGHUP)
    std::string level = "info";
};

// [telemetry]
struct Telemetry {
    std::string otlp_endpoint;   // "http://host:4318/v1/traces"; "" = no spans
    double sample_ratio = 1.0;   // of traces that began here; a caller's sampled flag is obeyed
};

// [[guard.rule]], and the rules of the packs in catalog/jurisdictions/ in the same form. The first rule that matches a finding (or
// the request itself, for rules without kinds) at a place decides; the file's own rules come before those of the packs.
struct GuardRule {
    std::string name;    // "no-rrn-abroad", without a slash; of a pack: "kr/rrn"
    std::string where;   // "gilmok.toml:41" or "catalog/jurisdictions/kr.toml:12": what a refusal names
    std::vector<model::DataClass> classes;   // empty = any
    model::KindSet kinds;                    // empty = the request itself, whatever is found
    bool has_kinds = false;
    std::vector<std::string> places;                     // "kr-*"; empty = any; "" in it = an unknown place
    std::vector<std::string> places_not;                 // not these
    std::vector<std::string> operators, operators_not;   // whose law reaches it: "*(US)"
    std::vector<std::string> tenants;                    // paths; the node and all below it; empty = any
    std::uint32_t findings_min = 1;                      // so many findings of `kinds` at least
    model::GuardAction action = model::GuardAction::block;
    std::string basis;             // the statutory basis under which an obligatory rule of a pack is relaxed
    bool is_obligatory = false;    // of packs: only a rule with a `basis` comes before it
    bool is_for_answers = false;   // looks at what comes back: allow, mask or block
    // what a pack says of it
    std::vector<std::string> citations;   // "KR PIPA art. 24-2"
    std::string effective, evidence;      // since when; what it leaves as evidence
};

// Names of packs' rules have a slash, those of the file cannot.
inline bool is_of_pack(const GuardRule& rule) { return rule.name.find('/') != std::string::npos; }

// [guard.pattern.NAME]
struct GuardPattern {
    std::string name;
    std::string regex;   // Hyperscan's syntax (PCRE without what needs backtracking)
    std::uint32_t score = 80;
    std::vector<std::string> words;   // one of them within 300 characters, or it counts 30 less
};

// [guard.dictionary.NAME]: terms of the organisation (project names, customers), signed.
struct GuardDictionary {
    std::string name;
    std::string file;             // one term a line
    std::string signature_file;   // Ed25519 of the file, base64; "" = <file>.sig
    std::string public_key;       // base64; "" = unsigned, allowed only below the configuration's own directory
    std::uint32_t score = 85;
    bool is_whole_word = true;
};

// [guard.external]: an own upstream that runs a name model, asked where what leaves the country may hold names.
struct GuardExternal {
    std::string upstream;   // an [upstream.NAME]; "" = none
    std::string path = "/v1/guard/detect";
    Milliseconds timeout = 500ms;          // then `on_failure`
    std::vector<std::string> places_not;   // asked for candidates whose place is none of these; empty = all
    enum class OnFailure : std::uint8_t { refuse, local };
    OnFailure on_failure = OnFailure::refuse;
};

// [guard]
struct Guard {
    bool is_on = true;
    std::vector<std::string> packs{"kr"};   // of catalog/jurisdictions/
    std::uint32_t score_min = 60;
    std::string class_default;    // of requests whose tenant and header name none; "" = what the packs say, else "O"
    std::string class_detected;   // a finding of unique_id, financial or secret raises to this; "none" = it does not;
                                  // "" = what the packs say, else "none"
    // What both come to, with the packs; the program reads these.
    model::DataClass default_class = model::DataClass::open;
    std::optional<model::DataClass> detected_class;
    std::string secret_reference;   // keys the pseudonyms; "" = made in state_dir, or for this run
    Secret secret;
    bool looks_at_answers = true;
    bool strips_images = true;                    // EXIF and the like
    std::uint64_t clean_bytes_max = 1ULL << 20;   // of each shard's memory of clean texts; 0 = none
    std::vector<GuardRule> rules;                 // the file's, then the packs', in the order in which they are asked
    std::vector<GuardPattern> patterns;
    std::vector<GuardDictionary> dictionaries;
    GuardExternal external;
};

// [app.NAME]: the register of applications (AI Basic Act art. 31 and 34, EU AI Act art. 50).
struct Application {
    std::string name;
    std::string tenant;   // path; the node and all below it
    std::string purpose;
    std::string owner;
    std::string domain;   // "hiring", "loans", "health"…; of the pack's list of high-impact domains
    bool is_high_impact = false;
    std::string decided_by, decided_on, basis;
    std::string notice;                     // told to users beforehand: text or URL; a header of each answer
    bool is_notice_first = false;           // put before the first answer of a conversation
    bool is_label_on = true;                // machine-readable mark on answers
    std::string oversight;                  // who can intervene, art. 34 (4)
    std::uint32_t retention_days = 1'827;   // of decision records: five years
};

// [archive]: prompts and answers are kept only where a tenant says so, encrypted with a key of the tenant's own.
struct Archive {
    std::string dir;                    // "" = <state_dir>/archive
    std::vector<std::string> tenants;   // paths; none = nothing is kept
    std::uint32_t retention_days = 30;
    std::uint64_t bytes_max = 10ULL << 30;   // then the oldest day goes
    bool keeps_answers = true;
    bool keeps_redacted = true;   // what was sent, not what the client wrote
    std::string key_reference;    // master key, 64 hexadecimal digits; "" = made in state_dir
    Secret key;
};

struct Snapshot {
    std::uint64_t version = 1;   // counts up with every reload
    std::string source;          // the files it came from, for people
    Server server;
    RetryBudget retry;
    Log log;
    Telemetry telemetry;
    Ledger ledger;
    Webhook webhook;
    Guard guard;
    Archive archive;
    std::vector<Application> applications;
    std::vector<Pool> pools;
    std::vector<Price> prices;
    std::vector<Fx> fx;
    std::vector<Upstream> upstreams;   // index = UpstreamId
    std::vector<Model> models;         // index = ModelId
    std::vector<Tenant> tenants;       // index = TenantId
    std::vector<StaticKey> keys;
    std::unordered_map<std::string_view, model::ModelId> models_by_name;     // views into `models`
    std::unordered_map<std::string_view, model::TenantId> tenants_by_path;   // views into `tenants`
    [[nodiscard]] const Upstream& upstream(model::UpstreamId id) const { return upstreams[model::index_of(id)]; }
    [[nodiscard]] const Model& model(model::ModelId id) const { return models[model::index_of(id)]; }
    [[nodiscard]] const Tenant& tenant(model::TenantId id) const { return tenants[model::index_of(id)]; }
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}   // namespace gilmok::config
