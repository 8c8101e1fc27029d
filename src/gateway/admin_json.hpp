// The writer of the admin API's answers.
#pragma once

#include "report/json_writer.hpp"

namespace gilmok::gateway {

using report::JsonWriter;

}   // namespace gilmok::gateway
