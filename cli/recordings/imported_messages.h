// For tests: the messages of an import, taken together as the export of the
// runs that they would make.
#ifndef SEEP_CLI_RECORDINGS_IMPORTED_MESSAGES_H_
#define SEEP_CLI_RECORDINGS_IMPORTED_MESSAGES_H_

#include <string>
#include <utility>
#include <vector>

#include "cli/recordings/run_sender.h"
#include "common/status/check.h"

namespace seep::cli {

struct ImportedMessages {
  std::vector<v1::ExportSamplesResponse> runs;
  std::vector<std::string> epochs;  // of each batch
  std::vector<v1::SampleBatch> holes;
  std::string invalid;
  bool ended = false;

  RunSender::Write Taker() {
    return [this](v1::ImportRunsRequest message) {
      if (message.has_run()) *runs.emplace_back().mutable_run() = message.run();
      if (message.has_batch()) Take(message.batch());
      if (!runs.empty()) {
        runs.back().mutable_generations()->MergeFrom(message.generations());
        runs.back().mutable_faults()->MergeFrom(message.faults());
        runs.back().mutable_events()->MergeFrom(message.events());
      }
      if (!message.invalid().empty()) invalid = message.invalid();
      ended |= message.has_end();
      return absl::OkStatus();
    };
  }

 private:
  void Take(const v1::SampleBatch& batch) {
    v1::SampleBlock block;
    SEEP_CHECK(block.ParseFromString(batch.block()));
    SEEP_CHECK(block.samples_size() == static_cast<int>(batch.count()));
    if (batch.dropped_from() > 0) {
      v1::SampleGap& gap = *runs.back().add_gaps();
      gap.set_from_sequence(batch.dropped_from());
      gap.set_to_sequence(batch.first_sequence() - 1);
      gap.set_reason(batch.dropped_reason());
      holes.push_back(batch);
    }
    if (epochs.empty() || epochs.back() != batch.stream().boot_epoch()) {
      epochs.push_back(batch.stream().boot_epoch());
      if (epochs.size() == 1) runs.back().mutable_gauges()->MergeFrom(block.gauges());
    }
    runs.back().mutable_samples()->MergeFrom(block.samples());
  }
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_IMPORTED_MESSAGES_H_
