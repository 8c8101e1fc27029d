// Warnings of budgets, told to whoever is in charge: one JSON object by POST to [webhook] url, signed with
// `x-gilmok-signature: sha256=<hex of HMAC-SHA256 of the body>`; docs/webhook.md shows one. What is not taken (any answer but 2xx) is sent
// again, later each time, for a day at most; so the same one may come twice, and `id` tells. Nothing waits for it. Each warning is a line
// of the process log besides, webhook or not.
// Owner: the control side. Thread: its loop's.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "admit/budget.hpp"
#include "config/snapshot.hpp"
#include "io/dns.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "upstream/state.hpp"

namespace gilmok::gateway {

class Webhook {
public:
    static constexpr std::size_t waiting_max = 256;   // then the oldest is dropped
    struct Services {
        io::Loop& loop;
        io::Files& files;
        io::Dns* dns;   // null: numeric hosts only
    };
    explicit Webhook(const Services& services);
    Webhook(const Webhook&) = delete;
    Webhook& operator=(const Webhook&) = delete;

    // Cheap when nothing changed. What prevents sending is logged once; warnings are logged all the same.
    void use(const config::Webhook& settings);
    void warn(const admit::Warning& warning, Currency currency);

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    // "sha256=…", for those who check.
    static std::string signature(std::string_view secret, std::string_view body);
    static std::string body_of(const admit::Warning& warning, Currency currency, std::string_view id);

private:
    struct Message {
        std::string body;
        Instant begun{};
    };
    std::string open(const config::Webhook& settings);
    void resolve();
    io::Task<> run();
    void give_up();
    io::Task<bool> send(const std::string& body);

    Services services_;
    std::string url_;
    Secret secret_;
    std::shared_ptr<config::Upstream> receiver_ = std::make_shared<config::Upstream>();   // as fetch() wants it
    upstream::StatePtr state_;
    std::string path_;
    std::deque<Message> waiting_;
    std::string last_problem_;
    std::unique_ptr<io::Waiter> waiter_;
    std::unique_ptr<io::Timer> timer_;
    Instant resolved_{};
    io::Task<> task_;
};

}   // namespace gilmok::gateway
