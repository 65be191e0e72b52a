#include "sdk/simulated_wallet/shared_context.h"

#include <algorithm>
#include <cstring>

namespace seep::wallet {

void SharedContext::Keep(std::size_t bytes) {
  if (bytes == 0) return;
  auto block = std::make_unique<char[]>(bytes);
  std::memset(block.get(), 0x5A, bytes);
  std::lock_guard lock(mutex_);
  kept_.push_back(std::move(block));
}

std::shared_ptr<SharedContext> SharedContexts::Join(const std::string& name) {
  if (name.empty()) return nullptr;
  std::lock_guard lock(mutex_);
  std::erase_if(contexts_, [](const auto& context) { return context.second.expired(); });
  std::weak_ptr<SharedContext>& known = contexts_[name];
  std::shared_ptr<SharedContext> context = known.lock();
  if (!context) known = context = std::make_shared<SharedContext>();
  return context;
}

std::int64_t SharedContexts::alive() const {
  std::lock_guard lock(mutex_);
  return std::count_if(contexts_.begin(), contexts_.end(), [](const auto& context) { return !context.second.expired(); });
}

}  // namespace seep::wallet
