// Rows of the door and of what gilmok tells about itself.
#pragma once

#include "config/field.hpp"

namespace gilmok::config::table {

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

inline constexpr Field server_fields[] = {
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
    field<text, &Server::state_dir>("state_dir",
                                    "Directory of the key store, the admin token and the ledger. Empty: nothing is "
                                    "kept, only `[[key]]` keys exist."),
};

inline constexpr Field tls_fields[] = {
    tls<file, &TlsFiles::certificate_path>(
        "certificate", "PEM file with the certificate chain of `listen`. Read again when it changes."),
    tls<file, &TlsFiles::key_path>("key", "PEM file with the private key of the certificate."),
};

inline constexpr Field limit_fields[] = {
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

inline constexpr Field key_fields[] = {
    required(field<text, &StaticKey::name>("name", "Shown in logs and the console in place of the key."),
             "\"fin-bot\""),
    required(field<tenant, &StaticKey::tenant>("tenant", "Whose key it is."), "\"acme/finance\""),
    required(field<secret, &StaticKey::secret_reference>("secret", "The key itself."), "\"file:/run/secrets/fin-bot\""),
};

inline constexpr Field retry_fields[] = {
    field<real, &RetryBudget::ratio>(
        "ratio", "Retries and hedges for each first attempt, of the last seconds; then errors are passed on.", {0, 10}),
    field<count, &RetryBudget::per_second_min>("per_second_min", "So many a second are always allowed, in each shard.",
                                               {0, 100'000}),
};

inline constexpr Field log_fields[] = {
    field<text, &Log::access>("access",
                              "Where the access log goes: `stdout`, `off`, or a path, opened again on SIGHUP."),
    choice<choice_text, &Log::level>("level", "debug|info|warn|error", "What is told on standard error."),
};

inline constexpr Field telemetry_fields[] = {
    field<endpoint, &Telemetry::otlp_endpoint>(
        "otlp_endpoint",
        "Where spans go (OTLP over HTTP), e.g. `http://127.0.0.1:4318/v1/traces`. Empty: none are made."),
    field<real, &Telemetry::sample_ratio>(
        "sample_ratio", "Share of the traces begun here that are sent; a caller's own choice is obeyed.", {0, 1}),
};

}   // namespace gilmok::config::table
