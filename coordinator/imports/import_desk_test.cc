// Imports into a real store: whole or not at all, once, and through kills.
#include "coordinator/imports/import_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_matchers.h"
#include "storage/testing/store_fixture.h"

namespace seep::coordinator {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;
using Messages = std::vector<v1::ImportRunsRequest>;

// One sender, waited for from the test's thread.
class WaitedPort : public ImportPort {
 public:
  void ReadOn() override {
    absl::MutexLock lock(&mutex_);
    ++ready_;
  }
  void Finish(absl::StatusOr<v1::ImportRunsResponse> answer) override {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  // False: it was finished instead.
  bool WaitReady() {
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(+[](WaitedPort* p) { return p->ready_ > 0 || p->answer_.has_value(); }, this), absl::Seconds(60)));
    if (ready_ == 0) return false;
    --ready_;
    return true;
  }
  absl::StatusOr<v1::ImportRunsResponse> WaitAnswer() {
    absl::MutexLock lock(&mutex_);
    const bool answered = mutex_.AwaitWithTimeout(absl::Condition(+[](WaitedPort* p) { return p->answer_.has_value(); }, this), absl::Seconds(60));
    return answered ? *answer_ : absl::DeadlineExceededError("no answer");
  }

 private:
  absl::Mutex mutex_;
  int ready_ = 0;
  std::optional<absl::StatusOr<v1::ImportRunsResponse>> answer_;
};

v1::ImportRunsRequest Batch(std::uint64_t first, std::uint32_t count) {
  v1::SampleBlock block;
  if (first == 1) {
    v1::GaugeDefinition& gauge = *block.add_gauges();
    gauge.set_id(1);
    gauge.set_name("rss");
    gauge.set_unit("bytes");
  }
  for (std::uint64_t i = first; i < first + count; ++i) {
    v1::Sample& sample = *block.add_samples();
    sample.set_sequence(i);
    sample.set_monotonic_us(static_cast<std::int64_t>(i) * 1'000'000);
    sample.set_wall_us(1'760'000'000'000'000 + sample.monotonic_us());
    sample.set_generation(1);
    sample.set_phase(v1::PHASE_SOAK);
    sample.add_gauge(1);
    sample.add_value(static_cast<double>(i));
  }
  v1::ImportRunsRequest message;
  v1::SampleBatch& batch = *message.mutable_batch();
  batch.mutable_stream()->set_boot_epoch("import-1");
  batch.set_first_sequence(first);
  batch.set_count(count);
  batch.set_block(block.SerializeAsString());
  batch.set_crc32c(Crc32c(batch.block()));
  return message;
}

// A file of `runs`, each with `batches` of 100 samples.
Messages File(int runs, int batches, char digit = 'a') {
  Messages messages(1);
  messages[0].mutable_header()->set_name("file");
  messages[0].mutable_header()->mutable_origin()->set_file_name("run.csv");
  messages[0].mutable_header()->mutable_origin()->set_layout("csv");
  for (int r = 0; r < runs; ++r) {
    messages.emplace_back().mutable_run()->mutable_spec()->set_name(absl::StrCat("run ", r));
    for (int b = 0; b < batches; ++b) messages.push_back(Batch(static_cast<std::uint64_t>(b) * 100 + 1, 100));
    messages.emplace_back().add_events()->set_kind("note");
  }
  v1::ImportEnd& end = *messages.emplace_back().mutable_end();
  end.set_runs(static_cast<std::uint32_t>(runs));
  end.set_samples(static_cast<std::uint64_t>(runs) * static_cast<std::uint64_t>(batches) * 100);
  end.set_sha256(std::string(64, digit));
  return messages;
}

class ImportDeskTest : public storage::testing::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    OpenDesk();
  }
  void TearDown() override { CloseDesk(); }

  void OpenDesk() {
    OnLoop([this] {
      ImportWriter::Ports ports;
      ports.judge = [this](const v1::Run& run, absl::AnyInvocable<void(absl::StatusOr<v1::RunVerdict>)> judged) {
        ++judged_;
        v1::RunVerdict verdict;
        verdict.set_verdict(run.origin().invalid().empty() ? v1::VERDICT_CLEAN : v1::VERDICT_INVALID);
        if (hold_judging_) return;
        judged(verdict);
      };
      desk_ = std::make_unique<ImportDesk>(store_->loop(), store_->loop(), store_->store(), stages(), std::move(ports));
    });
  }
  void CloseDesk() {
    OnLoop([this] { desk_.reset(); });
  }
  std::string stages() const { return directory_->path() + "/imports"; }

  void OnLoop(std::function<void()> task) {
    absl::Notification done;
    store_->loop().Post([&] {
      task();
      done.Notify();
    });
    ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(60)));
  }

  // Sends until the desk wants no more; `half`: then goes away.
  std::shared_ptr<WaitedPort> Send(const Messages& messages) {
    auto port = std::make_shared<WaitedPort>();
    std::shared_ptr<ImportDesk::Sender> sender;
    OnLoop([&] { sender = desk_->Begin(port); });
    for (const v1::ImportRunsRequest& message : messages) {
      if (!port->WaitReady()) return port;
      OnLoop([&] { desk_->Take(sender, message); });
    }
    if (!messages.back().has_end() && port->WaitReady()) OnLoop([&] { desk_->Closed(sender); });
    return port;
  }
  absl::StatusOr<v1::ImportRunsResponse> Import(const Messages& messages) { return Send(messages)->WaitAnswer(); }

  std::vector<v1::Run> Runs() {
    auto page = store_->Wait<storage::RunPage>([](storage::Store& s, auto got) { s.ListRuns({}, {"", 100}, std::move(got)); });
    EXPECT_OK(page);
    return page.ok() ? page->runs : std::vector<v1::Run>();
  }
  int StagesLeft() {
    std::error_code error;
    int left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(stages(), error)) left += entry.is_regular_file() ? 1 : 0;
    return left;
  }

  std::unique_ptr<ImportDesk> desk_;
  std::atomic<int> judged_{0};
  std::atomic<bool> hold_judging_{false};
};

TEST_F(ImportDeskTest, AFileBecomesACampaignOfJudgedRuns) {
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse answer, Import(File(2, 20)));
  ASSERT_EQ(answer.runs_size(), 2);
  EXPECT_FALSE(answer.existed());
  EXPECT_EQ(answer.campaign().name(), "file");
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun(answer.runs(1).run_id()));
  EXPECT_EQ(run.state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(run.agent(), kImportAgent);
  EXPECT_EQ(run.samples(), 2000u);
  EXPECT_EQ(run.verdict().verdict(), v1::VERDICT_CLEAN);
  EXPECT_EQ(run.origin().sha256(), std::string(64, 'a'));
  EXPECT_EQ(run.spec().duration_ms(), 2'000'000u);
  EXPECT_EQ(run.started_wall_us(), 1'760'000'000'000'000);
  EXPECT_EQ(ReadAll(run.run_id(), 500).size(), 2000u);
  EXPECT_EQ(StagesLeft(), 0);
}

TEST_F(ImportDeskTest, WhatIsNotWholeLeavesNothing) {
  Messages cut = File(1, 3);
  cut.pop_back();
  EXPECT_THAT(Import(cut).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("before its end")));
  Messages gap = File(1, 3);
  gap.erase(gap.begin() + 3);
  EXPECT_THAT(Import(gap).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1. run of the file: sequence 101 was due, not 201")));
  Messages damaged = File(1, 3);
  damaged[3].mutable_batch()->mutable_block()->back() ^= 1;
  EXPECT_THAT(Import(damaged).status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checksum")));
  Messages headless = File(1, 1);
  headless.erase(headless.begin());
  EXPECT_THAT(Import(headless).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("header")));
  Messages miscounted = File(1, 1);
  miscounted.back().mutable_end()->set_samples(7);
  EXPECT_THAT(Import(miscounted).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("there were 1 and 100")));
  EXPECT_EQ(Runs().size(), 0u);
  EXPECT_EQ(StagesLeft(), 0);
}

TEST_F(ImportDeskTest, TheSameContentIsImportedOnce) {
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse first, Import(File(1, 2)));
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse again, Import(File(1, 2)));
  EXPECT_TRUE(again.existed());
  EXPECT_EQ(again.runs(0).run_id(), first.runs(0).run_id());
  Messages asked = File(1, 2);
  asked[0].mutable_header()->set_again(true);
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse other, Import(asked));
  EXPECT_NE(other.runs(0).run_id(), first.runs(0).run_id());
  EXPECT_EQ(Runs().size(), 2u);
}

TEST_F(ImportDeskTest, GoesOnAfterAKillWithEverySampleOnce) {
  hold_judging_ = true;  // all appended, not yet finished
  const auto port = Send(File(2, 30));
  for (int i = 0; judged_ == 0 && i < 60'000; ++i) OnLoop([] {});
  ASSERT_GT(judged_, 0);
  CloseDesk();
  EXPECT_THAT(port->WaitAnswer().status(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("goes on")));
  ASSERT_EQ(StagesLeft(), 1);
  ASSERT_EQ(Runs().size(), 2u);
  EXPECT_EQ(Runs()[0].state(), v1::RUN_STATE_RUNNING);
  hold_judging_ = false;
  Reopen();
  OpenDesk();
  std::vector<v1::Run> open = Runs();
  OnLoop([&] { desk_->Resume(open); });
  for (int i = 0; StagesLeft() > 0 && i < 60'000; ++i) OnLoop([] {});
  const std::vector<v1::Run> runs = Runs();
  ASSERT_EQ(runs.size(), 2u);
  for (const v1::Run& run : runs) {
    EXPECT_EQ(run.state(), v1::RUN_STATE_FINISHED);
    EXPECT_EQ(run.samples(), 3000u);
    EXPECT_EQ(ReadAll(run.run_id(), 1000).size(), 3000u);
  }
}

TEST_F(ImportDeskTest, ARunWithNothingToGoOnWithFailsAndIsImportedAnew) {
  hold_judging_ = true;
  Send(File(1, 2));
  for (int i = 0; judged_ == 0 && i < 60'000; ++i) OnLoop([] {});
  CloseDesk();
  std::filesystem::remove_all(stages());
  hold_judging_ = false;
  OpenDesk();
  const std::vector<v1::Run> open = Runs();
  ASSERT_EQ(open.size(), 1u);
  OnLoop([&] { desk_->Resume(open); });
  for (int i = 0; Runs()[0].state() == v1::RUN_STATE_RUNNING && i < 60'000; ++i) OnLoop([] {});
  EXPECT_EQ(Runs()[0].state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(Runs()[0].state_reason(), HasSubstr("import the file again"));
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse anew, Import(File(1, 2)));
  EXPECT_FALSE(anew.existed()) << "an import that failed is no reason not to import";
  EXPECT_EQ(Runs().size(), 2u);
}

TEST_F(ImportDeskTest, TakesSoManyAtOnceAndNoMore) {
  const Messages half(1, File(1, 1)[0]);
  std::vector<std::shared_ptr<WaitedPort>> ports;
  std::vector<std::shared_ptr<ImportDesk::Sender>> senders(ImportDesk::kMaxSenders + 1);
  for (std::size_t i = 0; i <= ImportDesk::kMaxSenders; ++i) {
    ports.push_back(std::make_shared<WaitedPort>());
    OnLoop([&] { senders[i] = desk_->Begin(ports[i]); });
  }
  EXPECT_THAT(ports.back()->WaitAnswer().status(), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("imports are under way")));
  OnLoop([&] { desk_->Closed(senders[0]); });
  EXPECT_OK(Import(File(1, 1)));
}

v1::ImportRunsRequest Piece(std::uint64_t offset, const std::string& data, std::uint64_t size) {
  v1::ImportRunsRequest message;
  v1::ArtefactChunk& chunk = *message.mutable_artefact();
  chunk.mutable_artefact()->set_key("k1");
  chunk.mutable_artefact()->set_name("heap-g1-start.pb.gz");
  chunk.mutable_artefact()->set_size(size);
  chunk.mutable_artefact()->set_crc32c(Crc32c("profile"));
  chunk.set_offset(offset);
  chunk.set_data(data);
  return message;
}

TEST_F(ImportDeskTest, BringsWhatIsKeptWithARun) {
  Messages file = File(1, 1);
  v1::ImportRunsRequest& notes = *file.insert(file.end() - 1, v1::ImportRunsRequest());
  notes.add_logs()->set_text("started");
  notes.add_faults()->set_fault_id("f-1");
  notes.add_generations()->set_generation(1);
  notes.mutable_generations(0)->set_pid(4121);
  file.insert(file.end() - 1, Piece(0, "prof", 7));
  file.insert(file.end() - 1, Piece(4, "ile", 7));
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse answer, Import(file));
  const std::string run = answer.runs(0).run_id();
  ASSERT_OK_AND_ASSIGN(const storage::ArtefactPiece piece, store_->Wait<storage::ArtefactPiece>([&](storage::Store& s, auto got) {
    s.ReadArtefact(run, "heap-g1-start.pb.gz", 0, std::move(got));
  }));
  EXPECT_EQ(piece.data, "profile");
  ASSERT_OK_AND_ASSIGN(const auto logs, store_->Wait<std::vector<storage::StoredLog>>([&](storage::Store& s, auto got) { s.ListLogs(run, 0, 0, std::move(got)); }));
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].line.text(), "started");
  ASSERT_OK_AND_ASSIGN(const auto lives, store_->Wait<std::vector<v1::GenerationInfo>>([&](storage::Store& s, auto got) { s.ListGenerations(run, std::move(got)); }));
  ASSERT_EQ(lives.size(), 1u);
  EXPECT_EQ(lives[0].pid(), 4121);
  ASSERT_OK_AND_ASSIGN(const auto faults, store_->Wait<std::vector<v1::FaultReport>>([&](storage::Store& s, auto got) { s.ListFaults(run, 10, std::move(got)); }));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].run_id(), run);
  Messages torn = File(1, 1, 'b');
  torn.insert(torn.end() - 1, Piece(0, "prof", 7));
  EXPECT_THAT(Import(torn).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not complete")));
}

TEST_F(ImportDeskTest, ACopyKeepsIdsVerdictAndAgent) {
  Messages copy = File(1, 1);
  copy[0].mutable_header()->set_copy(true);
  v1::Run& run = *copy[1].mutable_run();
  run.set_run_id("r-0193");
  run.set_campaign_id("c-0012");
  run.set_agent("lab-3");
  run.set_state(v1::RUN_STATE_FAILED);
  run.set_state_reason("crash");
  run.mutable_verdict()->set_verdict(v1::VERDICT_LEAK);
  copy[1].mutable_campaign()->set_campaign_id("c-0012");
  copy[1].mutable_campaign()->set_name("nightly");
  ASSERT_OK_AND_ASSIGN(const v1::ImportRunsResponse answer, Import(copy));
  ASSERT_OK_AND_ASSIGN(const v1::Run kept, store_->GetRun("r-0193"));
  EXPECT_EQ(kept.campaign_id(), "c-0012");
  EXPECT_EQ(kept.agent(), "lab-3");
  EXPECT_EQ(kept.state(), v1::RUN_STATE_FAILED);
  EXPECT_EQ(kept.verdict().verdict(), v1::VERDICT_LEAK);
  EXPECT_EQ(judged_, 0);
  EXPECT_THAT(Import(copy).status(), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("c-0012")));
  ASSERT_OK_AND_ASSIGN(const storage::StoredCampaign next, store_->CreateRuns(1));
  EXPECT_EQ(next.runs[0].run_id(), "r-0194") << "ids go on behind those that were kept";
}

}  // namespace
}  // namespace seep::coordinator
