#include "io/frame_pool.hpp"

#include <array>
#include <cstdlib>
#include <new>

namespace gilmok::io {

namespace {

// Half a class is lost in each frame, and ten thousand idle streams hold three frames each.
constexpr std::size_t class_bytes = 64;
constexpr std::size_t classes = 64;            // frames up to 4 KiB; larger ones go to malloc
constexpr std::size_t frames_kept_max = 256;   // per class; beyond that memory goes back

struct FreeFrame {
    FreeFrame* next;
};

struct FreeList {
    FreeFrame* head = nullptr;
    std::size_t count = 0;
};

struct Pool {
    std::array<FreeList, classes> lists{};
    ~Pool() {
        for (auto& list : lists)
            while (list.head != nullptr) {
                FreeFrame* frame = list.head;
                list.head = frame->next;
                std::free(frame);
            }
    }
};

thread_local Pool pool;

}   // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t index = (bytes + class_bytes - 1) / class_bytes;
    if (index < classes) {
        FreeList& list = pool.lists[index];
        if (list.head != nullptr) {
            FreeFrame* frame = list.head;
            list.head = frame->next;
            --list.count;
            return frame;
        }
        bytes = index * class_bytes;
    }
    void* frame = std::malloc(bytes);
    if (frame == nullptr) throw std::bad_alloc();   // ends the process: nothing catches it
    return frame;
}

void free_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t index = (bytes + class_bytes - 1) / class_bytes;
    if (index < classes && pool.lists[index].count < frames_kept_max) {
        FreeList& list = pool.lists[index];
        auto* free = static_cast<FreeFrame*>(frame);
        free->next = list.head;
        list.head = free;
        ++list.count;
        return;
    }
    std::free(frame);
}

}   // namespace gilmok::io
