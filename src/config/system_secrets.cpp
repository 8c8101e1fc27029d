// Secrets of the machine: its environment, and commands such as `vault` or `op`. Used at start and reload only.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "config/load.hpp"
#include "config/quantity.hpp"
#include "config/secrets.hpp"

extern char** environ;

namespace gilmok::config {
namespace {

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < line.size();) {
        const auto end = std::min(line.find(' ', at), line.size());
        if (end > at) words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

// Reads until the writer closes, the time is over or there is too much. Returns whether the end came.
bool drain(int pipe, std::chrono::milliseconds timeout, std::string& out, std::string& failure) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        pollfd readable{pipe, POLLIN, 0};
        const int ready = left > 0 ? poll(&readable, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            failure = "the command took longer than " + duration_text(timeout);
            return false;
        }
        char buffer[4'096];
        const ssize_t count = read(pipe, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return true;
        out.append(buffer, static_cast<std::size_t>(count));
        explicit_bzero(buffer, sizeof buffer);
        if (out.size() > secret_bytes_max) {
            failure = "the command wrote more than 64 KiB";
            return false;
        }
    }
}

// After the pipe is closed a command may still run; it gets what is left of a second, then it is ended.
int wait_or_kill(pid_t child, bool may_finish) {
    int status = 0;
    for (int turn = 0; may_finish && turn < 100; ++turn) {
        const pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child) return status;
        if (done < 0 && errno != EINTR) return -1;
        poll(nullptr, 0, 10);
    }
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return may_finish ? -1 : status;
}

class SystemSecrets final : public Secrets {
public:
    std::optional<std::string> environment(const std::string& name) override {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    }

    std::optional<std::string> command(const std::string& line, std::string& failure) override {
        return run_secret_command(line, command_timeout, failure);
    }
};

}   // namespace

std::optional<std::string> run_secret_command(const std::string& line, std::chrono::milliseconds timeout,
                                              std::string& failure) {
    std::vector<std::string> words = split(line);
    if (words.empty()) {
        failure = "the command is empty";
        return std::nullopt;
    }
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        failure = std::string("pipe: ") + std::strerror(errno);
        return std::nullopt;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t child = 0;
    const int refused = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (refused != 0) {
        close(ends[0]);
        failure = words.front() + ": " + std::strerror(refused);
        return std::nullopt;
    }
    std::string out;
    const bool is_whole = drain(ends[0], timeout, out, failure);
    close(ends[0]);
    const int status = wait_or_kill(child, is_whole);
    if (!is_whole) return std::nullopt;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        failure = words.front() + " ended with an error";
        return std::nullopt;
    }
    return out;
}

Secrets& system_secrets() {
    static SystemSecrets secrets;
    return secrets;
}

}   // namespace gilmok::config
