#include "runner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gilmok::exchange {

namespace {

constexpr Duration default_patience = std::chrono::seconds(1);

Duration from_ms(std::int64_t ms) { return std::chrono::milliseconds(ms); }

}   // namespace

Duration patience_of(const Step& step, Duration otherwise) {
    for (std::size_t i = 0; i + 1 < step.words.size(); ++i) {
        if (step.words[i].text != "within" || step.words[i].is_quoted) continue;
        const std::int64_t ms = parse_duration_ms(step.words[i + 1].text);
        if (ms >= 0) return from_ms(ms);
    }
    return otherwise;
}

std::size_t repeats_of(const Step& step) {
    for (std::size_t i = 1; i + 1 < step.words.size(); ++i)
        if (step.words[i].text == "x" && !step.words[i].is_quoted) return parse_u64(step.words[i + 1].text).value_or(1);
    return 1;
}

std::string shortened(std::string_view text) {
    std::string shown(text.substr(0, 300));
    if (shown.size() < text.size()) shown += "… (" + std::to_string(text.size()) + " bytes)";
    std::string out;
    append_json_escaped(out, shown);
    return "\"" + out + "\"";
}

std::optional<std::string> compare(const Step& step, std::size_t at, std::string_view what, const std::string& seen) {
    if (at + 1 >= step.words.size()) return "needs \"contains TEXT\" or \"is TEXT\"";
    const std::string& how = step.words[at].text;
    const std::string& wanted = step.words[at + 1].text;
    const bool contains = seen.find(wanted) != std::string::npos;
    if (how == "contains" ? contains : how == "lacks" ? !contains : how == "is" && seen == wanted) return std::nullopt;
    if (how != "contains" && how != "lacks" && how != "is") return "knows contains, lacks and is, not \"" + how + "\"";
    return std::string(what) + " was " + shortened(seen);
}

std::optional<std::string> compare_json(const Step& step, std::size_t at, const std::string& json) {
    if (at + 2 >= step.words.size() || step.words[at + 1].text != "is")
        return "needs a path, as in \"json error.code is \\\"bad_json\\\"\"";
    const Word& wanted = step.words[at + 2];
    const std::string expected = wanted.is_quoted ? "\"" + wanted.text + "\"" : wanted.text;
    const std::string seen = json_at(json, step.words[at].text);
    const bool is_met = wanted.text == "absent" && !wanted.is_quoted ? seen.empty() : seen == expected;
    if (is_met) return std::nullopt;
    return step.words[at].text + " was " + (seen.empty() ? "absent" : seen) + " in " + shortened(json);
}

std::optional<std::string> compare_header(const Step& step, std::size_t at, const Message& message) {
    if (at >= step.words.size()) return "needs the name of a header";
    const std::string& name = step.words[at].text;
    const auto values = message.values(name);
    if (values.empty()) return "there was no header " + name;
    if (values.size() > 1) return "header " + name + " stood " + std::to_string(values.size()) + " times";
    if (at + 1 >= step.words.size() || step.words[at + 1].text == "within") return std::nullopt;
    const Word& wanted = step.words[at + 1];
    if (wanted.text == "contains" || wanted.text == "is" || wanted.text == "lacks")
        return compare(step, at + 1, "header " + name, values[0]);
    return values[0] == wanted.text ? std::nullopt : std::optional("header " + name + " was " + shortened(values[0]));
}

Runner::Runner(const Script& script, std::uint64_t seed, StartGateway start)
    : script_(script), start_(std::move(start)), world_(seed) {}

Runner::~Runner() {
    // Endpoints hold sockets of the world, and the gateway's coroutines too; the world must be the last to go.
    gateway_.reset();
    clients_.clear();
    upstreams_.clear();
}

std::optional<Failure> Runner::run() {
    if (!script_.problems.empty()) return Failure{script_.problems[0].line, script_.problems[0].what};
    for (const Step& step : script_.steps)
        if (auto what = run_step(step)) return Failure{step.line, step.source + "\n    " + *what};
    if (auto what = finish()) return Failure{0, *what};
    return std::nullopt;
}

Runner::Outcome Runner::run_step(const Step& step) {
    if (step.actor == Actor::config) { return config_.add(step); }
    if (gateway_ == nullptr)
        if (auto what = start()) return what;
    switch (step.actor) {
        case Actor::client: return client_step(step);
        case Actor::upstream: return upstream_step(step);
        case Actor::gateway: return gateway_step(step);
        case Actor::network: return network_step(step);
        case Actor::record: return record_step(step);
        case Actor::clock: (void)world_.run_for(from_ms(parse_duration_ms(step.words[1].text))); return std::nullopt;
        case Actor::config: break;
    }
    return "unknown actor";
}

Runner::Outcome Runner::start() {
    Started started = start_(world_, config_.render());
    if (started.gateway == nullptr) return "the gateway did not start: " + started.problem;
    gateway_ = std::move(started.gateway);
    for (const auto& [name, address] : config_.upstreams()) {
        upstreams_[name].server = std::make_unique<Server>(world_, address);
        upstreams_[name].server->start_listening();
    }
    config_.begin_again();
    return std::nullopt;
}

// A script must account for everything: no record that it did not name, nothing that goes on when all have left.
Runner::Outcome Runner::finish() {
    if (gateway_ == nullptr) return "the script never starts the gateway";
    for (auto& [name, client] : clients_)
        if (client.endpoint != nullptr) client.endpoint->leave(Endpoint::Leave::close);
    const auto is_quiet = [&] {
        return gateway_->exchanges_running() == 0 && gateway_->upstream_connections_busy() == 0;
    };
    const bool became_quiet = wait_for(is_quiet, default_patience);
    if (!became_quiet)
        return "one second after all clients left, " + std::to_string(gateway_->exchanges_running()) +
               " exchanges and " + std::to_string(gateway_->upstream_connections_busy()) +
               " upstream connections are still busy";
    if (const std::string left = gateway_->left_reserved(); !left.empty())
        return "after all has ended there is still set aside: " + left;
    if (!gateway_->records().empty()) {
        std::string seen;
        for (const auto& [key, value] : gateway_->records().front()) seen += " " + key + "=" + value;
        return "a record that the script does not mention:" + seen;
    }
    gateway_->drain(Duration{});
    (void)wait_for([&] { return gateway_->is_drained(); }, default_patience);
    gateway_.reset();
    clients_.clear();
    upstreams_.clear();
    settle();
    if (world_.open_sockets() != 0) return std::to_string(world_.open_sockets()) + " sockets stayed open";
    return std::nullopt;
}

bool Runner::wait_for(const std::function<bool()>& is_met, Duration patience) {
    if (is_met()) return true;
    (void)world_.run_until(world_.now() + patience, is_met);
    return is_met();
}

Runner::Outcome Runner::gateway_step(const Step& step) {
    const std::string& verb = step.words[0].text;
    if (verb == "drain") {
        const std::int64_t ms = step.words.size() > 1 ? parse_duration_ms(step.words[1].text) : 30'000;
        if (ms < 0) return "needs a time, as in \"drain 30s\"";
        gateway_->drain(from_ms(ms));
        return std::nullopt;
    }
    if (verb == "reload") {
        if (config_.is_empty()) return "needs a config section before it";
        const std::string problem = gateway_->reload(config_.render());
        for (const auto& [name, address] : config_.upstreams())
            if (upstreams_[name].server == nullptr) {
                upstreams_[name].server = std::make_unique<Server>(world_, address);
                upstreams_[name].server->start_listening();
            }
        config_.begin_again();
        if (!problem.empty()) return "the configuration was refused: " + problem;
        return std::nullopt;
    }
    if (verb == "stop") return "use drain";
    const Duration patience = patience_of(step, default_patience);
    if (step.words[1].text == "drained")
        return wait_for([&] { return gateway_->is_drained(); }, patience) ? std::nullopt : Outcome("it is not drained");
    const std::uint64_t wanted = step.words.size() > 2 ? parse_u64(step.words[2].text).value_or(0) : 0;
    const bool of_upstreams = step.words[1].text == "busy";
    const auto seen = [&] {
        return of_upstreams ? gateway_->upstream_connections_busy() : gateway_->exchanges_running();
    };
    if (wait_for([&] { return seen() == wanted; }, patience)) return std::nullopt;
    return "there are " + std::to_string(seen());
}

Runner::Outcome Runner::network_step(const Step& step) {
    const bool is_door = step.words[0].text == "door";
    if (!is_door && step.words.size() < 2) return "\"upstream\" needs a name";
    const std::string name = is_door ? std::string() : step.words[1].text;
    if (!is_door && !upstreams_.contains(name)) return "there is no upstream " + name;
    io::sim::Faults& faults = faults_[name];
    for (std::size_t i = is_door ? 1 : 2; i < step.words.size(); ++i) {
        const Word& word = step.words[i];
        const auto number = parse_u64(word.text);
        const std::int64_t ms = parse_duration_ms(word.text);
        // "down" is what leaves the gateway for a door, and what comes to it for an upstream: towards who connected.
        if (word.name == "window" && number)
            faults.down.window_bytes = faults.up.window_bytes = *number;
        else if (word.name == "pieces" && number)
            faults.down.piece_bytes_max = faults.up.piece_bytes_max = *number;
        else if (word.name == "drip" && ms >= 0)
            faults.down.drip = from_ms(ms);
        else if (word.name == "latency" && ms >= 0)
            faults.down.latency = faults.up.latency = from_ms(ms);
        else if (word.name == "stall_at" && number)
            faults.down.stall_at = *number;
        else if (word.name == "reset_at" && number)
            faults.down.reset_at = *number;
        else if (word.text == "refuse")
            faults.connect = io::sim::Faults::Connect::refuse;
        else if (word.text == "blackhole")
            faults.connect = io::sim::Faults::Connect::black_hole;
        else if (word.text == "heal")
            faults = {};
        else
            return "unknown word \"" + (word.name.empty() ? word.text : word.name) + "\"";
    }
    world_.set_faults(is_door ? door_address() : upstreams_[name].server->address(), faults);
    return std::nullopt;
}

Runner::Outcome Runner::record_step(const Step& step) {
    auto& records = gateway_->records();
    if (step.words[0].text == "no") {
        settle();
        return records.empty() ? std::nullopt : Outcome("there is one, outcome=" + records.front()["outcome"]);
    }
    if (!wait_for([&] { return !records.empty(); }, default_patience)) return "there is no record";
    SeenRecord seen = std::move(records.front());
    records.pop_front();
    for (std::size_t i = 1; i < step.words.size(); ++i) {
        const Word& word = step.words[i];
        if (word.name.empty()) return "needs name=value, not \"" + word.text + "\"";
        const auto found = seen.find(word.name);
        const std::string value = found == seen.end() ? "absent" : found->second;
        if (value != word.text) {
            std::string all;
            for (const auto& [key, each] : seen) all += " " + key + "=" + each;
            return word.name + " was " + value + " in" + all;
        }
    }
    return std::nullopt;
}

}   // namespace gilmok::exchange
