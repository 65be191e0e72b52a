#include "cli/render/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "cli/render/quantities.h"

namespace seep::cli {
namespace {

constexpr int kLabel = 10;        // width of the amounts at the left
constexpr int kNarrowest = 20;    // of the drawing itself
constexpr int kUnknownWidth = 80;

enum Mark : char { kBlank = ' ', kRange = ':', kLevel = '*', kTrend = '-', kBoth = '#', kGeneration = '|' };

std::string_view Glyph(char mark, bool ascii) {
  switch (mark) {
    case kRange: return ascii ? ":" : "░";
    case kLevel: return ascii ? "*" : "●";
    case kTrend: return ascii ? "-" : "─";
    case kBoth: return ascii ? "#" : "◉";
    case kGeneration: return ascii ? "|" : "┊";
    default: return " ";
  }
}

std::string Minutes(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 3 * 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.1f} h", seconds / 3600);
  return fmt::format("{:.1f} days", seconds / 86400);
}

}  // namespace

void Chart::Join(Stretch& into, const Stretch& other) {
  if (other.count == 0) return;
  into.low = into.count == 0 ? other.low : std::min(into.low, other.low);
  into.high = into.count == 0 ? other.high : std::max(into.high, other.high);
  into.t_sum += other.t_sum;
  into.sum += other.sum;
  into.count += other.count;
  into.begins_generation |= other.begins_generation;
}

void Chart::Add(double t_s, double value, int generation) {
  if (!std::isfinite(value) || !std::isfinite(t_s)) return;
  if (stretches_.empty() || stretches_.back().count >= size_) {
    if (stretches_.size() == 2 * kColumns) {
      for (std::size_t i = 0; i < kColumns; ++i) {
        Stretch joined = stretches_[2 * i];
        Join(joined, stretches_[2 * i + 1]);
        stretches_[i] = joined;
      }
      stretches_.resize(kColumns);
      size_ *= 2;
    }
    if (stretches_.empty()) first_t_ = t_s, generation_ = generation;
    stretches_.emplace_back();
  }
  Join(stretches_.back(), {t_s, value, value, value, 1, generation != generation_});
  generation_ = generation;
  last_t_ = std::max(last_t_, t_s);
}

// The grid of marks, then its lines.
class ChartDrawing {
 public:
  ChartDrawing(const Chart& chart, const v1::SeriesVerdict& series, const Style& style)
      : chart_(chart), series_(series), ascii_(style.ascii) {
    const int wanted = (style.columns > 0 ? style.columns : kUnknownWidth) - kLabel - 3;
    width_ = std::clamp(wanted, kNarrowest, static_cast<int>(Chart::kColumns));
    Columns();
    Range();
    grid_.assign(Chart::kRows, std::string(width_, kBlank));
  }

  std::string Text() {
    Levels();
    Generations();
    Trend();
    std::string text;
    for (int row = 0; row < Chart::kRows; ++row) text += Line(row);
    text += Axis();
    return text + Legend();  // which names what the axis shows
  }

 private:
  void Columns() {
    columns_.resize(width_);
    for (const Chart::Stretch& s : chart_.stretches_) Chart::Join(columns_[ColumnAt(s.t())], s);
  }
  void Range() {
    low_ = high_ = chart_.stretches_.front().level();
    for (const Chart::Stretch& s : chart_.stretches_) low_ = std::min(low_, s.low), high_ = std::max(high_, s.high);
  }
  int ColumnAt(double t) const {
    const double span = chart_.last_t_ - chart_.first_t_;
    const double share = span > 0 ? (t - chart_.first_t_) / span : 0;
    return std::clamp(static_cast<int>(share * width_), 0, width_ - 1);
  }
  int RowAt(double value) const {
    const double share = high_ > low_ ? (value - low_) / (high_ - low_) : 0;
    return Chart::kRows - 1 - std::clamp(static_cast<int>(share * Chart::kRows), 0, Chart::kRows - 1);
  }
  void Generations() {
    for (int x = 0; x < width_; ++x) {
      if (!columns_[x].begins_generation) continue;
      generations_ = true;
      for (std::string& row : grid_) row[x] = row[x] == kLevel ? kLevel : kGeneration;
    }
  }
  void Levels() {
    for (int x = 0; x < width_; ++x) {
      const Chart::Stretch& s = columns_[x];
      if (s.count == 0) continue;
      for (int row = RowAt(s.high); row <= RowAt(s.low); ++row) grid_[row][x] = kRange;
      ranges_ |= RowAt(s.high) < RowAt(s.low);
      grid_[RowAt(s.level())][x] = kLevel;
    }
  }
  // Through the middle of what was measured once the warm-up was over.
  void Trend() {
    const double slope = series_.slope_per_minute().value() / 60;
    if (!std::isfinite(slope)) return;
    double from = chart_.first_t_;
    for (double t : {series_.warmup_end_s(), series_.onset_s()}) {
      if (std::isfinite(t) && t < chart_.last_t_) from = std::max(from, t);
    }
    double n = 0, st = 0, sy = 0;
    for (const Chart::Stretch& s : chart_.stretches_) {
      if (s.t() >= from) ++n, st += s.t(), sy += s.level();
    }
    if (n < 2) return;
    for (int x = ColumnAt(from); x < width_; ++x) {
      const double t = chart_.first_t_ + (x + 0.5) / width_ * (chart_.last_t_ - chart_.first_t_);
      const double y = sy / n + slope * (t - st / n);
      if (y < low_ || y > high_) continue;
      char& cell = grid_[RowAt(y)][x];
      cell = cell == kLevel ? kBoth : kTrend;
      trend_ = true;
    }
  }
  std::string Line(int row) const {
    std::string label;
    if (row == 0) label = FormatLevel(high_, series_.unit());
    if (row == Chart::kRows - 1) label = FormatLevel(low_, series_.unit());
    std::string text = fmt::format("{:>{}} {}", label, kLabel, ascii_ ? "|" : "┤");
    std::string_view marks = grid_[row];
    marks = marks.substr(0, marks.find_last_not_of(kBlank) + 1);
    for (char mark : marks) text += Glyph(mark, ascii_);
    return text + "\n";
  }
  std::string Axis() {
    std::string line = std::string(kLabel + 1, ' ') + (ascii_ ? "+" : "└");
    const double end = series_.warmup_end_s();
    warmup_ = std::isfinite(end) && end > chart_.first_t_ && ColumnAt(end) > 0 && end < chart_.last_t_;
    for (int x = 0; x < width_; ++x) line += warmup_ && x == ColumnAt(end) ? (ascii_ ? "w" : "▲") : (ascii_ ? "-" : "─");
    const std::string last = Minutes(chart_.last_t_ - chart_.first_t_);
    return line + "\n" + fmt::format("{}0{:>{}}\n", std::string(kLabel + 2, ' '), last, width_ - 1);
  }
  std::string Legend() const {
    std::string text = fmt::format("{}{} level", std::string(kLabel + 2, ' '), Glyph(kLevel, ascii_));
    if (ranges_) text += fmt::format("  {} range", Glyph(kRange, ascii_));
    if (trend_) text += fmt::format("  {} trend", Glyph(kTrend, ascii_));
    if (generations_) text += fmt::format("  {} restart", Glyph(kGeneration, ascii_));
    if (warmup_) text += fmt::format("  {} warm-up over", ascii_ ? "w" : "▲");
    return text + "\n";
  }

  const Chart& chart_;
  const v1::SeriesVerdict& series_;
  const bool ascii_;
  int width_ = kNarrowest;
  double low_ = 0, high_ = 0;
  bool ranges_ = false, trend_ = false, generations_ = false, warmup_ = false;
  std::vector<Chart::Stretch> columns_;
  std::vector<std::string> grid_;
};

std::string Chart::Text(const v1::SeriesVerdict& series, const Style& style) const {
  if (stretches_.empty()) return {};
  return ChartDrawing(*this, series, style).Text();
}

}  // namespace seep::cli
