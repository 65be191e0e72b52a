// What is kept of a run while it goes on: a fixed number of cells per series.
//
// A cell is `width` consecutive samples of one segment. While the run has
// fewer than kMaxCells samples every cell is one sample, so nothing is lost;
// when the cells are full, neighbours are merged pairwise and the width
// doubles. O(1) a sample, about 80 KB a series however long the run.
//
// Threads: one caller at a time.
// Owns:    the cells. Nothing of the samples beyond them.
// Failure: none; limits are enforced by the callers (kMaxSeries, kMaxOperations).
// Replay:  the same rows in the same order leave the same bits.
#ifndef SEEP_ANALYSIS_SERIES_RUN_SUMMARY_H_
#define SEEP_ANALYSIS_SERIES_RUN_SUMMARY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace seep::analysis {

inline constexpr std::size_t kMaxCells = 4096;
inline constexpr int kMaxSeries = 256;
inline constexpr int kMaxOperations = 32;

// What the row contributes to: levels are fitted on soak rows only.
enum class RowUse : std::uint8_t { kFit, kShowOnly };

// One cell's part that all series share.
struct TimeCell {
  double t_first = 0, t_last = 0, t_sum = 0;
  double load_sum = 0;
  std::uint32_t rows = 0, load_rows = 0;
  std::int32_t segment = 0;
  RowUse use = RowUse::kFit;
  double t_mid() const { return t_sum / rows; }
};

// One cell's part for one series, as differences from the series' first value
// (a float is then exact for pages and counts).
struct SeriesCell {
  float low = 0;         // the lowest
  float second_low = 0;  // robust floor: one failed read cannot fake it
  float mean = 0;
  float high = 0;
  std::uint32_t count = 0;  // samples present; 0: absent
};

// Whole-run figures over every sample, as the seeds' own rules want them.
struct SeriesTotals {
  std::uint64_t samples = 0;
  double first = std::numeric_limits<double>::quiet_NaN();
  double last = std::numeric_limits<double>::quiet_NaN();
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double t_first = 0, t_last = 0;
  double increase = 0;  // sum of the rises only: a counter that resets still counts
  // Sums over (t - t_first, y - first) for the plain least-squares line.
  double sum_t = 0, sum_y = 0, sum_tt = 0, sum_ty = 0, sum_yy = 0;
};

class RunSummary {
 public:
  int AddSeries();
  int AddOperation();

  // `operations` are cumulative; a fall is taken for a counter that began again.
  // `segment` must not decrease.
  void AddRow(double t_s, std::int32_t segment, RowUse use, std::span<const double> values,
              std::span<const double> operations, double load);

  // Closes the open cell so that cells and totals hold every row. Only on a
  // copy: a reading in mid-run must leave the run's own cells as they were.
  void CloseOpenCell();

  const std::vector<TimeCell>& time_cells() const { return time_cells_; }
  const std::vector<SeriesCell>& cells(int series) const { return series_[series].cells; }
  // Mean of the cumulative count over each cell's rows.
  const std::vector<double>& operation_cells(int operation) const {
    return operations_[operation].cells;
  }
  const SeriesTotals& totals(int series) const { return series_[series].totals; }
  double operation_total(int operation) const { return operations_[operation].total; }
  int series_count() const { return static_cast<int>(series_.size()); }
  int operation_count() const { return static_cast<int>(operations_.size()); }
  std::size_t cell_width() const { return width_; }
  std::uint64_t rows() const { return rows_; }
  int dropped_segments() const { return dropped_segments_; }
  std::size_t bytes_per_series() const;

 private:
  struct OpenCell {  // sums of the cell being filled
    double low, second_low, high, sum;
    std::uint32_t count;
  };
  struct Series {
    SeriesTotals totals;
    OpenCell open;
    std::vector<SeriesCell> cells;
  };
  struct Operation {
    double base = 0;  // what earlier lives of the counter had reached
    double raw = 0;   // last value read
    double total = 0;
    double open_sum = 0;
    std::vector<double> cells;
  };

  static constexpr std::size_t kWaitingRows = 64;
  void OpenCellAt(double t_s, std::int32_t segment, RowUse use);
  void FoldWaitingRows();
  void FoldColumn(std::size_t index);
  bool FoldDensePair(std::size_t index);
  void AddValue(Series& series, double t_s, double value);
  void AddOperations(std::span<const double> operations);
  void MergeNeighbours();
  void DropEverySecondSegment();
  void Keep(const std::vector<std::uint8_t>& keep);

  std::size_t width_ = 1;
  std::uint64_t rows_ = 0;
  int dropped_segments_ = 0;
  TimeCell open_time_;
  // Rows wait here and are folded a column at a time, while sums stay in registers.
  std::vector<double> waiting_;    // [row][series]
  std::vector<double> waiting_t_;
  std::vector<TimeCell> time_cells_;
  std::vector<Series> series_;
  std::vector<Operation> operations_;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SERIES_RUN_SUMMARY_H_
