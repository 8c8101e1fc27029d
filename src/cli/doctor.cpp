#include "cli/doctor.hpp"

#include <algorithm>
#include <thread>

#include "auth/key_store.hpp"
#include "base/text.hpp"
#include "config/profile.hpp"
#include "guard/examine.hpp"
#include "io/linux/loop.hpp"
#include "io/linux/machine.hpp"
#include "io/tls.hpp"

namespace gilmok::cli {

namespace {

constexpr Duration ask_timeout = std::chrono::seconds(4);

// Notes what is missing and goes on, so that one missing secret does not hide everything else.
class NotingSecrets final : public config::Secrets {
public:
    explicit NotingSecrets(config::Secrets& other) : other_(other) {}
    std::optional<std::string> environment(const std::string& name) override {
        return note("env:" + name, other_.environment(name));
    }
    std::optional<std::string> command(const std::string& line, std::string& failure) override {
        return note("cmd:" + line, other_.command(line, failure));
    }
    std::vector<std::string> missing;
    std::size_t asked = 0;

private:
    std::optional<std::string> note(std::string reference, std::optional<std::string> value) {
        ++asked;
        if (value && !value->empty()) return value;
        if (std::find(missing.begin(), missing.end(), reference) == missing.end())
            missing.push_back(std::move(reference));
        return "missing-but-noted-by-gilmok-doctor";
    }
    config::Secrets& other_;
};

// The n-th number in a file of /proc.
std::optional<std::uint64_t> number_in(io::Files& files, const std::string& path, std::string_view after,
                                       std::size_t index = 0) {
    const auto text = files.read(path, 64 * 1024);
    if (!text) return std::nullopt;
    std::string_view rest = *text;
    if (const auto at = rest.find(after); at == std::string_view::npos)
        return std::nullopt;
    else
        rest.remove_prefix(at + after.size());
    for (;; --index) {
        rest.remove_prefix(std::min(rest.find_first_of("0123456789"), rest.size()));
        const auto end = std::min(rest.find_first_not_of("0123456789"), rest.size());
        if (index == 0) return parse_u64(rest.substr(0, end));
        rest.remove_prefix(end);
    }
}

Machine look_at_machine(io::Files& files, const config::Snapshot* snapshot) {
    Machine machine;
    machine.now = io::linux_::wall_now();
    machine.file_limit = io::linux_::file_limit_max();
    machine.processors = io::linux_::processors();
    machine.somaxconn = number_in(files, "/proc/sys/net/core/somaxconn", "");
    machine.ports_first = number_in(files, "/proc/sys/net/ipv4/ip_local_port_range", "");
    machine.ports_last = number_in(files, "/proc/sys/net/ipv4/ip_local_port_range", "", 1);
    if (const auto kib = number_in(files, "/proc/meminfo", "MemAvailable:"))
        machine.memory_available_bytes = *kib * 1'024;
    if (snapshot == nullptr) return machine;
    const config::Server& server = snapshot->server;
    machine.disk_free_bytes = io::linux_::disk_free_bytes(server.state_dir.empty() ? "." : server.state_dir);
    machine.is_state_dir_writable = io::linux_::is_directory_writable(server.state_dir);
    const std::string token = server.admin_token_file.empty() && !server.state_dir.empty()
                                  ? server.state_dir + "/admin.token"
                                  : server.admin_token_file;
    if (!token.empty()) machine.token_mode = io::linux_::file_mode(token);
    if (!server.state_dir.empty())
        machine.key_store_mode = io::linux_::file_mode(auth::key_store_path(server.state_dir));
    return machine;
}

void look_at_network(Patient& patient, Fetcher& fetcher) {
    const config::Snapshot& snapshot = *patient.snapshot;
    const config::Upstream admin = plain_upstream("admin", snapshot.server.admin);
    std::vector<Ask> asks{{&admin, get("/livez", ask_timeout)}};
    for (const config::Upstream& upstream : snapshot.upstreams)
        asks.push_back(
            {&upstream, get(upstream.base_path + config::profile_of(upstream.kind).models_path, ask_timeout)});
    std::vector<Answer> answers = fetcher.fetch_all(asks);
    patient.livez = std::move(answers.front());
    patient.models.assign(std::make_move_iterator(answers.begin() + 1), std::make_move_iterator(answers.end()));
    if (patient.livez.is_ok()) return;
    std::vector<io::Address> ours = snapshot.server.listen;
    ours.push_back(snapshot.server.admin);
    for (const io::Address& address : ours)
        if (!fetcher.can_listen(address)) patient.addresses_taken.push_back(io::to_string(address));
}

void look_at_state(Patient& patient, io::Files& files) {
    const config::Server& server = patient.snapshot->server;
    patient.keys_stored = 0;
    if (!server.state_dir.empty()) {
        auth::KeyStore store(files, auth::key_store_path(server.state_dir));
        const auto keys = store.read();
        if (keys)
            patient.keys_stored =
                static_cast<std::size_t>(std::count_if(keys->begin(), keys->end(), [&](const auth::StoredKey& key) {
                    return !key.revoked && (!key.expires || *key.expires > patient.machine.now);
                }));
        else
            patient.keys_stored.reset(), patient.key_store_problem = keys.error().message;
    }
    if (!server.tls.is_set()) return;
    const auto read = io::read_tls_server(files, server.tls.certificate_path, server.tls.key_path, {});
    if (read)
        patient.certificate_expires = read->context->expires();
    else
        patient.certificate_problem = read.error().what;
}

std::string_view word_of(Finding::Verdict verdict) {
    switch (verdict) {
        case Finding::Verdict::ok: return "ok";
        case Finding::Verdict::warn: return "warn";
        case Finding::Verdict::fail: return "fail";
    }
    return "fail";
}

std::size_t count(const std::vector<Finding>& findings, Finding::Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(), [&](const Finding& one) { return one.verdict == verdict; }));
}

int exit_code_of(const std::vector<Finding>& findings) {
    return count(findings, Finding::Verdict::fail) > 0 ? exit_failed : exit_ok;
}

}   // namespace

Outcome doctor_text(const std::vector<Finding>& findings, Language language, bool with_colour) {
    using Verdict = Finding::Verdict;
    constexpr std::size_t name_columns = 24;
    Outcome outcome;
    for (const Finding& finding : findings) {
        const Text label = finding.verdict == Verdict::ok     ? Text::doctor_ok
                           : finding.verdict == Verdict::warn ? Text::doctor_warn
                                                              : Text::doctor_fail;
        const std::string_view colour = finding.verdict == Verdict::ok     ? "\033[32m"
                                        : finding.verdict == Verdict::warn ? "\033[33m"
                                                                           : "\033[31m";
        std::string word(template_of(language, label));
        if (word.size() < 4) word.resize(4, ' ');   // Korean words are of one width
        outcome.out += with_colour ? std::string(colour) + word + "\033[0m" : word;
        outcome.out += "  " + finding.name +
                       std::string(finding.name.size() < name_columns ? name_columns - finding.name.size() : 1, ' ');
        outcome.out += finding.what + '\n';
        if (!finding.fix.empty())
            outcome.out += std::string(6, ' ') + say(language, Text::doctor_fix, {finding.fix}) + '\n';
    }
    const auto number = [&](Verdict verdict) { return std::to_string(count(findings, verdict)); };
    outcome.out +=
        say(language, Text::doctor_summary,
            {std::to_string(findings.size()), number(Verdict::ok), number(Verdict::warn), number(Verdict::fail)}) +
        '\n';
    outcome.exit_code = exit_code_of(findings);
    return outcome;
}

Outcome doctor_json(const std::vector<Finding>& findings) {
    std::string out =
        std::string("{\"ok\":") + (exit_code_of(findings) == exit_ok ? "true" : "false") + ",\"checks\":[";
    for (const Finding& finding : findings) {
        if (out.back() != '[') out += ',';
        out += "\n {\"name\":\"" + finding.name + "\",\"verdict\":\"" + std::string(word_of(finding.verdict)) +
               "\",\"what\":\"";
        append_json_escaped(out, finding.what);
        out += "\",\"fix\":\"";
        append_json_escaped(out, finding.fix);
        out += "\"}";
    }
    return {exit_code_of(findings), out + "]}\n", {}};
}

Outcome doctor(const DoctorArgs& args, io::Files& files, config::Secrets& secrets, Fetcher& fetcher) {
    NotingSecrets noting(secrets);
    config::Loaded loaded = config::load(args.config_path, files, noting, 1, guard::examine);
    Patient patient;
    patient.config_path = args.config_path;
    patient.snapshot = loaded.snapshot;
    patient.problems = std::move(loaded.problems);
    patient.secrets_missing = noting.missing;
    patient.secrets = noting.asked;
    patient.machine = look_at_machine(files, patient.snapshot.get());
    // A vendor's tool may take a second to start; the network is asked meanwhile.
    std::thread tools([&] { patient.devices = find_devices(secrets); });
    if (patient.snapshot != nullptr) {
        look_at_network(patient, fetcher);
        look_at_state(patient, files);
    }
    tools.join();
    const std::vector<Finding> findings = examine(patient, args.language);
    return args.is_json ? doctor_json(findings) : doctor_text(findings, args.language, args.with_colour);
}

}   // namespace gilmok::cli
