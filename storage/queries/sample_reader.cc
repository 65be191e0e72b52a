#include "storage/queries/sample_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

constexpr std::uint32_t kMaxSamples = 10'000;
constexpr std::size_t kMaxPageBytes = 4u << 20;

}  // namespace

absl::StatusOr<SamplePage> SampleReader::Read(const std::string& run_id, SampleCursor from,
                                              std::uint32_t limit) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  limit_ = limit == 0 ? 1000 : std::min(limit, kMaxSamples);
  bytes_ = 0;
  SamplePage page;
  page.next = from;
  SEEP_ASSIGN_OR_RETURN(page.gauges, GaugeStore(db_).LoadOfRun(run));
  SEEP_ASSIGN_OR_RETURN(const std::vector<StreamRow> streams, StreamStore(db_).ListOfRun(run));
  SEEP_ASSIGN_OR_RETURN(page.expired, IsExpired(run));
  for (const StreamRow& stream : streams) {
    const auto number = static_cast<std::int64_t>(stream.number);
    if (number < from.stream) continue;
    const std::uint64_t after = number == from.stream ? from.after_sequence : 0;
    absl::StatusOr<bool> all = ReadStream(stream, after, page);
    if (!all.ok()) return Annotate(all.status(), absl::StrCat("run ", run_id, " (stream ", number, ")"));
    if (!*all) return page;
  }
  page.at_end = true;
  return page;
}

absl::StatusOr<bool> SampleReader::ReadStream(const StreamRow& stream, std::uint64_t after, SamplePage& page) {
  page.next = {static_cast<std::int64_t>(stream.number), after};
  SEEP_ASSIGN_OR_RETURN(const StreamGauges gauges, GaugeStore(db_).LoadOfStream(stream.number));
  SEEP_ASSIGN_OR_RETURN(StoredBlocks blocks, StoredBlocks::Open(db_, stream.number, {.from_sequence = after + 1}));
  std::vector<v1::Sample> samples;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, blocks.Next());
    const std::uint64_t due = page.next.after_sequence + 1;
    const std::uint64_t first = row ? blocks.block().first_sequence : stream.next_sequence;
    if (row && blocks.block().last_sequence() >= stream.next_sequence) {
      return absl::DataLossError(absl::StrCat(Describe(blocks.block()), " are beyond the end of the stream, ",
                                              stream.next_sequence - 1));
    }
    if (first > due && !page.expired) SEEP_RETURN_IF_ERROR(CheckHole(stream.number, due, first - 1));
    if (!row) return true;
    if (page.samples.size() >= limit_ || bytes_ >= kMaxPageBytes) return false;
    samples.clear();
    SEEP_RETURN_IF_ERROR(ReadBlock(blocks.block(), gauges, samples));
    bytes_ += samples.size() * samples.front().ByteSizeLong();
    if (!Take(samples, page)) return false;
  }
}

absl::StatusOr<bool> SampleReader::IsExpired(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT 1 FROM run_expiry WHERE run_no = ?"));
  select.BindAll(run);
  return select.Step();
}

bool SampleReader::Take(std::vector<v1::Sample>& samples, SamplePage& page) {
  for (v1::Sample& sample : samples) {
    if (sample.sequence() <= page.next.after_sequence) continue;
    if (page.samples.size() >= limit_) return false;
    page.next.after_sequence = sample.sequence();
    page.samples.push_back(std::move(sample));
  }
  return true;
}

absl::Status SampleReader::CheckHole(StreamNo stream, std::uint64_t from, std::uint64_t to) {
  {
    // Retention took them: Run.expiry says so.
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement expired, db_.Prepare("SELECT 1 FROM run_expiry e JOIN stream s USING (run_no)"
                                                                 " WHERE s.stream_no = ?"));
    expired.BindAll(stream);
    SEEP_ASSIGN_OR_RETURN(const bool row, expired.Step());
    if (row) return absl::OkStatus();
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT from_sequence, to_sequence FROM gap WHERE stream_no = ?"
                                    " AND to_sequence >= ? AND from_sequence <= ? ORDER BY from_sequence"));
  select.BindAll(stream, from, to);
  std::uint64_t due = from;
  while (due <= to) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row || static_cast<std::uint64_t>(select.Integer(0)) > due) {
      return absl::DataLossError(absl::StrCat("samples from ", due, " to ", to, " are missing"));
    }
    due = static_cast<std::uint64_t>(select.Integer(1)) + 1;
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
