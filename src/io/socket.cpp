#include "io/socket.hpp"

namespace gilmok::io {

std::string to_string(const Address& address) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace gilmok::io
