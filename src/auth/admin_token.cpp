#include "auth/admin_token.hpp"

#include "base/text.hpp"

namespace gilmok::auth {

namespace {
constexpr std::size_t token_bytes_min = 16;   // shorter ones are typing errors or guessable
constexpr std::size_t token_bytes_max = 512;
}   // namespace

io::FileResult<Secret> load_admin_token(const config::Server& server, io::Files& files,
                                        std::span<const char, key_random_bytes> random) {
    if (server.admin_token) return server.admin_token->clone();
    std::string path = server.admin_token_file;
    if (path.empty() && !server.state_dir.empty()) path = server.state_dir + "/admin.token";
    return load_secret(path, files, random);
}

io::FileResult<Secret> load_secret(const std::string& path, io::Files& files,
                                   std::span<const char, key_random_bytes> random) {
    if (path.empty()) return key_from(random);
    if (!files.exists(path)) {
        Secret made = key_from(random);
        const auto written = files.write_atomically(path, std::string(made.reveal()) + "\n", 0600);
        if (!written) return tl::unexpected(written.error());
        return made;
    }
    auto text = files.read(path, 4'096);
    if (!text) return tl::unexpected(text.error());
    std::string_view token = trim(*text);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r'))
        token = trim(token.substr(0, token.size() - 1));
    if (token.size() < token_bytes_min || token.size() > token_bytes_max)
        return tl::unexpected(
            io::FileError{0, path + ": the secret in it has 16 to 512 bytes; delete the file to have one made"});
    return Secret(std::string(token));
}

}   // namespace gilmok::auth
