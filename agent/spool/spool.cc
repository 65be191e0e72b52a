#include "agent/spool/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "agent/spool/segment.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::uint64_t kSegmentBytes = 1 << 20;
constexpr std::size_t kMaxSegmentRead = 64 << 20;

std::vector<std::string> Entries(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Spool::Spool(std::string directory, std::uint64_t limit)
    : directory_(std::move(directory)), limit_(limit), segment_bytes_(std::min(kSegmentBytes, limit / 8)),
      epoch_(EntropyHex(8)) {}

Spool::~Spool() = default;

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(std::string directory, std::uint64_t limit_bytes) {
  if (limit_bytes < 64 << 10) return absl::InvalidArgumentError("spool_limit must be at least 64KiB");
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  std::unique_ptr<Spool> spool(new Spool(std::move(directory), limit_bytes));
  SEEP_RETURN_IF_ERROR(spool->Recover());
  return spool;
}

std::string Spool::DirectoryOf(const StreamId& stream) const {
  return absl::StrCat(directory_, "/", stream.epoch, "/", stream.run);
}

absl::Status Spool::Recover() {
  for (const std::string& epoch : Entries(directory_)) {
    const std::string epoch_directory = directory_ + "/" + epoch;
    for (const std::string& run : Entries(epoch_directory)) RecoverStream({epoch, run}, epoch_directory + "/" + run);
    ::rmdir(epoch_directory.c_str());  // only if nothing is left in it
  }
  // Fails early and clearly when the directory cannot be written.
  return MakeDirectories(directory_ + "/" + epoch_, 0700);
}

void Spool::RecoverStream(const StreamId& id, const std::string& directory) {
  Stream stream;
  for (const std::string& name : Entries(directory)) {
    Segment segment{directory + "/" + name, 0, 0, 0};
    const auto content = ReadFile(segment.path, kMaxSegmentRead);
    if (!content.ok()) continue;
    segment.size = content->size();
    for (auto record = NextRecord(*content, 0); record; record = NextRecord(*content, record->end)) {
      if (record->sequence == 0) continue;
      if (segment.first == 0) segment.first = record->sequence;
      segment.last = record->sequence;
    }
    if (segment.last == 0) {
      ::unlink(segment.path.c_str());
      continue;
    }
    stream.next = segment.last + 1;
    bytes_ += segment.size;
    stream.segments.push_back(std::move(segment));
  }
  if (stream.segments.empty()) {
    (void)RemoveTree(directory);
    return;
  }
  stream.dropped_reason = "damaged spool record";
  // What is before the first segment was acknowledged, or its loss reported.
  stream.acked = stream.segments.front().first - 1;
  streams_.emplace(id, std::move(stream));
}

std::uint64_t Spool::NextSequence(const std::string& run) const {
  const auto stream = streams_.find({epoch_, run});
  return stream == streams_.end() ? 1 : stream->second.next;
}

absl::Status Spool::Append(const std::string& run, std::string_view block,
                           const std::function<std::string()>& all_definitions) {
  Stream& stream = streams_[{epoch_, run}];
  const std::uint64_t sequence = stream.next++;
  absl::Status status;
  if (!stream.out.valid() || stream.segments.empty() || stream.segments.back().size >= segment_bytes_) {
    status = BeginSegment(run, stream, all_definitions);
  }
  if (status.ok()) status = WriteRecord(stream, sequence, block);
  if (!status.ok()) {
    ++dropped_;
    stream.dropped_reason = std::string(status.message());
    stream.out.reset();  // the next try begins a file of its own, after whatever was half written
    return status;
  }
  Segment& segment = stream.segments.back();
  if (segment.first == 0) segment.first = sequence;
  segment.last = sequence;
  EnforceLimit();
  return absl::OkStatus();
}

absl::Status Spool::BeginSegment(const std::string& run, Stream& stream,
                                 const std::function<std::string()>& all_definitions) {
  stream.out.reset();
  // A file in which nothing was written whole has no name worth keeping.
  if (!stream.segments.empty() && stream.segments.back().last == 0) {
    bytes_ -= stream.segments.back().size;
    ::unlink(stream.segments.back().path.c_str());
    stream.segments.pop_back();
  }
  const std::string directory = DirectoryOf({epoch_, run});
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  char name[32];
  std::snprintf(name, sizeof name, "/%020llu.seg", static_cast<unsigned long long>(stream.next - 1));
  Segment segment{directory + name, 0, 0, 0};
  stream.out = UniqueFd(open(segment.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!stream.out.valid()) return ErrnoStatus(errno, "spool " + segment.path);
  stream.segments.push_back(std::move(segment));
  return WriteRecord(stream, 0, all_definitions());
}

absl::Status Spool::WriteRecord(Stream& stream, std::uint64_t sequence, std::string_view bytes) {
  const std::string record = EncodeRecord(sequence, bytes);
  Segment& segment = stream.segments.back();
  std::size_t done = 0;
  while (done < record.size()) {
    const ssize_t written = write(stream.out.get(), record.data() + done, record.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const absl::Status status = ErrnoStatus(errno, "spool " + segment.path);
      segment.size += done;
      bytes_ += done;
      return status;
    }
    done += static_cast<std::size_t>(written);
  }
  segment.size += record.size();
  bytes_ += record.size();
  return absl::OkStatus();
}

void Spool::EnforceLimit() {
  while (bytes_ > limit_) {
    Stream* largest = nullptr;
    std::uint64_t most = 0;
    for (auto& [id, stream] : streams_) {
      std::uint64_t size = 0;
      for (const Segment& segment : stream.segments) size += segment.size;
      if (stream.segments.size() > 1 && size > most) {
        most = size;
        largest = &stream;
      }
    }
    if (largest == nullptr) return;  // one segment each: at most a segment over the limit a stream
    const Segment& oldest = largest->segments.front();
    dropped_ += oldest.last - std::max(oldest.first, largest->acked + 1) + 1;
    largest->dropped_reason = "spool full";
    DropFirstSegment(*largest);
  }
}

void Spool::DropFirstSegment(Stream& stream) {
  Segment& oldest = stream.segments.front();
  bytes_ -= oldest.size;
  ::unlink(oldest.path.c_str());
  if (stream.cached_path == oldest.path) {
    stream.cached_path.clear();
    std::string().swap(stream.cached);
  }
  stream.segments.pop_front();
}

std::vector<StreamId> Spool::Streams() const {
  std::vector<StreamId> ids;
  for (const auto& [id, stream] : streams_) ids.push_back(id);
  return ids;
}

std::uint64_t Spool::LastSequence(const StreamId& id) const {
  const auto stream = streams_.find(id);
  if (stream == streams_.end()) return 0;
  for (auto segment = stream->second.segments.rbegin(); segment != stream->second.segments.rend(); ++segment) {
    if (segment->last > 0) return segment->last;
  }
  return stream->second.acked;
}

// Segments are at most a little over 1 MiB: the one being read stays in memory,
// and one that grew since is read again.
std::string_view Spool::Content(Stream& stream, const Segment& segment) {
  if (stream.cached_path != segment.path || stream.cached.size() < segment.size) {
    auto content = ReadFile(segment.path, kMaxSegmentRead);
    stream.cached = content.ok() ? *std::move(content) : std::string();
    if (stream.cached_path != segment.path) stream.cursor_sequence = 0;
    stream.cached_path = segment.path;
  }
  return stream.cached;
}

std::optional<SpoolBatch> Spool::Read(const StreamId& id, std::uint64_t from, std::uint32_t max_samples,
                                      std::size_t max_bytes) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return std::nullopt;
  Stream& stream = found->second;
  SpoolBatch batch;
  for (const Segment& segment : stream.segments) {
    if (segment.last < from || segment.last == 0) continue;
    const std::string_view content = Content(stream, segment);
    std::size_t offset = stream.cursor_sequence == from ? stream.cursor_offset : 0;
    for (auto record = NextRecord(content, offset); record; record = NextRecord(content, record->end)) {
      if (record->sequence == 0) {
        batch.block.append(record->bytes);
        continue;
      }
      if (record->sequence < from) continue;
      if (batch.count == 0) batch.first_sequence = record->sequence;
      const bool full = batch.count >= max_samples || (batch.count > 0 && batch.block.size() + record->bytes.size() > max_bytes);
      if (full || record->sequence != batch.first_sequence + batch.count) break;
      batch.block.append(record->bytes);
      ++batch.count;
      stream.cursor_sequence = record->sequence + 1;
      stream.cursor_offset = record->end;
    }
    if (batch.count > 0) break;  // a batch stays within its segment, whose definitions it carries
    batch.block.clear();
  }
  if (batch.count == 0) return std::nullopt;
  if (batch.first_sequence > from) {
    batch.dropped_from = from;
    batch.dropped_reason = stream.dropped_reason.empty() ? "lost before it was sent" : stream.dropped_reason;
  }
  return batch;
}

void Spool::Acknowledge(const StreamId& id, std::uint64_t through) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  Stream& stream = found->second;
  stream.acked = std::max(stream.acked, std::min(through, stream.next - 1));
  // The last segment of a live stream is being written; it goes with the next.
  while (!stream.segments.empty() && stream.segments.front().last <= stream.acked &&
         (stream.segments.size() > 1 || !stream.out.valid())) {
    DropFirstSegment(stream);
  }
}

void Spool::Delete(const StreamId& id) {
  const auto stream = streams_.find(id);
  if (stream == streams_.end()) return;
  for (const Segment& segment : stream->second.segments) bytes_ -= segment.size;
  (void)RemoveTree(DirectoryOf(id));
  if (id.epoch != epoch_) ::rmdir((directory_ + "/" + id.epoch).c_str());
  streams_.erase(stream);
}

std::uint64_t Spool::unacknowledged() const {
  std::uint64_t count = 0;
  for (const auto& [id, stream] : streams_) {
    for (const Segment& segment : stream.segments) {
      if (segment.last > stream.acked) count += segment.last - std::max(segment.first - 1, stream.acked);
    }
  }
  return count;
}

}  // namespace seep::agent
