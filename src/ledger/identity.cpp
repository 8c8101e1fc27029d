#include "ledger/identity.hpp"

#include <cerrno>
#include <utility>
#include <vector>

namespace gilmok::ledger {

namespace {

constexpr std::string_view first_line = "gilmok-ledger 1";
constexpr std::size_t file_bytes_max = 4096;
constexpr std::size_t id_characters = 26;
constexpr unsigned key_mode = 0600;
constexpr unsigned identity_mode = 0644;

using Failure = tl::unexpected<io::FileError>;

Failure wrong(const std::string& what) { return Failure(io::FileError{EBADMSG, what}); }

std::string text_of(const std::string& id, const VerifierKey& key) {
    return std::string(first_line) + "\n" + id + "\n" + key.name + "\n" + key.text() + "\n";
}

io::FileResult<Signer> read_key(io::Files& files, const std::string& path) {
    auto bytes = files.read(path, file_bytes_max);
    if (!bytes) return Failure(bytes.error());
    const Secret text(std::move(*bytes));
    std::string_view line = text.reveal();
    if (line.ends_with('\n')) line.remove_suffix(1);
    auto signer = Signer::from_stored(line);
    if (!signer) return wrong(path + ": is not the private key of a ledger");
    return std::move(*signer);
}

io::FileResult<Signer> make_key(io::Files& files, const std::string& path, const NewIdentity& fresh) {
    if (fresh.id.size() != id_characters) return wrong(path + ": a ledger's id has 26 characters");
    std::string origin = fresh.origin.empty() ? "gilmok" : fresh.origin;
    if (!origin.ends_with(fresh.id)) origin += (origin.ends_with('/') ? "" : "/") + fresh.id;
    auto signer = Signer::from_seed(origin, fresh.seed);
    if (!signer) return wrong(path + ": no key can have the name " + origin);
    const Secret text(std::string(signer->stored().reveal()) + "\n");
    if (auto done = files.write_atomically(path, text.reveal(), key_mode); !done) return Failure(done.error());
    return std::move(*signer);
}

}   // namespace

io::FileResult<Identity> open_identity(io::Files& files, const std::string& directory, const NewIdentity& fresh) {
    const std::string path = directory + "/identity";
    const std::string key_path = directory + "/key";
    const bool is_known = files.exists(path);
    const bool has_key = files.exists(key_path);
    if (is_known && !has_key)
        return wrong(key_path + ": is missing, so nothing can be signed; bring it back from where it was saved");
    // Only an empty log can have lost its identity to a cut start.
    if (!is_known && files.exists(directory + "/checkpoint"))
        return wrong(path + ": is missing beside a ledger; bring it back from where it was saved");

    auto signer = has_key ? read_key(files, key_path) : make_key(files, key_path, fresh);
    if (!signer) return Failure(signer.error());
    const VerifierKey& key = signer->verifier();
    if (key.name.size() < id_characters) return wrong(key_path + ": is not the private key of a ledger");
    std::string id = key.name.substr(key.name.size() - id_characters);
    const std::string expected = text_of(id, key);
    if (!is_known) {
        if (auto done = files.write_atomically(path, expected, identity_mode); !done) return Failure(done.error());
    } else {
        auto text = files.read(path, file_bytes_max);
        if (!text) return Failure(text.error());
        if (*text != expected) return wrong(path + ": does not name the key beside it, " + key.text());
    }
    return Identity{std::move(id), std::move(*signer)};
}

}   // namespace gilmok::ledger
