// The board over a store whose samples come at the pace of a fake clock.
#include "coordinator/verdicts/verdict_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "common/event_loop/simulated_event_loop.h"
#include "coordinator/verdicts/confirmation.h"
#include "coordinator/verdicts/judge_policy.h"

namespace seep::coordinator {
namespace {

// One run whose samples exist as soon as their time has come; nothing is written.
class GrowingStore : public storage::Store {
 public:
  GrowingStore(SimulatedEventLoop& loop, double every_s, std::function<double(double)> level)
      : loop_(loop), began_(loop.clock().Now()), every_s_(every_s), level_(std::move(level)) {}

  std::vector<v1::FaultReport> faults;
  std::uint64_t damaged_after = UINT64_MAX;

  void ReadSamples(std::string, storage::SampleCursor from, std::uint32_t limit,
                   storage::Callback<storage::SamplePage> got) override {
    if (from.after_sequence >= damaged_after) {
      loop_.Post([got = std::move(got)]() mutable { got(absl::DataLossError("samples 7 to 9 are damaged")); });
      return;
    }
    storage::SamplePage page;
    page.gauges.resize(1);
    page.gauges[0].set_id(1);
    page.gauges[0].set_name("heap_allocated");
    page.gauges[0].set_unit("bytes");
    const double now_s = absl::ToDoubleSeconds(loop_.clock().Now() - began_);
    page.next = from;
    for (std::uint64_t i = from.after_sequence; static_cast<double>(i) * every_s_ <= now_s && page.samples.size() < limit; ++i) {
      const double t_s = static_cast<double>(i) * every_s_;
      v1::Sample& sample = page.samples.emplace_back();
      sample.set_sequence(i + 1);
      sample.set_monotonic_us(static_cast<std::int64_t>(t_s * 1e6));
      sample.set_generation(1);
      sample.set_phase(v1::PHASE_SOAK);
      sample.add_gauge(1);
      sample.add_value(level_(t_s) + static_cast<double>(i * 2654435761u % 65536));
      page.next.after_sequence = i + 1;
    }
    page.at_end = page.samples.size() < limit;
    Answer(std::move(got), std::move(page));
  }
  void ListFaults(std::string, std::uint32_t, storage::Callback<std::vector<v1::FaultReport>> got) override {
    Answer(std::move(got), faults);
  }
  void ListGaps(std::string, storage::Callback<std::vector<storage::Gap>> got) override {
    Answer(std::move(got), std::vector<storage::Gap>());
  }

  // What a board never asks for.
  void CreateCampaign(storage::NewCampaign, storage::Callback<storage::StoredCampaign>) override {}
  void CancelCampaign(std::string, storage::Done) override {}
  void ChangeRun(storage::RunChange, storage::Callback<std::vector<v1::RunEvent>>) override {}
  void AppendSamples(v1::SampleBatch, storage::Callback<storage::AppendOutcome>) override {}
  void RecordGap(v1::StreamKey, std::uint64_t, std::string, storage::Done) override {}
  void AppendLogs(std::string, v1::LogBatch, storage::Done) override {}
  void SaveArtefact(std::string, v1::Artefact, std::string, storage::Done) override {}
  void SaveAgent(v1::AgentInfo, storage::Done) override {}
  void ReadTiers(std::string, storage::SampleCursor, std::uint32_t, storage::Callback<storage::SamplePage>) override {}
  void GetCampaign(std::string, storage::Callback<storage::StoredCampaign>) override {}
  void ListCampaigns(storage::PageRequest, storage::Callback<storage::CampaignPage>) override {}
  void GetRun(std::string, storage::Callback<v1::Run>) override {}
  void ListRuns(storage::RunFilter, storage::PageRequest, storage::Callback<storage::RunPage>) override {}
  void ListEvents(std::string, std::uint64_t, std::uint32_t, storage::Callback<std::vector<v1::RunEvent>>) override {}
  void ListLogs(std::string, std::uint64_t, std::uint32_t, storage::Callback<std::vector<storage::StoredLog>>) override {}
  void ListArtefacts(std::string, storage::Callback<std::vector<v1::Artefact>>) override {}
  void ReadArtefact(std::string, std::string, std::uint32_t, storage::Callback<storage::ArtefactPiece>) override {}
  void ListGenerations(std::string, storage::Callback<std::vector<v1::GenerationInfo>>) override {}
  void ListAgents(storage::Callback<std::vector<v1::AgentInfo>>) override {}
  void AgentStreamAcks(std::string, storage::Callback<std::vector<v1::Ack>>) override {}
  void RunStreamAcks(std::string, storage::Callback<std::vector<v1::Ack>>) override {}

 private:
  template <typename T>
  void Answer(storage::Callback<T> got, T value) {
    loop_.Post([got = std::move(got), value = std::move(value)]() mutable { got(std::move(value)); });
  }

  SimulatedEventLoop& loop_;
  const MonotonicTime began_;
  const double every_s_;
  const std::function<double(double)> level_;
};

// A run that is looked at while it goes, by a coordinator that may restart.
class Watched {
 public:
  Watched(double planned_s, double sample_every_s, std::function<double(double)> level)
      : store_(loop_, sample_every_s, std::move(level)) {
    run_.set_run_id("r-1");
    run_.set_state(v1::RUN_STATE_RUNNING);
    run_.mutable_spec()->set_duration_ms(static_cast<std::uint64_t>(planned_s * 1000));
  }

  void Start(absl::Duration every) {
    every_ = every;
    board_ = std::make_unique<VerdictBoard>(loop_, loop_, store_, every_);
    VerdictBoard::Ports ports;
    ports.live_runs = [this] { return live_ ? std::vector<std::string>{"r-1"} : std::vector<std::string>(); };
    ports.find = [this](const std::string&) { return &run_; };
    ports.provisional = [this](const std::string&, const v1::RunVerdict& verdict) { told_.push_back(verdict); };
    board_->Start(std::move(ports));
  }
  // As from the store: the run with its last provisional verdict.
  void Restart() {
    board_.reset();
    if (!told_.empty()) *run_.mutable_verdict() = told_.back();
    Start(every_);
  }
  void Pass(double seconds) { loop_.Advance(absl::Seconds(seconds)); }
  void PassUnseen(double seconds) {
    board_.reset();
    Pass(seconds);
    Restart();
  }
  bool PassUntilAlarm(double at_most_s) {
    return loop_.RunUntil([this] { return !told_.empty() && told_.back().confirmation().alarms_size() > 0; }, absl::Seconds(at_most_s));
  }
  void SetLive(bool live) { live_ = live; }
  v1::Run& run() { return run_; }
  GrowingStore& store() { return store_; }
  const std::vector<v1::RunVerdict>& told() const { return told_; }
  // NaN: none was confirmed.
  double ConfirmedAt() const {
    for (const v1::RunVerdict& verdict : told_) {
      if (verdict.confirmation().confirmed()) return verdict.confirmation().confirmed_s();
    }
    return analysis::kUnknown;
  }
  v1::RunVerdict Final() {
    v1::RunVerdict judged;
    board_->JudgeFinally(run_, [&](absl::StatusOr<v1::RunVerdict> verdict) { judged = *verdict; });
    loop_.RunReady();
    return judged;
  }

 private:
  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  GrowingStore store_;
  v1::Run run_;
  bool live_ = true;
  absl::Duration every_;
  std::unique_ptr<VerdictBoard> board_;
  std::vector<v1::RunVerdict> told_;
};

constexpr double kWeek = 7 * 86400.0;
constexpr double kHour = 3600;
double Leak(double t_s) { return 4e7 + 3000 * t_s; }
double WeekLongLeak(double t_s) { return 4e7 + 800 * t_s; }
double Flat(double) { return 4e7; }
// Fills at a steady pace for a quarter of an hour, then holds.
double WarmUp(double t_s) { return 4e7 + 8e3 * std::min(t_s, 900.0); }

TEST(VerdictBoard, ConfirmsALeakOfAWeekWellBeforeItsEnd) {
  Watched watched(kWeek, 1800, WeekLongLeak);
  watched.Start(absl::Minutes(10));
  watched.Pass(kWeek);
  const double at_s = watched.ConfirmedAt();
  EXPECT_GE(at_s, 0.4 * kWeek);
  EXPECT_LE(at_s, 0.7 * kWeek);
  int confirmed = 0;
  for (const v1::RunVerdict& verdict : watched.told()) {
    EXPECT_TRUE(verdict.provisional());
    confirmed += verdict.confirmation().confirmed();
    EXPECT_EQ(verdict.confirmation().confirmed(), verdict.confirmation().looked_s() >= at_s) << "once confirmed, it stays";
  }
  EXPECT_GT(confirmed, 10);
}

TEST(VerdictBoard, WarmUpAlarmsAndIsNotConfirmed) {
  Watched watched(kHour, 5, WarmUp);
  watched.Start(absl::Seconds(3));
  ASSERT_TRUE(watched.PassUntilAlarm(900)) << "no alarm was there to be withdrawn: the test shows nothing";
  const v1::Confirmation alarm = watched.told().back().confirmation();
  EXPECT_EQ(alarm.series(), "heap_allocated");
  EXPECT_EQ(alarm.first_alarm_s(), alarm.looked_s());
  EXPECT_GE(alarm.hold_until_s(), alarm.first_alarm_s() + 0.4 * kHour);
  watched.Pass(kHour);
  EXPECT_TRUE(std::isnan(watched.ConfirmedAt()));
  EXPECT_EQ(watched.told().back().confirmation().alarms_size(), 0);
}

TEST(VerdictBoard, LooksAreSharesOfTheRunNotTurnsOfTheClock) {
  Watched watched(kHour, 1, Flat);
  watched.Start(absl::Seconds(3));
  watched.Pass(kHour);
  EXPECT_LE(watched.told().size(), 101u);
  EXPECT_GE(watched.told().size(), 90u);
}

TEST(VerdictBoard, SameSamplesGiveTheSameWordsBitForBit) {
  Watched once(kHour, 5, Leak), again(kHour, 5, Leak);
  for (Watched* watched : {&once, &again}) watched->Start(absl::Seconds(3)), watched->Pass(kHour);
  ASSERT_EQ(once.told().size(), again.told().size());
  for (std::size_t i = 0; i < once.told().size(); ++i) {
    EXPECT_EQ(once.told()[i].SerializeAsString(), again.told()[i].SerializeAsString()) << i;
  }
  EXPECT_FALSE(std::isnan(once.ConfirmedAt()));
}

// R15: whatever was thought of the run while it could be read.
TEST(VerdictBoard, ARunWhoseSamplesAreDamagedIsInvalid) {
  Watched watched(kHour, 5, Flat);
  watched.Start(absl::Seconds(3));
  watched.Pass(kHour);
  watched.SetLive(false);
  watched.store().damaged_after = 0;
  const v1::RunVerdict verdict = watched.Final();
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_INVALID);
  EXPECT_THAT(verdict.headline(), ::testing::HasSubstr("samples 7 to 9 are damaged"));
}

TEST(VerdictBoard, RestartedCoordinatorGoesOnWithTheAlarm) {
  Watched whole(kHour, 5, Leak), restarted(kHour, 5, Leak);
  for (Watched* watched : {&whole, &restarted}) {
    watched->Start(absl::Seconds(3));
    ASSERT_TRUE(watched->PassUntilAlarm(kHour));
  }
  const double first_s = restarted.told().back().confirmation().first_alarm_s();
  restarted.PassUnseen(300);
  whole.Pass(300);
  for (Watched* watched : {&whole, &restarted}) watched->Pass(kHour);
  EXPECT_FALSE(std::isnan(whole.ConfirmedAt()));
  EXPECT_NEAR(restarted.ConfirmedAt(), whole.ConfirmedAt(), 40) << "a look is 36 s";
  EXPECT_EQ(restarted.told().back().confirmation().first_alarm_s(), first_s);
  // What was confirmed stays so over a restart.
  restarted.Restart();
  restarted.Pass(60);
  EXPECT_TRUE(restarted.told().back().confirmation().confirmed());
}

TEST(VerdictBoard, AlarmBeginsAnewWhenNobodyLookedForLong) {
  Watched watched(kHour, 5, Leak);
  watched.Start(absl::Seconds(3));
  ASSERT_TRUE(watched.PassUntilAlarm(kHour));
  const double first_s = watched.told().back().confirmation().first_alarm_s();
  watched.PassUnseen(0.25 * kHour);
  watched.Pass(10);
  ASSERT_EQ(watched.told().back().confirmation().alarms_size(), 1);
  EXPECT_GT(watched.told().back().confirmation().first_alarm_s(), first_s + 0.2 * kHour);
}

TEST(VerdictBoard, AlarmOutlivesItsFeed) {
  Watched watched(kHour, 5, Leak);
  watched.Start(absl::Seconds(3));
  ASSERT_TRUE(watched.PassUntilAlarm(kHour));
  const v1::Confirmation alarm = watched.told().back().confirmation();
  // A fault that becomes known late: everything is read anew.
  v1::FaultReport fault;
  fault.set_injected_at_ms(20'000);
  fault.set_healed_at_ms(20'500);
  watched.store().faults = {fault};
  watched.Pass(60);
  EXPECT_EQ(watched.told().back().confirmation().first_alarm_s(), alarm.first_alarm_s());
  // An agent that is silent for a while: the run is not live, but open.
  watched.SetLive(false);
  watched.Pass(120);
  watched.SetLive(true);
  watched.Pass(60);
  EXPECT_EQ(watched.told().back().confirmation().first_alarm_s(), alarm.first_alarm_s());
  EXPECT_GT(watched.told().back().confirmation().looked_s(), alarm.looked_s() + 120);
}

TEST(VerdictBoard, LearnsTheHostsLanguageInMidRun) {
  Watched watched(kHour, 5, Leak);
  watched.Start(absl::Seconds(3));
  watched.Pass(1200);
  ASSERT_EQ(watched.told().back().verdict(), v1::VERDICT_LEAK);
  watched.run().set_sdk_language("javascript");
  watched.Pass(600);
  // One cycle of a collector looks exactly like this leak.
  EXPECT_EQ(watched.told().back().verdict(), v1::VERDICT_INCONCLUSIVE) << watched.told().back().headline();
  EXPECT_EQ(watched.Final().verdict(), v1::VERDICT_INCONCLUSIVE);
}

TEST(VerdictBoard, StoppingEarlyChangesNothingInTheFinalVerdict) {
  Watched watched(kHour, 5, Leak);
  watched.Start(absl::Seconds(3));
  watched.Pass(0.6 * kHour);
  ASSERT_FALSE(std::isnan(watched.ConfirmedAt()));
  const v1::RunVerdict plain = watched.Final();
  watched.run().mutable_judging()->set_stop_early(true);
  watched.run().mutable_stopped_early()->set_series("heap_allocated");
  *watched.run().mutable_verdict() = watched.told().back();
  const v1::RunVerdict stopped = watched.Final();
  EXPECT_EQ(stopped.verdict(), v1::VERDICT_LEAK);
  EXPECT_FALSE(stopped.provisional());
  EXPECT_FALSE(stopped.has_confirmation());
  EXPECT_EQ(stopped.SerializeAsString(), plain.SerializeAsString());
  EXPECT_EQ(stopped.SerializeAsString(), watched.Final().SerializeAsString()) << "judged again";
}

}  // namespace
}  // namespace seep::coordinator
