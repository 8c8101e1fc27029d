// The network of a World: listeners, connections, and the bytes between them. Internal to io/sim; tests use World.
//
// A connection is a Link with a Pipe for each direction. What is written flies as pieces, each with the time at which it
// arrives; arriving pieces wait unread at the other end. The end of a stream and a reset are pieces too, so they never
// overtake bytes.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.hpp"
#include "io/sim/faults.hpp"

namespace gilmok::io::sim {

class World;
class SimNetwork;
class SimSocket;
class SimListener;

// The index of an end of a Link, and of the Pipe that leads to it.
enum class Side : std::uint8_t { listening = 0, connecting = 1 };
constexpr std::size_t index_of(Side side) { return static_cast<std::size_t>(side); }
constexpr Side other(Side side) { return side == Side::listening ? Side::connecting : Side::listening; }

struct Piece {
    enum class What : std::uint8_t { bytes, end, reset };
    What what;
    Instant due;
    std::string bytes{};
};

struct Pipe {
    std::deque<Piece> flying;
    std::string unread;
    std::uint64_t bytes_delivered = 0;
    std::size_t bytes_held = 0;              // flying and unread
    Instant last_due{};                      // pieces never overtake each other
    std::optional<std::uint64_t> stall_at;   // drawn for this connection
    std::optional<std::uint64_t> reset_at;
    Instant stalled_until{};
    bool has_stalled = false;
    bool is_reset_scheduled = false;
    bool is_scheduled = false;        // an event for the first piece is in the queue
    bool has_ended = false;           // the end has been delivered
    bool is_writer_waiting = false;   // for room
    bool is_reader_gone = false;      // and the writer has been told by a reset
    void drop_flying();
    void drop_unread();
};

struct Link {
    std::uint64_t id = 0;
    Address target;   // as dialled
    Address origin;
    const Faults* faults = nullptr;
    std::array<SimSocket*, 2> ends{};   // null: closed, or not yet there
    std::array<Pipe, 2> pipes{};
    [[nodiscard]] Pipe& pipe_to(Side side) { return pipes[index_of(side)]; }
    [[nodiscard]] const Flow& flow_to(Side side) const { return side == Side::listening ? faults->up : faults->down; }
    [[nodiscard]] SimSocket* end(Side side) const { return ends[index_of(side)]; }
};
using LinkPtr = std::shared_ptr<Link>;

class SimSocket final : public Socket {
public:
    SimSocket(SimNetwork& network, LinkPtr link, Side side, bool is_connected);
    ~SimSocket() override;

    Transfer read(std::span<char> into) override;
    Transfer write(std::span<const std::string_view> parts) override;
    void shutdown_write() override;
    void reset_on_close() override { resets_on_close_ = true; }
    [[nodiscard]] Address peer() const override;
    Result<bool> is_connected() override;

    // What the network does to a socket.
    void on_connected();
    void on_refused(std::string_view reason);
    void on_bytes() { became_readable(); }
    void on_end();
    void on_reset();
    void on_room();

private:
    [[nodiscard]] Pipe& incoming() { return link_->pipe_to(side_); }
    [[nodiscard]] Pipe& outgoing() { return link_->pipe_to(other(side_)); }

    SimNetwork* network_;
    LinkPtr link_;
    Side side_;
    bool is_connected_;
    bool has_failed_ = false;
    bool is_shut_ = false;
    bool resets_on_close_ = false;
    std::string_view refusal_{};
};

class SimListener final : public Listener {
public:
    SimListener(SimNetwork& network, Address address, const ListenOptions& options)
        : network_(&network), address_(std::move(address)), options_(options) {}
    ~SimListener() override;

    SocketPtr accept() override;
    [[nodiscard]] Address address() const override { return address_; }
    void watch(Waiter* waiter, Events acceptable) override;

    [[nodiscard]] bool is_shared() const { return options_.shared; }
    [[nodiscard]] bool is_full() const { return waiting_.size() >= static_cast<std::size_t>(options_.backlog); }
    void on_connection(SocketPtr socket);

private:
    SimNetwork* network_;
    Address address_;
    ListenOptions options_;
    std::deque<SocketPtr> waiting_;
    Waiter* waiter_ = nullptr;
    Events bits_ = 0;
};

class SimNetwork final : public Network {
public:
    explicit SimNetwork(World& world) : world_(&world) {}
    Result<ListenerPtr> listen(const Address& address, const ListenOptions& options) override;
    Result<SocketPtr> connect(const Address& address) override;

    void set_faults(const Faults& faults);
    void set_faults(const Address& listening, const Faults& faults);
    void reset_connections(const Address& listening);
    [[nodiscard]] std::size_t open_sockets() const { return sockets_count_; }
    [[nodiscard]] std::size_t open_listeners() const { return listeners_.size(); }
    [[nodiscard]] std::size_t bytes_in_pipes() const;

private:
    friend class SimSocket;
    friend class SimListener;

    [[nodiscard]] const Faults& faults_of(const Address& address) const;
    [[nodiscard]] SimListener* listener_at(const Address& address);
    void draw_faults(Link& link);
    void arrive(const LinkPtr& link);   // the connection request, at the listener
    void refuse(const LinkPtr& link, Duration later);

    // A pipe is named by the side to which it leads.
    void send(const LinkPtr& link, Side to, Piece::What what, std::string bytes);
    void schedule(const LinkPtr& link, Side to);
    void deliver(const LinkPtr& link, Side to);
    [[nodiscard]] bool is_stalled(const LinkPtr& link, Side to);
    [[nodiscard]] bool is_reset_due(const LinkPtr& link, Side to);
    [[nodiscard]] std::size_t deliverable_bytes(const Link& link, Side to, const Pipe& pipe) const;
    void deliver_bytes(const LinkPtr& link, Side to);
    void reset_both(const LinkPtr& link);
    void make_room(const LinkPtr& link, Side to);
    void wake_all();

    World* world_;
    Faults default_faults_;
    std::map<std::pair<std::string, std::uint16_t>, Faults> faults_;
    std::vector<SimListener*> listeners_;
    std::vector<std::weak_ptr<Link>> links_;
    std::uint64_t next_link_ = 1;
    std::uint16_t next_port_ = 32'768;
    std::size_t sockets_count_ = 0;
};

}   // namespace gilmok::io::sim
