#include "gateway/idempotency.hpp"

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
    if (entries_.size() >= entries_max)
        return fail(Code::overloaded, Fault::gateway, Retry::never, "too many idempotency keys are remembered");
    Entry entry;
    entry.request_hash = request_hash;
    entry.at = now;
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
    ages_.erase(found->second.age);
    entries_.erase(found);
}

void Idempotency::restore(const IdempotencyScope& scope, std::uint64_t request_hash, WallTime at) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= entries_max || entries_.contains(scope)) return;
    Entry entry;
    entry.request_hash = request_hash;
    entry.at = at;
    entry.is_running = false;
    entry.age = ages_.insert(ages_.end(), scope);
    entries_.emplace(scope, std::move(entry));
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
