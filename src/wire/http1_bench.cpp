// What the reader of HTTP/1.1 costs: a request head as a client library sends it (9 headers), the head of a streamed
// answer, and a body of small chunks as engines stream it.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/http1.hpp"

using namespace gilmok::wire::http1;

namespace {

constexpr std::string_view request_head =
    "POST /v1/chat/completions HTTP/1.1\r\n"
    "Host: gateway.example.com:8080\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\n"
    "User-Agent: OpenAI/Python 1.54.0\r\n"
    "Authorization: Bearer gm-0123456789abcdefghijklmnopqrstuvwxyzABCDEF\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 1234\r\n"
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

constexpr std::string_view response_head =
    "HTTP/1.1 200 OK\r\n"
    "date: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
    "server: uvicorn\r\n"
    "content-type: text/event-stream; charset=utf-8\r\n"
    "transfer-encoding: chunked\r\n\r\n";

void read_request_head(benchmark::State& state) {
    HeadParser parser(Limits{});
    RequestHead head;
    for (auto _ : state) {
        parser.reset();
        benchmark::DoNotOptimize(parser.parse_request(request_head, head));
        benchmark::DoNotOptimize(head.content_length);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request_head.size()));
}
BENCHMARK(read_request_head);

void read_response_head(benchmark::State& state) {
    HeadParser parser(Limits{});
    ResponseHead head;
    for (auto _ : state) {
        parser.reset();
        benchmark::DoNotOptimize(parser.parse_response(response_head, false, head));
        benchmark::DoNotOptimize(head.framing);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(response_head.size()));
}
BENCHMARK(read_response_head);

void read_request_head_byte_by_byte(benchmark::State& state) {
    RequestHead head;
    for (auto _ : state) {
        HeadParser parser(Limits{});
        for (std::size_t size = 1; size <= request_head.size(); ++size)
            benchmark::DoNotOptimize(parser.parse_request(request_head.substr(0, size), head));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request_head.size()));
}
BENCHMARK(read_request_head_byte_by_byte);

void read_small_chunks(benchmark::State& state) {
    std::string body;
    for (int chunk = 0; chunk < 100; ++chunk) {
        append_chunk_size(body, 150);
        body.append(150, 'x').append("\r\n");
    }
    body += last_chunk;
    for (auto _ : state) {
        BodyReader reader(Framing::chunked, 0, Limits{});
        std::string_view rest = body;
        while (!reader.is_done()) {
            const auto step = reader.feed(rest);
            benchmark::DoNotOptimize(step->payload.data());
            rest.remove_prefix(step->consumed);
        }
    }
    state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(read_small_chunks);

}  // namespace

BENCHMARK_MAIN();
