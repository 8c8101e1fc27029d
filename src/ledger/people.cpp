#include "ledger/people.hpp"

#include <openssl/hmac.h>

#include <cstring>
#include <memory>

#include "base/text.hpp"

namespace gilmok::ledger {

namespace {

constexpr std::size_t file_bytes_max = 1ULL << 30;
constexpr std::size_t line_bytes = 32 + 1 + 64 + 1;

template <std::size_t size>
std::array<std::uint8_t, size> hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest.data(), &length);
    std::array<std::uint8_t, size> cut{};
    std::memcpy(cut.data(), digest.data(), size);
    return cut;
}

template <std::size_t size>
std::string_view view(const std::array<std::uint8_t, size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

template <std::size_t size>
bool from_hex(std::string_view text, std::array<std::uint8_t, size>& out) {
    if (text.size() != 2 * size) return false;
    for (std::size_t i = 0; i < size; ++i) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

template <std::size_t size, class Random>
void fill(std::array<std::uint8_t, size>& bytes, const Random& random) {
    std::array<char, size> drawn{};
    random(drawn);
    std::memcpy(bytes.data(), drawn.data(), size);
}

io::FileError bad_line(const std::string& path, std::size_t line) {
    return {0, path + ":" + std::to_string(line) + ": not a line of salts; restore the file from a copy, or remove it "
               "(then nobody named before can be found or erased)"};
}

}   // namespace

People::People(io::Files& files, std::string path, Random random)
    : files_(files), path_(std::move(path)), random_(std::move(random)) {}

std::size_t People::Hash::operator()(const Place& place) const {
    std::size_t hash = 0;
    std::memcpy(&hash, place.data(), sizeof hash);
    return hash;
}

People::Place People::place_of(std::string_view tenant, std::string_view user) const {
    std::string text = std::to_string(tenant.size());
    text.append(":").append(tenant).append(user);
    return hmac<16>(view(pepper_), text);
}

io::FileResult<std::unique_ptr<People>> People::open(io::Files& files, std::string path, Random random) {
    std::unique_ptr<People> people(new People(files, std::move(path), std::move(random)));
    if (!files.exists(people->path_)) {
        fill(people->pepper_, people->random_);
        const auto written = files.write_atomically(people->path_, people->render(), 0600);
        if (!written) return tl::unexpected(written.error());
        return people;
    }
    const auto text = files.read(people->path_, file_bytes_max);
    if (!text) return tl::unexpected(text.error());
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        // A line that a crash cut short is nobody's yet.
        if (end == std::string_view::npos && number > 1) break;
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (number == 1) {
            if (!from_hex(line, people->pepper_)) return tl::unexpected(bad_line(people->path_, number));
            continue;
        }
        Place place{};
        Salt salt{};
        const bool is_read = line.size() == line_bytes - 1 && line[32] == ' ' && from_hex(line.substr(0, 32), place) &&
                             from_hex(line.substr(33), salt);
        if (!is_read) return tl::unexpected(bad_line(people->path_, number));
        people->salts_[place] = salt;
    }
    return people;
}

PersonId People::id_of(std::string_view tenant, std::string_view user) {
    if (user.empty()) return {};
    const std::lock_guard lock(mutex_);
    const Place place = place_of(tenant, user);
    auto found = salts_.find(place);
    if (found == salts_.end()) {
        if (salts_.size() >= people_max) return {};
        Salt salt{};
        fill(salt, random_);
        found = salts_.emplace(place, salt).first;
        unwritten_.append(hex(view(place))).append(" ").append(hex(view(salt))).append("\n");
    }
    return hmac<16>(view(found->second), user);
}

PersonId People::find(std::string_view tenant, std::string_view user) {
    const std::lock_guard lock(mutex_);
    const auto found = salts_.find(place_of(tenant, user));
    return found == salts_.end() ? PersonId{} : hmac<16>(view(found->second), user);
}

io::FileResult<bool> People::flush() {
    const std::lock_guard lock(mutex_);
    if (unwritten_.empty()) return true;
    auto file = files_.open_append(path_, 0600);
    if (!file) return tl::unexpected(file.error());
    const auto appended = (*file)->append(unwritten_);
    if (!appended) {
        // Half a line may stand there now: the whole file is written anew at the next turn.
        const auto whole = files_.write_atomically(path_, render(), 0600);
        if (!whole) return tl::unexpected(whole.error());
    }
    unwritten_.clear();
    return true;
}

io::FileResult<bool> People::erase(std::string_view tenant, std::string_view user) {
    const std::lock_guard lock(mutex_);
    const auto found = salts_.find(place_of(tenant, user));
    if (found == salts_.end()) return false;
    const auto kept = *found;
    salts_.erase(found);
    const auto written = files_.write_atomically(path_, render(), 0600);
    if (!written) {
        salts_.insert(kept);
        return tl::unexpected(written.error());
    }
    unwritten_.clear();
    generation_.fetch_add(1, std::memory_order_release);
    return true;
}

std::size_t People::size() const {
    const std::lock_guard lock(mutex_);
    return salts_.size();
}

std::string People::render() const {
    std::string text = hex(view(pepper_)) + "\n";
    text.reserve(text.size() + salts_.size() * line_bytes);
    for (const auto& [place, salt] : salts_) text.append(hex(view(place))).append(" ").append(hex(view(salt))).append("\n");
    return text;
}

}   // namespace gilmok::ledger
