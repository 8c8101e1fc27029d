// Goal: a batch is there as a whole or not at all, however it is cut and wherever it fails, and what breaks a promise of the format
// rings and changes nothing. Method: a database that fails at each statement in turn, and questions over a connection of their own.
#include <doctest/doctest.h>

#include <cerrno>

#include "ledger/table_database.hpp"
#include "ledger/test_entries.hpp"
#include "ledger/test_tables.hpp"

namespace gilmok::ledger {
namespace {

// Fails at the n-th statement, once.
class FailingDatabase final : public Database {
public:
    FailingDatabase(std::unique_ptr<Database> real, std::uint64_t& left) : real_(std::move(real)), left_(left) {}
    [[nodiscard]] Dialect dialect() const override { return real_->dialect(); }
    TablesResult<bool> run(const std::string& sql, std::span<const Parameter> parameters, const OnRow& on_row,
                           std::string_view doing) override {
        if (is_due()) return failure();
        return real_->run(sql, parameters, on_row, doing);
    }
    TablesResult<std::vector<bool>> write(const RowStatement& statement, std::size_t rows,
                                          const std::function<void(std::size_t, RowSink&)>& fill,
                                          std::string_view doing) override {
        if (is_due()) return failure();
        return real_->write(statement, rows, fill, doing);
    }
    TablesResult<bool> begin(bool is_read_only) override { return real_->begin(is_read_only); }
    TablesResult<bool> commit() override {
        if (is_due()) return failure();
        return real_->commit();
    }
    void rollback() override { real_->rollback(); }
    void rest() override { real_->rest(); }

private:
    bool is_due() { return left_ != 0 && --left_ == 0; }
    static tl::unexpected<TablesProblem> failure() {
        return tl::unexpected<TablesProblem>(TablesProblem{EIO, "injected"});
    }
    std::unique_ptr<Database> real_;
    std::uint64_t& left_;
};

}   // namespace

TEST_CASE("a second terminal record changes nothing and rings") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    model::Reserve reserve;
    reserve.ref = terminal_of(1).ref;
    model::Terminal first = terminal_of(1), second = terminal_of(1);
    first.charge.cost_ledger = 5 * pico_per_unit;
    second.charge.cost_ledger = 7 * pico_per_unit;
    const std::vector<IndexedEntry> batch{indexed(0, reserve), indexed(1, first), indexed(2, second)};
    value_of(tables->apply(batch));
    const std::vector<IndexedEntry> later{indexed(3, second),
                                          indexed(4, reserve),
                                          indexed(5, terminal_of(2)),
                                          indexed(6, Correction{.ref = terminal_of(9).ref}),
                                          indexed(7, Name{model::NameId{1}, NameKind::tag, "a"}),
                                          indexed(8, Name{model::NameId{1}, NameKind::tag, "b"})};
    value_of(tables->apply(later));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const auto rows = value_of(questions->usage(everything, {}, 540));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].attempts == 2);
    CHECK((rows[0].cost_ledger == 5 * pico_per_unit));
    CHECK(value_of(questions->open_attempts()).empty());
    CHECK(whats(*questions) == std::vector<std::string>{"name_given_twice", "correction_of_nothing",
                                                        "terminal_without_reserve", "reserve_after_terminal",
                                                        "second_terminal", "second_terminal"});
}

TEST_CASE("a batch that does not begin where the last one ended is refused") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    const std::vector<IndexedEntry> batch{indexed(0, Note{"{}"}), indexed(1, Note{"{}"})};
    value_of(tables->apply(batch));
    CHECK_FALSE(tables->apply(batch).has_value());
    const std::vector<IndexedEntry> far{indexed(3, Note{"{}"})};
    CHECK_FALSE(tables->apply(far).has_value());
    const std::vector<IndexedEntry> torn{indexed(2, Note{"{}"}), indexed(4, Note{"{}"})};
    CHECK_FALSE(tables->apply(torn).has_value());
    CHECK(value_of(tables->folded()).records == 2);
    CHECK(value_of(tables->folded()).oldest_open_index == 2);
}

TEST_CASE("a batch in parts is seen as a whole and taken back as a whole") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    model::Reserve first, second;
    first.ref = terminal_of(1).ref;
    second.ref = terminal_of(2).ref;
    const std::vector<IndexedEntry> begin{indexed(0, first), indexed(1, second)};
    const std::vector<IndexedEntry> end{indexed(2, terminal_of(1))};
    for (const bool is_torn : {true, false}) {
        value_of(tables->add(begin));
        value_of(tables->add(end));
        CHECK(value_of(questions->folded()).records == 0);
        if (is_torn) {
            CHECK_FALSE(tables->add(begin).has_value());
            CHECK(value_of(tables->folded()).records == 0);
        }
        value_of(tables->commit());
    }
    CHECK(value_of(questions->folded()).records == 3);
    CHECK(value_of(questions->folded()).oldest_open_index == 1);
    CHECK(value_of(questions->usage(everything, {}, 540))[0].attempts == 1);
    REQUIRE(value_of(questions->open_attempts()).size() == 1);
    CHECK(whats(*questions).empty());
}

TEST_CASE("an attempt that begins again in a later part rings, and is written once") {
    const TemporaryDirectory directory;
    auto tables = value_of(open_sqlite(directory.file("t")));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    model::Reserve over, open;
    over.ref = terminal_of(1).ref;
    open.ref = terminal_of(2).ref;
    const std::vector<IndexedEntry> one{indexed(0, over), indexed(1, open)};
    const std::vector<IndexedEntry> two{indexed(2, open), indexed(3, terminal_of(1))};
    const std::vector<IndexedEntry> three{indexed(4, over)};
    for (const auto* part : {&one, &two, &three}) value_of(tables->add(*part));
    value_of(tables->commit());
    REQUIRE(value_of(questions->open_attempts()).size() == 1);
    CHECK(value_of(questions->folded()).oldest_open_index == 1);
    CHECK(whats(*questions) == std::vector<std::string>{"reserve_after_terminal", "second_reserve"});
}

TEST_CASE("a batch that fails at any statement counts nothing, and counts once when it is tried again") {
    const TemporaryDirectory directory;
    TablesWorld world(13);
    std::uint64_t left = 0;
    auto real = value_of(connect_sqlite({.path = directory.file("t")}));
    auto tables = value_of(make_tables(std::make_unique<FailingDatabase>(std::move(real), left), 540));
    const auto questions = value_of(ask_sqlite(directory.file("t")));
    const std::array by{Dimension::day, Dimension::key};
    std::uint64_t failed = 0;
    for (std::uint64_t round = 0; round < 120; ++round) {
        for (int step = 0; step < 30; ++step) world.step();
        const std::vector<IndexedEntry> batch = world.take();
        const std::uint64_t before = value_of(tables->folded()).records;
        left = 1 + round % 60;
        if (!tables->apply(batch)) {
            ++failed;
            left = 0;
            REQUIRE(value_of(tables->folded()).records == before);
            value_of(tables->apply(batch));
        }
        left = 0;
        if (round % 10 != 9) continue;
        REQUIRE(shown(value_of(questions->usage(everything, by, 540))) ==
                shown(world.usage(everything, {by.begin(), by.end()}, 540)));
    }
    CHECK(failed > 40);
}

}   // namespace gilmok::ledger
