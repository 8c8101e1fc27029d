#include "catalog/catalog.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "catalog/prices.hpp"
#include "catalog/row.hpp"
#include "wire/toml.hpp"

namespace gilmok::catalog {
namespace {

using wire::TomlNode;

void append_new(std::vector<std::string>& names, std::string name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

EngineProfile read_engine(Row& row, std::vector<std::string>& faults) {
    EngineProfile engine;
    row.texts({{"kind", engine.kind},
               {"title", engine.title},
               {"health", engine.health_path},
               {"metrics", engine.metrics_path},
               {"models", engine.models_path}});
    engine.supports_stream_options = row.flag("stream_options");
    engine.notes = row.text("notes", false);
    for (const TomlNode& table : row.tables("names")) {
        Row names("engines.toml " + engine.kind + " names", table, faults);
        names.text("versions");
        append_new(engine.waiting, names.text("waiting"));
        append_new(engine.running, names.text("running"));
        append_new(engine.kv_usage, names.text("kv_usage"));
    }
    engine.provenance = row.provenance();
    return engine;
}

LocalEngine read_local(Row& row) {
    LocalEngine local;
    row.texts({{"name", local.name},
               {"title", local.title},
               {"kind", local.kind},
               {"base_path", local.base_path},
               {"owned_by", local.owned_by}});
    local.port = static_cast<std::uint16_t>(std::clamp(row.number("port", 0), 0.0, 65'535.0));
    local.marker = row.text("marker", false);
    local.provenance = row.provenance();
    return local;
}

Provider read_provider(Row& row) {
    Provider provider;
    row.texts({{"name", provider.name},
               {"title", provider.title},
               {"env", provider.env},
               {"url", provider.url},
               {"kind", provider.kind},
               {"place", provider.place},
               {"operator", provider.operator_}});
    provider.models = row.list("models");
    provider.notes = row.text("notes", false);
    provider.provenance = row.provenance();
    return provider;
}

ChipTool read_tool(Row& row) {
    ChipTool tool;
    tool.vendor = row.text("vendor");
    tool.name = row.text("name");
    tool.command = row.list("command");
    const std::string format = row.text("format");
    tool.format = format == "csv"    ? ChipTool::Format::csv
                  : format == "json" ? ChipTool::Format::json
                                     : ChipTool::Format::table;
    if (format != "csv" && format != "json" && format != "table") row.fault("format", "is not known");
    tool.provenance = row.provenance();
    return tool;
}

Chip read_chip(Row& row) {
    Chip chip;
    chip.name = row.text("name");
    chip.vendor = row.text("vendor");
    chip.match = row.text("match");
    chip.memory_gb = row.number("memory_gb", 0);
    chip.bandwidth_tb_s = row.number("bandwidth_tb_s", 0);
    chip.bf16_tflops = row.number("bf16_tflops", 0);
    chip.fp8_tflops = row.number("fp8_tflops", 0);
    chip.int8_tops = row.number("int8_tops", 0);
    chip.power_w = row.number("power_w", 0);
    chip.devices = static_cast<std::uint32_t>(std::clamp(row.number("devices", 1), 1.0, 64.0));
    chip.notes = row.text("notes", false);
    chip.provenance = row.provenance();
    return chip;
}

struct Catalog {
    std::vector<std::string> faults;
    std::vector<EngineProfile> engines;
    std::vector<LocalEngine> locals;
    std::vector<Provider> providers;
    std::vector<ChipTool> tools;
    std::vector<Chip> chips;
    std::vector<Price> prices;
    std::vector<FxRate> rates;
    std::vector<Grid> grids;

    Catalog() {
        CatalogFile engine_file("engines.toml", faults);
        engine_file.each("engine", [this](Row& row) { engines.push_back(read_engine(row, faults)); });
        engine_file.each("local", [this](Row& row) { locals.push_back(read_local(row)); });
        CatalogFile provider_file("providers.toml", faults);
        provider_file.each("provider", [this](Row& row) { providers.push_back(read_provider(row)); });
        CatalogFile chip_file("chips.toml", faults);
        chip_file.each("tool", [this](Row& row) { tools.push_back(read_tool(row)); });
        chip_file.each("chip", [this](Row& row) { chips.push_back(read_chip(row)); });
        CatalogFile price_file("prices.toml", faults);
        price_file.each("price", [this](Row& row) { prices.push_back(read_price(row)); });
        price_file.each("fx", [this](Row& row) { rates.push_back(read_fx(row)); });
        price_file.each("grid", [this](Row& row) { grids.push_back(read_grid(row)); });
    }
};

const Catalog& catalog() {
    static const Catalog whole;
    return whole;
}

}   // namespace

const std::vector<EngineProfile>& engine_profiles() { return catalog().engines; }
const std::vector<LocalEngine>& local_engines() { return catalog().locals; }
const std::vector<Provider>& providers() { return catalog().providers; }
const std::vector<ChipTool>& chip_tools() { return catalog().tools; }
const std::vector<Chip>& chips() { return catalog().chips; }
const std::vector<Price>& prices() { return catalog().prices; }
const std::vector<FxRate>& fx_rates() { return catalog().rates; }
const std::vector<Grid>& grids() { return catalog().grids; }
std::vector<std::string> check_catalog() { return catalog().faults; }

const EngineProfile* engine_profile(std::string_view kind) {
    const auto& all = engine_profiles();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const EngineProfile& each) { return each.kind == kind; });
    return found == all.end() ? nullptr : &*found;
}

const Chip* chip_named(std::string_view device_name) {
    const std::string name = lowercase(device_name);
    const Chip* best = nullptr;
    for (const Chip& chip : chips())
        if (name.find(lowercase(chip.match)) != std::string::npos &&
            (best == nullptr || best->match.size() < chip.match.size()))
            best = &chip;
    return best;
}

const Grid* grid_of(std::string_view country) {
    const auto& all = grids();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Grid& each) { return each.country == country; });
    return found == all.end() ? nullptr : &*found;
}

}   // namespace gilmok::catalog
