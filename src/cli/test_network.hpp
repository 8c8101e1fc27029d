// A network for tests of cli/: answers by "host:port method path", nothing else listens. Tests only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/fetch.hpp"

namespace gilmok::cli {

class FakeNetwork final : public Fetcher {
public:
    std::map<std::string, Answer> answers;   // "127.0.0.1:8000 GET /v1/models"
    std::set<std::uint16_t> ports_taken;
    std::vector<std::string> asked;

    std::vector<Answer> fetch_all(const std::vector<Ask>& asks) override {
        std::vector<Answer> out;
        for (const Ask& ask : asks) {
            asked.push_back(ask.upstream->authority + " " + ask.what.method + " " + ask.what.path);
            const auto found = answers.find(asked.back());
            out.push_back(found != answers.end() ? found->second : Answer{.problem = "connection refused"});
        }
        return out;
    }
    bool can_listen(const io::Address& address) override { return !ports_taken.contains(address.port); }
};

}   // namespace gilmok::cli
