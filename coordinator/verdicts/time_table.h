// Seed 000's time table: about a dozen rows of the leading memory series, its
// change, tasks and operations.
//
// Threads: one at a time.
// Bound:   keeps at most 2 × kRows candidates, evenly thinned, of any number of
//          samples.
#ifndef SEEP_COORDINATOR_VERDICTS_TIME_TABLE_H_
#define SEEP_COORDINATOR_VERDICTS_TIME_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "seep/v1/control.pb.h"
#include "storage/records.h"

namespace seep::coordinator {

class TimeTable {
 public:
  static constexpr std::size_t kRows = 12;

  void Add(const storage::SamplePage& page);
  void WriteTo(v1::GetReportResponse& report) const;

 private:
  struct Moment {
    double minutes = 0;
    std::map<std::uint32_t, double> values;  // of the gauges that may lead
  };
  std::uint32_t Leading(const std::vector<std::string>& names) const;  // 0: none

  std::map<std::string, std::uint32_t> ids_;
  std::map<std::uint32_t, std::string> operations_;
  std::vector<Moment> kept_;
  Moment last_;
  std::uint64_t seen_ = 0;
  std::uint64_t stride_ = 1;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_TIME_TABLE_H_
