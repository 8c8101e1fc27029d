// Facts about the world that are data, not code: what engines answer, which hosted APIs there are, which chips. Read once
// from the embedded catalog/*.toml; each fact has its source and date there. Thread-safe, immutable, lives for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"
#include "model/spend.hpp"

namespace gilmok::catalog {

// Where a fact comes from. `is_verified`: a primary source was read on that day.
struct Provenance {
    std::string source;   // URL
    std::string date;     // "2026-10-01"
    bool is_verified = false;
};

// What an upstream of one kind answers besides the OpenAI API.
struct EngineProfile {
    std::string kind;           // as in [upstream.NAME]: "vllm"
    std::string title;          // for people: "vLLM"
    std::string health_path;    // from the root of the server; "" = none
    std::string metrics_path;   // from the root, Prometheus text; "" = none
    std::string models_path;    // below the base path: "/models"
    // Names of gauges in the order in which they are tried, over all versions of the engine; the first that a scrape holds wins. Empty: the
    // engine does not tell. kv_usage is a share, 1 = full.
    std::vector<std::string> waiting;
    std::vector<std::string> running;
    std::vector<std::string> kv_usage;
    bool supports_stream_options = false;   // `stream_options.include_usage` is taken and obeyed
    std::string notes;
    Provenance provenance;
};
const std::vector<EngineProfile>& engine_profiles();
// Null for a kind that the catalog does not know.
const EngineProfile* engine_profile(std::string_view kind);

// A server that `gilmok up` looks for on this machine.
struct LocalEngine {
    std::string name;   // of the upstream that is made: "ollama"
    std::string title;
    std::uint16_t port = 0;
    std::string kind;
    std::string base_path;   // "/v1"
    // How the answer to GET base_path/models tells engines on one port apart: the value of `owned_by`, or text that only this one's answer
    // holds. Both empty: it answers at all.
    std::string owned_by;
    std::string marker;
    Provenance provenance;
};
const std::vector<LocalEngine>& local_engines();

// A hosted API, taken into service when its key is in the environment.
struct Provider {
    std::string name;   // of the upstream that is made: "openai"
    std::string title;
    std::string env;   // "OPENAI_API_KEY"
    std::string url;   // base URL of its OpenAI dialect
    std::string kind;
    std::string place;   // "" = not known
    std::string operator_;
    std::vector<std::string> models;   // to begin with; its own list says what an account may use
    std::string notes;
    Provenance provenance;
};
const std::vector<Provider>& providers();

// A command that lists the accelerators of one vendor. No shell.
struct ChipTool {
    enum class Format : std::uint8_t { csv, json, table };
    std::string vendor;
    std::string name;
    std::vector<std::string> command;
    Format format = Format::csv;
    Provenance provenance;
};
const std::vector<ChipTool>& chip_tools();

// One device as it is sold. Peaks are dense. 0 = not known or not there.
struct Chip {
    std::string name;
    std::string vendor;
    std::string match;   // part of the name that the vendor's tool shows
    double memory_gb = 0;
    double bandwidth_tb_s = 0;
    double bf16_tflops = 0;
    double fp8_tflops = 0;
    double int8_tops = 0;
    double power_w = 0;
    std::uint32_t devices = 1;   // that one card shows as
    std::string notes;
    Provenance provenance;
};
const std::vector<Chip>& chips();
// The chip whose `match` is in the name a tool shows; the longest match wins. Null when none.
const Chip* chip_named(std::string_view device_name);

// List prices of one SKU of one provider in one tier, as its public pages say. Of two that hold at once for the same meter the later one
// counts. A price that nobody could find is not here: it is unknown, never zero.
struct Price {
    struct Amount {
        model::Meter meter{};
        Money money{};
    };
    std::string provider;            // of providers.toml, or what an upstream may be named
    std::vector<std::string> skus;   // models' names; a trailing "*" stands for the rest
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t above_input_tokens = 0;
    bool is_excess = false;   // only for the tokens above that; else for the whole request
    std::string region;
    std::int64_t per = 1'000'000;   // tokens (or pages, requests) that an amount buys
    std::vector<Amount> amounts;    // by meter
    WallTime valid_from{}, valid_until = WallTime::max();
    std::int16_t utc_from_minutes = 0, utc_until_minutes = 0;   // of the day; equal: all day
    std::string notes;
    Provenance provenance;
};
const std::vector<Price>& prices();

// From its date until the next of the same two currencies.
struct FxRate {
    Currency from{}, to{};
    Pico rate = 0;   // pico of `to` for one unit of `from`
    WallTime valid_from{};
    std::string notes;
    Provenance provenance;
};
const std::vector<FxRate>& fx_rates();

// What a kilowatt-hour of a country's mains emits, averaged over a year.
struct Grid {
    std::string country;                   // ISO 3166-1, "KR"
    std::int64_t milligrams_per_kwh = 0;   // CO2e
    std::int32_t year = 0;
    Provenance provenance;
};
const std::vector<Grid>& grids();
const Grid* grid_of(std::string_view country);   // null for one that is not known

// What is wrong with a catalog text, one line each; empty when it is sound. For the test of the committed files.
std::vector<std::string> check_catalog();

}   // namespace gilmok::catalog
