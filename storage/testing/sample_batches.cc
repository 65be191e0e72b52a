#include "storage/testing/sample_batches.h"

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"

namespace seep::storage::testing {

double ValueOf(std::uint64_t sequence, std::uint32_t gauge) {
  // Page-sized steps with some noise, as resident memory has.
  const std::uint64_t noise = (sequence * 2654435761u + gauge * 40503u) % 512;
  return 4096.0 * static_cast<double>(gauge * 1000 + sequence / 3 + noise);
}

v1::SampleBatch MakeBatch(const std::string& run_id, std::uint64_t first_sequence, std::uint32_t count,
                          const BatchShape& shape) {
  v1::SampleBlock block;
  if (first_sequence == 1) {
    for (int i = 1; i <= shape.gauges; ++i) {
      v1::GaugeDefinition* gauge = block.add_gauges();
      gauge->set_id(static_cast<std::uint32_t>(i));
      gauge->set_name(absl::StrCat("gauge.", i));
      gauge->set_unit("bytes");
      gauge->set_kind(v1::GAUGE_KIND_GAUGE);
      gauge->set_origin(v1::GAUGE_ORIGIN_OUTSIDE);
    }
  }
  for (std::uint64_t sequence = first_sequence; sequence < first_sequence + count; ++sequence) {
    v1::Sample* sample = block.add_samples();
    sample->set_sequence(sequence);
    sample->set_monotonic_us(static_cast<std::int64_t>(sequence) * shape.interval_us);
    sample->set_wall_us(1'767'225'600'000'000 + sample->monotonic_us());
    sample->set_generation(shape.generation);
    sample->set_phase(v1::PHASE_SOAK);
    for (int i = 1; i <= shape.gauges; ++i) {
      sample->add_gauge(static_cast<std::uint32_t>(i));
      sample->add_value(ValueOf(sequence, static_cast<std::uint32_t>(i)));
    }
  }
  v1::SampleBatch batch;
  batch.mutable_stream()->set_agent(shape.agent);
  batch.mutable_stream()->set_boot_epoch(shape.boot_epoch);
  batch.mutable_stream()->set_run_id(run_id);
  batch.set_first_sequence(first_sequence);
  batch.set_count(count);
  Seal(batch, block);
  return batch;
}

void Seal(v1::SampleBatch& batch, const v1::SampleBlock& block) {
  batch.set_block(block.SerializeAsString());
  batch.set_crc32c(Crc32c(batch.block()));
}

}  // namespace seep::storage::testing
