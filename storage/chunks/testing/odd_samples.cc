#include "storage/chunks/testing/odd_samples.h"

#include <google/protobuf/unknown_field_set.h>

#include <bit>
#include <functional>
#include <limits>

#include "common/os/random.h"

namespace seep::storage::testing {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t Word() { return random_.Next(); }
  std::uint64_t Below(std::uint64_t end) { return random_.Below(end); }
  bool OneIn(std::uint64_t times) { return Below(times) == 0; }

 private:
  Random random_;
};

double AnyReal(Dice& dice) {
  using Limits = std::numeric_limits<double>;
  switch (dice.Below(9)) {
    case 0: return -0.0;
    case 1: return dice.OneIn(2) ? Limits::infinity() : -Limits::infinity();
    case 2: return std::bit_cast<double>(0x7ff0'0000'0000'0000ULL | dice.Below(1ULL << 52) | dice.Word() << 63);  // mostly NaNs
    case 3: return std::bit_cast<double>(dice.Below(1ULL << 52));                                                 // denormal
    case 4: return static_cast<double>(static_cast<std::int64_t>(dice.Word()));
    case 5: return dice.OneIn(2) ? Limits::max() : Limits::lowest();
    default: return std::bit_cast<double>(dice.Word());
  }
}

// How one gauge behaves: a function of the sample's index.
using Behaviour = std::function<double(Dice&, std::uint64_t)>;

Behaviour AnyBehaviour(Dice& dice) {
  const double unit = static_cast<double>(std::uint64_t{1} << dice.Below(40));
  const std::uint64_t span = 1 + dice.Below(std::uint64_t{1} << dice.Below(33));
  switch (dice.Below(8)) {
    case 0: return [unit](Dice&, std::uint64_t) { return unit; };
    case 1: return [unit, span](Dice& d, std::uint64_t) { return unit * static_cast<double>(d.Below(span)); };
    case 2: return [unit](Dice& d, std::uint64_t i) { return unit * static_cast<double>(i * 7 + d.Below(3)); };
    case 3: return [span](Dice& d, std::uint64_t) { return static_cast<double>(d.Below(span)) / 100; };
    case 4: return [](Dice& d, std::uint64_t) { return std::bit_cast<double>(0x3ff0'0000'0000'0000ULL | d.Below(1ULL << 52)); };
    case 5: return [span](Dice& d, std::uint64_t) { return d.OneIn(30) ? AnyReal(d) : static_cast<double>(d.Below(span)); };
    case 6: return [](Dice& d, std::uint64_t) { return 1.0 / static_cast<double>(3 + d.Below(9)); };
    default: return [](Dice& d, std::uint64_t) { return AnyReal(d); };
  }
}

struct OddGauge {
  std::uint32_t id = 0;
  Behaviour behaviour;
  std::uint64_t absence = 0;  // one in so many samples; 0: never
  std::uint64_t period = 1;   // only in every so many
};

std::vector<OddGauge> AnyGauges(Dice& dice) {
  std::vector<OddGauge> gauges(dice.OneIn(20) ? 100 + dice.Below(200) : dice.Below(25));
  for (std::size_t i = 0; i < gauges.size(); ++i) {
    const auto id = static_cast<std::uint32_t>(dice.OneIn(10) ? 1'000'000 + i : i + 1);
    gauges[i] = {id, AnyBehaviour(dice), dice.OneIn(3) ? 2 + dice.Below(50) : 0, dice.OneIn(5) ? 1 + dice.Below(20) : 1};
  }
  return gauges;
}

void AddGauges(Dice& dice, const std::vector<OddGauge>& gauges, std::uint64_t index, v1::Sample& sample) {
  const std::size_t turn = gauges.size() > 1 && dice.OneIn(100) ? dice.Below(gauges.size()) : 0;
  for (std::size_t i = 0; i < gauges.size(); ++i) {
    const OddGauge& gauge = gauges[(i + turn) % gauges.size()];
    if (index % gauge.period != 0 || (gauge.absence > 0 && dice.OneIn(gauge.absence))) continue;
    const int times = dice.OneIn(2000) ? 2 : 1;
    for (int k = 0; k < times; ++k) {
      sample.add_gauge(gauge.id);
      sample.add_value(gauge.behaviour(dice, index));
    }
  }
}

void AddRemainder(Dice& dice, v1::Sample& sample) {
  for (std::uint64_t i = dice.Below(3); i > 0; --i) {
    v1::OperationDelta* delta = sample.add_operations();
    delta->set_operation(dice.OneIn(2) ? "payment" : "send");
    delta->mutable_latency()->add_bucket(static_cast<std::uint32_t>(dice.Below(20'000)));
    delta->mutable_latency()->add_count(dice.Word() >> dice.Below(64));
  }
  if (!dice.OneIn(4)) return;
  google::protobuf::UnknownFieldSet* newer = v1::Sample::GetReflection()->MutableUnknownFields(&sample);
  newer->AddVarint(1000, dice.Word());
  newer->AddLengthDelimited(1001, std::string(dice.Below(40), 'x'));
}

}  // namespace

std::vector<v1::Sample> OddSamples(std::uint64_t seed, std::size_t most) {
  Dice dice(seed);
  const std::vector<OddGauge> gauges = AnyGauges(dice);
  const bool tame = !dice.OneIn(8);  // times and sequences that go forward
  const std::uint64_t remainders = dice.OneIn(3) ? 1 + dice.Below(20) : 0;
  std::uint64_t sequence = dice.Below(1ULL << 53), time = dice.Below(1ULL << 40);
  std::uint32_t generation = 1 + static_cast<std::uint32_t>(dice.Below(3));
  std::vector<v1::Sample> samples(1 + dice.Below(most));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    v1::Sample& sample = samples[i];
    sequence += dice.OneIn(200) ? dice.Below(1000) : 1;
    time += 1'000'000 + dice.Below(500);
    if (dice.OneIn(150)) ++generation;
    sample.set_sequence(tame ? sequence : dice.Word());
    sample.set_monotonic_us(static_cast<std::int64_t>(tame ? time : dice.Word()));
    sample.set_wall_us(static_cast<std::int64_t>(tame ? time + 1'763'000'000'000'000 : dice.Word()));
    sample.set_generation(tame ? generation : static_cast<std::uint32_t>(dice.Word()));
    sample.set_phase(static_cast<v1::Phase>(tame ? 2 : static_cast<std::int32_t>(dice.Word())));
    AddGauges(dice, gauges, i, sample);
    if (remainders > 0 && dice.OneIn(remainders)) AddRemainder(dice, sample);
  }
  return samples;
}

std::vector<std::string> BytesOf(const std::vector<v1::Sample>& samples) {
  std::vector<std::string> bytes;
  for (const v1::Sample& sample : samples) bytes.push_back(sample.SerializeAsString());
  return bytes;
}

}  // namespace seep::storage::testing
