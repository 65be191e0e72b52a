#include "coordinator/verdicts/judge_policy.h"

#include <gtest/gtest.h>

namespace seep::coordinator {
namespace {

v1::Run HostIn(const std::string& language) {
  v1::Run run;
  run.set_sdk_language(language);
  return run;
}

TEST(JudgePolicy, GoesByTheHostsLanguage) {
  for (const char* language : {"javascript", "go", "python", "java", "Kotlin", "Python 3.11", "go/1.22", "C#"}) {
    EXPECT_TRUE(IsManaged(HostIn(language))) << language;
    EXPECT_EQ(PolicyOf(HostIn(language)).collector, analysis::Collector::kManaged) << language;
  }
  for (const char* language : {"c++", "rust", "C", "swift", "", "gopher"}) {
    EXPECT_FALSE(IsManaged(HostIn(language))) << language;
    EXPECT_EQ(PolicyOf(HostIn(language)).collector, analysis::Collector::kNone) << language;
  }
}

TEST(JudgePolicy, TheCampaignGoesBeforeTheAgentAndTheAgentBeforeTheLanguage) {
  v1::Run run = HostIn("go");
  run.set_managed_collector(false);
  EXPECT_FALSE(IsManaged(run)) << "the agent's entry knows its host better than a word";
  run.mutable_judging()->set_managed_collector(true);
  EXPECT_TRUE(IsManaged(run));
  run.mutable_judging()->set_managed_collector(false);
  run.set_managed_collector(true);
  EXPECT_FALSE(IsManaged(run)) << "an explicit none";
}

TEST(JudgePolicy, CollectionsThatAreAskedForAreForced) {
  v1::Run run = HostIn("javascript");
  run.mutable_spec()->mutable_sampling()->set_force_collection(true);
  EXPECT_EQ(PolicyOf(run).collector, analysis::Collector::kForced);
  run = HostIn("javascript");
  run.mutable_spec()->mutable_scenario()->mutable_collect_garbage();
  EXPECT_EQ(PolicyOf(run).collector, analysis::Collector::kForced);
  run = HostIn("c++");
  run.mutable_spec()->mutable_sampling()->set_force_collection(true);
  EXPECT_EQ(PolicyOf(run).collector, analysis::Collector::kNone) << "there is nothing to force";
}

}  // namespace
}  // namespace seep::coordinator
