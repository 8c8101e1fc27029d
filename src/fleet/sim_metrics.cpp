#include "fleet/sim_metrics.hpp"

#include <charconv>

#include "base/text.hpp"

namespace gilmok::fleet {

namespace {

void append_shortest(std::string& out, double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

class Page {
public:
    Page(std::string& out, std::string labels) : out_(out), labels_(std::move(labels)) {}
    void type(std::string_view name, std::string_view type) {
        out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    }
    void sample(std::string_view name, double value, std::string_view more = {}) {
        out_.append(name);
        if (!labels_.empty() || !more.empty())
            out_.append("{")
                .append(labels_)
                .append(!labels_.empty() && !more.empty() ? "," : "")
                .append(more)
                .append("}");
        out_.push_back(' ');
        append_shortest(out_, value);
        out_.push_back('\n');
    }
    void gauge(std::string_view name, double value, std::string_view more = {}) {
        type(name, "gauge");
        sample(name, value, more);
    }
    void counter(std::string_view name, std::uint64_t value) {
        type(name, "counter");
        sample(name, static_cast<double>(value));
    }
    void histogram(const std::string& name, const Histogram& histogram) {
        type(name, "histogram");
        histogram.append(out_, name, labels_);
    }
    void finished(std::string_view name, const SimMeters& meters) {
        type(name, "counter");
        for (const Finish finish : {Finish::stop, Finish::length, Finish::tool_calls})
            sample(name, static_cast<double>(meters.finished[static_cast<std::size_t>(finish)]),
                   "finished_reason=\"" + std::string(name_of(finish)) + "\"");
        sample(name, static_cast<double>(meters.aborted), "finished_reason=\"abort\"");
    }

private:
    std::string& out_;
    std::string labels_;
};

std::string quoted(std::string_view name, std::string_view value) {
    std::string label(name);
    label.append("=\"");
    for (const char c : value) {
        if (c == '"' || c == '\\') label.push_back('\\');
        label.push_back(c == '\n' ? ' ' : c);
    }
    return label.append("\"");
}

void append_vllm(std::string& out, const MetricsPage& page, const SimMeters& meters) {
    const EngineStats& engine = page.engine;
    Page vllm(out, "engine=\"0\"," + quoted("model_name", page.model));
    vllm.gauge("vllm:num_requests_running", engine.running);
    vllm.gauge("vllm:num_requests_waiting", engine.waiting);
    vllm.gauge("vllm:kv_cache_usage_perc", engine.kv_use());
    vllm.counter("vllm:prefix_cache_queries_total", engine.tokens_queried);
    vllm.counter("vllm:prefix_cache_hits_total", engine.tokens_hit);
    vllm.counter("vllm:num_preemptions_total", engine.preemptions);
    vllm.counter("vllm:prompt_tokens_total", engine.tokens_prompt);
    vllm.counter("vllm:generation_tokens_total", engine.tokens_output);
    vllm.finished("vllm:request_success_total", meters);
    vllm.histogram("vllm:time_to_first_token_seconds", meters.to_first_token);
    vllm.histogram("vllm:inter_token_latency_seconds", meters.between_tokens);
    vllm.histogram("vllm:e2e_request_latency_seconds", meters.whole);
    Page info(out, {});
    info.gauge("vllm:cache_config_info", 1,
               "block_size=\"" + std::to_string(block_tokens) +
                   "\",enable_prefix_caching=\"True\",engine=\"0\",num_gpu_blocks=\"" + std::to_string(engine.blocks) +
                   "\"");
}

void append_furiosa(std::string& out, const MetricsPage& page, const SimMeters& meters) {
    const EngineStats& engine = page.engine;
    Page furiosa(out, "engine=\"0\"," + quoted("model_name", page.model));
    furiosa.gauge("furiosa_llm_num_requests_running", engine.running);
    furiosa.gauge("furiosa_llm_num_requests_waiting", engine.waiting);
    furiosa.gauge("furiosa_llm_kv_cache_usage_percent", engine.kv_use());   // 1 is 100 %, whatever the name says
    furiosa.counter("furiosa_llm_prompt_tokens_total", engine.tokens_prompt);
    furiosa.counter("furiosa_llm_generation_tokens_total", engine.tokens_output);
    furiosa.finished("furiosa_llm_request_success_total", meters);
    furiosa.histogram("furiosa_llm_time_to_first_token_seconds", meters.to_first_token);
    furiosa.histogram("furiosa_llm_inter_token_latency_seconds", meters.between_tokens);
    furiosa.histogram("furiosa_llm_e2e_request_latency_seconds", meters.whole);
}

void append_sglang(std::string& out, const MetricsPage& page, const SimMeters& meters) {
    const EngineStats& engine = page.engine;
    Page sglang(out, quoted("model_name", page.model));
    sglang.gauge("sglang:num_running_reqs", engine.running);
    sglang.gauge("sglang:num_queue_reqs", engine.waiting);
    sglang.gauge("sglang:token_usage", engine.kv_use());
    sglang.gauge("sglang:cache_hit_rate", engine.tokens_queried == 0 ? 0
                                                                     : static_cast<double>(engine.tokens_hit) /
                                                                           static_cast<double>(engine.tokens_queried));
    sglang.counter("sglang:prompt_tokens_total", engine.tokens_prompt);
    sglang.counter("sglang:generation_tokens_total", engine.tokens_output);
    sglang.histogram("sglang:time_to_first_token_seconds", meters.to_first_token);
    sglang.histogram("sglang:inter_token_latency_seconds", meters.between_tokens);
    sglang.histogram("sglang:e2e_request_latency_seconds", meters.whole);
    sglang.gauge(
        "sglang:cache_config_info", 1,
        "page_size=\"" + std::to_string(block_tokens) + "\",num_pages=\"" + std::to_string(engine.blocks) + "\"");
}

// llama.cpp shows no use of its KV cache.
void append_llama_cpp(std::string& out, const MetricsPage& page) {
    Page llama(out, {});
    llama.gauge("llamacpp:requests_processing", page.engine.running);
    llama.gauge("llamacpp:requests_deferred", page.engine.waiting);
    llama.counter("llamacpp:prompt_tokens_total", page.engine.tokens_prompt);
    llama.counter("llamacpp:tokens_predicted_total", page.engine.tokens_output);
}

}  // namespace

std::optional<EngineStyle> parse_engine_style(std::string_view name) {
    for (const EngineStyle style :
         {EngineStyle::vllm, EngineStyle::furiosa, EngineStyle::sglang, EngineStyle::llama_cpp})
        if (name_of(style) == name) return style;
    return std::nullopt;
}

std::string_view name_of(EngineStyle style) {
    switch (style) {
        case EngineStyle::vllm: return "vllm";
        case EngineStyle::furiosa: return "furiosa";
        case EngineStyle::sglang: return "sglang";
        case EngineStyle::llama_cpp: return "llama.cpp";
    }
    return "vllm";
}

void Histogram::add(Duration span) {
    const double seconds = static_cast<double>(span.count()) / 1e9;
    std::size_t index = 0;
    while (index < bounds_s.size() && seconds > bounds_s[index]) ++index;
    ++counts_[index];
    sum_s_ += seconds;
}

void Histogram::append(std::string& out, std::string_view name, std::string_view labels) const {
    std::uint64_t below = 0;
    for (std::size_t index = 0; index <= bounds_s.size(); ++index) {
        below += counts_[index];
        out.append(name).append("_bucket{").append(labels).append(",le=\"");
        if (index < bounds_s.size())
            append_shortest(out, bounds_s[index]);
        else
            out.append("+Inf");
        out.append("\"} ");
        append_number(out, below);
        out.push_back('\n');
    }
    out.append(name).append("_sum{").append(labels).append("} ");
    append_shortest(out, sum_s_);
    out.append("\n").append(name).append("_count{").append(labels).append("} ");
    append_number(out, below);
    out.push_back('\n');
}

void append_metrics(std::string& out, const MetricsPage& page, const SimMeters& meters) {
    switch (page.style) {
        case EngineStyle::vllm: append_vllm(out, page, meters); break;
        case EngineStyle::furiosa: append_furiosa(out, page, meters); break;
        case EngineStyle::sglang: append_sglang(out, page, meters); break;
        case EngineStyle::llama_cpp: append_llama_cpp(out, page); break;
    }
    Page own(out, {});
    own.gauge("gilmok_sim_power_watts", page.watts);
    own.type("gilmok_sim_energy_joules_total", "counter");
    own.sample("gilmok_sim_energy_joules_total", page.joules);
}

std::string orca_report(std::string_view format, const EngineStats& engine) {
    std::string report;
    const bool is_json = equal_ignoring_case(format, "JSON");
    if (!is_json && !equal_ignoring_case(format, "TEXT")) return report;
    report.append(is_json ? "JSON {\"named_metrics\":{\"kv_cache_usage_perc\":"
                          : "TEXT named_metrics.kv_cache_usage_perc=");
    append_shortest(report, engine.kv_use());
    report.append(is_json ? ",\"num_requests_waiting\":" : ", named_metrics.num_requests_waiting=");
    append_number(report, engine.waiting);
    if (is_json) report.append("}}");
    return report;
}

}  // namespace gilmok::fleet
