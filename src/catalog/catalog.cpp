#include "catalog/catalog.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "catalog/embedded.hpp"
#include "wire/toml.hpp"

namespace gilmok::catalog {
namespace {

using wire::TomlNode;

// Reads one table, and remembers what was missing or never read: catalogs are ours, so a key that nobody reads is a mistake.
class Row {
public:
    Row(std::string where, const TomlNode& table, std::vector<std::string>& faults)
        : where_(std::move(where)), table_(table), faults_(faults) {}
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;
    ~Row() {
        for (const auto& member : table_.members)
            if (std::find(read_.begin(), read_.end(), member.name) == read_.end())
                fault(member.name, "is read by nobody");
    }

    std::string text(std::string_view name, bool is_required = true) {
        const TomlNode* node = find(name, is_required);
        if (node == nullptr) return {};
        if (!node->is_text()) fault(name, "is no text");
        return node->text;
    }
    double number(std::string_view name, double fallback) {
        const TomlNode* node = find(name, false);
        if (node == nullptr) return fallback;
        if (node->type == TomlNode::Type::integer) return static_cast<double>(node->integer);
        if (node->type != TomlNode::Type::real) fault(name, "is no number");
        return node->real;
    }
    bool flag(std::string_view name) {
        const TomlNode* node = find(name, true);
        if (node == nullptr) return false;
        if (node->type != TomlNode::Type::boolean) fault(name, "is not true or false");
        return node->boolean;
    }
    std::vector<std::string> texts(std::string_view name) {
        std::vector<std::string> out;
        const TomlNode* node = find(name, true);
        if (node == nullptr) return out;
        for (const TomlNode& element : node->elements) out.push_back(element.text);
        if (out.empty()) fault(name, "is empty");
        return out;
    }
    const std::vector<TomlNode>& tables(std::string_view name) {
        static const std::vector<TomlNode> none;
        const TomlNode* node = find(name, false);
        return node == nullptr ? none : node->elements;
    }
    Provenance provenance() {
        Provenance from;
        from.source = text("source");
        from.date = text("date");
        from.is_verified = flag("verified");
        if (!from.source.starts_with("https://")) fault("source", "is no https URL");
        if (from.date.size() != 10 || from.date[4] != '-' || from.date[7] != '-') fault("date", "is no date");
        return from;
    }
    void fault(std::string_view name, std::string_view what) {
        faults_.push_back(where_ + ": \"" + std::string(name) + "\" " + std::string(what));
    }

private:
    const TomlNode* find(std::string_view name, bool is_required) {
        read_.emplace_back(name);
        const TomlNode* node = table_.find(name);
        if (node == nullptr && is_required) fault(name, "is missing");
        return node;
    }

    std::string where_;
    const TomlNode& table_;
    std::vector<std::string>& faults_;
    std::vector<std::string> read_;
};

void append_new(std::vector<std::string>& names, std::string name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

EngineProfile read_engine(Row& row, std::vector<std::string>& faults) {
    EngineProfile engine;
    engine.kind = row.text("kind");
    engine.title = row.text("title");
    engine.health_path = row.text("health");
    engine.metrics_path = row.text("metrics");
    engine.models_path = row.text("models");
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
    local.name = row.text("name");
    local.title = row.text("title");
    local.port = static_cast<std::uint16_t>(std::clamp(row.number("port", 0), 0.0, 65'535.0));
    local.kind = row.text("kind");
    local.base_path = row.text("base_path");
    local.owned_by = row.text("owned_by");
    local.marker = row.text("marker", false);
    local.provenance = row.provenance();
    return local;
}

Provider read_provider(Row& row) {
    Provider provider;
    provider.name = row.text("name");
    provider.title = row.text("title");
    provider.env = row.text("env");
    provider.url = row.text("url");
    provider.kind = row.text("kind");
    provider.place = row.text("place");
    provider.operator_ = row.text("operator");
    provider.models = row.texts("models");
    provider.notes = row.text("notes", false);
    provider.provenance = row.provenance();
    return provider;
}

ChipTool read_tool(Row& row) {
    ChipTool tool;
    tool.vendor = row.text("vendor");
    tool.name = row.text("name");
    tool.command = row.texts("command");
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

    Catalog() {
        const TomlNode engine_file = file("engines.toml");
        each(engine_file, "engine", [this](Row& row) { engines.push_back(read_engine(row, faults)); });
        each(engine_file, "local", [this](Row& row) { locals.push_back(read_local(row)); });
        const TomlNode provider_file = file("providers.toml");
        each(provider_file, "provider", [this](Row& row) { providers.push_back(read_provider(row)); });
        const TomlNode chip_file = file("chips.toml");
        each(chip_file, "tool", [this](Row& row) { tools.push_back(read_tool(row)); });
        each(chip_file, "chip", [this](Row& row) { chips.push_back(read_chip(row)); });
    }

private:
    TomlNode file(const std::string& name) {
        wire::TomlDocument document = wire::parse_toml(embedded(name));
        if (!document.is_whole)
            faults.push_back(name + ":" + std::to_string(document.mistake_place.line) + ": " + document.mistake);
        return std::move(document.root);
    }

    template <class Read>
    void each(const TomlNode& root, std::string_view name, Read read) {
        const TomlNode* list = root.find(name);
        if (list == nullptr || list->elements.empty()) {
            faults.push_back("there is no [[" + std::string(name) + "]]");
            return;
        }
        for (std::size_t i = 0; i < list->elements.size(); ++i) {
            Row row("[[" + std::string(name) + "]] " + std::to_string(i + 1), list->elements[i], faults);
            read(row);
        }
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

}   // namespace gilmok::catalog
