#include "config/schema.hpp"

namespace gilmok::config {
namespace {

constexpr ProblemCode all_codes[] = {
    {"E0001", "A file cannot be read."},
    {"E0002", "A file is not TOML 1.0."},
    {"E0003", "Too much: of files, of tables of one sort, or of problems."},
    {"E0004", "The same table or key stands in two files."},
    {"E0101", "Nobody reads this key. A key that is silently ignored hides typing errors, so it is an error."},
    {"E0102", "The value has the wrong type."},
    {"E0103", "A duration, size, share or amount of money without its unit or currency, or with an unknown one."},
    {"E0104", "The number is outside its range."},
    {"E0105", "A key is missing that has no default."},
    {"E0106", "The value is not one of those known."},
    {"E0107", "The text is malformed: an address, a URL, a name, a path, a date."},
    {"E0201",
     "A secret stands in the file itself. Only references are read: `env:NAME`, `file:/path`, `cmd:program "
     "arguments`."},
    {"E0202", "The secret that is referred to is not there."},
    {"E0203",
     "A secret is empty, is missing where one is needed, or cannot be used: bytes that a header cannot carry, a "
     "database that is no URL, a key of the wrong length."},
    {"E0204", "A file that is named does not exist."},
    {"E0301", "A model, or the external detector, names an upstream that does not exist."},
    {"E0302", "The parent of a tenant is missing."},
    {"E0303", "A tenant names a model that does not exist, to use or to degrade to."},
    {"E0304", "A key, a rule, an application or the archive names a tenant that does not exist."},
    {"E0305", "Two values contradict each other."},
    {"E0306", "Two listeners on one address."},
    {"E0307", "The admin address can be reached from outside and no token guards it."},
    {"E0308", "Something that must be there once stands twice."},
    {"E0309", "The format version is not one this gilmok knows."},
    {"E0310", "An upstream names a pool that does not exist."},
    {"E0311", "A pattern, or a dictionary, of the guard cannot be used."},
    {"W0401", "No model uses this upstream."},
    {"W0402", "The door can be reached from outside and no key is configured."},
    {"W0403", "A key is sent over plain HTTP to another host."},
    {"W0404", "There is no model: every request would be refused."},
    {"W0405", "A hedge needs a second candidate."},
    {"W0406", "A client key, or the secret of the guard, is short enough to be guessed."},
    {"W0407", "A budget is larger than the same budget of its parent, which holds first."},
    {"W0408", "No upstream runs on this pool."},
    {"W0409", "Nothing says what a pool costs: what runs on it would be booked as free."},
    {"W0410", "A class is set that asks for less care than a pack does."},
    {"W0411", "A rule never decides, because an earlier one always does."},
    {"W0412", "A rule names a place where nothing is."},
    {"W0413", "Nobody knows where the external detector is: what it should look at may not go there."},
    {"W0414", "An application in a domain of high impact, and nobody has decided whether it is."},
    {"W0415", "Records of an application of high impact are kept for a shorter time than a pack asks."},
    {"W0416", "A rule would relax an obligatory one of a pack, and names no basis: it never does."},
};

}   // namespace

std::span<const ProblemCode> problem_codes() { return all_codes; }

}   // namespace gilmok::config
