// Contradictions between values that are each fine alone.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "config/check_base.hpp"
#include "config/quantity.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

struct Checker : CheckBase {
    // "connect_timeout" of 800ms must be shorter than …: told where one of the two was written.
    struct Limit {
        std::string_view name;
        std::string value;
    };
    void contradiction(const std::string& table, const Limit& low, const Limit& high, std::string_view relation,
                       std::string why = {}) const {
        const std::string low_path = Places::join(table, low.name);
        const std::string& at = places.has(low_path) ? low_path : Places::join(table, high.name);
        const auto words = [&](const Limit& limit) {
            return quoted(limit.name) + " (" + limit.value +
                   (places.has(Places::join(table, limit.name)) ? ")" : " by default)");
        };
        add(at, "E0305", words(low) + " must be " + std::string(relation) + " " + words(high), std::move(why),
            "change " + std::string(places.has(low_path) ? low.name : high.name) + ", or write " +
                std::string(places.has(low_path) ? high.name : low.name) + " as well");
    }
    void in_order(const std::string& table, std::string_view low_name, Milliseconds low, std::string_view high_name,
                  Milliseconds high) const {
        if (low > high)
            contradiction(table, {low_name, duration_text(low)}, {high_name, duration_text(high)}, "at most");
    }
    // A limit that only bounds another one from outside may be shorter than its default: it simply wins.
    void in_order_if_written(const std::string& table, std::string_view low_name, Milliseconds low,
                             std::string_view high_name, Milliseconds high) const {
        if (places.has(Places::join(table, low_name)) && places.has(Places::join(table, high_name)))
            in_order(table, low_name, low, high_name, high);
    }

    // Two listeners that would take connections from each other.
    static bool overlap(const io::Address& left, const io::Address& right) {
        if (left.port != right.port || left.port == 0) return false;
        const bool is_one_family =
            (left.host.find(':') == std::string::npos) == (right.host.find(':') == std::string::npos);
        return left.host == right.host || (is_one_family && (is_wildcard(left) || is_wildcard(right)));
    }

    void server() const {
        const Server& server = snapshot.server;
        for (std::size_t i = 0; i < server.listen.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j)
                if (overlap(server.listen[i], server.listen[j]))
                    add(Places::join("server", "listen"), "E0306",
                        io::to_string(server.listen[i]) + " and " + io::to_string(server.listen[j]) +
                            " are one address",
                        {}, "remove one of the two");
            if (overlap(server.listen[i], server.admin))
                add(Places::join("server", places.has(Places::join("server", "admin")) ? "admin" : "listen"), "E0306",
                    "\"listen\" and \"admin\" are one address", "clients would reach the console",
                    "give \"admin\" another port");
        }
        const bool has_token = server.admin_token || !server.admin_token_reference.empty() ||
                               !server.admin_token_file.empty() || !server.state_dir.empty();
        if (!is_loopback(server.admin) && !has_token)
            add(Places::join("server", "admin"), "E0307",
                "\"admin\" can be reached from outside and no token guards it", {},
                "write admin_token = \"env:GILMOK_ADMIN_TOKEN\", set state_dir, or keep to 127.0.0.1");
        if (!server.admin_token_reference.empty() && !server.admin_token_file.empty())
            add(Places::join("server", "admin_token_file"), "E0305",
                "\"admin_token\" and \"admin_token_file\" exclude each other", {}, "remove one of the two");
        if (server.tls.certificate_path.empty() != server.tls.key_path.empty())
            add(Places::join("server", "tls"), "E0305", "TLS needs both \"certificate\" and \"key\"");
        const bool is_open = std::any_of(server.listen.begin(), server.listen.end(),
                                         [](const io::Address& each) { return !is_loopback(each); });
        if (is_open && snapshot.keys.empty() && server.state_dir.empty())
            add(Places::join("server", "listen"), "W0402",
                "the door can be reached from outside and no key is configured", "whoever finds it can use every model",
                "add [[key]], or set state_dir and make keys with gilmok key");
    }

    void door_limits() const {
        const DoorLimits& limits = snapshot.server.limits;
        const std::string table = Places::join("server", "limits");
        if (limits.body_bytes_max > limits.bodies_bytes_max)
            contradiction(table, {"body_bytes_max", size_text(limits.body_bytes_max)},
                          {"bodies_bytes_max", size_text(limits.bodies_bytes_max)}, "at most",
                          "the largest body could never be held");
        if (limits.target_bytes_max > limits.head_bytes_max)
            contradiction(table, {"target_bytes_max", size_text(limits.target_bytes_max)},
                          {"head_bytes_max", size_text(limits.head_bytes_max)}, "at most",
                          "the target is a part of the head");
        in_order_if_written(table, "body_timeout", limits.body_timeout, "body_total_timeout",
                            limits.body_total_timeout);
    }

    void upstream(std::size_t index) const {
        const Upstream& upstream = snapshot.upstreams[index];
        const std::string table = Places::join("upstream", upstream.name);
        if (upstream.connect_timeout >= upstream.first_byte_timeout)
            contradiction(table, {"connect_timeout", duration_text(upstream.connect_timeout)},
                          {"first_byte_timeout", duration_text(upstream.first_byte_timeout)}, "shorter than",
                          "no time would be left for an answer");
        in_order_if_written(table, "first_byte_timeout", upstream.first_byte_timeout, "total_timeout",
                            upstream.total_timeout);
        in_order_if_written(table, "idle_timeout", upstream.idle_timeout, "total_timeout", upstream.total_timeout);
        in_order(table, "eject_base", upstream.eject_base, "eject_max", upstream.eject_max);
        const bool are_written =
            places.has(Places::join(table, "pool_idle_max")) && places.has(Places::join(table, "connections_max"));
        if (are_written && upstream.pool_idle_max > upstream.connections_max)
            contradiction(table, {"pool_idle_max", std::to_string(upstream.pool_idle_max)},
                          {"connections_max", std::to_string(upstream.connections_max)}, "at most");
        if (!upstream.is_tls && (!upstream.ca_file.empty() || !upstream.tls_name.empty()))
            add(Places::join(table, upstream.ca_file.empty() ? "tls_name" : "ca_file"), "E0305",
                "\"url\" is not https, so no certificate is ever checked", {}, "write https:// or remove this");
        if (!upstream.is_tls && !upstream.key_reference.empty() && !upstream.host.empty() &&
            !is_loopback_host(upstream.host))
            add(Places::join(table, "key"), "W0403", "the key is sent over plain HTTP to another host",
                "whoever sits between reads it", "use https:// where the upstream can");
        const auto uses_it = [&](const Model& model) {
            return std::any_of(model.candidates.begin(), model.candidates.end(),
                               [&](const Candidate& each) { return model::index_of(each.upstream) == index; });
        };
        // The guard's external detector is an upstream that no model names.
        if (upstream.name != snapshot.guard.external.upstream &&
            std::none_of(snapshot.models.begin(), snapshot.models.end(), uses_it))
            add(table, "W0401", "no model uses upstream " + quoted(upstream.name), {},
                "name it in the try of a model, or remove it");
    }

    void model(const Model& model) const {
        const std::string table = Places::join("model", model.name);
        if (model.hedge_after > 0ms && model.attempts_max < 2)
            add(Places::join(table, "hedge_after"), "E0305", "a hedge is a second attempt, and \"attempts_max\" is 1",
                {}, "write attempts_max = 2, or remove hedge_after");
        if (model.hedge_after > 0ms && model.candidates.size() == 1)
            add(Places::join(table, "hedge_after"), "W0405", "a hedge needs a second candidate", {},
                "name another one in try, or remove hedge_after");
    }

    void keys() const {
        std::unordered_map<std::string_view, std::size_t> by_name;
        std::unordered_map<std::string_view, std::size_t> by_secret;
        for (std::size_t i = 0; i < snapshot.keys.size(); ++i) {
            const StaticKey& key = snapshot.keys[i];
            const std::string table = Places::join("key", std::to_string(i));
            const std::string name_path = Places::join(table, "name");
            if (places.has(name_path) && !is_name(key.name, true))
                add(name_path, "E0107", "this name of a key cannot be used", {},
                    "use letters, digits, dots, dashes and underscores");
            if (!by_name.emplace(key.name, i).second && !key.name.empty())
                add(name_path, "E0308", "there are two keys named " + quoted(key.name),
                    "logs could not tell them apart", "give one of them another name");
            if (key.secret.is_empty()) continue;
            const auto [first, is_new] = by_secret.emplace(key.secret.reveal(), i);
            if (!is_new)
                add(Places::join(table, "secret"), "E0308",
                    "it is the same secret as that of key " + quoted(snapshot.keys[first->second].name),
                    "nobody could tell whose request it is", "make another one");
            if (key.secret.reveal().size() < key_bytes_min)
                add(Places::join(table, "secret"), "W0406",
                    "the secret is shorter than " + std::to_string(key_bytes_min) + " characters", "it can be guessed",
                    "make one with: openssl rand -hex 24");
        }
    }

    void log() const {
        const std::string& access = snapshot.log.access;
        if (access == "stdout" || access == "off" || access.find('/') != std::string::npos) return;
        Nearest nearest(access);
        nearest.offer("stdout");
        nearest.offer("off");
        add(Places::join("log", "access"), "E0107", "\"access\" is \"stdout\", \"off\" or a path with a slash", {},
            nearest.fix());
    }

    // 96 bits in hexadecimal, 128 in base64: below that a key is no longer out of reach of an offline guess.
    static constexpr std::size_t key_bytes_min = 22;
};

}   // namespace

void check(const Snapshot& snapshot, const Places& places, Problems& problems) {
    const Checker checker{{snapshot, places, problems}};
    checker.server();
    checker.door_limits();
    for (std::size_t i = 0; i < snapshot.upstreams.size(); ++i) checker.upstream(i);
    for (const Model& model : snapshot.models) checker.model(model);
    if (snapshot.models.empty())
        problems.add({}, {"W0404", "there is no model", "every request would be refused",
                          "add [model.NAME] with try = [\"upstream/served-name\"]"});
    checker.keys();
    checker.log();
    check_money(snapshot, places, problems);
    check_guard(snapshot, places, problems);
}

}   // namespace gilmok::config
