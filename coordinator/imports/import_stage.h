// A file of messages on its way into the store. Written as `NAME.partial`; once
// all of it is there it is sealed (fsync, renamed to `NAME.sealed`), and from
// then on it will be carried out, whatever is killed.
//
// Format: records of length (4 bytes, little endian), CRC-32C (4 bytes), kind
// (1 byte: 1 a batch of samples alone, 0 anything else), encoded message.
//
// Threads: one at a time.
// Owns:    the open file; a stage that was not sealed goes with its owner.
// Failure: kResourceExhausted: too large, or the disk is full; kDataLoss: a
//          sealed stage was damaged; kInternal otherwise. Messages name the path.
#ifndef SEEP_COORDINATOR_IMPORTS_IMPORT_STAGE_H_
#define SEEP_COORDINATOR_IMPORTS_IMPORT_STAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/unique_fd.h"
#include "seep/v1/control.pb.h"

namespace seep::coordinator {

class ImportStage {
 public:
  static constexpr std::uint64_t kMaxBytes = 16ULL << 30;

  static absl::StatusOr<std::unique_ptr<ImportStage>> Create(const std::string& directory);
  ~ImportStage();

  absl::Status Append(const v1::ImportRunsRequest& message);
  // Answers the sealed file. kResourceExhausted when the disk has no room for
  // the runs beside it.
  absl::StatusOr<std::string> Seal();

 private:
  ImportStage(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}
  absl::Status Flush();

  const std::string path_;  // without the ending
  UniqueFd file_;
  std::string buffer_;
  std::uint64_t bytes_ = 0;
  bool sealed_ = false;
};

class StageReader {
 public:
  static absl::StatusOr<StageReader> Open(const std::string& path);

  enum class Batches { kRead, kSkip };
  // False at the end.
  absl::StatusOr<bool> Next(Batches batches, v1::ImportRunsRequest& message);

 private:
  StageReader(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}
  absl::StatusOr<std::size_t> Read(char* to, std::size_t size);

  std::string path_;
  UniqueFd file_;
  std::string bytes_;
};

// What a killed coordinator left: sealed stages are answered, others removed.
std::vector<std::string> SealedStages(const std::string& directory);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_IMPORTS_IMPORT_STAGE_H_
