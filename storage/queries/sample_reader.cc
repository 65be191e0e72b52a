#include "storage/queries/sample_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"
#include "storage/stores/stream_store.h"

namespace seep::storage {
namespace {

constexpr std::uint32_t kMaxSamples = 10'000;
constexpr std::size_t kMaxPageBytes = 4u << 20;

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

}  // namespace

absl::Status OpenStoredBlock(std::string_view bytes, std::uint32_t crc32c, v1::SampleBlock& block) {
  if (Crc32c(bytes) != crc32c || !block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored block of samples is damaged");
  }
  return absl::OkStatus();
}

absl::StatusOr<SamplePage> SampleReader::Read(const std::string& run_id, SampleCursor from,
                                              std::uint32_t limit) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  limit_ = limit == 0 ? 1000 : std::min(limit, kMaxSamples);
  bytes_ = 0;
  SamplePage page;
  page.next = from;
  SEEP_ASSIGN_OR_RETURN(page.gauges, GaugeStore(db_).LoadOfRun(run));
  SEEP_ASSIGN_OR_RETURN(const std::vector<StreamRow> streams, StreamStore(db_).ListOfRun(run));
  for (const StreamRow& stream : streams) {
    const auto number = static_cast<std::int64_t>(stream.number);
    if (number < from.stream) continue;
    const std::uint64_t after = number == from.stream ? from.after_sequence : 0;
    SEEP_ASSIGN_OR_RETURN(const bool all, ReadStream(number, after, page));
    if (!all) return page;
  }
  page.at_end = true;
  return page;
}

absl::StatusOr<bool> SampleReader::ReadStream(std::int64_t stream, std::uint64_t after, SamplePage& page) {
  page.next = {stream, after};
  SEEP_ASSIGN_OR_RETURN(const StreamGauges gauges, GaugeStore(db_).LoadOfStream(StreamNo{stream}));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT first_sequence, crc32c, block FROM tail WHERE stream_no = ?1 AND first_sequence >="
                  " ifnull((SELECT max(first_sequence) FROM tail WHERE stream_no = ?1 AND first_sequence <= ?2), 0)"
                  " ORDER BY first_sequence"));
  select.BindAll(stream, after + 1);
  v1::SampleBlock block;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return true;
    const std::string_view bytes = select.Blob(2);
    SEEP_RETURN_IF_ERROR(
        Annotate(OpenStoredBlock(bytes, static_cast<std::uint32_t>(select.Integer(1)), block),
                 absl::StrCat("stream ", stream, " block at ", select.Integer(0))));
    for (v1::Sample& sample : *block.mutable_samples()) {
      if (sample.sequence() <= page.next.after_sequence) continue;
      if (page.samples.size() >= limit_ || bytes_ >= kMaxPageBytes) return false;
      SEEP_RETURN_IF_ERROR(Renumber(gauges, sample));
      page.next.after_sequence = sample.sequence();
      page.samples.push_back(std::move(sample));
    }
    bytes_ += bytes.size();
  }
}

}  // namespace seep::storage
