#include "cli/spec/pace_edits.h"

#include <gmock/gmock.h>

#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

std::string Edited(const RunFlags& flags) {
  const auto edits = PaceEdits(flags);
  EXPECT_OK(edits);
  std::string text;
  if (edits.ok()) {
    for (const SpecEdit& edit : *edits) text += edit.path + "=" + edit.value + ";";
  }
  return text;
}

std::string Refused(const RunFlags& flags) {
  const auto edits = PaceEdits(flags);
  EXPECT_THAT(edits, StatusIs(absl::StatusCode::kInvalidArgument));
  return std::string(edits.status().message());
}

TEST(PaceEdits, SpellARampByChance) {
  RunFlags flags;
  flags.rate = "6/m";
  flags.ramps = {"50/s:1m", "50:10s"};
  flags.poisson = true;
  flags.max_in_flight = 8;
  flags.backlog = 0;
  EXPECT_EQ(Edited(flags),
            "pace={rate: 6/m, stages: [{rate: 50/s, over: 1m}, {rate: 50/s, over: 10s}], arrivals: poisson, max_in_flight: 8, "
            "backlog: 0};");
}

TEST(PaceEdits, SpellAClosedLoopAndPhases) {
  RunFlags flags;
  flags.interval = "2s";
  flags.think_time = "1s-3s";
  flags.warm_up = "30s";
  flags.cool_down = "5s";
  EXPECT_EQ(Edited(flags), "pace.interval=2s;pace.think_time=[1s, 3s];warm_up=30s;cool_down=5s;");
  RunFlags in_flight;  // of a spec file that has a rate
  in_flight.max_in_flight = 4;
  EXPECT_EQ(Edited(in_flight), "pace.max_in_flight=4;");
}

TEST(PaceEdits, NameTheFlagThatIsWrong) {
  RunFlags both;
  both.ramps = {"5/s:1m"};
  both.think_time = "1s";
  EXPECT_THAT(Refused(both), HasSubstr("--ramp: cannot be combined with --think-time"));
  for (const char* ramp : {"5/s", "5/s:soon", "fast:1m", "-1/s:1m", "5/d:1m"}) {
    RunFlags flags;
    flags.ramps = {ramp};
    EXPECT_THAT(Refused(flags), HasSubstr("--ramp")) << ramp;
  }
  RunFlags think;
  think.think_time = "1s-x";
  EXPECT_THAT(Refused(think), HasSubstr("--think-time"));
}

}  // namespace
}  // namespace seep::cli
