#include "cli/render/picture.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace seep::cli {

void Picture::Add(double value) {
  if (!std::isfinite(value)) return;
  if (bins_.empty() || bins_.back().count == bin_size_) {
    if (bins_.size() == 2 * kColumns) {
      for (std::size_t i = 0; i < kColumns; ++i) {
        bins_[i] = {bins_[2 * i].sum + bins_[2 * i + 1].sum, bins_[2 * i].count + bins_[2 * i + 1].count};
      }
      bins_.resize(kColumns);
      bin_size_ *= 2;
    }
    bins_.emplace_back();
  }
  bins_.back().sum += value;
  ++bins_.back().count;
}

std::string Picture::Text(bool ascii, std::size_t columns, double least_span) const {
  columns = std::clamp<std::size_t>(columns, 1, kColumns);
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kInk = ".:-=+*#@";
  std::vector<double> means;
  const std::size_t stride = (bins_.size() + columns - 1) / columns;
  for (std::size_t i = 0; i < bins_.size(); i += stride) {
    Bin merged;
    for (std::size_t k = i; k < std::min(i + stride, bins_.size()); ++k) {
      merged.sum += bins_[k].sum;
      merged.count += bins_[k].count;
    }
    means.push_back(merged.sum / static_cast<double>(merged.count));
  }
  if (means.empty()) return {};
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  std::string text;
  for (const double mean : means) {
    const double share = *high > *low ? (mean - *low) / std::max(*high - *low, least_span) : 0;
    const auto level = static_cast<std::size_t>(std::min(7.0, share * 8));
    text += ascii ? kInk.substr(level, 1) : kBars[level];
  }
  return text;
}

}  // namespace seep::cli
