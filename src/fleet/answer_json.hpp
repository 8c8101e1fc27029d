// The bytes of simulated answers in the OpenAI dialect: whole bodies and stream events. Sans-IO; appends to `out`.
// Every answer carries "system_fingerprint":"gilmok-sim".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/answers.hpp"
#include "fleet/faults.hpp"
#include "fleet/sim_request.hpp"

namespace gilmok::fleet {

struct SimUsage {
    std::uint64_t prompt = 0;
    std::uint64_t cached = 0;
    std::uint64_t completion = 0;
    std::uint64_t reasoning = 0;
};

struct AnswerFrame {
    std::string id;   // "chatcmpl-…"
    std::int64_t created_s = 0;
    bool usage_null = true;   // chunks carry "usage":null when usage was asked for (OpenAI); vLLM leaves it out
    Fault::Lie lie = Fault::Lie::none;
};

// Events of a stream, each "data: …\n\n".
class StreamWriter {
public:
    StreamWriter(const SimRequest& request, const AnswerFrame& frame) : request_(request), frame_(frame) {}
    void open(std::string& out, std::size_t choice, const SimUsage& usage);
    void piece(std::string& out, std::size_t choice, const Answer& answer, std::size_t index, const SimUsage& usage);
    void close(std::string& out, std::size_t choice, const Answer& answer, const SimUsage& usage);
    // The last event before [DONE], when usage was asked for.
    void usage(std::string& out, const SimUsage& usage);
    static constexpr std::string_view done = "data: [DONE]\n\n";

private:
    void begin(std::string& out, std::size_t choice);
    void end(std::string& out, std::string_view finish, const SimUsage& usage);
    void logprobs(std::string& out, const Answer& answer, std::size_t index);
    const SimRequest& request_;
    const AnswerFrame& frame_;
};

void append_whole(std::string& out, const SimRequest& request, const AnswerFrame& frame,
                  std::span<const Answer* const> answers, const SimUsage& usage);
void append_embeddings(std::string& out, const SimRequest& request, const AnswerFrame& frame, const SimUsage& usage,
                       std::size_t dimensions, std::uint64_t seed);
void append_rerank(std::string& out, const SimRequest& request, const AnswerFrame& frame, const SimUsage& usage,
                   std::uint64_t seed);
// The error of that status, with the type that goes with it.
ApiError make_api_error(std::uint16_t status, std::string message);
void append_api_error(std::string& out, const ApiError& error);

}  // namespace gilmok::fleet
