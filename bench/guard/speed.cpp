// How fast the guard reads: the product's own detector beside Hyperscan with regular expressions for kinds of the same sorts, on the same
// texts, in turn. What is timed is this thread's CPU time, because other work shares the machine. Prints one line of JSON for each
// figure: {"subject", "case", "metric", "unit", "values"}. usage: bench_guard_speed SEED ROUNDS BYTES [DIR to write the texts to]
#include <hs.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "generate.hpp"
#include "guard/detector.hpp"

namespace {

using gilmok::bench::Disguise;
using gilmok::bench::Generator;
using gilmok::bench::Register;
using gilmok::model::DataKind;
namespace guard = gilmok::guard;

// Written from the forms' descriptions, as an operator would for a regular-expression engine; no checks, no words beside
// them. Borders of words are ASCII's, because the engine knows no other.
constexpr const char* patterns[] = {
    R"(\b\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[-. ]?[0-9]\d{6}\b)",
    R"(\b[MSRODG]\d{8}\b)",
    R"(\b[MSROD]\d{3}[A-Z]\d{4}\b)",
    R"(\b(1[1-9]|2[0-68])[- ]?\d{2}[- ]?\d{6}[- ]?\d{2}\b)",
    R"(\b\d{3}-?\d{2}-?\d{5}\b)",
    R"(\b\d{6}-?\d{7}\b)",
    R"(\b01[016789][-. ]?\d{3,4}[-. ]?\d{4}\b)",
    R"(\b0(2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50\d|80)[-) ]?\d{3,4}-?\d{4}\b)",
    R"(\+82[- ]?\d{1,2}[- ]?\d{3,4}[- ]?\d{4}\b)",
    R"(\b\d{3,6}-\d{2,6}-\d{3,7}(-\d{1,3})?\b)",
    R"(\d{2,3} ?[가-힣] ?\d{4}\b)",
    R"([가-힣]{1,10}(로|길) ?\d{1,4}(-\d{1,4})?)",
    R"([가-힣]{1,10}(동|리|가) ?\d{1,4}(-\d{1,4})?)",
    R"([가-힣]{2,4} ?(씨|님|과장|부장|대리|교수|의원|변호사))",
    R"((성명|이름|담당자|예금주|환자) ?:? ?[가-힣]{2,4})",
    R"(\bP\d{12}\b)",
    R"([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,10}\b)",
    R"(\b(\d{1,3}\.){3}\d{1,3}\b)",
    R"(\b([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b)",
    R"(\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}\b)",
    R"(\b[A-Z]{2}\d{2} ?([A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b)",
    R"(\b\d{3}-\d{2}-\d{4}\b)",
    R"(\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b)",
    R"(\b[STFGM]\d{7}[A-Z]\b)",
    R"(\b(A3T|AKIA|ASIA)[A-Z0-9]{16}\b)",
    R"(\bsk-[A-Za-z0-9_-]{20,100}\b)",
    R"(\bgh[posur]_[A-Za-z0-9]{36}\b)",
    R"(\bAIza[A-Za-z0-9_-]{35}\b)",
    R"(\bxox[abprs]-[A-Za-z0-9-]{10,80}\b)",
    R"(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)",
    R"(\beyJ[A-Za-z0-9_-]{10,200}\.eyJ[A-Za-z0-9_-]{10,200}\.)",
    R"([a-z]{3,12}://[^\s:@/]{1,64}:[^\s:@/]{1,64}@)",
    R"((password|passwd|secret|token|api[_-]?key)["']? ?[=:] ?["']?\S{6,64})",
};

// The engine compiles all of them into one automaton. No starts of matches: it reports ends, which is its faster way.
class Hyperscan {
public:
    Hyperscan() {
        std::vector<unsigned> flags(std::size(patterns), HS_FLAG_UTF8), ids(std::size(patterns));
        for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
        hs_compile_error_t* error = nullptr;
        if (hs_compile_multi(patterns, flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                             nullptr, &database_, &error) != HS_SUCCESS) {
            std::fprintf(stderr, "Hyperscan refused pattern %d: %s\n", error->expression, error->message);
            std::exit(1);
        }
        if (hs_alloc_scratch(database_, &scratch_) != HS_SUCCESS) std::exit(1);
    }
    ~Hyperscan() {
        hs_free_scratch(scratch_);
        hs_free_database(database_);
    }
    Hyperscan(const Hyperscan&) = delete;
    Hyperscan& operator=(const Hyperscan&) = delete;
    std::size_t scan(std::string_view text) {
        std::size_t matches = 0;
        const auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* to) {
            ++*static_cast<std::size_t*>(to);
            return 0;
        };
        hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, count, &matches);
        return matches;
    }

private:
    hs_database_t* database_ = nullptr;
    hs_scratch_t* scratch_ = nullptr;
};

double cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// CPU seconds of one call, over as many as fill 20 ms.
double seconds_of(const std::function<std::size_t()>& call) {
    static volatile std::size_t kept = 0;
    for (std::size_t calls = 1;; calls *= 4) {
        const double begin = cpu_s();
        for (std::size_t i = 0; i < calls; ++i) kept = kept + call();
        const double took = cpu_s() - begin;
        if (took > 0.02) return took / static_cast<double>(calls);
    }
}

struct Case {
    const char* name;
    std::string text;
};

std::vector<Case> make_cases(std::uint64_t seed, std::size_t bytes) {
    Generator generator(seed);
    std::string korean, dense;
    for (const Register as : {Register::official, Register::chat, Register::form})
        korean += generator.clean(as, bytes / 3);
    for (std::size_t kind = 0; dense.size() < bytes; kind = (kind + 1) % static_cast<std::size_t>(DataKind::pattern)) {
        const auto data = static_cast<DataKind>(kind);
        const Register as =
            kind <= static_cast<std::size_t>(DataKind::kr_name) ? Register::official : Register::english;
        if (Generator::is_usual(data, as)) dense += generator.with(data, as, Disguise::none).text + '\n';
    }
    return {{"clean Korean", korean}, {"clean English", generator.clean(Register::english, bytes)}, {"dense", dense}};
}

struct Figure {
    std::string subject, of, metric, unit;
    bool operator<(const Figure& other) const {
        return std::tie(subject, of, metric) < std::tie(other.subject, other.of, other.metric);
    }
};
using Figures = std::map<Figure, std::vector<double>>;

// What the guard adds to each piece of an answer that streams: the scan of what may go and the question what may not yet.
double nanoseconds_a_chunk(const guard::Detector& detector, std::string_view text, std::size_t chunk_bytes) {
    guard::DetectScratch scratch;
    std::vector<gilmok::model::Finding> findings;
    const std::string_view part = text.substr(0, std::min<std::size_t>(text.size(), 16'384));
    const std::size_t chunks = (part.size() + chunk_bytes - 1) / chunk_bytes;
    const double seconds = seconds_of([&] {
        std::string held;
        findings.clear();
        for (std::size_t at = 0; at < part.size(); at += chunk_bytes) {
            held += part.substr(at, chunk_bytes);
            const std::size_t ready = held.size() - detector.open_tail(held);
            if (!detector.scan(std::string_view(held).substr(0, ready), scratch, findings)) std::abort();
            held.erase(0, ready);
        }
        return findings.size();
    });
    return seconds * 1e9 / static_cast<double>(chunks);
}

void measure(const std::vector<Case>& cases, int rounds, Figures& figures) {
    const guard::Detector detector({});
    guard::DetectScratch scratch;
    std::vector<gilmok::model::Finding> findings;
    Hyperscan hyperscan;
    for (int round = 0; round < rounds; ++round)
        for (const Case& one : cases) {
            const double megabytes = static_cast<double>(one.text.size()) / 1e6;
            const double own = seconds_of([&] {
                findings.clear();
                return detector.scan(one.text, scratch, findings) ? findings.size() : 0;
            });
            figures[{"gilmok", one.name, "read", "MB/s"}].push_back(megabytes / own);
            figures[{"gilmok", one.name, "found", "findings/KB"}].push_back(static_cast<double>(findings.size()) /
                                                                            megabytes / 1e3);
            std::size_t matches = 0;
            const double theirs = seconds_of([&] { return matches = hyperscan.scan(one.text); });
            figures[{"hyperscan", one.name, "read", "MB/s"}].push_back(megabytes / theirs);
            figures[{"hyperscan", one.name, "found", "findings/KB"}].push_back(static_cast<double>(matches) /
                                                                                megabytes / 1e3);
            for (const std::size_t bytes : {std::size_t{4}, std::size_t{16}, std::size_t{64}})
                figures[{"gilmok", std::string(one.name) + ", chunks of " + std::to_string(bytes), "a chunk", "ns"}]
                    .push_back(nanoseconds_a_chunk(detector, one.text, bytes));
        }
}

}   // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: bench_guard_speed SEED ROUNDS BYTES [DIR]\n");
        return 2;
    }
    const std::vector<Case> cases =
        make_cases(std::strtoull(argv[1], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
    if (argc > 4)
        for (const Case& one : cases) std::ofstream(std::string(argv[4]) + "/" + one.name + ".txt") << one.text;
    Figures figures;
    measure(cases, std::atoi(argv[2]), figures);
    for (const auto& [figure, values] : figures) {
        std::printf(R"({"subject":"%s","case":"%s","metric":"%s","unit":"%s","values":[)", figure.subject.c_str(),
                    figure.of.c_str(), figure.metric.c_str(), figure.unit.c_str());
        for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.6g", i == 0 ? "" : ",", values[i]);
        std::puts("]}");
    }
}
