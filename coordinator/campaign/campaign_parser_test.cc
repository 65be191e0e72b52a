#include "coordinator/campaign/campaign_parser.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/random.h"
#include "common/status/status_matchers.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;

constexpr std::string_view kWhole = R"(name: breez-lifecycle
labels: {team: wallets}
sdk:
  driver: breez
  version: 0.19.2
  network: local
  settings: {mode: server, depth: 3, on: true, ratio: 0.5, text: "7", none: null}
  connect_settings: {}
  leaks: {payment: 4KiB}
  extra_instances: 2
scenario:
  payments: {type: both, amount: 1000, refill_below: 5000, refill_amount: 50000, refill_timeout: 5m, refill_poll: 5s}
  reconnect: {every: 100, every_time: 0s, settle: 5s}
  listener_churn: {count: 5, capture_instance: false}
  lifecycle: {count: 600, concurrency: 2, use: [get_info, listeners]}
  history: {limit: 0, destroy_response: true}
  sync: {}
  collect_garbage:
  parse: {inputs: [one]}
pace: {rate: 600/m}
duration: 1h30m
warm_up: 1m
cool_down: 10s
sampling: {interval: 250ms, detailed: 0s, force_collection: true}
faucet: {url: "http://127.0.0.1:8080/graphql", username_ref: FAUCET_USERNAME, password_ref: FAUCET_PASSWORD}
wallets: {seed_refs: [ALICE_SEED, BOB_SEED]}
seed: 42
placement: {zone: lab}
replicas: 2
matrix: {sdk.version: [0.15.1, 0.19.2], chaos.0.max: [1, 2]}
crash_restarts: 3
chaos:
  - {restart: graceful, every: [10s, 20s], first_after: 5s, max: 4}
verdict:
  tolerance: {memory_per_minute: 20KiB, memory_per_operation: 512B, resource_per_minute: 0.05, resource_per_operation: 0.001}
  rules: [memtest]
  budgets: {rss: 400MiB, threads: 200}
  stop_early: true
)";

absl::StatusOr<ParsedCampaign> Parse(std::string_view yaml,
                                     std::vector<std::pair<std::string, std::string>> overrides = {}) {
  return ParseCampaign({std::string(yaml), "c.yaml", std::move(overrides)}, 7);
}

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  const auto parsed = Parse(yaml);
  EXPECT_THAT(parsed, StatusIs(absl::StatusCode::kInvalidArgument));
  return absl::StrSplit(std::string(parsed.status().message()), '\n');
}

constexpr char kSmall[] = "name: n\nsdk: {driver: d}\nscenario: {lifecycle: {}}\n";

TEST(CampaignParser, ReadsEveryField) {
  ASSERT_OK_AND_ASSIGN(const ParsedCampaign parsed, Parse(kWhole));
  ASSERT_EQ(parsed.runs.size(), 8u);
  EXPECT_EQ(parsed.name, "breez-lifecycle");
  const v1::RunSpec& spec = parsed.runs[0].spec;
  EXPECT_EQ(spec.name(), "breez-lifecycle sdk.version=0.15.1 chaos.0.max=1");
  EXPECT_EQ(parsed.runs[7].spec.name(), "breez-lifecycle sdk.version=0.19.2 chaos.0.max=2 replica=2");
  EXPECT_EQ(parsed.runs[7].chaos.restarts(0).max_faults(), 2u);
  EXPECT_EQ(spec.target().version(), "0.15.1");
  EXPECT_EQ(spec.target().settings_json(),
            R"({"mode":"server","depth":3,"on":true,"ratio":0.5,"text":"7","none":null,"leaks":{"payment":4096}})");
  EXPECT_EQ(spec.scenario().payments().type(), v1::PAYMENT_TYPE_BOTH);
  EXPECT_EQ(spec.scenario().lifecycle().count(), 600u);
  EXPECT_TRUE(spec.scenario().has_collect_garbage());
  EXPECT_DOUBLE_EQ(spec.pace().rate_per_second(), 10);
  EXPECT_EQ(spec.duration_ms(), 5'400'000u);
  EXPECT_EQ(spec.sampling().interval_ms(), 250u);
  EXPECT_EQ(spec.seed(), 42u);
  EXPECT_EQ(spec.placement().at("zone"), "lab");
  EXPECT_EQ(spec.max_restarts_on_crash(), 3u);
  const auto& chaos = parsed.runs[0].chaos.restarts(0);
  EXPECT_EQ(chaos.kind(), v1::FAULT_KIND_GRACEFUL);
  EXPECT_EQ(chaos.min_interval_ms(), 10'000u);
  EXPECT_EQ(chaos.max_interval_ms(), 20'000u);
  const v1::VerdictSpec& judging = parsed.runs[0].judging;
  EXPECT_EQ(judging.memory_per_minute_bytes(), 20480);
  EXPECT_EQ(judging.budgets(0).ceiling(), 400.0 * (1 << 20));
  EXPECT_TRUE(judging.stop_early());
  EXPECT_NE(parsed.runs[1].spec.seed(), spec.seed()) << "replicas draw differently";
}

TEST(CampaignParser, FillsInDefaults) {
  ASSERT_OK_AND_ASSIGN(const ParsedCampaign parsed, Parse(kSmall));
  const v1::RunSpec& spec = parsed.runs.at(0).spec;
  EXPECT_EQ(spec.pace().interval_ms(), 5000u);
  EXPECT_EQ(spec.duration_ms(), 3'600'000u);
  EXPECT_EQ(spec.sampling().interval_ms(), 30'000u);
  EXPECT_EQ(spec.sampling().detailed_interval_ms(), 300'000u);
  EXPECT_EQ(spec.seed(), 7u);
  EXPECT_EQ(spec.target().settings_json(), "{}");
  EXPECT_TRUE(spec.scenario().lifecycle().disconnect());
  EXPECT_FALSE(parsed.runs[0].judging.has_memory_per_minute_bytes());
}

TEST(CampaignParser, TellsSeveralMistakesAtOnceWithTheirPlaces) {
  EXPECT_THAT(ErrorsOf("name: Bad Name\n"
                       "sdk: {driver: ../../bin/sh, version: ../x, extra_instances: -1}\n"
                       "scenario:\n"
                       "  lifecycel: {}\n"
                       "  payments: {amount: 1e18, type: lightening}\n"
                       "pace: {rate: NaN/s}\n"
                       "duration: 1e18s\n"
                       "sampling: [1]\n"
                       "replicas: 1.5\n"
                       "verdict: {tolerance: {resource_per_minute: nan}}\n"),
              ElementsAre(
                  HasSubstr("c.yaml:9:11: replicas must be a whole number, not \"1.5\"; give 1 to 1000"),
                  HasSubstr("c.yaml:1:7: name is no name: \"Bad Name\"; use at most 63"),
                  HasSubstr("c.yaml:2:15: sdk.driver is no name: \"../../bin/sh\""),
                  HasSubstr("c.yaml:2:38: sdk.version is no version; write one such as 0.19.2"),
                  HasSubstr("c.yaml:2:61: sdk.extra_instances must be a whole number, not \"-1\"; give 0 to 64"),
                  HasSubstr("c.yaml:5:34: scenario.payments.type is unknown: \"lightening\"; did you mean lightning?"),
                  HasSubstr("c.yaml:5:22: scenario.payments.amount must be a whole number, not \"1e18\""),
                  HasSubstr("c.yaml:4:3: unknown field scenario.lifecycel; did you mean lifecycle?"),
                  HasSubstr("c.yaml:6:14: pace.rate is no rate: \"NaN/s\""),
                  HasSubstr("c.yaml:7:11: duration"),
                  HasSubstr("c.yaml:8:11: sampling must be a map, not a list"),
                  HasSubstr("c.yaml:10:44: verdict.tolerance.resource_per_minute must be a number, not \"nan\"")));
}

TEST(CampaignParser, SaysOfACollectorOnlyWhatItIsTold) {
  const auto judging = [](const std::string& more) {
    const auto parsed = Parse("name: a\nsdk: {driver: breez" + more + "}\nscenario: {payments: {}}\n");
    EXPECT_OK(parsed);
    return parsed.ok() ? parsed->runs.at(0).judging : v1::VerdictSpec();
  };
  EXPECT_FALSE(judging("").has_managed_collector()) << "the agent's entry or the host's language decides";
  EXPECT_TRUE(judging(", collector: managed").managed_collector());
  EXPECT_TRUE(judging(", collector: none").has_managed_collector());
  EXPECT_FALSE(judging(", collector: none").managed_collector());
}

TEST(CampaignParser, NamesWhatIsMissing) {
  EXPECT_THAT(ErrorsOf("labels: {a: b}\n"), ElementsAre("c.yaml:1:1: name is missing; add name: NAME",
                                                       "c.yaml:1:1: sdk is missing; add sdk: {driver: NAME}, or target: {process: NAME}",
                                                       HasSubstr("c.yaml:1:1: scenario is missing")));
  EXPECT_THAT(ErrorsOf("- a\n"), ElementsAre(HasSubstr("c.yaml:1:1: a campaign must be a map")));
  EXPECT_THAT(ErrorsOf(""), ElementsAre(HasSubstr("a campaign must be a map")));
}

TEST(CampaignParser, RefusesBombs) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n";
  EXPECT_THAT(ErrorsOf(bomb), ElementsAre(HasSubstr("c.yaml:1:4: anchors are not accepted")));
  EXPECT_THAT(ErrorsOf(std::string(100'000, '[')), ElementsAre(HasSubstr("close every [ and {")));
  EXPECT_THAT(ErrorsOf(std::string(50, '[') + std::string(50, ']')),
              ElementsAre(HasSubstr("nested deeper than 16 levels")));
  EXPECT_THAT(ErrorsOf(absl::StrCat("name: [", std::string(50'000, ','), "]")), ::testing::SizeIs(1));
  std::string wide = "name: [";
  for (int i = 0; i < 20'000; ++i) wide += "1,";
  EXPECT_THAT(ErrorsOf(wide + "1]"), ElementsAre(HasSubstr("more than 10000 values")));
  EXPECT_THAT(ErrorsOf(std::string(2 << 20, 'a')), ElementsAre(HasSubstr("larger than")));
  EXPECT_THAT(ErrorsOf("name: a\nname: b\n"), ::testing::Contains(HasSubstr("c.yaml:2:1: \"name\" is given twice")));
  EXPECT_THAT(ErrorsOf("name: \"\\e[31m\"\n"), ElementsAre(HasSubstr("control characters")));
}

TEST(CampaignParser, LimitsTheMatrix) {
  EXPECT_THAT(Parse(absl::StrCat(kSmall, "replicas: 1000\nmatrix: {seed: [1, 2]}\n")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than 1000 runs")));
  EXPECT_THAT(Parse(absl::StrCat(kSmall, "matrix: {sdk.driver.x: [1]}\n")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("inside of a plain value")));
  ASSERT_OK_AND_ASSIGN(const auto parsed, Parse(absl::StrCat(kSmall, "replicas: 1000\n")));
  EXPECT_EQ(parsed.runs.size(), 1000u);
}

TEST(CampaignParser, AppliesOverridesBeforeChecking) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, Parse(kSmall, {{"sdk.version", "0.15.1"}, {"scenario.lifecycle.count", "600"},
                                                         {"verdict.budgets", "{rss: 1MiB}"}}));
  EXPECT_EQ(parsed.runs[0].spec.target().version(), "0.15.1");
  EXPECT_EQ(parsed.runs[0].spec.scenario().lifecycle().count(), 600u);
  ASSERT_OK_AND_ASSIGN(const auto again, Parse(parsed.yaml));
  EXPECT_EQ(again.runs[0].spec.SerializeAsString(), parsed.runs[0].spec.SerializeAsString())
      << "the recorded text is the campaign:\n" << parsed.yaml;
  EXPECT_THAT(Parse(kSmall, {{"duration", "-1s"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--set duration:1:1: duration")));
  EXPECT_THAT(Parse(kSmall, {{"durration", "1s"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean duration?")));
  EXPECT_THAT(Parse(kSmall, {{"a..b", "1"}}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not a path")));
  EXPECT_THAT(Parse(kSmall, {{"duration", "[1"}}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--set duration:1:1: ")));
}

TEST(CampaignParser, KeepsSecretsOutOfItsMessages) {
  const auto parsed = Parse(absl::StrCat(kSmall, "faucet: {password_ref: 'hunter2!'}\n"));
  EXPECT_THAT(parsed, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no secret's name")));
  EXPECT_THAT(std::string(parsed.status().message()), ::testing::Not(HasSubstr("hunter2")));
}

// No input makes it crash, hang or throw: mutations of a whole campaign.
TEST(CampaignParser, SurvivesRandomMutations) {
  Random random(20261121);
  // An array, because the zero byte is one of them; its own end is not.
  static constexpr char kAlphabet[] = "{}[]:,-&*!|>'\"%@`#?~ \n\t\\0129.eEnNa\xff\x00\x1b";
  const std::string alphabet(kAlphabet, sizeof kAlphabet - 1);
  int accepted = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text(kWhole);
    const int edits = 1 + static_cast<int>(random.Below(6));
    for (int i = 0; i < edits; ++i) {
      const std::size_t at = random.Below(text.size());
      switch (random.Below(4)) {
        case 0: text[at] = alphabet[random.Below(alphabet.size())]; break;
        case 1: text.insert(at, 1, alphabet[random.Below(alphabet.size())]); break;
        case 2: text.erase(at, 1 + random.Below(20)); break;
        default: text.insert(at, text.substr(random.Below(text.size()), random.Below(40))); break;
      }
    }
    const auto parsed = Parse(text);
    accepted += parsed.ok();
    if (parsed.ok()) {
      EXPECT_FALSE(parsed->runs.empty());
    } else {
      EXPECT_THAT(parsed, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 2000);
}

}  // namespace
}  // namespace seep::coordinator
