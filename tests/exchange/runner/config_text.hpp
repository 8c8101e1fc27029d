// Makes the gateway's configuration out of the short lines of a script's `config` section.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway_under_test.hpp"
#include "script.hpp"

namespace gilmok::exchange {

inline constexpr std::string_view default_key = "sk-script-0123456789abcdefghijklmnop";
// Everything lives in the world, so fixed addresses are free. Upstreams get 10.0.0.1, 10.0.0.2, … in order of mention.
const io::Address& door_address();

class ConfigText {
public:
    // What is wrong with the line, if anything.
    std::optional<std::string> add(const Step& step);
    // Forgets the lines, keeps the addresses of upstreams: a reload tells the same machines.
    void begin_again();
    [[nodiscard]] bool is_empty() const { return lines_ == 0; }
    [[nodiscard]] GatewayConfig render() const;
    [[nodiscard]] const std::map<std::string, io::Address>& upstreams() const { return addresses_; }

private:
    std::string table_;                               // [upstream…] and [model…] text
    std::map<std::string, std::string> of_section_;   // server, server.limits, retry
    std::string keys_;
    std::map<std::string, std::string> environment_;
    std::map<std::string, io::Address> addresses_;
    bool has_tenant_ = false;
    std::size_t lines_ = 0;
};

}   // namespace gilmok::exchange
