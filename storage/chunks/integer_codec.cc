#include "storage/chunks/integer_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "common/status/check.h"
#include "storage/chunks/bit_packing.h"
#include "storage/chunks/chunk.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxBlocks = (kMaxChunkSamples + kPackedBlock - 1) / kPackedBlock;
constexpr unsigned kMaxOrder = 2;  // differences of differences

struct Block {
  std::uint64_t least = 0;  // above the base, before the division
  unsigned width = 0;       // bits, after it
};

// How a stream would be written, and how long it would be.
struct Plan {
  unsigned order = 0;
  std::uint64_t base = 0;     // least residual, signed
  std::uint64_t divisor = 0;  // 0: every residual is `base`
  std::array<Block, kMaxBlocks> blocks;
  std::size_t size = 0;
};

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Greatest common divisor of what stands above `base`; 0 if nothing does.
// Most are a power of two (pages) times nothing: found without a division.
std::uint64_t CommonDivisor(std::span<const std::uint64_t> residuals, std::uint64_t base) {
  std::uint64_t bits = 0;
  for (const std::uint64_t residual : residuals) bits |= residual - base;
  if (bits == 0) return 0;
  const int shift = std::countr_zero(bits);
  std::uint64_t odd = 0;
  for (const std::uint64_t residual : residuals) {
    const std::uint64_t above = (residual - base) >> shift;
    if (odd != 0 && (above == 0 || above % odd == 0)) continue;
    odd = std::gcd(odd, above);
    if (odd == 1) break;
  }
  return odd << shift;
}

Plan MakePlan(std::span<const std::uint64_t> residuals, unsigned order) {
  Plan plan;
  plan.order = order;
  plan.size = 1;
  if (residuals.empty()) return plan;
  std::array<std::int64_t, kMaxBlocks> least, greatest;
  std::size_t blocks = 0;
  for (std::size_t begin = 0; begin < residuals.size(); begin += kPackedBlock, ++blocks) {
    const auto block = residuals.subspan(begin, std::min(kPackedBlock, residuals.size() - begin));
    std::int64_t low = INT64_MAX, high = INT64_MIN;
    for (const std::uint64_t residual : block) {
      low = std::min(low, Signed(residual));
      high = std::max(high, Signed(residual));
    }
    least[blocks] = low;
    greatest[blocks] = high;
  }
  plan.base = static_cast<std::uint64_t>(*std::min_element(least.begin(), least.begin() + static_cast<std::ptrdiff_t>(blocks)));
  plan.divisor = CommonDivisor(residuals, plan.base);
  plan.size += VarintSize(ZigZag(plan.base)) + VarintSize(plan.divisor);
  if (plan.divisor == 0) return plan;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto low = static_cast<std::uint64_t>(least[i]);
    plan.blocks[i].least = (low - plan.base) / plan.divisor;
    plan.blocks[i].width =
        static_cast<unsigned>(std::bit_width((static_cast<std::uint64_t>(greatest[i]) - low) / plan.divisor));
    plan.size += 1 + VarintSize(plan.blocks[i].least) +
                 PackedSize(std::min(kPackedBlock, residuals.size() - i * kPackedBlock), plan.blocks[i].width);
  }
  return plan;
}

// Divides by shifting when it can: pages again.
class Divider {
 public:
  explicit Divider(std::uint64_t divisor)
      : divisor_(divisor), shift_(std::countr_zero(divisor)), power_of_two_(std::has_single_bit(divisor)) {}
  std::uint64_t operator()(std::uint64_t value) const {
    return power_of_two_ ? value >> shift_ : value / divisor_;
  }

 private:
  std::uint64_t divisor_;
  int shift_;
  bool power_of_two_;
};

void Write(const Plan& plan, std::span<const std::uint64_t> residuals, std::string& out) {
  if (residuals.empty()) return;
  PutVarint(ZigZag(plan.base), out);
  PutVarint(plan.divisor, out);
  if (plan.divisor == 0) return;
  const Divider divide(plan.divisor);
  std::array<std::uint64_t, kPackedBlock> quotients;
  for (std::size_t i = 0; i * kPackedBlock < residuals.size(); ++i) {
    const auto block = residuals.subspan(i * kPackedBlock, std::min(kPackedBlock, residuals.size() - i * kPackedBlock));
    const Block& shape = plan.blocks[i];
    out.push_back(static_cast<char>(shape.width));
    PutVarint(shape.least, out);
    for (std::size_t k = 0; k < block.size(); ++k) quotients[k] = divide(block[k] - plan.base) - shape.least;
    PackBits({quotients.data(), block.size()}, shape.width, out);
  }
}

// Residuals become words again, behind the `order` beginnings. The sums stay in
// registers: through memory each would wait for the one before to be written.
void AddUp(unsigned order, std::span<std::uint64_t> values) {
  if (order == 1) {
    std::uint64_t value = values[0];
    for (std::size_t i = 1; i < values.size(); ++i) values[i] = value += values[i];
  } else if (order == 2) {
    std::uint64_t step = values[1], value = values[0] + step;
    values[1] = value;
    for (std::size_t i = 2; i < values.size(); ++i) {
      step += values[i];
      values[i] = value += step;
    }
  }
}

}  // namespace

void EncodeIntegers(std::span<const std::uint64_t> values, std::string& out) {
  SEEP_CHECK(values.size() <= kMaxChunkSamples) << values.size();
  // differences[k] holds the k-th differences; its first k are the beginnings
  // of the lower orders.
  std::array<std::array<std::uint64_t, kMaxChunkSamples>, kMaxOrder + 1> differences;
  std::copy(values.begin(), values.end(), differences[0].begin());
  Plan best = MakePlan(values, 0);
  std::size_t head = 0;  // bytes of the beginnings
  for (unsigned order = 1; order <= kMaxOrder && order < values.size(); ++order) {
    const auto& lower = differences[order - 1];
    auto& own = differences[order];
    std::copy_n(lower.begin(), order, own.begin());
    for (std::size_t i = order; i < values.size(); ++i) own[i] = lower[i] - lower[i - 1];
    head += VarintSize(ZigZag(lower[order - 1]));
    Plan plan = MakePlan(std::span(own).subspan(order, values.size() - order), order);
    plan.size += head;
    // What does not gain by differences gains nothing by theirs.
    if (plan.size >= best.size) break;
    best = plan;
  }
  out.push_back(static_cast<char>(best.order));
  const auto& chosen = differences[best.order];
  for (unsigned i = 0; i < best.order; ++i) PutVarint(ZigZag(chosen[i]), out);
  Write(best, std::span(chosen).subspan(best.order, values.size() - best.order), out);
}

bool DecodeIntegers(ByteReader& in, std::span<std::uint64_t> values) {
  const unsigned order = in.Fixed<std::uint8_t>();
  if (!in.ok() || order > kMaxOrder || (order > 0 && order >= values.size())) return false;
  for (unsigned i = 0; i < order; ++i) values[i] = UnZigZag(in.Varint());
  const auto residuals = values.subspan(order);
  if (residuals.empty()) return in.ok();
  const std::uint64_t base = UnZigZag(in.Varint());
  const std::uint64_t divisor = in.Varint();
  if (divisor == 0) {
    std::fill(residuals.begin(), residuals.end(), base);
  } else {
    for (std::size_t begin = 0; begin < residuals.size(); begin += kPackedBlock) {
      const auto block = residuals.subspan(begin, std::min(kPackedBlock, residuals.size() - begin));
      const unsigned width = in.Fixed<std::uint8_t>();
      if (width > 64) return false;
      const std::uint64_t least = in.Varint();
      const std::string_view packed = in.Bytes(PackedSize(block.size(), width));
      if (!in.ok()) return false;
      UnpackBits(packed, width, divisor, base + divisor * least, block);
    }
  }
  AddUp(order, values);
  return in.ok();
}

}  // namespace seep::storage
