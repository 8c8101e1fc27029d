// What the verbs about money say to people, in both languages: titles of tables, the lines of a statement, warnings.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/messages.hpp"
#include "report/elsewhere.hpp"

namespace gilmok::cli {

enum class Words : std::uint8_t {
    attempts,
    input,
    cached,
    cache_write,
    audio_image,
    output,
    reasoning,
    pages,
    aborted,
    counted,
    unpriced,
    joules,
    grams,
    share,
    cost,
    corrections,
    idle,
    total,
    tokens_in,
    tokens_out,
    subsidy,
    due,
    nothing,
    period,
    unpriced_warning,
    idle_hint,
    statement_of,
    statement_carried,
    statement_amount_due,
    statement_subsidised_by,
    statement_carried_for,
    month,
    booked,
    not_comparable,
    note_other_tokenizer,
    note_caches_differ,
    note_long_context,
    note_unpriced_here,
    note_idle_left_out,
    note_no_price,
    note_no_rate,
    tenant,
    budget,
    limit,
    spent,
    reserved,
    remaining,
    used,
    state,
    over,
    fine,
    unknown,
    at_limit,
    no_budget,
    live,
    from_tables,
    count_,
};
// With "{0}", "{1}", … replaced.
std::string words(Language language, Words what, std::initializer_list<std::string_view> values = {});
Words words_of(report::Note note);

}   // namespace gilmok::cli
