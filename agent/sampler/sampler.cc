#include "agent/sampler/sampler.h"

#include <algorithm>
#include <utility>

#include "common/status/check.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {
// Counting sockets reads a link for each descriptor: not faster than this.
constexpr absl::Duration kSocketsEvery = absl::Seconds(1);
constexpr absl::Duration kIdle = absl::Hours(1);
}  // namespace

Sampler::Sampler(EventLoop& loop, std::unique_ptr<ProcReader> reader)
    : loop_(loop), listeners_(std::make_shared<std::map<TreeId, OnReading>>()), reader_(std::move(reader)) {}

Sampler::~Sampler() { Stop(); }

absl::Status Sampler::Start() {
  SEEP_ASSIGN_OR_RETURN([[maybe_unused]] const int generation, guard_.BeginStart());
  {
    absl::MutexLock lock(&mutex_);
    stop_ = false;
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Sampler::Stop() {
  if (!guard_.BeginStop()) return;
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.Signal();
  }
  thread_.join();
  guard_.FinishStop();
}

TreeId Sampler::Add(SampledTree tree, OnReading on_reading) {
  SEEP_CHECK(tree.interval > absl::ZeroDuration());
  const TreeId id{++last_id_};
  (*listeners_)[id] = std::move(on_reading);
  absl::MutexLock lock(&mutex_);
  const MonotonicTime now = loop_.clock().Now();
  reader_->Track(id, tree.root, tree.mark);
  Watched watched{Cadence(now, tree.interval), std::nullopt, Cadence(now, std::max(tree.interval, kSocketsEvery))};
  if (tree.detailed_interval > absl::ZeroDuration()) {
    watched.detailed_due.emplace(now, std::max(tree.detailed_interval, tree.interval));
  }
  watched_.emplace(id, watched);
  changed_.Signal();
  return id;
}

void Sampler::Remove(TreeId id) {
  listeners_->erase(id);
  absl::MutexLock lock(&mutex_);
  watched_.erase(id);
  reader_->Forget(id);
}

void Sampler::SampleNow(TreeId id, std::function<void(std::optional<Reading>)> done) {
  if (guard_.state() != StartGuard::State::kRunning) {
    loop_.Post([done = std::move(done)] { done(std::nullopt); });
    return;
  }
  absl::MutexLock lock(&mutex_);
  requests_.push_back({id, std::move(done)});
  changed_.Signal();
}

void Sampler::Run() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    ServeRequests();
    if (stop_) return;
    const MonotonicTime next = ReadDue();
    if (!requests_.empty()) continue;
    const absl::Duration wait = next - loop_.clock().Now();
    if (wait > absl::ZeroDuration()) changed_.WaitWithTimeout(&mutex_, wait);
  }
}

void Sampler::ServeRequests() {
  while (!requests_.empty()) {
    Request request = std::move(requests_.front());
    requests_.pop_front();
    auto reading = ReadTree(request.tree, {.sockets = true});
    // Post, not TryPost: it is answered exactly once, and asked for by the loop.
    loop_.Post([done = std::move(request.done), reading = std::move(reading)] { done(reading); });
  }
}

MonotonicTime Sampler::ReadDue() {
  MonotonicTime next = loop_.clock().Now() + kIdle;
  for (auto& [id, watched] : watched_) {
    const MonotonicTime now = loop_.clock().Now();
    if (watched.due.TakeDue(now)) {
      SamplingTiers tiers;
      tiers.detailed = watched.detailed_due && watched.detailed_due->TakeDue(now);
      tiers.sockets = watched.sockets_due.TakeDue(now);
      if (auto reading = ReadTree(id, tiers)) {
        const bool taken = loop_.TryPost([listeners = listeners_, id = id, reading = *std::move(reading)] {
          const auto listener = listeners->find(id);
          if (listener == listeners->end()) return;
          const OnReading on_reading = listener->second;  // it may remove itself
          on_reading(reading);
        });
        if (!taken) ++dropped_;
      }
    }
    next = std::min(next, watched.due.next());
  }
  return next;
}

std::optional<Reading> Sampler::ReadTree(TreeId id, SamplingTiers tiers) {
  const Clock& clock = loop_.clock();
  Reading reading{clock.Now(), clock.WallNow(), {}, {}};
  auto figures = reader_->Read(id, tiers);
  if (!figures.ok()) return std::nullopt;
  reading.figures = *std::move(figures);
  reading.cost = clock.Now() - reading.at;
  return reading;
}

}  // namespace seep::agent
