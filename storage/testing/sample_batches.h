// Batches of samples as an agent would send them, for tests and benchmarks.
#ifndef SEEP_STORAGE_TESTING_SAMPLE_BATCHES_H_
#define SEEP_STORAGE_TESTING_SAMPLE_BATCHES_H_

#include <cstdint>
#include <string>

#include "seep/v1/sample.pb.h"

namespace seep::storage::testing {

// Gauge values are a pure function of the sequence and the gauge, so that
// whoever reads them back can tell.
double ValueOf(std::uint64_t sequence, std::uint32_t gauge);

struct BatchShape {
  std::string agent = "lab-1";
  std::string boot_epoch = "e1";
  int gauges = 20;              // "gauge.1" ...
  std::int64_t interval_us = 1'000'000;  // sequence × interval is the time
  std::uint32_t generation = 1;
};

v1::SampleBatch MakeBatch(const std::string& run_id, std::uint64_t first_sequence, std::uint32_t count,
                          const BatchShape& shape = {});
// After a change of the block.
void Seal(v1::SampleBatch& batch, const v1::SampleBlock& block);

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_TESTING_SAMPLE_BATCHES_H_
