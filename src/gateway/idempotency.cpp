#include "gateway/idempotency.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "auth/key_hash.hpp"

namespace gilmok::gateway {

namespace {
Error refusal(Code code, std::string_view detail) { return {code, Fault::client, Retry::never, detail}; }

void append_part(std::string& text, std::string_view part) {
    text.append(std::to_string(part.size())).append(":").append(part);
}
}   // namespace

IdempotencyScope scope_of(std::string_view tenant, std::string_view key_id, std::string_view idempotency_key) {
    std::string text = "idempotency v1\n";
    append_part(text, tenant);
    append_part(text, key_id);
    append_part(text, idempotency_key);
    const auth::KeyDigest digest = auth::digest_of(text);
    IdempotencyScope scope;
    std::memcpy(scope.bytes.data(), digest.words.data(), scope.bytes.size());
    return scope;
}

std::uint64_t request_hash_of(std::string_view path, std::string_view body) {
    std::string text = "request v1\n";
    append_part(text, path);
    text.append(body);
    return auth::digest_of(text).words[0];
}

std::size_t Idempotency::Hash::operator()(const IdempotencyScope& scope) const {
    std::size_t hash = 0;
    std::memcpy(&hash, scope.bytes.data(), sizeof hash);
    return hash;
}

Idempotency::Idempotency() {
    free_slots_.reserve(entries_max);
    for (std::size_t slot = entries_max; slot > 0; --slot) free_slots_.push_back(static_cast<std::uint32_t>(slot - 1));
}

// Scope, hash of the request, time; the time is written last and tells that the slot is in use.
void Idempotency::write_slot(const IdempotencyScope& scope, const Entry& entry) {
    if (file_ == nullptr) return;
    char* at = file_->bytes().data() + entry.slot * slot_bytes;
    const std::int64_t time_ns = entry.at.time_since_epoch().count();
    std::memcpy(at, scope.bytes.data(), scope.bytes.size());
    std::memcpy(at + 16, &entry.request_hash, sizeof entry.request_hash);
    std::atomic_signal_fence(std::memory_order_seq_cst);   // the process may be killed between any two stores
    std::memcpy(at + 24, &time_ns, sizeof time_ns);
}

void Idempotency::clear_slot(std::uint32_t slot) {
    free_slots_.push_back(slot);
    if (file_ != nullptr) std::memset(file_->bytes().data() + slot * slot_bytes + 24, 0, 8);
}

void Idempotency::keep_in(std::unique_ptr<io::MappedFile> file, WallTime now) {
    const std::lock_guard lock(mutex_);
    file_ = std::move(file);
    free_slots_.clear();
    std::vector<std::pair<IdempotencyScope, Entry>> left;
    for (std::size_t slot = entries_max; slot-- > 0;) {
        const char* at = file_->bytes().data() + slot * slot_bytes;
        IdempotencyScope scope;
        Entry entry;
        std::int64_t time_ns = 0;
        std::memcpy(scope.bytes.data(), at, scope.bytes.size());
        std::memcpy(&entry.request_hash, at + 16, sizeof entry.request_hash);
        std::memcpy(&time_ns, at + 24, sizeof time_ns);
        entry.at = WallTime(Duration(time_ns));
        entry.slot = static_cast<std::uint32_t>(slot);
        entry.is_running = false;
        if (time_ns == 0 || now - entry.at >= ttl_)
            clear_slot(entry.slot);
        else
            left.emplace_back(scope, std::move(entry));
    }
    std::sort(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    for (auto& [scope, entry] : left) {
        entry.age = ages_.insert(ages_.end(), scope);
        entries_.emplace(scope, std::move(entry));
    }
}

void Idempotency::set_limits(Duration ttl, std::uint64_t bytes_max) {
    const std::lock_guard lock(mutex_);
    ttl_ = ttl;
    bytes_max_ = bytes_max;
}

void Idempotency::drop_answer(Entry& entry) {
    if (entry.kept == nullptr) return;
    bytes_kept_ -= entry.kept->body.size();
    entry.kept.reset();
}

void Idempotency::expire(WallTime now) {
    while (!ages_.empty()) {
        const auto found = entries_.find(ages_.front());
        if (found->second.is_running || now - found->second.at < ttl_) break;
        drop_answer(found->second);
        clear_slot(found->second.slot);
        entries_.erase(found);
        ages_.pop_front();
    }
}

Result<Idempotency::Begun> Idempotency::begin(const IdempotencyScope& scope, std::uint64_t request_hash, WallTime now) {
    const std::lock_guard lock(mutex_);
    expire(now);
    const auto found = entries_.find(scope);
    if (found != entries_.end()) {
        const Entry& entry = found->second;
        if (entry.request_hash != request_hash)
            return fail(refusal(Code::idempotency_mismatch, "the key was used with another request"));
        if (entry.is_running) return fail(refusal(Code::idempotency_running, "the first request is still running"));
        if (entry.kept == nullptr) return fail(refusal(Code::idempotency_answered, "the answer is no longer kept"));
        return Begun{entry.kept};
    }
    if (free_slots_.empty())
        return fail(Code::overloaded, Fault::gateway, Retry::never, "too many idempotency keys are remembered");
    Entry entry;
    entry.request_hash = request_hash;
    entry.at = now;
    entry.slot = free_slots_.back();
    free_slots_.pop_back();
    write_slot(scope, entry);
    entry.age = ages_.insert(ages_.end(), scope);
    entries_.emplace(scope, std::move(entry));
    return Begun{};
}

void Idempotency::keep(const IdempotencyScope& scope, Kept answer, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(scope);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.is_running = false;
    entry.at = now;
    if (answer.body.size() > bytes_max_) return;
    bytes_kept_ += answer.body.size();
    entry.kept = std::make_shared<const Kept>(std::move(answer));
    for (const IdempotencyScope& oldest : ages_) {
        if (bytes_kept_ <= bytes_max_) break;
        if (!(oldest == scope)) drop_answer(entries_.find(oldest)->second);
    }
}

void Idempotency::forget_answer(const IdempotencyScope& scope, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(scope);
    if (found == entries_.end()) return;
    found->second.is_running = false;
    found->second.at = now;
}

void Idempotency::release(const IdempotencyScope& scope) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(scope);
    if (found == entries_.end()) return;
    drop_answer(found->second);
    clear_slot(found->second.slot);
    ages_.erase(found->second.age);
    entries_.erase(found);
}

std::uint64_t Idempotency::bytes_kept() const {
    const std::lock_guard lock(mutex_);
    return bytes_kept_;
}
std::uint64_t Idempotency::bytes_max() const {
    const std::lock_guard lock(mutex_);
    return bytes_max_;
}
std::size_t Idempotency::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}   // namespace gilmok::gateway
