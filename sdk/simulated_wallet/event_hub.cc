#include "sdk/simulated_wallet/event_hub.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace seep::wallet {

EventHub::EventHub(std::size_t max_listeners, ProcessCounts& counts)
    : max_listeners_(max_listeners), counts_(counts) {}

EventHub::~EventHub() { counts_.listeners -= static_cast<std::int64_t>(listeners_.size()); }

absl::StatusOr<std::string> EventHub::Add(EventListener listener) {
  std::lock_guard lock(mutex_);
  if (listeners_.size() >= max_listeners_) {
    return absl::OutOfRangeError(
        absl::StrCat("a wallet has at most ", max_listeners_, " listeners"));
  }
  const std::string id = absl::StrCat("listener-", next_id_++);
  listeners_.emplace(id, std::make_shared<const EventListener>(std::move(listener)));
  ++counts_.listeners;
  return id;
}

bool EventHub::Remove(const std::string& id) {
  std::shared_ptr<const EventListener> removed;  // freed outside the lock: it may hold a wallet
  const std::lock_guard lock(mutex_);            // goes before `removed` does
  const auto found = listeners_.find(id);
  if (found == listeners_.end()) return false;
  removed = std::move(found->second);
  listeners_.erase(found);
  --counts_.listeners;
  return true;
}

std::int64_t EventHub::listeners() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(listeners_.size());
}

void EventHub::Emit(WalletEvent event) {
  {
    std::lock_guard lock(mutex_);
    if (listeners_.empty() || stopping_) return;
    if (queue_.size() >= kMaxQueued) {
      queue_.pop_front();
      ++counts_.events_dropped;
    }
    queue_.push_back(std::move(event));
  }
  changed_.notify_one();
}

void EventHub::Deliver() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) break;
    const WalletEvent event = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    CallListeners(event);
    lock.lock();
  }
  queue_.clear();
}

void EventHub::StopDelivery() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void EventHub::CallListeners(const WalletEvent& event) {
  std::vector<std::shared_ptr<const EventListener>> called;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, listener] : listeners_) called.push_back(listener);
  }
  for (const auto& listener : called) (*listener)(event);
  ++counts_.events;
}

}  // namespace seep::wallet
