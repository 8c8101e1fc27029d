#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::config {
namespace {

template <class Member>
struct MemberOf;
template <class Owner, class Value>
struct MemberOf<Value Owner::*> {
    using owner = Owner;
    using value = Value;
};

template <Shape shape, class Value>
constexpr bool fits() {
    switch (shape) {
        case Shape::text:
        case Shape::file:
        case Shape::secret:
        case Shape::choice_text:
        case Shape::endpoint: return std::is_same_v<Value, std::string>;
        case Shape::choice_enum: return std::is_enum_v<Value> && sizeof(Value) == 1;
        case Shape::count:
        case Shape::size32: return std::is_same_v<Value, std::uint32_t>;
        case Shape::size64: return std::is_same_v<Value, std::uint64_t>;
        case Shape::duration: return std::is_same_v<Value, Milliseconds>;
        case Shape::real: return std::is_same_v<Value, double>;
        case Shape::address: return std::is_same_v<Value, io::Address>;
        case Shape::addresses: return std::is_same_v<Value, std::vector<io::Address>>;
        case Shape::texts:
        case Shape::model_names: return std::is_same_v<Value, std::vector<std::string>>;
        case Shape::candidates: return std::is_same_v<Value, std::vector<Candidate>>;
        case Shape::tenant: return std::is_same_v<Value, model::TenantId>;
        case Shape::url: return false;
    }
    return false;
}

struct Range {
    std::int64_t min = 0;
    std::int64_t max = 0;
};

template <Shape shape, auto member>
constexpr Field field(std::string_view name, std::string_view meaning, Range range = {}) {
    using Owner = typename MemberOf<decltype(member)>::owner;
    static_assert(fits<shape, typename MemberOf<decltype(member)>::value>(), "the member cannot hold this shape");
    return {name,    shape,     [](void* object) -> void* { return &(static_cast<Owner*>(object)->*member); },
            meaning, range.min, range.max};
}
template <Shape shape, auto member>
constexpr Field choice(std::string_view name, std::string_view choices, std::string_view meaning) {
    Field row = field<shape, member>(name, meaning);
    row.choices = choices;
    return row;
}
constexpr Field required(Field row, std::string_view example) {
    row.is_required = true;
    row.example = example;
    return row;
}
// [server.tls] and [server.limits] are read into the Server that holds them, [server] too.
template <Shape shape, auto member>
constexpr Field tls(std::string_view name, std::string_view meaning) {
    return {name, shape, [](void* object) -> void* { return &(static_cast<Server*>(object)->tls.*member); }, meaning};
}
template <Shape shape, auto member>
constexpr Field limit(std::string_view name, std::string_view meaning, Range range) {
    static_assert(fits<shape, typename MemberOf<decltype(member)>::value>(), "the member cannot hold this shape");
    return {name,    shape,     [](void* object) -> void* { return &(static_cast<Server*>(object)->limits.*member); },
            meaning, range.min, range.max};
}

constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t kib = 1'024;
constexpr std::int64_t mib = 1'024 * kib;
constexpr std::int64_t gib = 1'024 * mib;

using enum Shape;

constexpr Field server_fields[] = {
    field<addresses, &Server::listen>("listen",
                                      "Where clients are answered: one numeric address with its port, or a list."),
    field<address, &Server::admin>(
        "admin",
        "Where the console, `/metrics` and the admin API are answered. Anything but a loopback address needs a token."),
    field<texts, &Server::admin_hosts>(
        "admin_hosts",
        "Values of the Host header that the admin address answers to, besides itself. Keeps other web pages out."),
    field<secret, &Server::admin_token_reference>("admin_token",
                                                  "The admin token. Not together with `admin_token_file`."),
    field<text, &Server::admin_token_file>(
        "admin_token_file", "File of the admin token; made when absent. Empty: `admin.token` in `state_dir`."),
    field<count, &Server::shards>(
        "shards", "Threads that answer clients, each with its own connections. 0: one for each core.", {0, 1'024}),
    field<text, &Server::state_dir>(
        "state_dir",
        "Directory of the key store and the admin token. Empty: nothing is kept, only `[[key]]` keys exist."),
};

constexpr Field tls_fields[] = {
    tls<file, &TlsFiles::certificate_path>(
        "certificate", "PEM file with the certificate chain of `listen`. Read again when it changes."),
    tls<file, &TlsFiles::key_path>("key", "PEM file with the private key of the certificate."),
};

constexpr Field limit_fields[] = {
    limit<size32, &DoorLimits::head_bytes_max>("head_bytes_max", "Request line and headers together; then 431.",
                                               {1 * kib, 1 * mib}),
    limit<count, &DoorLimits::headers_max>("headers_max", "Headers of a request; then 431.", {8, 1'000}),
    limit<size32, &DoorLimits::target_bytes_max>("target_bytes_max", "The request target; then 414.", {256, 1 * mib}),
    limit<size64, &DoorLimits::body_bytes_max>(
        "body_bytes_max", "A request body as sent, and again after decompression; then 413.", {1 * kib, 4 * gib}),
    limit<size64, &DoorLimits::bodies_bytes_max>(
        "bodies_bytes_max", "All request bodies that one shard holds; then 503.", {1 * kib, 1'024 * gib}),
    limit<count, &DoorLimits::json_depth_max>(
        "json_depth_max", "Objects and arrays inside each other in a request; then 400.", {8, 1'024}),
    limit<count, &DoorLimits::connections_max>(
        "connections_max", "Client connections of one shard; then new ones wait in the backlog.", {1, 1'000'000}),
    limit<count, &DoorLimits::exchanges_max>(
        "exchanges_max", "Running requests of one shard; then 503 with Retry-After.", {1, 1'000'000}),
    limit<duration, &DoorLimits::headers_timeout>(
        "headers_timeout", "From the first byte of a request head to its end; then 408.", {100, 10 * minute}),
    limit<duration, &DoorLimits::body_timeout>("body_timeout", "Silence inside a request body; then 408.",
                                               {100, 10 * minute}),
    limit<duration, &DoorLimits::body_total_timeout>("body_total_timeout", "A whole request body; then 408.",
                                                     {100, 1 * day}),
    limit<duration, &DoorLimits::idle_timeout>(
        "idle_timeout", "Between two requests of one connection; then it is closed.", {100, 1 * day}),
    limit<duration, &DoorLimits::write_timeout>(
        "write_timeout", "A client that takes no byte of its answer; then the connection is reset.", {100, 1 * day}),
    limit<duration, &DoorLimits::sse_keepalive>(
        "sse_keepalive", "Silence in a stream before a comment line keeps it open; `\"0ms\"`: never.", {0, 1 * hour}),
    limit<duration, &DoorLimits::drain_timeout>("drain_timeout",
                                                "After SIGTERM running requests may finish for so long.", {0, 1 * day}),
};

constexpr Field url_field{"url", url, [](void* object) -> void* { return object; },
                          "Base URL of its OpenAI-compatible API. No user, query or fragment."};

constexpr Field upstream_fields[] = {
    choice<choice_enum, &Upstream::kind>("kind", "openai|vllm|sglang|trtllm|furiosa-llm|vllm-rbln|llama.cpp|ollama",
                                         "What serves there: decides the health path and the metric names."),
    required(url_field, "\"http://10.0.3.11:8000/v1\""),
    field<secret, &Upstream::key_reference>("key", "Key sent to it as `Authorization: Bearer`. Empty: none is sent."),
    field<text, &Upstream::place>("place", "Where it processes data, e.g. `kr-onprem`. Empty: unknown."),
    field<text, &Upstream::operator_>("operator", "Who runs it: whose law reaches the data. Empty: unknown."),
    field<file, &Upstream::ca_file>(
        "ca_file", "PEM file of the authorities that its certificate is checked against. Empty: those of the system."),
    field<text, &Upstream::tls_name>("tls_name", "Name that its certificate must carry. Empty: the host of `url`."),
    field<duration, &Upstream::connect_timeout>("connect_timeout", "To connect, TLS included; then the next candidate.",
                                                {10, 1 * minute}),
    field<duration, &Upstream::first_byte_timeout>(
        "first_byte_timeout",
        "From the request to the first byte of the answer: queue and prefill; then the next candidate.",
        {100, 1 * hour}),
    field<duration, &Upstream::idle_timeout>("idle_timeout", "Silence inside an answer; then an error event.",
                                             {100, 1 * hour}),
    field<duration, &Upstream::total_timeout>("total_timeout", "The whole attempt; then an error event.",
                                              {100, 1 * day}),
    field<duration, &Upstream::pool_idle_timeout>("pool_idle_timeout",
                                                  "A pooled connection unused for so long is closed.", {100, 1 * day}),
    field<count, &Upstream::connections_max>(
        "connections_max", "Connections of one shard, busy and idle; then the next candidate, else 503.", {1, 100'000}),
    field<count, &Upstream::pool_idle_max>("pool_idle_max", "Idle connections that one shard keeps.", {0, 100'000}),
    field<count, &Upstream::streams_max>(
        "streams_max", "Running attempts of all shards; then the next candidate. 0: no limit of ours.", {0, 1'000'000}),
    field<size64, &Upstream::answer_bytes_max>("answer_bytes_max", "An answer that is not streamed; then 502.",
                                               {1 * kib, 4 * gib}),
    field<size32, &Upstream::event_bytes_max>("event_bytes_max", "One event of a stream; then an error event.",
                                              {1 * kib, 1 * gib}),
    field<duration, &Upstream::scrape_interval>(
        "scrape_interval", "Between two looks at its health and metrics; `\"0ms\"`: never.", {0, 1 * hour}),
    field<count, &Upstream::eject_after>("eject_after", "Failures in a row before it is left out for a while.",
                                         {1, 1'000}),
    field<duration, &Upstream::eject_base>("eject_base", "How long it is left out the first time; doubles each time.",
                                           {100, 1 * day}),
    field<duration, &Upstream::eject_max>("eject_max", "Longest time it is left out.", {100, 1 * day}),
};

constexpr Field model_fields[] = {
    required(field<candidates, &Model::candidates>(
                 "try", "Who may answer, best first: `upstream/served-name`, split at the first slash."),
             "[\"h100/qwen3-32b\"]"),
    choice<choice_enum, &Model::pick>(
        "pick", "least-wait|first",
        "How one of them is chosen: the one with the shortest expected wait, or the first that is in service."),
    field<duration, &Model::hedge_after>(
        "hedge_after", "A second attempt is sent elsewhere when no byte came for so long; `\"0ms\"`: never.",
        {0, 10 * minute}),
    field<count, &Model::attempts_max>("attempts_max", "First try, retries and hedges together.", {1, 4}),
};

constexpr Field tenant_fields[] = {
    choice<choice_text, &Tenant::class_>(
        "class", "|C|S|O", "Class of its data: classified, sensitive or open. Empty: that of its parent."),
    field<model_names, &Tenant::models>("models", "Models it may ask for; `\"*\"`: all. Empty: those of its parent."),
    field<count, &Tenant::streams_max>(
        "streams_max", "Running requests of it and all below it; then 429. 0: no limit of its own.", {0, 1'000'000}),
};

constexpr Field key_fields[] = {
    required(field<text, &StaticKey::name>("name", "Shown in logs and the console in place of the key."),
             "\"fin-bot\""),
    required(field<tenant, &StaticKey::tenant>("tenant", "Whose key it is."), "\"acme/finance\""),
    required(field<secret, &StaticKey::secret_reference>("secret", "The key itself."), "\"file:/run/secrets/fin-bot\""),
};

constexpr Field retry_fields[] = {
    field<real, &RetryBudget::ratio>(
        "ratio", "Retries and hedges for each first attempt, of the last seconds; then errors are passed on.", {0, 10}),
    field<count, &RetryBudget::per_second_min>("per_second_min", "So many a second are always allowed, in each shard.",
                                               {0, 100'000}),
};

constexpr Field log_fields[] = {
    field<text, &Log::access>("access",
                              "Where the access log goes: `stdout`, `off`, or a path, opened again on SIGHUP."),
    choice<choice_text, &Log::level>("level", "debug|info|warn|error", "What is told on standard error."),
};

constexpr Field telemetry_fields[] = {
    field<endpoint, &Telemetry::otlp_endpoint>(
        "otlp_endpoint",
        "Where spans go (OTLP over HTTP), e.g. `http://127.0.0.1:4318/v1/traces`. Empty: none are made."),
    field<real, &Telemetry::sample_ratio>(
        "sample_ratio", "Share of the traces begun here that are sent; a caller's own choice is obeyed.", {0, 1}),
};

template <class Object>
void* defaults_of() {
    static Object object;
    return &object;
}

using Form = Section::Form;
constexpr Section all_sections[] = {
    {"server", Form::single, "[server]", "The door.", server_fields, defaults_of<Server>},
    {"server.tls", Form::single, "[server.tls]", "TLS of `listen`. Without it the door speaks plain HTTP.", tls_fields,
     defaults_of<Server>},
    {"server.limits", Form::single, "[server.limits]", "What a client may ask of the door, and what happens then.",
     limit_fields, defaults_of<Server>},
    {"upstream", Form::named, "[upstream.NAME]",
     "One endpoint that serves models: an engine or a hosted API. NAME has no slash.", upstream_fields,
     defaults_of<Upstream>},
    {"model", Form::named, "[model.NAME]", "A name that clients ask for, and who may answer.", model_fields,
     defaults_of<Model>},
    {"tenant", Form::named, "[tenant.\"PATH\"]",
     "A node of the tree organisation/department/team/application. Its parent must be there too.", tenant_fields,
     defaults_of<Tenant>},
    {"key", Form::list, "[[key]]",
     "A client key given by reference. Keys made by `gilmok key` live in `state_dir` instead.", key_fields,
     defaults_of<StaticKey>},
    {"retry", Form::single, "[retry]", "The budget of retries: keeps a failing fleet from being hit twice as hard.",
     retry_fields, defaults_of<RetryBudget>},
    {"log", Form::single, "[log]", "Logs.", log_fields, defaults_of<Log>},
    {"telemetry", Form::single, "[telemetry]", "OpenTelemetry.", telemetry_fields, defaults_of<Telemetry>},
};

constexpr ProblemCode all_codes[] = {
    {"E0001", "A file cannot be read."},
    {"E0002", "A file is not TOML 1.0."},
    {"E0003", "Too much: of files, of tables of one sort, or of problems."},
    {"E0004", "The same table or key stands in two files."},
    {"E0101", "Nobody reads this key. A key that is silently ignored hides typing errors, so it is an error."},
    {"E0102", "The value has the wrong type."},
    {"E0103", "A duration or size without its unit, or with an unknown one."},
    {"E0104", "The number is outside its range."},
    {"E0105", "A key is missing that has no default."},
    {"E0106", "The value is not one of those known."},
    {"E0107", "The text is malformed: an address, a URL, a name, a path."},
    {"E0201",
     "A secret stands in the file itself. Only references are read: `env:NAME`, `file:/path`, `cmd:program "
     "arguments`."},
    {"E0202", "The secret that is referred to is not there."},
    {"E0203", "The secret that is referred to is empty, or holds bytes that a header cannot carry."},
    {"E0204", "A file that is named does not exist."},
    {"E0301", "A model names an upstream that does not exist."},
    {"E0302", "The parent of a tenant is missing."},
    {"E0303", "A tenant names a model that does not exist."},
    {"E0304", "A key names a tenant that does not exist."},
    {"E0305", "Two values contradict each other."},
    {"E0306", "Two listeners on one address."},
    {"E0307", "The admin address can be reached from outside and no token guards it."},
    {"E0308", "Something that must be there once stands twice."},
    {"E0309", "The format version is not one this gilmok knows."},
    {"W0401", "No model uses this upstream."},
    {"W0402", "The door can be reached from outside and no key is configured."},
    {"W0403", "A key is sent over plain HTTP to another host."},
    {"W0404", "There is no model: every request would be refused."},
    {"W0405", "A hedge needs a second candidate."},
    {"W0406", "A client key is short enough to be guessed."},
};

// What other gateways and people call the same thing. The edit distance would never find these.
struct Alias {
    std::string_view theirs;
    std::string_view ours;
};
constexpr Alias aliases[] = {
    {"api_key", "key"},
    {"apikey", "key"},
    {"token", "key"},
    {"base_url", "url"},
    {"api_base", "url"},
    {"endpoint", "url"},
    {"address", "url"},
    {"type", "kind"},
    {"engine", "kind"},
    {"provider", "kind"},
    {"zone", "place"},
    {"region", "place"},
    {"location", "place"},
    {"backend", "upstream"},
    {"backends", "upstream"},
    {"upstreams", "upstream"},
    {"models", "model"},
    {"tenants", "tenant"},
    {"keys", "key"},
    {"candidates", "try"},
    {"targets", "try"},
    {"fallbacks", "try"},
    {"cert", "certificate"},
    {"bind", "listen"},
    {"port", "listen"},
    {"timeout", "total_timeout"},
    {"max_connections", "connections_max"},
    {"workers", "shards"},
    {"threads", "shards"},
    {"strategy", "pick"},
    {"logging", "log"},
};

}   // namespace

std::span<const Section> sections() { return all_sections; }
std::span<const ProblemCode> problem_codes() { return all_codes; }

const Section& section(std::string_view path) {
    const auto found = std::find_if(std::begin(all_sections), std::end(all_sections),
                                    [&](const Section& each) { return each.path == path; });
    GILMOK_ASSERT(found != std::end(all_sections));
    return *found;
}

Nearest::Nearest(std::string_view wrong)
    : wrong_(lowercase(wrong)), distance_(std::max<std::size_t>(2, wrong.size() / 3) + 1) {
    for (const Alias& alias : aliases)
        if (alias.theirs == wrong_) alias_ = alias.ours;
}

void Nearest::offer(std::string_view name) {
    // A distance as long as the word itself would make a hint of anything.
    const bool is_alias = !alias_.empty() && name == alias_;
    const std::size_t distance = is_alias ? 0 : edit_distance(wrong_, lowercase(name));
    if (distance >= distance_ || (!is_alias && distance >= std::max(wrong_.size(), name.size()))) return;
    distance_ = distance;
    best_ = name;
}

std::string Nearest::fix() const { return best_.empty() ? std::string{} : "did you mean \"" + best_ + "\"?"; }

std::string_view name_of(Kind kind) {
    std::string_view found;
    for_each_choice(upstream_fields[0].choices, [&](std::string_view name, std::uint8_t number) {
        if (number == static_cast<std::uint8_t>(kind)) found = name;
    });
    return found;
}

std::optional<Kind> kind_of(std::string_view name) {
    std::optional<Kind> found;
    for_each_choice(upstream_fields[0].choices, [&](std::string_view each, std::uint8_t number) {
        if (each == name) found = static_cast<Kind>(number);
    });
    return found;
}

}   // namespace gilmok::config
