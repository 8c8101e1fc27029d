// Idempotency-Key, as Stripe has it (https://docs.stripe.com/api/idempotent_requests): a client that did not hear the end
// of a request sends it again under the same key, and it is done and paid for once. The scope is the tenant and the API
// key; the same key with another body is refused (422), while the first one runs it is 409, and afterwards the answer is
// given again, marked `idempotency-replayed: true`. What ended before anything was answered (a refusal by gilmok, no
// upstream) does not count, so that it may be tried again.
//
// Answers live in memory, oldest out first. That a key was used lives in a file mapped into memory, so a process that is
// killed does not forget it: what no longer fits, or was begun or answered by a process that is gone, is refused with 409
// idempotency_answered. Never done twice, and never a made-up answer.
// Owner: the process. Thread-safe: one short lock, taken only by requests that carry the header.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/files.hpp"

namespace gilmok::gateway {

struct IdempotencyScope {
    std::array<std::uint8_t, 16> bytes{};   // SHA-256 of tenant, API key and Idempotency-Key, cut
    bool operator==(const IdempotencyScope&) const = default;
};
IdempotencyScope scope_of(std::string_view tenant, std::string_view key_id, std::string_view idempotency_key);
std::uint64_t request_hash_of(std::string_view path, std::string_view body);

class Idempotency {
public:
    Idempotency();
    static constexpr std::size_t key_bytes_max = 255;
    static constexpr std::size_t entries_max = 262'144;   // remembered at once, running ones included
    static constexpr std::size_t slot_bytes = 32;
    static constexpr std::size_t file_bytes = slot_bytes * entries_max;

    struct Kept {
        std::uint16_t status = 0;
        std::string content_type;
        std::string body;
    };
    // What begin() found. `kept` is set when the answer is to be given again.
    struct Begun {
        std::shared_ptr<const Kept> kept;
    };

    void set_limits(Duration ttl, std::uint64_t bytes_max);
    // Errors (fault client): idempotency_running, idempotency_mismatch, idempotency_answered; overloaded at entries_max.
    // Without `kept` and error the caller is the first, and owes exactly one of the three ends below.
    Result<Begun> begin(const IdempotencyScope& scope, std::uint64_t request_hash, WallTime now);
    void keep(const IdempotencyScope& scope, Kept answer, WallTime now);
    // Answered, but too large to keep or cut off: money was spent, so it is never done again.
    void forget_answer(const IdempotencyScope& scope, WallTime now);
    void release(const IdempotencyScope& scope);
    // Reads what an earlier process left in the file of file_bytes, and writes into it from now on. Once, before begin().
    void keep_in(std::unique_ptr<io::MappedFile> file, WallTime now);

    [[nodiscard]] std::uint64_t bytes_kept() const;
    [[nodiscard]] std::uint64_t bytes_max() const;
    [[nodiscard]] std::size_t size() const;

private:
    struct Hash {
        std::size_t operator()(const IdempotencyScope& scope) const;
    };
    struct Entry {
        std::uint64_t request_hash = 0;
        WallTime at{};
        std::uint32_t slot = 0;
        bool is_running = true;
        std::shared_ptr<const Kept> kept;
        std::list<IdempotencyScope>::iterator age;
    };
    void expire(WallTime now);
    void drop_answer(Entry& entry);
    void write_slot(const IdempotencyScope& scope, const Entry& entry);
    void clear_slot(std::uint32_t slot);

    mutable std::mutex mutex_;
    std::unordered_map<IdempotencyScope, Entry, Hash> entries_;
    std::list<IdempotencyScope> ages_;   // oldest first
    std::unique_ptr<io::MappedFile> file_;
    std::vector<std::uint32_t> free_slots_;
    Duration ttl_ = std::chrono::hours(24);
    std::uint64_t bytes_max_ = 64ULL << 20;
    std::uint64_t bytes_kept_ = 0;
};

}   // namespace gilmok::gateway
