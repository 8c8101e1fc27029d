// Answers that gilmok gives itself: refusals, failures, and its own small documents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace gilmok::gateway {

struct Reply {
    std::string_view request_id{};
    std::uint8_t client_version_minor = 1;
    bool keep_alive = true;
    bool is_head = false;   // no body, but its length
    bool is_simulated = false;
    std::uint32_t retry_after_s = 0;   // 0 = none
    std::string_view allow{};          // for 405
    std::string_view more_headers{};   // whole lines
};

// `date_line` is a whole "date: …\r\n".
void append_reply(std::string& out, const Reply& reply, std::uint16_t status, std::string_view content_type,
                  std::string_view body, std::string_view date_line);
// In the dialect's own shape. `detail` names what was wrong in this request (a model, a limit).
void append_error_reply(std::string& out, const Reply& reply, const Error& error, std::string_view detail,
                        std::string_view date_line);

}   // namespace gilmok::gateway
