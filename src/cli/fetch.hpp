// Several small HTTP requests at once, for `up`, `doctor` and `reload`: they look at engines the way the gateway does, with
// its own probe. An interface, so that a test can be the network.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "io/files.hpp"
#include "upstream/probe.hpp"

namespace gilmok::cli {

struct Ask {
    const config::Upstream* upstream = nullptr;   // where, how, with which key
    upstream::FetchWhat what{};
};

struct Answer {
    std::uint16_t status = 0;   // 0: no answer, see `problem`
    std::string body{};
    std::string problem{};
    [[nodiscard]] bool is_ok() const { return status == 200; }
};

// `problem` of a name that no name server knows.
inline constexpr std::string_view name_not_found = "the name is not found";
// Whether it is reached by a name, not by a numeric address.
bool has_name(const config::Upstream& upstream);

class Fetcher {
public:
    virtual ~Fetcher() = default;
    // All in parallel; in the order of `asks`. Names are looked up first.
    virtual std::vector<Answer> fetch_all(const std::vector<Ask>& asks) = 0;
    // Whether a listener can be opened there now.
    virtual bool can_listen(const io::Address& address) = 0;
};

// The real one; `files` for authorities. Runs its own loop on the calling thread.
std::unique_ptr<Fetcher> make_fetcher(io::Files& files);

// A GET with a small answer.
upstream::FetchWhat get(std::string path, Duration timeout);
// The upstream that stands for a plain HTTP server at this address.
config::Upstream plain_upstream(std::string name, const io::Address& address);

}   // namespace gilmok::cli
