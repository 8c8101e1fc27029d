// Result<T>: a value or an Error. The wrapper over tl::expected adds [[nodiscard]] to the type and leaves one file to
// change when the compiler baseline brings std::expected (docs/adr/0003).
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace gilmok {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using tl::expected<T, Error>::expected;
    Result(tl::unexpected<Error> failure) : tl::expected<T, Error>(std::move(failure)) {}
};

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(error); }
inline tl::unexpected<Error> fail(Code code, Fault fault, Retry retry, std::string_view detail) {
    return tl::unexpected<Error>(Error{code, fault, retry, detail});
}

}  // namespace gilmok

// GILMOK_TRY(name, expression): binds `name` to the value or returns the error to the caller.
#define GILMOK_TRY(name, ...)                                                     \
    auto name##_or_error = (__VA_ARGS__);                                         \
    if (!name##_or_error) return ::gilmok::fail(name##_or_error.error());         \
    auto& name = *name##_or_error
