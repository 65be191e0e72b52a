#include "coordinator/across/version_order.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace seep::coordinator {
namespace {

struct Version {
  std::vector<std::string_view> core, preview;
};

std::vector<std::string_view> SplitAtDots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  }
  return parts;
}

Version Parsed(std::string_view text) {
  if (text.size() > 1 && (text[0] == 'v' || text[0] == 'V') && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  const std::size_t dash = text.find('-');
  return {SplitAtDots(text.substr(0, dash)),
          dash == std::string_view::npos ? std::vector<std::string_view>() : SplitAtDots(text.substr(dash + 1))};
}

bool IsNumber(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As long as it pleases: a date with a time is a number too.
int CompareNumbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int CompareParts(std::string_view a, std::string_view b) {
  const bool number = IsNumber(a), other = IsNumber(b);
  if (number && other) return CompareNumbers(a, b);
  if (number != other) return number ? -1 : 1;
  return a.compare(b);
}

int CompareCores(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int order = CompareParts(i < a.size() ? a[i] : "0", i < b.size() ? b[i] : "0");
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

int CompareVersions(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
  const Version x = Parsed(a), y = Parsed(b);
  const int order = CompareCores(x.core, y.core);
  if (order != 0) return order;
  // A preview comes before what it previews.
  if (x.preview.empty() || y.preview.empty()) return static_cast<int>(x.preview.empty()) - static_cast<int>(y.preview.empty());
  for (std::size_t i = 0; i < std::min(x.preview.size(), y.preview.size()); ++i) {
    const int part = CompareParts(x.preview[i], y.preview[i]);
    if (part != 0) return part;
  }
  if (x.preview.size() == y.preview.size()) return 0;
  return x.preview.size() < y.preview.size() ? -1 : 1;
}

}  // namespace seep::coordinator
