#include "cli/render/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr int kRows = 8;
constexpr int kLabel = 10;
constexpr int kNarrowest = 20, kWidest = 120, kUnknownWidth = 80;

enum Mark : char { kBlank = ' ', kBase = 'o', kRun = '*', kBoth = '#' };

std::string_view Glyph(char mark, bool ascii) {
  switch (mark) {
    case kBase: return ascii ? "o" : "○";
    case kRun: return ascii ? "*" : "●";
    case kBoth: return ascii ? "#" : "◉";
    default: return " ";
  }
}

const google::protobuf::RepeatedField<float>& Positions(const v1::Curve& curve, bool by_operations) {
  return by_operations ? curve.operations() : curve.t_s();
}

bool Drawable(const v1::Curve* curve, bool by_operations) {
  return curve != nullptr && curve->level_size() > 1 && Positions(*curve, by_operations).size() == curve->level_size();
}

class Drawing {
 public:
  Drawing(const OverlayInput& input, const Style& style) : input_(input), ascii_(style.ascii) {
    width_ = std::clamp((style.columns > 0 ? style.columns : kUnknownWidth) - kLabel - 3, kNarrowest, kWidest);
    grid_.assign(kRows, std::string(static_cast<std::size_t>(width_), kBlank));
    low_ = high_ = input.base->level(0);
    for (const v1::Curve* curve : {input.base, input.run}) {
      for (const float level : curve->level()) low_ = std::min<double>(low_, level), high_ = std::max<double>(high_, level);
      for (const float x : Positions(*curve, input.by_operations)) end_ = std::max<double>(end_, x);
    }
  }

  std::string Text() {
    Draw(*input_.base, kBase);
    Draw(*input_.run, kRun);
    std::string text;
    for (int row = 0; row < kRows; ++row) text += Line(row);
    text += Axis();
    return text + Legend();  // which names what the axis shows
  }

 private:
  int ColumnAt(double x) const {
    return std::clamp(static_cast<int>(end_ > 0 ? x / end_ * width_ : 0), 0, width_ - 1);
  }
  int RowAt(double level) const {
    const double share = high_ > low_ ? (level - low_) / (high_ - low_) : 0;
    return kRows - 1 - std::clamp(static_cast<int>(share * kRows), 0, kRows - 1);
  }
  // Every column between two points has its share of the line between them.
  void Draw(const v1::Curve& curve, char mark) {
    const auto& x = Positions(curve, input_.by_operations);
    for (int i = 0; i < curve.level_size(); ++i) {
      const int from = i == 0 ? ColumnAt(x[0]) : ColumnAt(x[i - 1]), to = ColumnAt(x[i]);
      const double before = i == 0 ? curve.level(0) : curve.level(i - 1);
      for (int column = from; column <= to; ++column) {
        const double share = to > from ? static_cast<double>(column - from) / (to - from) : 1;
        char& cell = grid_[static_cast<std::size_t>(RowAt(before + share * (curve.level(i) - before)))][static_cast<std::size_t>(column)];
        cell = cell == kBlank || cell == mark ? mark : static_cast<char>(kBoth);
        both_ |= cell == kBoth;
      }
    }
  }
  std::string Line(int row) const {
    std::string label;
    if (row == 0) label = FormatLevel(high_, input_.unit);
    if (row == kRows - 1) label = FormatLevel(low_, input_.unit);
    std::string text = fmt::format("{:>{}} {}", label, kLabel, ascii_ ? "|" : "┤");
    std::string_view marks = grid_[static_cast<std::size_t>(row)];
    marks = marks.substr(0, marks.find_last_not_of(kBlank) + 1);
    for (const char mark : marks) text += Glyph(mark, ascii_);
    return text + "\n";
  }
  std::string Axis() {
    std::string line = std::string(kLabel + 1, ' ') + (ascii_ ? "+" : "└");
    for (int x = 0; x < width_; ++x) {
      const bool noted = std::any_of(input_.notes.begin(), input_.notes.end(), [&](double at) { return at <= end_ && ColumnAt(at) == x; });
      noted_ |= noted;
      line += noted ? (ascii_ ? "n" : "▲") : (ascii_ ? "-" : "─");
    }
    const std::string end = input_.by_operations ? fmt::format("{} operations", FormatLevel(end_, "count")) : FormatSpan(end_);
    return line + "\n" + fmt::format("{}0{:>{}}\n", std::string(kLabel + 2, ' '), end, width_ - 1);
  }
  std::string Legend() const {
    std::string text = fmt::format("{}{} {}  {} {}", std::string(kLabel + 2, ' '), Glyph(kBase, ascii_), Printable(input_.base_name),
                                   Glyph(kRun, ascii_), Printable(input_.run_name));
    if (both_) text += fmt::format("  {} both", Glyph(kBoth, ascii_));
    if (noted_) text += fmt::format("  {} note", ascii_ ? "n" : "▲");
    return text + "\n";
  }

  const OverlayInput& input_;
  const bool ascii_;
  int width_ = kNarrowest;
  double low_ = 0, high_ = 0, end_ = 0;
  bool both_ = false, noted_ = false;
  std::vector<std::string> grid_;
};

}  // namespace

std::string Overlay(const OverlayInput& input, const Style& style) {
  if (!Drawable(input.base, input.by_operations) || !Drawable(input.run, input.by_operations)) return {};
  return Drawing(input, style).Text();
}

}  // namespace seep::cli
