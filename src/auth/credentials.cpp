#include "auth/credentials.hpp"

#include "base/secret.hpp"
#include "base/text.hpp"

namespace gilmok::auth {

namespace {

tl::unexpected<Error> refuse(std::string_view detail) {
    return fail(Code::key_invalid, Fault::client, Retry::never, detail);
}

}   // namespace

Result<std::string_view> read_credentials(const wire::http1::Headers& headers) {
    using wire::http1::Known;
    std::string_view found;
    bool has_found = false;
    for (const auto& header : headers) {
        if (header.known != Known::authorization && header.known != Known::x_api_key) continue;
        std::string_view key = header.value;
        if (header.known == Known::authorization) {
            static constexpr std::string_view scheme = "Bearer";
            const bool is_bearer = key.size() > scheme.size() &&
                                   (key.starts_with(scheme) ||   // as nearly everybody writes it
                                    equal_ignoring_case(key.substr(0, scheme.size()), scheme)) &&
                                   (key[scheme.size()] == ' ' || key[scheme.size()] == '\t');
            if (!is_bearer) return refuse("the Authorization header must be \"Bearer\" and the API key");
            key = trim(key.substr(scheme.size()));
        }
        if (key.empty()) return refuse("the API key is empty");
        if (key.size() > credential_bytes_max) return refuse("the API key is longer than 512 bytes");
        if (!is_visible_ascii(key)) return refuse("the API key holds a byte that no key has");
        if (has_found && !equal_in_constant_time(found, key)) return refuse("two API keys were sent and they differ");
        found = key;
        has_found = true;
    }
    if (!has_found) return fail(Code::key_missing, Fault::client, Retry::never, "no API key was sent");
    return found;
}

}   // namespace gilmok::auth
