// The time table that the seeds' harness printed at the end, and its summary:
//
//   Time(min)  HeapAlloc    Delta      Rate(KB/min)  Goroutines  Payments
#ifndef SEEP_CLI_RENDER_TIME_TABLE_H_
#define SEEP_CLI_RENDER_TIME_TABLE_H_

#include <string>

#include "seep/v1/control.pb.h"

namespace seep::cli {

std::string TimeTable(const v1::GetReportResponse& report);  // empty when there are no rows

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_TIME_TABLE_H_
