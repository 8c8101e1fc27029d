// Answers about money as people read them: rounded, with bars, in their language. Programs read the json and csv of report/.
#pragma once

#include <string>
#include <string_view>

#include "cli/messages.hpp"
#include "report/answer.hpp"
#include "report/budgets.hpp"
#include "report/elsewhere.hpp"
#include "report/statement.hpp"

namespace gilmok::cli {

std::string usage_text(const report::Answer& answer, Language language);
std::string spend_text(const report::Answer& answer, Language language);
std::string statements_text(const std::vector<report::Statement>& statements, std::string_view month,
                            Language language);
std::string elsewhere_text(const report::Elsewhere& elsewhere, Language language);
std::string budgets_text(const report::Budgets& budgets, Language language);
// "" when every price is known.
std::string unpriced_text(std::uint64_t unpriced, Language language);

// `part` of `whole` as eighths of a cell, `cells` at most: "███▌".
std::string bar(Pico part, Pico whole, int cells);
// Whole numbers with commas.
std::string with_commas(Pico number);

}   // namespace gilmok::cli
