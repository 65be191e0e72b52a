#include "storage/compaction/stream_compaction.h"

#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/stores/chunk_store.h"
#include "storage/stores/run_store.h"
#include "storage/stores/sample_block.h"
#include "storage/stores/stored_blocks.h"

namespace seep::storage {
namespace {

// Of one chunk: a run of a thousand gauges gets shorter chunks, so that making
// one stays a matter of milliseconds.
constexpr std::size_t kMaxChunkValues = 128 * 1024;

// Samples in, chunks out.
class ChunkGathering {
 public:
  absl::Status Add(const v1::Sample& sample) {
    absl::Status added = builder_.Add(sample);
    if (absl::IsResourceExhausted(added)) {
      Close();
      added = builder_.Add(sample);
    }
    values_ += static_cast<std::size_t>(sample.value_size());
    if (builder_.full() || values_ >= kMaxChunkValues) Close();
    return added;
  }
  void Close() {
    if (builder_.count() > 0) chunks_.push_back(builder_.Take());
    values_ = 0;
  }
  std::vector<Chunk>& chunks() { return chunks_; }

 private:
  ChunkBuilder builder_;
  std::size_t values_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace

absl::StatusOr<CompactionStep> StreamCompaction::Step() {
  CompactionStep step;
  step.done = true;
  SEEP_ASSIGN_OR_RETURN(const bool open, LoadStream());
  if (!open) return step;
  SEEP_ASSIGN_OR_RETURN(const bool enough, EnoughSamples());
  if (!enough && !over_) return step;
  SEEP_ASSIGN_OR_RETURN(const std::vector<Chunk> chunks, Gather());
  if (!chunks.empty()) {
    SEEP_RETURN_IF_ERROR(Write(chunks));
    for (const Chunk& chunk : chunks) step.samples += chunk.count();
    step.chunks = chunks.size();
    step.done = false;
    return step;
  }
  if (!over_) return step;
  SEEP_ASSIGN_OR_RETURN(const bool compressed, ChunkStore(db_).CompressNext(stream_));
  if (!compressed) SEEP_RETURN_IF_ERROR(Settle());
  step.done = !compressed;
  return step;
}

absl::StatusOr<bool> StreamCompaction::LoadStream() {
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT s.rolled_through, r.state FROM stream s JOIN run r USING (run_no)"
                                      " WHERE s.stream_no = ? AND s.settled = 0"));
    select.BindAll(stream_);
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return false;
    rolled_through_ = static_cast<std::uint64_t>(select.Integer(0));
    over_ = IsTerminal(static_cast<v1::RunState>(select.Integer(1)));
  }
  SEEP_ASSIGN_OR_RETURN(gauges_, GaugeStore(db_).LoadOfStream(stream_));
  return true;
}

absl::StatusOr<bool> StreamCompaction::EnoughSamples() {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT ifnull(sum(count), 0) FROM tail WHERE stream_no = ? AND first_sequence <= ?"));
  select.BindAll(stream_, rolled_through_);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  return row && select.Integer(0) >= static_cast<std::int64_t>(kMaxChunkSamples);
}

// Stops after the tail that filled a chunk: one of many samples fills several,
// and is not decoded again for each.
absl::StatusOr<std::vector<Chunk>> StreamCompaction::Gather() {
  ChunkGathering gathering;
  SEEP_ASSIGN_OR_RETURN(StoredBlocks tails, StoredBlocks::OpenTails(db_, stream_));
  std::vector<v1::Sample> samples;
  std::uint64_t due = 0;
  while (gathering.chunks().empty()) {
    SEEP_ASSIGN_OR_RETURN(const bool row, tails.Next());
    if (!row) {
      if (over_) gathering.Close();
      break;
    }
    samples.clear();
    const bool sound = ReadBlock(tails.block(), gauges_, samples).ok();
    if (!sound || tails.block().first_sequence != due) gathering.Close();
    due = sound ? tails.block().last_sequence() + 1 : 0;
    for (const v1::Sample& sample : samples) {
      if (!over_ && sample.sequence() > rolled_through_) return std::move(gathering.chunks());
      SEEP_RETURN_IF_ERROR(gathering.Add(sample));
    }
  }
  return std::move(gathering.chunks());
}

absl::Status StreamCompaction::Write(const std::vector<Chunk>& chunks) {
  SEEP_RETURN_IF_ERROR(CutTail(chunks.back().sequence.back()));
  const StreamGauges by_run = gauges_.ByRunNumber();
  for (const Chunk& chunk : chunks) {
    SEEP_RETURN_IF_ERROR(ChunkStore(db_).Insert(stream_, chunk, by_run, over_));
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement remove, db_.Prepare("DELETE FROM tail WHERE stream_no = ?"
                                                                " AND first_sequence BETWEEN ? AND ?"));
    remove.BindAll(stream_, chunk.sequence.front(), chunk.sequence.back());
    SEEP_RETURN_IF_ERROR(remove.Run());
  }
  return absl::OkStatus();
}

absl::Status StreamCompaction::CutTail(std::uint64_t last) {
  v1::SampleBlock block;
  std::int64_t tail_no = 0;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT tail_no, first_sequence, count, block FROM tail WHERE stream_no = ?"
                                      " AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1"));
    select.BindAll(stream_, last);
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    const auto first = static_cast<std::uint64_t>(select.Integer(1));
    if (first + static_cast<std::uint64_t>(select.Integer(2)) - 1 <= last) return absl::OkStatus();
    tail_no = select.Integer(0);
    const std::string_view bytes = select.Blob(3);
    block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));  // as Gather just did
    block.clear_gauges();  // stream_gauge has them
    block.mutable_samples()->DeleteSubrange(0, static_cast<int>(last - first + 1));
  }
  const TimeRange range = RangeOf(block);
  const std::string bytes = block.SerializeAsString();
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                        db_.Prepare("UPDATE tail SET first_sequence = ?, count = ?, first_us = ?, last_us = ?,"
                                    " crc32c = ?, block = ? WHERE tail_no = ?"));
  update.BindAll(last + 1, block.samples_size(), range.first_us, range.last_us, Crc32c(bytes));
  update.BindBlob(6, bytes);
  update.BindInteger(7, tail_no);
  return update.Run();
}

absl::Status StreamCompaction::Settle() {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update, db_.Prepare("UPDATE stream SET settled = 1 WHERE stream_no = ?"));
  update.BindAll(stream_);
  return update.Run();
}

}  // namespace seep::storage
