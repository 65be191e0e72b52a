// Samples on disk until the coordinator has acknowledged them (R1–R3).
//
// Threads: one at a time (the loop).
// Owns:    DIRECTORY/EPOCH/RUN/FIRST-SEQUENCE.seg. Nothing leaves before its
//          Acknowledge, except by the overflow policy.
// Failure: a sample that cannot be written (disk full, damaged directory) is
//          dropped and counted; the hole is explained in the next batch. Writing
//          works again as soon as there is space.
// Bounds:  `limit` bytes in all. Overflow policy: the oldest segment of the
//          largest stream goes, explained as "spool full" in the next batch.
// Restart: what was appended before a kill -9 of the agent is there again (the
//          page cache keeps it); a crash of the machine may cost the last
//          seconds, which were never acknowledged and are no hole: they were
//          not numbered for anybody yet.
#ifndef SEEP_AGENT_SPOOL_SPOOL_H_
#define SEEP_AGENT_SPOOL_SPOOL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

struct StreamId {
  std::string epoch, run;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

struct SpoolBatch {
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::string block;  // an encoded SampleBlock
  std::uint64_t dropped_from = 0;
  std::string dropped_reason;
  std::uint64_t last_sequence() const { return first_sequence + count - 1; }
};

class Spool {
 public:
  // Takes up what earlier boots left. A new epoch each time.
  static absl::StatusOr<std::unique_ptr<Spool>> Open(std::string directory, std::uint64_t limit_bytes);
  ~Spool();

  const std::string& epoch() const { return epoch_; }

  // The sequence that the next Append gives (from 1).
  std::uint64_t NextSequence(const std::string& run) const;
  // `all_definitions` gives the encoded definitions known so far; asked when a
  // segment begins. The sequence is used up even when the write fails.
  absl::Status Append(const std::string& run, std::string_view block,
                      const std::function<std::string()>& all_definitions);

  std::vector<StreamId> Streams() const;
  // The last sequence that can be read; 0: none was ever.
  std::uint64_t LastSequence(const StreamId& stream) const;
  // The next samples from `from` on, without holes inside; nothing: no more.
  std::optional<SpoolBatch> Read(const StreamId& stream, std::uint64_t from, std::uint32_t max_samples,
                                 std::size_t max_bytes);
  void Acknowledge(const StreamId& stream, std::uint64_t through);
  void Delete(const StreamId& stream);

  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t unacknowledged() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Segment {
    std::string path;
    std::uint64_t first = 0, last = 0;  // of the samples in it; last 0: none
    std::uint64_t size = 0;
  };
  struct Stream {
    std::deque<Segment> segments;
    std::uint64_t next = 1;   // sequence
    std::uint64_t acked = 0;
    std::string dropped_reason;
    UniqueFd out;             // the last segment, of a stream of this boot
    // Where the last Read ended, so that reading on need not search.
    std::uint64_t cursor_sequence = 0;
    std::size_t cursor_offset = 0;
    std::string cached_path, cached;  // the segment being read
  };
  Spool(std::string directory, std::uint64_t limit);
  absl::Status Recover();
  void RecoverStream(const StreamId& id, const std::string& directory);
  absl::Status BeginSegment(const std::string& run, Stream& stream,
                            const std::function<std::string()>& all_definitions);
  absl::Status WriteRecord(Stream& stream, std::uint64_t sequence, std::string_view bytes);
  void EnforceLimit();
  void DropFirstSegment(Stream& stream);
  std::string_view Content(Stream& stream, const Segment& segment);
  std::string DirectoryOf(const StreamId& stream) const;

  const std::string directory_;
  const std::uint64_t limit_;
  const std::uint64_t segment_bytes_;
  std::string epoch_;
  std::map<StreamId, Stream> streams_;
  std::uint64_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SPOOL_SPOOL_H_
