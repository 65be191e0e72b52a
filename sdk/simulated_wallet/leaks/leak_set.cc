#include "sdk/simulated_wallet/leaks/leak_set.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace seep::wallet {
namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;
constexpr std::int64_t kMaxCount = 1'000;

struct LeakKind {
  const char* name;
  std::int64_t largest;
  std::unique_ptr<Leak> (*make)(std::size_t size);
};
constexpr LeakKind kKinds[] = {
    {"payment", kMaxBytes, MakePaymentLeak},
    {"reconnect", kMaxBytes, MakeReconnectLeak},
    {"listener", kMaxBytes, MakeListenerLeak},
    {"lifecycle", kMaxBytes, MakeLifecycleLeak},
    {"time", kMaxBytes, MakeTimeLeak},
    {"thread", kMaxCount, MakeThreadLeak},
    {"fd", kMaxCount, MakeFdLeak},
    {"task", kMaxCount, MakeTaskLeak},
    {"error", kMaxBytes, MakeErrorLeak},
    {"response", kMaxBytes, MakeResponseLeak},
    {"cancel", kMaxBytes, MakeCancelLeak},
    {"parse", kMaxBytes, MakeParseLeak},
    {"sync", kMaxBytes, MakeSyncLeak},
    {"late", kMaxBytes, MakeLateLeak},
    {"native", kMaxBytes, MakeNativeLeak},
    {"context", kMaxBytes, MakeContextLeak},
    {"unremoved", kMaxCount, MakeUnremovedLeak},
    {"connection", kMaxCount, MakeConnectionLeak},
    {"cache", kMaxBytes, MakeCacheLookAlike},
    {"fragmentation", kMaxBytes, MakeFragmentationLookAlike},
    {"step", kMaxBytes, MakeStepLookAlike},
    {"sawtooth", kMaxBytes, MakeSawtoothLookAlike},
    {"warm_up", kMaxBytes, MakeWarmUpLookAlike},
    {"wave", kMaxBytes, MakeWaveLookAlike},
};

const LeakKind* FindKind(const std::string& name) {
  for (const LeakKind& kind : kKinds) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<LeakSet> LeakSet::Make(
    const std::vector<std::pair<std::string, std::int64_t>>& leaks) {
  LeakSet set;
  std::set<std::string> seen;
  for (const auto& [name, size] : leaks) {
    const LeakKind* kind = FindKind(name);
    if (kind == nullptr) {
      std::string known;
      for (const LeakKind& each : kKinds)
        absl::StrAppend(&known, known.empty() ? "" : ", ", each.name);
      return absl::InvalidArgumentError(absl::StrCat("leak `", name, "` is none of: ", known));
    }
    if (size < 1 || size > kind->largest) {
      return absl::InvalidArgumentError(
          absl::StrCat("leak `", name, "` takes 1 to ", kind->largest, ", not ", size));
    }
    if (!seen.insert(name).second)
      return absl::InvalidArgumentError(absl::StrCat("leak `", name, "` is given twice"));
    set.leaks_.push_back(kind->make(static_cast<std::size_t>(size)));
  }
  return set;
}

std::int64_t LeakSet::cached_entries() const {
  std::int64_t sum = 0;
  for (const auto& leak : leaks_) sum += leak->cached_entries();
  return sum;
}

bool LeakSet::KeepsListener() {
  bool keeps = false;
  for (auto& leak : leaks_) keeps = leak->KeepsListener() || keeps;
  return keeps;
}

std::size_t LeakSet::BytesLeftInContext() const {
  std::size_t sum = 0;
  for (const auto& leak : leaks_) sum += leak->BytesLeftInContext();
  return sum;
}

std::int64_t LeakSet::threads() const {
  std::int64_t sum = 0;
  for (const auto& leak : leaks_) sum += leak->threads();
  return sum;
}

}  // namespace seep::wallet
