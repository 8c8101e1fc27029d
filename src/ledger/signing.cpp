#include "ledger/signing.hpp"

#include <cerrno>
#include <utility>

#include "ledger/notes.hpp"

namespace gilmok::ledger {

namespace {

constexpr unsigned file_mode = 0644;
constexpr std::size_t tail_bytes = 2 * note_bytes_max;

using Failure = tl::unexpected<io::FileError>;

Failure wrong(const std::string& what) { return Failure(io::FileError{EBADMSG, what}); }

}   // namespace

Checkpoints::Checkpoints(io::Files& files, std::string directory, const Signer& signer, std::string witness_path)
    : files_(&files), directory_(std::move(directory)), signer_(&signer), witness_path_(std::move(witness_path)) {}

io::FileResult<Checkpoints> Checkpoints::open(io::Files& files, std::string directory, const Signer& signer,
                                              std::string witness_path) {
    Checkpoints checkpoints(files, std::move(directory), signer, std::move(witness_path));
    if (auto done = checkpoints.read(); !done) return Failure(done.error());
    return checkpoints;
}

io::FileResult<bool> Checkpoints::read() {
    const std::string path = directory_ + "/checkpoint";
    newest_.origin = signer_->verifier().name;
    std::string note;
    if (files_->exists(path)) {
        auto bytes = files_->read(path, note_bytes_max);
        if (!bytes) return Failure(bytes.error());
        std::string_view why;
        const auto checkpoint = open_checkpoint(*bytes, signer_->verifier(), &why);
        if (!checkpoint) return wrong(path + ": " + std::string(why) + "; `gilmok ledger verify` says more");
        newest_ = *checkpoint;
        note = std::move(*bytes);
    }
    auto last = read_history();
    if (!last) return Failure(last.error());
    if (last->size > newest_.size) {
        newest_ = *last;
        return files_->write_atomically(path, signer_->sign(newest_), file_mode);
    }
    if (last->size < newest_.size) return append(note);
    return true;
}

// The last whole note of `checkpoints`, and where it ends.
io::FileResult<Checkpoint> Checkpoints::read_history() {
    const std::string path = directory_ + "/checkpoints";
    const std::string& origin = signer_->verifier().name;
    if (!files_->exists(path)) return Checkpoint{.origin = origin};
    auto size = files_->size(path);
    if (!size) return Failure(size.error());
    const std::uint64_t begin = *size > tail_bytes ? *size - tail_bytes : 0;
    auto tail = files_->read_range(path, begin, tail_bytes);
    if (!tail) return Failure(tail.error());
    const std::string first_line = origin + "\n";
    for (std::size_t from = std::string::npos; from != 0;) {
        const std::size_t at = tail->rfind(first_line, from == std::string::npos ? from : from - 1);
        if (at == std::string::npos) break;
        from = at;
        const std::string_view rest = std::string_view(*tail).substr(at);
        const std::string_view note = rest.substr(0, note_bytes(rest, true));
        const auto checkpoint = open_checkpoint(note, signer_->verifier());
        if (!checkpoint) continue;
        history_bytes_ = begin + at + note.size();
        return *checkpoint;
    }
    if (begin != 0) return wrong(path + ": does not end with checkpoints of this ledger");
    return Checkpoint{.origin = origin};
}

io::FileResult<bool> Checkpoints::append(const std::string& note) {
    const std::string path = directory_ + "/checkpoints";
    if (history_ == nullptr) {
        auto file = files_->open_append(path, file_mode);
        if (!file) return Failure(file.error());
        auto size = files_->size(path);
        if (!size) return Failure(size.error());
        if (*size != history_bytes_) {
            // The cut is synced, so that nothing of what failed counts as written.
            if (auto done = files_->truncate(path, history_bytes_); !done) return done;
            if (auto done = files_->sync_file(path); !done) return done;
        }
        if (auto done = files_->sync_directory(directory_); !done) return done;
        history_ = std::move(*file);
    }
    const auto written = history_->append(note);
    if (!written) {
        history_.reset();
        return Failure(written.error());
    }
    if (auto done = history_->sync(); !done) {
        history_.reset();
        return done;
    }
    history_bytes_ += note.size();
    return true;
}

io::FileResult<bool> Checkpoints::sign(const Tree& tree) {
    const Checkpoint checkpoint{.origin = newest_.origin, .size = tree.size(), .root = tree.root()};
    const std::string note = signer_->sign(checkpoint);
    // The history first: of the two, a start believes the larger one.
    if (auto done = append(note); !done) return done;
    if (auto done = files_->write_atomically(directory_ + "/checkpoint", note, file_mode); !done) return done;
    newest_ = checkpoint;
    tell_witness(note);
    return true;
}

void Checkpoints::tell_witness(const std::string& note) {
    if (witness_path_.empty()) return;
    const auto told = files_->write_atomically(witness_path_, note, file_mode);
    witness_problem_ = told ? "" : told.error().message;
}

}   // namespace gilmok::ledger
