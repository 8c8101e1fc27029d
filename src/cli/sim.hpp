// `gilmok sim`: one or more simulated engines as a process of their own, until SIGTERM.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gilmok::cli {

struct SimArgs {
    std::string listen = "127.0.0.1:8000";   // the first engine; the others take the ports after it
    std::uint32_t engines = 1;
    std::string profile = "h100/llama-3.1-8b";   // chip[xN]/model; `list_profiles` shows them
    bool list_profiles = false;
    std::vector<std::string> models;   // served names; empty: the profile's model
    std::string style = "vllm";        // of /metrics: vllm, furiosa, sglang, llama.cpp
    std::uint64_t seed = 1;
    double time_scale = 1;   // 0: answer at once
    std::string ttft;        // "120ms": fixed pace instead of the step model; goes with tpot
    std::string tpot;
    std::string fault;   // "stall=0.01,reset=0.01,status429=0.05"
    std::string api_key;
    std::uint32_t kv_blocks = 0;        // 0: what the profile's memory holds
    std::uint32_t waiting_max = 4096;   // then 503
    std::uint32_t tokens_min = 8;       // of an answer, when the request does not say
    std::uint32_t tokens_max = 96;
    bool usage_null = true;   // chunks carry "usage":null, as OpenAI's do
};

// Exit codes: 0 orderly end, 1 cannot listen, 2 an argument is wrong.
int run_sim(const SimArgs& args);

}  // namespace gilmok::cli
