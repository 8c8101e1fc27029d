// What doctor makes of what it saw. Each check is a few lines; their order is that of the report: configuration, machine,
// upstreams, door.
#include <algorithm>

#include "cli/doctor.hpp"

namespace gilmok::cli {

namespace {

using Verdict = Finding::Verdict;
using Names = std::vector<std::string>;

std::string first_few(const Names& names) {
    constexpr std::size_t shown_max = 5;
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) (out += i == 0 ? "" : ", ") += names[i];
    return names.size() > shown_max ? out + ", …" : out;
}

bool is_loopback(const io::Address& address) { return address.host.starts_with("127.") || address.host == "::1"; }
bool is_refusal(const Answer& answer) { return answer.status == 401 || answer.status == 403; }

class Examination {
public:
    Examination(const Patient& patient, Language language) : patient_(patient), language_(language) {}

    std::vector<Finding> run() {
        config();
        secrets();
        if (patient_.snapshot != nullptr) file_limit();
        clock();
        somaxconn();
        port_range();
        if (patient_.snapshot != nullptr) of_configuration();
        devices();
        return std::move(findings_);
    }

private:
    using Values = std::initializer_list<std::string_view>;
    void add(const char* name, Verdict verdict, std::string what, std::string fix = {}) {
        findings_.push_back({name, verdict, std::move(what), verdict == Verdict::ok ? std::string() : std::move(fix)});
    }
    // Whichever of the two the list of offenders asks for.
    void judge(const char* name, const Names& offenders, Verdict if_any, std::string good, Text bad, Text fix) {
        if (offenders.empty()) return add(name, Verdict::ok, std::move(good));
        const std::string list = first_few(offenders);
        add(name, if_any, text(bad, {list}), text(fix));
    }
    std::string text(Text which, Values values = {}) const { return say(language_, which, values); }

    void of_configuration() {
        const config::Server& server = patient_.snapshot->server;
        memory(server);
        disk(server);
        state_dir(server);
        key_store();
        token_mode(server);
        certificate(server);
        exposed(server);
        running(server);
        ports();
        upstreams();
        models();
        kinds();
        places();
        spares();
    }

    void config() {
        if (patient_.snapshot != nullptr)
            return add("config-valid", Verdict::ok, text(Text::doctor_config_ok, {patient_.config_path}));
        const auto errors = std::count_if(patient_.problems.begin(), patient_.problems.end(),
                                          [](const auto& problem) { return !problem.is_warning; });
        const auto first = std::find_if(patient_.problems.begin(), patient_.problems.end(),
                                        [](const auto& problem) { return !problem.is_warning; });
        std::string words;
        if (first != patient_.problems.end()) {
            words = first->path +
                    (first->line == 0 ? "" : ":" + std::to_string(first->line) + ":" + std::to_string(first->column));
            words += ": " + first->what;
        }
        add("config-valid", Verdict::fail,
            text(Text::doctor_config_bad, {patient_.config_path, std::to_string(errors), words}),
            text(Text::doctor_config_fix, {patient_.config_path}));
    }

    void secrets() {
        judge("secrets-present", patient_.secrets_missing, Verdict::fail,
              text(Text::doctor_secrets_ok, {std::to_string(patient_.secrets)}), Text::doctor_secrets_bad,
              Text::doctor_secrets_fix);
    }

    void file_limit() {
        const config::Snapshot& snapshot = *patient_.snapshot;
        const std::uint64_t shards = snapshot.server.shards != 0 ? snapshot.server.shards : patient_.machine.processors;
        // A client and an upstream connection for each, and some for files.
        const std::uint64_t wanted = shards * snapshot.server.limits.connections_max * 2 + 64;
        const std::uint64_t limit = patient_.machine.file_limit;
        const Verdict verdict = limit >= wanted ? Verdict::ok : limit < 1'024 ? Verdict::fail : Verdict::warn;
        add("file-limit", verdict,
            text(Text::doctor_file_limit, {std::to_string(limit), std::to_string(wanted),
                                           std::to_string(snapshot.server.limits.connections_max)}),
            text(Text::doctor_file_limit_fix));
    }

    void clock() {
        // Older than the program, or absurdly far ahead: a machine without a battery or without NTP.
        constexpr WallTime earliest{std::chrono::seconds(1'767'225'600)};   // 2026-01-01
        constexpr WallTime latest{std::chrono::seconds(4'102'444'800)};     // 2100-01-01
        const bool is_sane = patient_.machine.now > earliest && patient_.machine.now < latest;
        add("clock-sane", is_sane ? Verdict::ok : Verdict::fail,
            text(Text::doctor_clock, {rfc3339(patient_.machine.now)}), text(Text::doctor_clock_fix));
    }

    void somaxconn() {
        if (!patient_.machine.somaxconn) return;
        const std::uint64_t size = *patient_.machine.somaxconn;
        add("kernel-somaxconn", size >= 1'024 ? Verdict::ok : Verdict::warn,
            text(Text::doctor_somaxconn, {std::to_string(size)}), text(Text::doctor_somaxconn_fix));
    }

    void port_range() {
        const Machine& machine = patient_.machine;
        if (!machine.ports_first || !machine.ports_last || *machine.ports_last < *machine.ports_first) return;
        const std::uint64_t ports = *machine.ports_last - *machine.ports_first + 1;
        add("kernel-port-range", ports >= 10'000 ? Verdict::ok : Verdict::warn,
            text(Text::doctor_ports_range, {std::to_string(ports)}), text(Text::doctor_ports_range_fix));
    }

    void memory(const config::Server& server) {
        if (!patient_.machine.memory_available_bytes) return;
        const std::uint64_t available = *patient_.machine.memory_available_bytes;
        const std::string mib = std::to_string(available >> 20),
                          bodies = std::to_string(server.limits.bodies_bytes_max >> 20);
        const bool is_enough = available >= server.limits.bodies_bytes_max;
        add("memory-available", is_enough ? Verdict::ok : Verdict::warn, text(Text::doctor_memory, {mib}),
            text(Text::doctor_memory_fix, {bodies}));
    }

    void disk(const config::Server& server) {
        const std::string where = server.state_dir.empty() ? "." : server.state_dir;
        if (!patient_.machine.disk_free_bytes)
            return add("disk-space", Verdict::warn, text(Text::doctor_disk_unknown, {where}),
                       text(Text::doctor_disk_fix));
        const std::uint64_t mib = *patient_.machine.disk_free_bytes >> 20;
        const Verdict verdict = mib >= 1'024 ? Verdict::ok : mib >= 64 ? Verdict::warn : Verdict::fail;
        add("disk-space", verdict, text(Text::doctor_disk, {std::to_string(mib), where}), text(Text::doctor_disk_fix));
    }

    void state_dir(const config::Server& server) {
        if (server.state_dir.empty()) return add("state-dir-writable", Verdict::ok, text(Text::doctor_state_none));
        const bool is_good = patient_.machine.is_state_dir_writable;
        add("state-dir-writable", is_good ? Verdict::ok : Verdict::fail,
            text(is_good ? Text::doctor_state_ok : Text::doctor_state_bad, {server.state_dir}),
            text(Text::doctor_state_fix, {server.state_dir}));
    }

    void key_store() {
        if (!patient_.keys_stored)
            return add("key-store-readable", Verdict::fail, text(Text::doctor_keys_bad, {patient_.key_store_problem}),
                       text(Text::doctor_keys_bad_fix));
        const std::size_t in_file = patient_.snapshot->keys.size();
        if (*patient_.keys_stored + in_file == 0)
            return add("key-store-readable", Verdict::warn, text(Text::doctor_keys_none),
                       text(Text::doctor_keys_none_fix));
        add("key-store-readable", Verdict::ok,
            text(Text::doctor_keys_ok, {std::to_string(*patient_.keys_stored), std::to_string(in_file)}));
    }

    void token_mode(const config::Server& server) {
        const std::string token =
            server.admin_token_file.empty() ? server.state_dir + "/admin.token" : server.admin_token_file;
        const std::string keys = server.state_dir + "/keys.jsonl";
        Names seen, open;
        for (const auto& [path, mode] :
             {std::pair{token, patient_.machine.token_mode}, std::pair{keys, patient_.machine.key_store_mode}}) {
            if (!mode) continue;
            seen.push_back(path);
            if ((*mode & 0077U) != 0) open.push_back(path);
        }
        if (seen.empty()) return add("admin-token-mode", Verdict::ok, text(Text::doctor_mode_none));
        if (open.empty()) return add("admin-token-mode", Verdict::ok, text(Text::doctor_mode_ok, {first_few(seen)}));
        add("admin-token-mode", Verdict::fail, text(Text::doctor_mode_bad, {first_few(open)}),
            text(Text::doctor_mode_fix, {first_few(open)}));
    }

    void certificate(const config::Server& server) {
        constexpr const char* name = "tls-certificate-expiry";
        if (!server.tls.is_set()) return add(name, Verdict::ok, text(Text::doctor_tls_none));
        if (!patient_.certificate_expires)
            return add(name, Verdict::fail, text(Text::doctor_tls_over, {patient_.certificate_problem}),
                       text(Text::doctor_tls_fix));
        const auto days =
            std::chrono::duration_cast<std::chrono::hours>(*patient_.certificate_expires - patient_.machine.now)
                .count() /
            24;
        const Verdict verdict = days < 1 ? Verdict::fail : days < 21 ? Verdict::warn : Verdict::ok;
        add(name, verdict,
            text(verdict == Verdict::ok ? Text::doctor_tls_ok : Text::doctor_tls_soon, {std::to_string(days)}),
            text(Text::doctor_tls_fix));
    }

    void exposed(const config::Server& server) {
        Names plain;
        if (!server.tls.is_set())
            for (const io::Address& address : server.listen)
                if (!is_loopback(address)) plain.push_back(io::to_string(address));
        judge("door-encrypted", plain, Verdict::warn, text(Text::doctor_exposed_no), Text::doctor_exposed_plain,
              Text::doctor_exposed_fix);
    }

    void running(const config::Server& server) {
        const std::string where = io::to_string(server.admin);
        const bool is_running = patient_.livez.is_ok();
        add("gateway-running", is_running ? Verdict::ok : Verdict::warn,
            text(is_running ? Text::doctor_running_ok : Text::doctor_running_no, {where}),
            text(Text::doctor_running_fix));
    }

    void ports() {
        Names all{io::to_string(patient_.snapshot->server.admin)};
        for (const io::Address& address : patient_.snapshot->server.listen) all.push_back(io::to_string(address));
        if (patient_.livez.is_ok())
            return add("ports-free", Verdict::ok, text(Text::doctor_ports_running, {first_few(all)}));
        judge("ports-free", patient_.addresses_taken, Verdict::fail, text(Text::doctor_ports_ok, {first_few(all)}),
              Text::doctor_ports_bad, Text::doctor_ports_fix);
    }

    template <class Judge>
    Names upstreams_that(Judge&& is_one) const {
        Names names;
        const auto& upstreams = patient_.snapshot->upstreams;
        for (std::size_t i = 0; i < upstreams.size() && i < patient_.models.size(); ++i)
            if (std::string words = is_one(upstreams[i], patient_.models[i]); !words.empty())
                names.push_back(std::move(words));
        return names;
    }

    void upstreams() {
        using Upstream = config::Upstream;
        const auto& all = patient_.snapshot->upstreams;
        const auto named = std::count_if(all.begin(), all.end(), [](const Upstream& one) { return has_name(one); });
        const Names lost = upstreams_that(
            [](const Upstream& one, const Answer& answer) { return answer.problem == name_not_found ? one.host : ""; });
        judge("dns", lost, Verdict::fail,
              named == 0 ? text(Text::doctor_dns_none) : text(Text::doctor_dns_ok, {std::to_string(named)}),
              Text::doctor_dns_bad, Text::doctor_dns_fix);
        const Names silent = upstreams_that([](const Upstream& one, const Answer& answer) {
            if ((answer.status != 0 && answer.status < 500) || answer.problem == name_not_found) return std::string();
            return one.name + " (" + (answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status)) +
                   ")";
        });
        judge("upstream-reach", silent, Verdict::fail,
              text(Text::doctor_reach_ok, {std::to_string(all.size() - lost.size())}), Text::doctor_reach_bad,
              Text::doctor_reach_fix);
        const Names refusing = upstreams_that(
            [](const Upstream& one, const Answer& answer) { return is_refusal(answer) ? one.name : ""; });
        judge("upstream-key", refusing, Verdict::fail, text(Text::doctor_refused_key_ok), Text::doctor_refused_key,
              Text::doctor_refused_key_fix);
    }

    void models() {
        std::vector<std::optional<Names>> lists;
        for (const Answer& answer : patient_.models)
            lists.push_back(answer.is_ok() ? model_ids(answer.body) : std::nullopt);
        const bool has_lists =
            std::any_of(lists.begin(), lists.end(), [](const auto& list) { return list.has_value(); });
        if (!has_lists) return add("upstream-models", Verdict::ok, text(Text::doctor_models_unknown));
        Names missing;
        for (const config::Model& model : patient_.snapshot->models)
            for (const config::Candidate& candidate : model.candidates) {
                const std::size_t index = model::index_of(candidate.upstream);
                // A list that was cut says nothing about what is not in it.
                if (index >= lists.size() || !lists[index] || lists[index]->size() >= discovered_models_max) continue;
                if (std::find(lists[index]->begin(), lists[index]->end(), candidate.served_name) == lists[index]->end())
                    missing.push_back(patient_.snapshot->upstreams[index].name + '/' + candidate.served_name);
            }
        judge("upstream-models", missing, Verdict::warn, text(Text::doctor_models_ok), Text::doctor_models_bad,
              Text::doctor_models_fix);
    }

    void kinds() {
        const Names others = upstreams_that([](const config::Upstream& one, const Answer& answer) {
            const auto engine = answer.is_ok() ? recognise(one.port, answer.body) : std::nullopt;
            // "openai" is what is said of an engine that tells nothing of itself; vLLM's server is also the one of vllm-rbln.
            if (!engine || engine->is_simulated || engine->kind == "openai") return std::string();
            const std::string_view kind = config::name_of(one.kind);
            if (kind == engine->kind || (kind == "vllm-rbln" && engine->kind == "vllm")) return std::string();
            return one.name + " (" + engine->kind + ")";
        });
        judge("engine-kind-matches", others, Verdict::warn, text(Text::doctor_kind_ok), Text::doctor_kind_bad,
              Text::doctor_kind_fix);
    }

    void places() {
        Names unknown;
        for (const config::Upstream& upstream : patient_.snapshot->upstreams)
            if (upstream.place.empty()) unknown.push_back(upstream.name);
        judge("places-known", unknown, Verdict::warn, text(Text::doctor_place_ok), Text::doctor_place_bad,
              Text::doctor_place_fix);
    }

    void spares() {
        Names alone;
        for (const config::Model& model : patient_.snapshot->models)
            if (model.candidates.size() == 1) alone.push_back(model.name);
        judge("models-have-spares", alone, Verdict::warn, text(Text::doctor_candidates_ok), Text::doctor_candidates_bad,
              Text::doctor_candidates_fix);
    }

    void devices() {
        Names lines, failed;
        for (const FoundDevices& found : patient_.devices) {
            for (const std::string& device : found.devices) lines.push_back(found.vendor + " " + device);
            if (found.has_failed) failed.push_back(found.tool);
        }
        judge("accelerators", failed, Verdict::warn,
              lines.empty() ? text(Text::doctor_devices_none) : text(Text::doctor_devices, {first_few(lines)}),
              Text::doctor_device_tool_bad, Text::doctor_device_tool_fix);
    }

    const Patient& patient_;
    Language language_;
    std::vector<Finding> findings_;
};

}   // namespace

std::vector<Finding> examine(const Patient& patient, Language language) { return Examination(patient, language).run(); }

}   // namespace gilmok::cli
