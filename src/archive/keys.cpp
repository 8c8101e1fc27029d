#include "archive/keys.hpp"

#include <algorithm>
#include <cerrno>

#include "base/node_path.hpp"
#include "base/text.hpp"

namespace gilmok::archive {
namespace {

constexpr unsigned key_directory_mode = 0700;
constexpr unsigned key_file_mode = 0600;
constexpr std::size_t directory_characters = 32;

using Failure = tl::unexpected<io::FileError>;
Failure wrong(std::string what) { return Failure(io::FileError{EBADMSG, std::move(what)}); }

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

io::FileResult<WrappedKey> read_key_file(io::Files& files, const std::string& path) {
    const auto text = files.read(path, key_file_bytes_max);
    if (!text) return Failure(text.error());
    auto key = read_wrapped_key(*text);
    if (!key) return wrong(path + ": " + std::string(key.error().detail));
    return std::move(*key);
}

io::FileResult<TenantKey> make_key(io::Files& files, const std::string& in, std::string_view tenant, const Key& master,
                                   const RandomBytes& random) {
    std::array<char, key_bytes> bytes;
    std::array<char, nonce_bytes> nonce;
    TenantKey made;
    random(bytes);
    random(nonce);
    random(made.id);
    made.key = Key(bytes);
    wipe(bytes);
    const auto wrapped = wrap(master, made.key, made.id, tenant, nonce);
    if (!wrapped) return wrong(in + ": no key can be made for this tenant");
    if (auto done = files.make_directory(in, key_directory_mode); !done) return Failure(done.error());
    // On the disk before the first text is sealed with it.
    if (auto done = files.write_atomically(in + "/key", write_wrapped_key(*wrapped), key_file_mode); !done)
        return Failure(done.error());
    return made;
}

// Zeros where the key was, on the disk, before its name goes: who finds the blocks finds no key.
io::FileResult<bool> shred(io::Files& files, const std::string& in) {
    const std::string path = in + "/key";
    {
        auto mapped = files.open_mapped(path);
        if (!mapped) return Failure(mapped.error());
        const std::span<char> bytes = (*mapped)->bytes();
        std::ranges::fill(bytes, '\0');
        if (auto done = (*mapped)->sync(0, bytes.size()); !done) return done;
    }
    if (auto done = files.remove(path); !done) return done;
    return files.sync_directory(in);
}

}   // namespace

io::FileResult<Key> load_master_key(io::Files& files, const config::Archive& settings, const std::string& state_dir,
                                    const RandomBytes& random) {
    if (!settings.key.is_empty()) {
        auto key = key_from_hex(without_line_end(settings.key.reveal()));
        if (!key) return wrong("[archive] key: 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
        return std::move(*key);
    }
    if (state_dir.empty()) return wrong("the archive has no key: set key in [archive] or state_dir in [server]");
    const std::string path = state_dir + "/archive.key";
    auto text = files.read(path, key_file_bytes_max);
    if (!text && text.error().code == ENOENT) {
        if (!random) return wrong(path + ": is not there, so nothing of the archive can be read");
        std::array<char, key_bytes> bytes;
        random(bytes);
        Key key(bytes);
        std::string made = hex({bytes.data(), bytes.size()}) + "\n";
        wipe(bytes);
        const auto written = files.write_atomically(path, made, key_file_mode);
        wipe(made);
        if (!written) return Failure(written.error());
        return key;
    }
    if (!text) return Failure(text.error());
    auto key = key_from_hex(without_line_end(*text));
    wipe(*text);
    if (!key) return wrong(path + ": is not 64 hexadecimal digits; bring it back from where it was saved");
    return std::move(*key);
}

std::string directory_of(const config::Archive& settings, const std::string& state_dir) {
    if (!settings.dir.empty()) return settings.dir;
    return state_dir.empty() ? std::string() : state_dir + "/archive";
}

bool is_kept(std::span<const std::string> tenants, std::string_view tenant) {
    return std::ranges::any_of(tenants, [&](const std::string& node) { return is_at_or_below(tenant, node); });
}

std::string tenant_directory(const std::string& directory, std::string_view tenant) {
    return directory + "/tenants/" + hex(sha256(tenant)).substr(0, directory_characters);
}

io::FileResult<TenantKey> open_tenant_key(io::Files& files, const std::string& directory, std::string_view tenant,
                                          const Key& master, const RandomBytes& random) {
    const std::string in = tenant_directory(directory, tenant);
    if (!files.exists(in + "/key")) return make_key(files, in, tenant, master, random);
    const auto wrapped = read_key_file(files, in + "/key");
    if (!wrapped) return Failure(wrapped.error());
    auto key = unwrap(master, *wrapped);
    if (!key || wrapped->tenant != tenant) return wrong(in + "/key: is not under this master key, or was changed");
    return TenantKey{.id = wrapped->key_id, .key = std::move(*key)};
}

io::FileResult<std::vector<std::string>> tenant_directories(io::Files& files, const std::string& directory) {
    const std::string in = directory + "/tenants";
    auto names = files.list(in);
    // Nothing was kept yet. What may not be looked into is something else.
    if (!names && names.error().code == ENOENT) return std::vector<std::string>{};
    if (!names) return names;
    std::erase_if(*names, [](const std::string& name) { return name.size() != directory_characters; });
    return names;
}

io::FileResult<Destroyed> destroy_keys(io::Files& files, const std::string& directory, std::string_view tenant,
                                       WallTime now) {
    const auto names = tenant_directories(files, directory);
    if (!names) return Failure(names.error());
    Destroyed destroyed;
    for (const std::string& name : *names) {
        const std::string in = directory + "/tenants/" + name;
        if (!files.exists(in + "/key")) continue;
        const auto key = read_key_file(files, in + "/key");
        if (!key) return Failure(key.error());
        if (!is_at_or_below(key->tenant, tenant)) continue;
        if (auto done = shred(files, in); !done) return Failure(done.error());
        destroyed.tenants.push_back(key->tenant);
        const auto tell = [&](const io::FileResult<bool>& done) {
            if (!done) destroyed.problems.push_back(done.error().message);
        };
        auto told = files.open_append(in + "/destroyed", key_file_mode);
        if (told) {
            const auto written = (*told)->append(hex({key->key_id.data(), key->key_id.size()}) + " " + rfc3339(now) +
                                                 " " + key->tenant + "\n");
            tell(written ? (*told)->sync() : io::FileResult<bool>(Failure(written.error())));
        } else {
            destroyed.problems.push_back(told.error().message);
        }
        const auto left = files.list(in);
        if (!left) {
            destroyed.problems.push_back(left.error().message);
            continue;
        }
        for (const std::string& file : *left)
            if (day_of_name(file)) tell(files.remove(in + "/" + file));
        tell(files.sync_directory(in));
    }
    return destroyed;
}

}   // namespace gilmok::archive
