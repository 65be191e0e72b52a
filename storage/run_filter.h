// Which runs a list is about. Plain values: coordinator/filter makes them of
// what people type, stores/run_conditions.h makes SQL of them.
#ifndef SEEP_STORAGE_RUN_FILTER_H_
#define SEEP_STORAGE_RUN_FILTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "seep/v1/run.pb.h"

namespace seep::storage {

// One condition: any of `alternatives` holds, or, negated, none of them.
struct RunTerm {
  enum class Field : std::uint8_t { kSdk, kVersion, kVerdict, kState, kLabel, kAgent, kScenario, kName, kCampaign, kSeries, kBegan };
  // What is set depends on the field.
  struct Alternative {
    std::string text = {};      // kSdk: name; kLabel: its name; '*' and '?' are wildcards in kName, kAgent, kScenario
    std::string version = {};   // kSdk, kVersion: "4.2" is 4.2, 4.2.1 and 4.2-rc1, not 4.20
    std::string value = {};     // kLabel
    bool any_value = false;  // kLabel: whatever its value
    int number = 0;        // kVerdict, kState
    std::int64_t wall_us = 0;  // kBegan: at or after
  };
  Field field = Field::kSdk;
  bool negated = false;
  std::vector<Alternative> alternatives;
};
inline constexpr std::size_t kMaxRunTerms = 32;
inline constexpr std::size_t kMaxAlternatives = 32;

struct RunFilter {
  std::string campaign_id = {};  // empty: any
  std::string agent = {};        // empty: any
  v1::RunState state = v1::RUN_STATE_UNSPECIFIED;  // unspecified: any
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  bool open_only = false;   // neither finished, failed nor cancelled
  std::vector<RunTerm> terms = {};  // all of them hold
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_RUN_FILTER_H_
