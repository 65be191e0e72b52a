// The coordinator's configuration file: what is about its store. The reference
// is docs/store.md.
//
//   store:
//     max_bytes: 20GiB
//     min_free_disk: 1GiB
//     backup_directory: /var/backups/seep
//     sweep_every: 10m
//     retention:                      # the first rule whose labels fit decides
//       - {labels: {team: payments}, keep_details: 365d}
//       - {keep_details: 30d, keep_minutes: 180d, keep_runs: 730d}
//
// Threads: any.
// Failure: kInvalidArgument, one line a problem, "FILE:LINE:COLUMN: what; what to
//          do"; kNotFound when there is no such file.
#ifndef SEEP_COORDINATOR_CONFIGURATION_CONFIGURATION_H_
#define SEEP_COORDINATOR_CONFIGURATION_CONFIGURATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/upkeep/caretaker.h"

namespace seep::coordinator {

struct Configuration {
  CaretakerOptions upkeep;
  std::string backup_directory;  // absolute, or empty
};

absl::StatusOr<Configuration> ParseConfiguration(const std::string& yaml, const std::string& file_name);
absl::StatusOr<Configuration> LoadConfiguration(const std::string& path);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONFIGURATION_CONFIGURATION_H_
