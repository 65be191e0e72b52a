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
  const MonotonicTime from = tree.aligned_to.value_or(loop_.clock().Now());
  Watched watched{Cadence(from, tree.interval), std::nullopt, Cadence(from, std::max(tree.interval, kSocketsEvery))};
  if (tree.detailed_interval > absl::ZeroDuration()) {
    watched.detailed_due.emplace(from, std::max(tree.detailed_interval, tree.interval));
  }
  Tell([this, id, watched, root = tree.root, mark = std::move(tree.mark)] {
    reader_->Track(id, root, mark);
    watched_.emplace(id, watched);
  });
  return id;
}

void Sampler::Remove(TreeId id) {
  listeners_->erase(id);
  Tell([this, id] {
    watched_.erase(id);
    reader_->Forget(id);
  });
}

void Sampler::SampleNow(TreeId id, std::function<void(std::optional<Reading>)> done) {
  if (guard_.state() != StartGuard::State::kRunning) {
    loop_.Post([done = std::move(done)] { done(std::nullopt); });
    return;
  }
  Tell([this, id, done = std::move(done)] {
    auto reading = ReadTree(id, {.sockets = true});
    // Post, not TryPost: it is answered exactly once, and asked for by the loop.
    loop_.Post([done, reading = std::move(reading)] { done(reading); });
  });
}

void Sampler::Tell(Command command) {
  absl::MutexLock lock(&mutex_);
  commands_.push_back(std::move(command));
  changed_.Signal();
}

bool Sampler::Obey() {
  std::deque<Command> commands;
  bool stop = false;
  {
    absl::MutexLock lock(&mutex_);
    commands.swap(commands_);
    stop = stop_;
  }
  for (const Command& command : commands) command();
  return !stop;
}

void Sampler::Run() {
  while (Obey()) {
    const MonotonicTime next = ReadDue();
    absl::MutexLock lock(&mutex_);
    const absl::Duration wait = next - loop_.clock().Now();
    if (commands_.empty() && !stop_ && wait > absl::ZeroDuration()) changed_.WaitWithTimeout(&mutex_, wait);
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
