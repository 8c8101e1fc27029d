#include "cli/discover.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "base/text.hpp"
#include "config/value.hpp"
#include "wire/json.hpp"

namespace gilmok::cli {

namespace {

// How a simulated engine of ours calls itself in its list of models.
constexpr std::string_view simulated_owner = "gilmok-sim";
constexpr std::string_view loopback = "127.0.0.1";

// What a list of models says, as far as anybody needs it.
struct ModelList {
    std::vector<std::string> ids;
    std::string owner;   // of the first: all models of a server have the same
};

std::string text_of(const wire::json::Value& value) {
    std::string text;
    const bool is_text = value.type == wire::json::Type::string && !value.text.empty();
    if (!is_text || !wire::json::append_unescaped(text, value, 1'024)) text.clear();
    return text;
}

std::optional<ModelList> read_list(std::string_view body) {
    const auto type = wire::json::scan(body, {}, nullptr);
    if (!type || *type != wire::json::Type::object) return std::nullopt;
    const wire::json::Value root{wire::json::Type::object, trim(body)};
    const wire::json::Value rows = wire::json::find(root, "data");
    if (rows.text.empty()) return std::nullopt;
    ModelList list;
    if (rows.type != wire::json::Type::array) return list;   // Ollama without models says null
    wire::json::Cursor cursor(rows);
    for (wire::json::Value row; cursor.next_element(row);) {
        if (row.type != wire::json::Type::object) continue;
        std::string id = text_of(wire::json::find(row, "id"));
        if (list.owner.empty()) list.owner = text_of(wire::json::find(row, "owned_by"));
        // "*" means all models wherever models are named.
        const bool is_usable = config::is_name(id, true) && id != "*" && list.ids.size() < discovered_models_max;
        if (is_usable && std::find(list.ids.begin(), list.ids.end(), id) == list.ids.end())
            list.ids.push_back(std::move(id));
    }
    return list;
}

// The row that fits best: on its own port by what the answer says, elsewhere by the owner alone (vLLM may listen on any
// port), else the row of a port whose engine tells nothing of itself.
const catalog::LocalEngine* row_of(std::uint16_t port, std::string_view owner, std::string_view body) {
    const auto& rows = catalog::local_engines();
    const auto marked = std::find_if(rows.begin(), rows.end(), [&](const catalog::LocalEngine& row) {
        return row.port == port && !row.marker.empty() && body.find(row.marker) != std::string_view::npos;
    });
    if (marked != rows.end()) return &*marked;
    const auto owned = std::find_if(rows.begin(), rows.end(), [&](const catalog::LocalEngine& row) {
        return !row.owned_by.empty() && row.owned_by == owner;
    });
    if (owned != rows.end()) return &*owned;
    const auto plain = std::find_if(rows.begin(), rows.end(), [&](const catalog::LocalEngine& row) {
        return row.port == port && row.owned_by.empty() && row.marker.empty();
    });
    return plain != rows.end() ? &*plain : nullptr;
}

std::string title_of_port(std::uint16_t port) {
    std::string titles;
    for (const catalog::LocalEngine& row : catalog::local_engines())
        if (row.port == port) (titles += titles.empty() ? "" : "/") += row.title;
    return titles;
}

// Two engines of one kind get numbers.
void make_names_unique(std::vector<FoundEngine>& engines) {
    std::map<std::string, int> seen;
    for (FoundEngine& engine : engines)
        if (const int count = ++seen[engine.name]; count > 1) engine.name += "-" + std::to_string(count);
}

void look_at_ports(Fetcher& fetcher, Discovery& found) {
    std::vector<config::Upstream> upstreams;
    std::vector<std::string> paths;
    for (const catalog::LocalEngine& row : catalog::local_engines()) {
        const bool is_known =
            std::any_of(upstreams.begin(), upstreams.end(), [&](const auto& one) { return one.port == row.port; });
        if (is_known) continue;
        upstreams.push_back(plain_upstream(row.name, {std::string(loopback), row.port}));
        paths.push_back(row.base_path + "/models");
    }
    std::vector<Ask> asks;
    for (std::size_t i = 0; i < upstreams.size(); ++i)
        asks.push_back({&upstreams[i], get(paths[i], discovery_timeout)});
    const std::vector<Answer> answers = fetcher.fetch_all(asks);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const io::Address address{upstreams[i].host, upstreams[i].port};
        if (answers[i].status == 401 || answers[i].status == 403)
            found.strangers.push_back({FoundStranger::Why::asks_for_key, title_of_port(address.port), address});
        if (!answers[i].is_ok()) continue;
        auto engine = recognise(address.port, answers[i].body);
        if (!engine) continue;   // something else altogether
        engine->address = address;
        if (engine->models.empty())
            found.strangers.push_back({FoundStranger::Why::no_models, engine->title, address});
        else
            found.engines.push_back(std::move(*engine));
    }
    make_names_unique(found.engines);
}

// Nothing when the tool is not installed.
std::optional<FoundDevices> ask_tool(const catalog::ChipTool& tool, config::Secrets& secrets) {
    std::string line, failure;
    for (const std::string& word : tool.command) (line += line.empty() ? "" : " ") += word;
    const auto output = secrets.command(line, failure);
    if (!output && failure.find("No such file") != std::string::npos) return std::nullopt;
    FoundDevices found{tool.vendor, tool.name, {}, !output.has_value()};
    if (output) found.devices = devices_in(tool.format, *output);
    return found;
}

std::vector<std::string> counted(const std::vector<std::string>& names) {
    std::vector<std::string> lines, order;
    std::map<std::string, int> counts;
    for (const std::string& name : names)
        if (++counts[name] == 1) order.push_back(name);
    for (const std::string& name : order) lines.push_back(std::to_string(counts[name]) + " x " + name);
    return lines;
}

// vLLM says "vllm" of itself on every chip. Where the only accelerators are Rebellions', it is the one with their plugin.
void name_by_device(Discovery& found) {
    bool has_rebellions = false, has_other = false;
    for (const FoundDevices& devices : found.devices)
        if (!devices.devices.empty()) (devices.vendor == "Rebellions" ? has_rebellions : has_other) = true;
    if (!has_rebellions || has_other) return;
    for (FoundEngine& engine : found.engines)
        if (engine.kind == "vllm" && !engine.is_simulated) engine.kind = "vllm-rbln";
}

template <class Each>
void for_each_line(std::string_view text, Each&& each) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        each(trim(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// The value of a JSON member by its name, wherever it stands: the tools nest differently and change that.
void append_members(std::string_view json, std::string_view member, std::vector<std::string>& names) {
    const std::string quoted = '"' + std::string(member) + '"';
    for (auto at = json.find(quoted); at != std::string_view::npos; at = json.find(quoted, at + 1)) {
        const auto open = json.find_first_not_of(" \t\n:", at + quoted.size());
        if (open == std::string_view::npos || json[open] != '"') continue;
        const auto close = json.find('"', open + 1);
        if (close == std::string_view::npos) return;
        names.emplace_back(json.substr(open + 1, close - open - 1));
    }
}

}   // namespace

std::optional<std::vector<std::string>> model_ids(std::string_view body) {
    auto list = read_list(body);
    if (!list) return std::nullopt;
    return std::move(list->ids);
}

std::optional<FoundEngine> recognise(std::uint16_t port, std::string_view body) {
    auto list = read_list(body);
    if (!list) return std::nullopt;
    FoundEngine engine;
    engine.models = std::move(list->ids);
    engine.is_simulated = list->owner == simulated_owner;
    if (engine.is_simulated) {
        engine.name = "sim-" + std::to_string(port);
        engine.title = "gilmok sim";
        engine.kind = "vllm";
        engine.base_path = "/v1";
        return engine;
    }
    if (const catalog::LocalEngine* row = row_of(port, list->owner, body)) {
        engine.name = row->name;
        engine.title = row->title;
        engine.kind = row->kind;
        engine.base_path = row->base_path;
        return engine;
    }
    engine.name = "engine-" + std::to_string(port);
    engine.title = "OpenAI-compatible";
    engine.kind = "openai";
    engine.base_path = "/v1";
    return engine;
}

std::vector<std::string> devices_in(catalog::ChipTool::Format format, std::string_view output) {
    using Format = catalog::ChipTool::Format;
    std::vector<std::string> names;
    switch (format) {
        case Format::csv:   // index, uuid, name, …
            for_each_line(output, [&](std::string_view line) {
                const auto first = line.find(','), second = line.find(',', first + 1);
                if (first == std::string_view::npos || second == std::string_view::npos) return;
                const auto third = std::min(line.find(',', second + 1), line.size());
                names.emplace_back(trim(line.substr(second + 1, third - second - 1)));
            });
            break;
        case Format::json:
            append_members(output, "name", names);
            if (names.empty()) append_members(output, "market_name", names);
            if (names.empty()) append_members(output, "bdf", names);
            break;
        case Format::table:
            // Rows that name a chip of the catalogue; frames and headings name none.
            for_each_line(output, [&](std::string_view line) {
                const catalog::Chip* chip = catalog::chip_named(line);
                if (chip != nullptr) names.push_back(chip->vendor + " " + chip->name);
            });
            break;
    }
    return counted(names);
}

std::vector<FoundDevices> find_devices(config::Secrets& secrets) {
    const auto& tools = catalog::chip_tools();
    std::vector<std::optional<FoundDevices>> found(tools.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < tools.size(); ++i)
        threads.emplace_back([&, i] { found[i] = ask_tool(tools[i], secrets); });
    for (std::thread& thread : threads) thread.join();
    std::vector<FoundDevices> devices;
    for (auto& one : found)
        if (one) devices.push_back(std::move(*one));
    return devices;
}

Discovery discover(Fetcher& fetcher, config::Secrets& secrets) {
    Discovery found;
    // The ports are looked at meanwhile.
    std::thread tools([&] { found.devices = find_devices(secrets); });
    look_at_ports(fetcher, found);
    for (const catalog::Provider& provider : catalog::providers()) {
        const auto key = secrets.environment(provider.env);
        if (key && !key->empty()) found.providers.push_back({&provider});
    }
    tools.join();
    name_by_device(found);
    return found;
}

}   // namespace gilmok::cli
