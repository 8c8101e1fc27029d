#include "cli/sim.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "fleet/server.hpp"
#include "io/linux/loop.hpp"
#include "io/linux/signals.hpp"

namespace gilmok::cli {

namespace {

void list_profiles() {
    std::printf("%-28s %-13s %s\n", "profile", "calibration", "source");
    for (const fleet::Profile& profile : fleet::profiles())
        std::printf("%-28.*s %-13.*s %.*s\n", static_cast<int>(profile.name.size()), profile.name.data(),
                    static_cast<int>(fleet::name_of(profile.calibration).size()),
                    fleet::name_of(profile.calibration).data(), static_cast<int>(profile.source.size()),
                    profile.source.data());
}

// "120ms", "1.5s", "800us"
std::optional<Duration> parse_span(std::string_view text) {
    double number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || !(number >= 0 && number < 1e6)) return std::nullopt;
    const std::string_view unit(parsed.ptr, static_cast<std::size_t>(text.data() + text.size() - parsed.ptr));
    const double seconds = unit == "s" ? 1 : unit == "ms" ? 1e-3 : unit == "us" ? 1e-6 : -1;
    if (seconds < 0) return std::nullopt;
    return Duration(static_cast<std::int64_t>(number * seconds * 1e9));
}

std::optional<io::Address> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : parse_u64(text.substr(colon + 1));
    if (!port || *port > 65'535) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    return io::Address{std::string(host), static_cast<std::uint16_t>(*port)};
}

// What is wrong with the arguments; "" when `config` is filled.
std::string configure(const SimArgs& args, fleet::SimConfig& config) {
    const auto profile = fleet::find_profile(args.profile);
    if (!profile)
        return "--profile: '" + args.profile + "' is not known or does not fit; see gilmok sim --list-profiles";
    config.engine.profile = *profile;
    config.engine.kv_blocks = args.kv_blocks;
    config.engine.waiting_max = args.waiting_max;
    config.models = args.models;
    config.seed = args.seed;
    config.api_key = args.api_key;
    config.usage_null = args.usage_null;
    const auto style = fleet::parse_engine_style(args.style);
    if (!style) return "--style: must be vllm, furiosa, sglang or llama.cpp";
    config.style = *style;
    if (!(args.time_scale >= 0 && args.time_scale <= 1'000)) return "--time-scale: must be from 0 to 1000";
    config.time_scale = args.time_scale;
    if (args.tokens_min < 1 || args.tokens_min > args.tokens_max)
        return "--tokens-min, --tokens-max: must be 1 or more, in that order";
    config.answers.tokens_min = args.tokens_min;
    config.answers.tokens_max = args.tokens_max;
    const auto mix = fleet::FaultMix::parse(args.fault);
    if (!mix) return "--fault: must be NAME=CHANCE,… with chances of at most 1 together, e.g. stall=0.01,reset=0.01";
    config.faults = *mix;
    if (args.ttft.empty() && args.tpot.empty()) return {};
    const auto ttft = parse_span(args.ttft.empty() ? "0s" : args.ttft),
               tpot = parse_span(args.tpot.empty() ? "0s" : args.tpot);
    if (!ttft || !tpot) return "--ttft, --tpot: must be a time such as 120ms";
    config.engine.fixed_pace = fleet::FixedPace{*ttft, *tpot};
    return {};
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "error: %s\n", why.c_str());
    return 2;
}

}  // namespace

int run_sim(const SimArgs& args) {
    if (args.list_profiles) {
        list_profiles();
        return 0;
    }
    fleet::SimConfig config;
    if (const std::string why = configure(args, config); !why.empty()) return refuse(why);
    const auto first = parse_address(args.listen);
    if (!first) return refuse("--listen: must be ADDRESS:PORT, e.g. 127.0.0.1:8000");
    if (args.engines < 1 || args.engines > 256) return refuse("--engines: must be from 1 to 256");

    io::linux_::ignore_sigpipe();
    io::linux_::raise_file_limit();
    const std::unique_ptr<io::Loop> loop = io::linux_::make_loop();
    io::linux_::Signals signals({SIGTERM, SIGINT}, *loop, [&loop](int) { loop->stop(); });
    std::vector<std::unique_ptr<fleet::SimServer>> servers;
    io::Address next = *first;
    for (std::uint32_t index = 0; index < args.engines; ++index) {
        servers.push_back(std::make_unique<fleet::SimServer>(*loop, config));
        const auto bound = servers.back()->listen(next);
        if (!bound) {
            std::fprintf(stderr, "error: cannot listen on %s: %.*s\n", io::to_string(next).c_str(),
                         static_cast<int>(bound.error().detail.size()), bound.error().detail.data());
            return 1;
        }
        const fleet::Profile& profile = config.engine.profile;
        std::printf("simulated %.*s (%.*s figures) on http://%s\n", static_cast<int>(profile.name.size()),
                    profile.name.data(), static_cast<int>(fleet::name_of(profile.calibration).size()),
                    fleet::name_of(profile.calibration).data(), io::to_string(*bound).c_str());
        if (next.port != 0) ++next.port;
    }
    std::fflush(stdout);
    loop->run();
    return 0;
}

}  // namespace gilmok::cli
