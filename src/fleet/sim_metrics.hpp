// What a simulated engine shows at /metrics, under the names of the engine it stands for. Source: the engines' own
// documentation and code: vLLM (V1 metrics), Furiosa-LLM (SDK 2026.3), SGLang (--enable-metrics), llama.cpp (--metrics).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fleet/answers.hpp"
#include "fleet/engine.hpp"

namespace gilmok::fleet {

enum class EngineStyle : std::uint8_t { vllm, furiosa, sglang, llama_cpp };
std::optional<EngineStyle> parse_engine_style(std::string_view name);   // "vllm", "furiosa", "sglang", "llama.cpp"
std::string_view name_of(EngineStyle style);

class Histogram {
public:
    static constexpr std::array<double, 12> bounds_s{0.001, 0.005, 0.01, 0.02, 0.04, 0.08,
                                                     0.16,  0.32,  0.64, 1.28, 5,    20};
    void add(Duration span);
    void append(std::string& out, std::string_view name, std::string_view labels) const;

private:
    std::array<std::uint64_t, bounds_s.size() + 1> counts_{};
    double sum_s_ = 0;
};

struct SimMeters {
    Histogram to_first_token;
    Histogram between_tokens;
    Histogram whole;
    std::array<std::uint64_t, 3> finished{};   // by Finish
    std::uint64_t aborted = 0;
};

struct MetricsPage {
    EngineStyle style = EngineStyle::vllm;
    std::string_view model;
    EngineStats engine;
    double watts = 0;
    double joules = 0;   // idle energy included
};
void append_metrics(std::string& out, const MetricsPage& page, const SimMeters& meters);
// The value of the response header endpoint-load-metrics (ORCA, as vLLM writes it); `format` is TEXT or JSON, otherwise "".
std::string orca_report(std::string_view format, const EngineStats& engine);

}  // namespace gilmok::fleet
