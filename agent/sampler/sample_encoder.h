// Turns figures into the bytes of a stream: gives each gauge name its id, and
// defines it no later than in the first sample that uses it.
//
// Threads: one at a time (the loop).
// Bounds:  256 gauges a stream; values of further names are left out.
#ifndef SEEP_AGENT_SAMPLER_SAMPLE_ENCODER_H_
#define SEEP_AGENT_SAMPLER_SAMPLE_ENCODER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sampler/proc_reader.h"
#include "common/clock/clock.h"
#include "seep/v1/sample.pb.h"

namespace seep::agent {

struct GaugeValue {
  std::string name, unit;
  v1::GaugeKind kind = v1::GAUGE_KIND_GAUGE;
  v1::GaugeOrigin origin = v1::GAUGE_ORIGIN_OUTSIDE;
  bool operation = false;
  double value = 0;
};

// The catalogue of docs/campaign_reference.md, as far as known.
std::vector<GaugeValue> OutsideGauges(const OutsideFigures& figures);

struct SampleStamp {
  std::uint64_t sequence = 0;
  absl::Duration since_begin{};
  WallTime wall{};
  std::uint32_t generation = 1;
  v1::Phase phase = v1::PHASE_SOAK;
};

class SampleEncoder {
 public:
  // One encoded SampleBlock with one sample. Time never runs backwards: an
  // earlier stamp takes the latest one's. Values that are no finite number,
  // and a name's second value, are left out. `rest`: what else it carries.
  std::string Encode(SampleStamp stamp, const std::vector<GaugeValue>& values, const v1::Sample& rest = v1::Sample());
  // An encoded SampleBlock of all definitions so far, without samples.
  std::string Definitions() const { return definitions_.SerializeAsString(); }

 private:
  std::map<std::string, std::uint32_t> ids_;
  v1::SampleBlock definitions_;
  std::int64_t last_us_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_SAMPLE_ENCODER_H_
