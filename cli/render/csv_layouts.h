// A run's samples as CSV in the column layouts of the seeds' own tools, so that
// their plots and detectors read them; absent values are empty fields, a
// megabyte has 1024 * 1024 bytes as in the seeds' scripts.
//
//   go-memtest       timestamp,elapsed_sec,rss_bytes,heap_alloc_bytes,heap_inuse_bytes,heap_objects,
//                    heap_sys_bytes,goroutines,payments,listeners
//   go-memtest-heap  the older form of the same, without rss_bytes
//   rust-memtest     timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments
//   node-monitor     timestamp,pid,cpu_percent,mem_percent,rss_mb,vsz_mb,threads,file_descriptors,...
//   wide             timestamp,elapsed_sec,generation,phase and every gauge by its own name
#ifndef SEEP_CLI_RENDER_CSV_LAYOUTS_H_
#define SEEP_CLI_RENDER_CSV_LAYOUTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/render/gauges.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

// A number as the layouts have it: whole ones without a point; nothing for NaN.
void AddNumber(double value, std::string& out);

std::vector<std::string> CsvLayoutNames();

class CsvLayout {
 public:
  // kInvalidArgument for a name that is none of the above. `crlf` ends lines
  // as RFC 4180 has them; the default is LF, as the seeds' tools write.
  static absl::StatusOr<CsvLayout> Make(std::string_view name, bool crlf);

  // Rows that `message` adds, the header before the first. `wide` needs every
  // definition before the first sample (control.proto promises it): a gauge
  // that comes later is kInternal, never a silently missing column.
  absl::StatusOr<std::string> Take(const v1::ExportSamplesResponse& message);
  // The header, if no sample has come.
  std::string Finish();

  // Which pid a generation had (layout node-monitor), where the export itself
  // does not say.
  void SetPids(std::map<std::uint32_t, std::int64_t> pids) { pids_ = std::move(pids); }

 private:
  struct Column {
    std::string title;
    std::string gauge;       // or one of the specials: "@timestamp", "@elapsed", ...
    double divide_by = 1;
    std::string otherwise = {};  // the gauge to take where the other is unknown
    std::size_t id = 0, otherwise_id = 0;  // the gauges'; none has 0
  };
  CsvLayout() = default;
  std::string Header();
  void AddRow(const v1::Sample& sample, std::string& out);
  void AddField(const Column& column, const v1::Sample& sample, std::string& out) const;
  std::string Ended(std::string row) const;

  bool wide_ = false;
  bool crlf_ = false;
  bool header_done_ = false;
  std::vector<Column> columns_;
  std::set<std::string> names_;  // of the gauges
  std::vector<double> values_;   // of the row at hand, by id
  std::map<std::uint32_t, std::int64_t> pids_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_CSV_LAYOUTS_H_
