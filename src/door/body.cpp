#include "door/body.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/give_back.hpp"

namespace gilmok::door {

using wire::http1::Framing;

Result<bool> BodyCollector::charge(std::uint64_t bytes) {
    if (!budget_->take(bytes))
        return fail(Code::overloaded, Fault::gateway, Retry::never, "the memory for request bodies is used up");
    bytes_charged_ += bytes;
    return true;
}

void BodyCollector::release() {
    budget_->give_back(bytes_charged_);
    bytes_charged_ = 0;
    owned_.reset();
    give_back(decoded_);
    block_ = nullptr;
}

Result<bool> BodyCollector::begin(const wire::http1::RequestHead& head, const Block& block, std::size_t head_end,
                                  std::size_t filled) {
    block_ = &block;
    head_end_ = head_end;
    is_chunked_ = head.framing == Framing::chunked;
    surplus_begin_ = head_end;
    surplus_end_ = filled;
    bytes_received_ = 0;   // of the body before this one, on the same connection
    length_ = 0;
    if (is_chunked_) {
        chunks_ = wire::http1::BodyReader(Framing::chunked, 0, limits_);
        return decode(block.view(head_end, filled));
    }
    length_ = head.framing == Framing::length ? head.content_length : 0;
    if (length_ > body_bytes_max_)
        return fail(Code::body_too_large, Fault::client, Retry::never, "Content-Length is above body_bytes_max");
    const std::size_t here = std::min<std::uint64_t>(filled - head_end, length_);
    bytes_received_ = here;
    surplus_begin_ = head_end + here;
    if (length_ > Block::bytes - head_end) {
        GILMOK_TRY(charged, charge(length_));
        static_cast<void>(charged);
        owned_ = std::make_unique_for_overwrite<char[]>(length_);
        std::memcpy(owned_.get(), block.data() + head_end, here);
        surplus_begin_ = surplus_end_;
    }
    return bytes_received_ == length_;
}

std::span<char> BodyCollector::space() const {
    if (is_chunked_) return block_->space(head_end_);
    if (owned_) return {owned_.get() + bytes_received_, length_ - bytes_received_};
    return block_->space(head_end_ + bytes_received_, head_end_ + length_);
}

Result<bool> BodyCollector::received(std::size_t count) {
    if (is_chunked_) {
        surplus_begin_ = head_end_;
        surplus_end_ = head_end_ + count;
        return decode(block_->view(head_end_, head_end_ + count));
    }
    bytes_received_ += count;
    GILMOK_ASSERT(bytes_received_ <= length_);
    if (!owned_) surplus_begin_ = surplus_end_ = head_end_ + bytes_received_;
    return bytes_received_ == length_;
}

Result<bool> BodyCollector::decode(std::string_view bytes) {
    while (!bytes.empty()) {
        GILMOK_TRY(step, chunks_.feed(bytes));
        if (decoded_.size() + step.payload.size() > body_bytes_max_)
            return fail(Code::body_too_large, Fault::client, Retry::never, "the chunked body is above body_bytes_max");
        const std::size_t capacity_before = decoded_.capacity();
        decoded_.append(step.payload);
        if (decoded_.capacity() > capacity_before) {
            GILMOK_TRY(charged, charge(decoded_.capacity() - capacity_before));
            static_cast<void>(charged);
        }
        bytes.remove_prefix(step.consumed);
        surplus_begin_ += step.consumed;
        bytes_received_ += step.payload.size();
        if (step.is_done) return true;
    }
    return false;
}

std::string_view BodyCollector::body() const {
    if (block_ == nullptr) return {};
    if (is_chunked_ || !decoded_.empty()) return decoded_;
    if (owned_) return {owned_.get(), length_};
    return block_->view(head_end_, head_end_ + length_);
}

Result<bool> BodyCollector::replace(std::string decoded) {
    GILMOK_TRY(charged, charge(decoded.capacity()));
    static_cast<void>(charged);
    decoded_ = std::move(decoded);
    is_chunked_ = true;   // body() is decoded_, also when that is empty
    return true;
}

}   // namespace gilmok::door
