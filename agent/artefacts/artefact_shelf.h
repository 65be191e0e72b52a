// The artefacts of one run that the coordinator has not yet got, as files:
// KEY.data the content, KEY.artefact the description, written last.
//
// Threads: one at a time.
// Bounds:  kMaxBytes each, kMaxWaiting of a run; more is kResourceExhausted.
// Restart: what a killed agent left is listed again; content without a
//          description is removed.
#ifndef SEEP_AGENT_ARTEFACTS_ARTEFACT_SHELF_H_
#define SEEP_AGENT_ARTEFACTS_ARTEFACT_SHELF_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/run.pb.h"

namespace seep::agent {

class ArtefactShelf {
 public:
  static constexpr std::size_t kMaxBytes = 32 << 20;
  static constexpr std::size_t kMaxWaiting = 64;

  // `run_directory`: RunDirectory::path().
  explicit ArtefactShelf(const std::string& run_directory) : directory_(run_directory + "/artefacts") {}

  // Fills in key, size and checksum.
  absl::Status Put(v1::Artefact artefact, std::string_view content) const;
  std::vector<v1::Artefact> List() const;  // oldest first
  absl::StatusOr<std::string> Read(const v1::Artefact& artefact, std::uint64_t offset, std::size_t most) const;
  void Remove(const std::string& key) const;

 private:
  std::string PathOf(const std::string& key, const char* part) const;

  std::string directory_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_ARTEFACTS_ARTEFACT_SHELF_H_
