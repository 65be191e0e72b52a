#include "storage/stores/sample_store.h"

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"
#include "storage/chunks/chunk.h"
#include "storage/stores/run_store.h"
#include "storage/stores/sample_block.h"

namespace seep::storage {
namespace {

// More streams than a fleet writes at once; one more costs reading its state again.
constexpr std::size_t kMaxOpenStreams = 20'000;

std::string CacheKey(const v1::StreamKey& key) {
  return absl::StrCat(key.run_id(), "\n", key.agent(), "\n", key.boot_epoch());
}

}  // namespace

absl::StatusOr<AppendOutcome> SampleStore::Append(const v1::SampleBatch& batch, std::int64_t wall_us) {
  SEEP_RETURN_IF_ERROR(OpenBatch(batch, block_));
  SEEP_ASSIGN_OR_RETURN(OpenStream* const stream, Open(batch.stream()));
  absl::StatusOr<AppendOutcome> outcome = AppendTo(*stream, batch, wall_us);
  if (outcome.ok()) return outcome;
  // The savepoint takes back what was written, so drop what was remembered.
  open_.erase(CacheKey(batch.stream()));
  return Annotate(outcome.status(), absl::StrCat("batch at ", batch.first_sequence(), " of ",
                                                 Describe(batch.stream())));
}

absl::StatusOr<SampleStore::OpenStream*> SampleStore::Open(const v1::StreamKey& key) {
  const std::string cache_key = CacheKey(key);
  const auto found = open_.find(cache_key);
  if (found != open_.end()) return &found->second;
  OpenStream stream;
  SEEP_ASSIGN_OR_RETURN(stream.row, streams_.FindOrCreate(key));
  SEEP_ASSIGN_OR_RETURN(stream.gauges, gauges_.LoadOfStream(stream.row.number));
  SEEP_RETURN_IF_ERROR(Restore(stream));
  if (open_.size() >= kMaxOpenStreams) open_.erase(open_.begin());
  return &open_.emplace(cache_key, std::move(stream)).first->second;
}

// Gathers the last minute again, whose samples are stored but not its figures:
// in tails, because compaction stays behind the minute rows. What is damaged
// is left out, and told by whoever reads the samples: a stream goes on after it.
absl::Status SampleStore::Restore(OpenStream& stream) {
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement state, db_.Prepare("SELECT state FROM run WHERE run_no = ?"));
    state.BindAll(stream.row.run);
    SEEP_ASSIGN_OR_RETURN(const bool row, state.Step());
    stream.run_over = row && IsTerminal(static_cast<v1::RunState>(state.Integer(0)));
  }
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement oldest,
                          db_.Prepare("SELECT min(first_sequence) FROM tail WHERE stream_no = ?"));
    oldest.BindAll(stream.row.number);
    SEEP_ASSIGN_OR_RETURN(const bool row, oldest.Step());
    const bool any = row && !oldest.IsNull(0);
    stream.told_through = (any ? static_cast<std::uint64_t>(oldest.Integer(0)) : stream.row.next_sequence) - 1;
  }
  const std::uint64_t rolled_through = stream.row.rolled_through;
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT block, crc32c FROM tail WHERE stream_no = ?1 AND first_sequence >= ifnull((SELECT"
                  " max(first_sequence) FROM tail WHERE stream_no = ?1 AND first_sequence <= ?2), 0)"
                  " ORDER BY first_sequence"));
  select.BindAll(stream.row.number, rolled_through + 1);
  v1::SampleBlock block;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    const std::string_view bytes = select.Blob(0);
    if (Crc32c(bytes) != static_cast<std::uint32_t>(select.Integer(1)) ||
        !block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      continue;
    }
    for (const v1::Sample& sample : block.samples()) {
      if (sample.sequence() <= rolled_through) continue;
      SEEP_RETURN_IF_ERROR(stream.rollup.Add(db_, stream.row, stream.gauges, sample));
    }
  }
}

absl::StatusOr<AppendOutcome> SampleStore::AppendTo(OpenStream& stream, const v1::SampleBatch& batch,
                                                    std::int64_t wall_us) {
  AppendOutcome outcome;
  *outcome.ack.mutable_stream() = batch.stream();
  const std::uint64_t expected = stream.row.next_sequence;
  const std::uint64_t end = batch.first_sequence() + batch.count();
  if (batch.first_sequence() > expected) {
    SEEP_RETURN_IF_ERROR(CloseHole(stream, batch, wall_us));
    outcome.lost = batch.first_sequence() - expected;
  }
  const std::uint64_t known = stream.row.next_sequence > batch.first_sequence()
                                  ? stream.row.next_sequence - batch.first_sequence() : 0;
  outcome.duplicates = static_cast<std::uint32_t>(std::min<std::uint64_t>(known, batch.count()));
  outcome.stored = batch.count() - outcome.duplicates;
  if (outcome.stored > 0) {
    if (outcome.duplicates > 0) {
      block_.mutable_samples()->DeleteSubrange(0, static_cast<int>(outcome.duplicates));
    }
    SEEP_RETURN_IF_ERROR(DefineGauges(stream));
    SEEP_RETURN_IF_ERROR(InsertBlock(stream, batch, outcome.duplicates));
    SEEP_RETURN_IF_ERROR(streams_.Advance(stream.row.number, end, outcome.stored));
    stream.row.next_sequence = end;
    for (const v1::Sample& sample : block_.samples()) {
      SEEP_RETURN_IF_ERROR(stream.rollup.Add(db_, stream.row, stream.gauges, sample));
    }
    if (stream.run_over) SEEP_RETURN_IF_ERROR(stream.rollup.Flush(db_, stream.row));
    NoteRipe(stream);
  }
  outcome.ack.set_through_sequence(stream.row.next_sequence - 1);
  return outcome;
}

void SampleStore::NoteRipe(OpenStream& stream) {
  if (stream.run_over) {
    ripe_.ending.insert(stream.row.number);
    return;
  }
  while (stream.rollup.written_through() >= stream.told_through + kMaxChunkSamples) {
    ripe_.full.insert(stream.row.number);
    stream.told_through += kMaxChunkSamples;
  }
}

absl::Status SampleStore::CloseHole(OpenStream& stream, const v1::SampleBatch& batch, std::int64_t wall_us) {
  const std::uint64_t expected = stream.row.next_sequence;
  if (batch.dropped_from() == 0 || batch.dropped_from() > expected) {
    return absl::OutOfRangeError(
        absl::StrCat("sequence ", expected, " was due; send from there or explain the hole"));
  }
  SEEP_RETURN_IF_ERROR(streams_.AddGap(stream.row.number, expected, batch.first_sequence() - 1,
                                       batch.dropped_reason(), wall_us));
  stream.row.next_sequence = batch.first_sequence();
  return absl::OkStatus();
}

absl::Status SampleStore::DefineGauges(OpenStream& stream) {
  for (const v1::GaugeDefinition& gauge : block_.gauges()) {
    SEEP_RETURN_IF_ERROR(gauges_.Define(stream.row.run, stream.row.number, gauge, stream.gauges));
  }
  for (const v1::Sample& sample : block_.samples()) {
    for (const std::uint32_t gauge : sample.gauge()) {
      if (stream.gauges.Find(gauge) != nullptr) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("sample ", sample.sequence(), " uses gauge ", gauge, ", which was never defined"));
    }
  }
  return absl::OkStatus();
}

absl::Status SampleStore::InsertBlock(const OpenStream& stream, const v1::SampleBatch& batch,
                                      std::uint32_t repeated) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO tail (stream_no, first_sequence, count, first_us, last_us, crc32c, block)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?)"));
  const TimeRange range = RangeOf(block_);
  // Only a batch that repeats a part of what is known is encoded again.
  const std::string shortened = repeated > 0 ? block_.SerializeAsString() : std::string();
  insert.BindAll(stream.row.number, batch.first_sequence() + repeated, batch.count() - repeated,
                 range.first_us, range.last_us, repeated > 0 ? Crc32c(shortened) : batch.crc32c());
  insert.BindBlob(7, repeated > 0 ? shortened : batch.block());
  return insert.Run();
}

absl::Status SampleStore::RecordGap(const v1::StreamKey& key, std::uint64_t through_sequence,
                                    const std::string& reason, std::int64_t wall_us) {
  SEEP_ASSIGN_OR_RETURN(OpenStream* const stream, Open(key));
  const std::uint64_t expected = stream->row.next_sequence;
  if (through_sequence < expected) return absl::OkStatus();
  if (through_sequence > kMaxSequence) {
    return absl::InvalidArgumentError(absl::StrCat(Describe(key), ": sequence ", through_sequence, " is absurd"));
  }
  const absl::Status added =
      streams_.AddGap(stream->row.number, expected, through_sequence, reason, wall_us);
  if (added.ok()) {
    stream->row.next_sequence = through_sequence + 1;
  } else {
    open_.erase(CacheKey(key));
  }
  return Annotate(added, Describe(key));
}

absl::Status SampleStore::CloseRun(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<StreamRow> rows, streams_.ListOfRun(run));
  // From disk, so that one path serves runs in use and those before a restart.
  absl::erase_if(open_, [&](const auto& entry) { return entry.second.row.run == run; });
  for (const StreamRow& row : rows) {
    OpenStream stream;
    stream.row = row;
    absl::StatusOr<StreamGauges> gauges = gauges_.LoadOfStream(row.number);
    // A run ends also when what it is called is damaged.
    if (absl::IsDataLoss(gauges.status())) continue;
    SEEP_RETURN_IF_ERROR(gauges.status());
    stream.gauges = *std::move(gauges);
    SEEP_RETURN_IF_ERROR(Restore(stream));
    SEEP_RETURN_IF_ERROR(stream.rollup.Flush(db_, row));
    ripe_.ending.insert(row.number);
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
