#include "cli/fetch.hpp"

#include <algorithm>

#include "io/linux/dns.hpp"
#include "io/linux/loop.hpp"
#include "io/tls.hpp"

namespace gilmok::cli {

bool has_name(const config::Upstream& upstream) {
    return upstream.host.find(':') == std::string::npos &&
           upstream.host.find_first_not_of("0123456789.") != std::string::npos;
}

namespace {

class RealFetcher final : public Fetcher {
public:
    explicit RealFetcher(io::Files& files) : files_(files) {}

    std::vector<Answer> fetch_all(const std::vector<Ask>& asks) override {
        const auto loop = io::linux_::make_loop();
        std::vector<Answer> answers(asks.size());
        std::vector<io::Task<>> tasks;
        left_ = asks.size();
        if (left_ == 0) return answers;
        if (std::any_of(asks.begin(), asks.end(), [](const Ask& ask) { return has_name(*ask.upstream); }))
            dns_ = std::make_unique<io::linux_::Resolver>();
        tasks.reserve(asks.size());
        for (std::size_t i = 0; i < asks.size(); ++i) {
            tasks.push_back(one(*loop, asks[i], answers[i]));
            tasks.back().start();
        }
        if (left_ > 0) loop->run();
        dns_.reset();
        return answers;
    }

    bool can_listen(const io::Address& address) override {
        const auto loop = io::linux_::make_loop();
        return loop->network().listen(address, {}).has_value();
    }

private:
    io::Task<> one(io::Loop& loop, const Ask& ask, Answer& answer) {
        auto state = std::make_shared<upstream::State>();
        state->name = ask.upstream->name;
        answer.problem = prepare(*ask.upstream, *state);
        if (answer.problem.empty() && has_name(*ask.upstream)) {
            // The waiter outlives the lookup: the resolver answers within its own timeout, and this frame stays until then.
            io::Waiter waiter(loop.ready());
            dns_->resolve(ask.upstream->host, ask.upstream->port, [&](Result<io::Resolved> resolved) {
                loop.submit([&waiter, &state, &answer, resolved = std::move(resolved)] {
                    if (resolved)
                        state->addresses = std::make_shared<const std::vector<io::Address>>(resolved->addresses);
                    else
                        answer.problem = name_not_found;
                    waiter.notify(1);
                });
            });
            co_await waiter.wait(1);
        }
        if (answer.problem.empty()) {
            upstream::FetchWhat what = ask.what;
            auto fetched = co_await upstream::fetch(loop, *ask.upstream, state, std::move(what));
            if (fetched) {
                answer.status = fetched->status;
                answer.body = std::move(fetched->body);
            } else {
                answer.problem = fetched.error().detail;
            }
        }
        if (--left_ == 0) loop.stop();
    }

    // What prevents asking at all; "" when nothing does.
    std::string prepare(const config::Upstream& upstream, upstream::State& state) {
        if (!has_name(upstream)) {
            const std::vector<io::Address> addresses{io::Address{upstream.host, upstream.port}};
            state.addresses = std::make_shared<const std::vector<io::Address>>(addresses);
        }
        if (!upstream.is_tls) return {};
        auto read = io::read_tls_client(files_, upstream.ca_file, {});
        if (!read) return read.error().what;
        state.tls = read->context;
        return {};
    }

    io::Files& files_;
    std::unique_ptr<io::linux_::Resolver> dns_;
    std::size_t left_ = 0;
};

}   // namespace

std::unique_ptr<Fetcher> make_fetcher(io::Files& files) { return std::make_unique<RealFetcher>(files); }

upstream::FetchWhat get(std::string path, Duration timeout) {
    upstream::FetchWhat what;
    what.path = std::move(path);
    what.timeout = timeout;
    return what;
}

config::Upstream plain_upstream(std::string name, const io::Address& address) {
    config::Upstream upstream;
    upstream.name = std::move(name);
    upstream.host = address.host;
    upstream.port = address.port;
    upstream.authority = io::to_string(address);
    return upstream;
}

}   // namespace gilmok::cli
