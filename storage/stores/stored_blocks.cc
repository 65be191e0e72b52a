#include "storage/stores/stored_blocks.h"

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/chunk_samples.h"

namespace seep::storage {
namespace {

// Of each table from the block that begins at or before `from_sequence`, if it
// reaches so far. Both come out of an index in order, so SQLite merges them as
// it goes.
constexpr char kSelect[] =
    "SELECT 0 AS kind, first_sequence, count, crc32c, block FROM tail WHERE stream_no = ?1"
    " AND first_sequence >= ifnull((SELECT max(first_sequence) FROM tail WHERE stream_no = ?1"
    " AND first_sequence <= ?2), 0) AND first_sequence + count > ?2 AND last_us >= ?3 AND first_us <= ?4"
    " UNION ALL "
    "SELECT 1, first_sequence, count, crc32c, data FROM chunk INDEXED BY chunk_by_time WHERE stream_no = ?1"
    " AND first_sequence >= ifnull((SELECT max(first_sequence) FROM chunk WHERE stream_no = ?1"
    " AND first_sequence <= ?2), 0) AND first_sequence + count > ?2 AND last_us >= ?3 AND first_us <= ?4"
    " ORDER BY first_sequence";

// The stream's numbers become the run's.
absl::Status Renumber(const StreamGauges& gauges, v1::Sample& sample) {
  for (std::uint32_t& gauge : *sample.mutable_gauge()) {
    const StreamGauge* const found = gauges.Find(gauge);
    if (found == nullptr) {
      return absl::DataLossError(absl::StrCat("sample ", sample.sequence(), ": gauge ", gauge, " is not defined"));
    }
    gauge = found->run_gauge_id;
  }
  return absl::OkStatus();
}

absl::Status ReadTail(const StoredBlock& block, const StreamGauges& gauges, std::vector<v1::Sample>& samples) {
  v1::SampleBlock parsed;
  if (!parsed.ParseFromArray(block.bytes.data(), static_cast<int>(block.bytes.size()))) {
    return absl::DataLossError("not an encoded SampleBlock");
  }
  for (v1::Sample& sample : *parsed.mutable_samples()) {
    SEEP_RETURN_IF_ERROR(Renumber(gauges, sample));
    samples.push_back(std::move(sample));
  }
  return absl::OkStatus();
}

absl::Status ReadChunk(const StoredBlock& block, std::vector<v1::Sample>& samples) {
  SEEP_ASSIGN_OR_RETURN(const ChunkView view, ChunkView::Open(block.bytes));
  SEEP_ASSIGN_OR_RETURN(const Chunk chunk, view.ReadAll());
  return AppendSamples(chunk, samples);
}

// The checksum covers the bytes; the row beside them it does not.
absl::Status CheckSequences(const StoredBlock& block, const std::vector<v1::Sample>& samples, std::size_t before) {
  if (samples.size() - before != block.count) {
    return absl::DataLossError(absl::StrCat(samples.size() - before, " samples where the row says ", block.count));
  }
  std::uint64_t expected = block.first_sequence;
  for (std::size_t i = before; i < samples.size(); ++i, ++expected) {
    if (samples[i].sequence() == expected) continue;
    return absl::DataLossError(absl::StrCat("sample ", samples[i].sequence(), " where ", expected, " was due"));
  }
  return absl::OkStatus();
}

absl::Status Read(const StoredBlock& block, const StreamGauges& gauges, std::vector<v1::Sample>& samples) {
  if (Crc32c(block.bytes) != block.crc32c) return absl::DataLossError("checksum mismatch");
  const std::size_t before = samples.size();
  SEEP_RETURN_IF_ERROR(block.kind == StoredBlock::Kind::kTail ? ReadTail(block, gauges, samples)
                                                              : ReadChunk(block, samples));
  return CheckSequences(block, samples, before);
}

}  // namespace

absl::StatusOr<StoredBlocks> StoredBlocks::Open(sqlite::Database& db, StreamNo stream, const BlockRange& range) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(kSelect));
  select.BindAll(stream, range.from_sequence, range.from_us, range.to_us);
  return StoredBlocks(std::move(select));
}

absl::StatusOr<StoredBlocks> StoredBlocks::OpenTails(sqlite::Database& db, StreamNo stream) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT 0 AS kind, first_sequence, count, crc32c, block FROM tail"
                                   " WHERE stream_no = ? ORDER BY first_sequence"));
  select.BindAll(stream);
  return StoredBlocks(std::move(select));
}

absl::StatusOr<bool> StoredBlocks::Next() {
  SEEP_ASSIGN_OR_RETURN(const bool row, select_.Step());
  if (!row) return false;
  block_.kind = select_.Integer(0) == 0 ? StoredBlock::Kind::kTail : StoredBlock::Kind::kChunk;
  block_.first_sequence = static_cast<std::uint64_t>(select_.Integer(1));
  block_.count = static_cast<std::uint64_t>(select_.Integer(2));
  block_.crc32c = static_cast<std::uint32_t>(select_.Integer(3));
  block_.bytes = select_.Blob(4);
  return true;
}

absl::Status ReadBlock(const StoredBlock& block, const StreamGauges& gauges, std::vector<v1::Sample>& samples) {
  const std::size_t before = samples.size();
  const absl::Status read = Read(block, gauges, samples);
  if (read.ok()) return read;
  samples.erase(samples.begin() + static_cast<std::ptrdiff_t>(before), samples.end());
  return absl::DataLossError(absl::StrCat(Describe(block), " are damaged: ", read.message()));
}

absl::Status CheckBlock(const StoredBlock& block, const StreamGauges& gauges) {
  std::vector<v1::Sample> samples;
  return ReadBlock(block, gauges, samples);
}

std::string Describe(const StoredBlock& block) {
  return absl::StrCat("samples ", block.first_sequence, " to ", block.last_sequence(),
                      block.kind == StoredBlock::Kind::kTail ? " (tail)" : " (chunk)");
}

}  // namespace seep::storage
