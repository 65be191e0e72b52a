#include "storage/sqlite_store.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/status/status_matchers.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::MakeBatch;
using testing::WaitingStore;
using ::testing::HasSubstr;

class SqliteStoreTest : public testing::StoreFixture {};

TEST_F(SqliteStoreTest, AllocatesIdsThatGoOnAfterARestart) {
  ASSERT_OK_AND_ASSIGN(const StoredCampaign first, store_->CreateRuns(2));
  EXPECT_EQ(first.campaign.campaign_id(), "c-0001");
  ASSERT_EQ(first.runs.size(), 2u);
  EXPECT_EQ(first.runs[1].run_id(), "r-0002");
  EXPECT_EQ(first.runs[1].spec().run_id(), "r-0002");
  EXPECT_EQ(first.runs[1].campaign_id(), "c-0001");
  Reopen();
  ASSERT_OK_AND_ASSIGN(const StoredCampaign second, store_->CreateRuns(1));
  EXPECT_EQ(second.campaign.campaign_id(), "c-0002");
  EXPECT_EQ(second.runs[0].run_id(), "r-0003");
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0002"));
  EXPECT_EQ(run.spec().labels().at("replica"), "1");
  EXPECT_EQ(run.state(), v1::RUN_STATE_QUEUED);
}

TEST_F(SqliteStoreTest, TheSameIdempotencyKeySubmitsOnce) {
  NewCampaign campaign;
  campaign.campaign.set_yaml("name: a\n");
  campaign.idempotency_key = "key";
  campaign.runs.resize(1);
  const auto submit = [&] {
    return store_->Wait<StoredCampaign>(
        [&](Store& s, auto got) { s.CreateCampaign(campaign, std::move(got)); });
  };
  ASSERT_OK_AND_ASSIGN(const StoredCampaign first, submit());
  ASSERT_OK_AND_ASSIGN(const StoredCampaign again, submit());
  EXPECT_FALSE(first.existed);
  EXPECT_TRUE(again.existed);
  EXPECT_EQ(again.runs[0].run_id(), first.runs[0].run_id());
  campaign.campaign.set_yaml("name: b\n");
  EXPECT_THAT(submit(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another YAML")));
}

TEST_F(SqliteStoreTest, PagesThroughRunsNewestFirst) {
  ASSERT_OK(store_->CreateRuns(25));
  std::vector<std::string> seen;
  PageRequest page{"", 10};
  while (true) {
    ASSERT_OK_AND_ASSIGN(const RunPage got, store_->Wait<RunPage>([&](Store& s, auto answer) {
      s.ListRuns({}, page, std::move(answer));
    }));
    for (const v1::Run& run : got.runs) seen.push_back(run.run_id());
    page.before_id = got.next_before_id;
    // A run made meanwhile disturbs nothing.
    if (seen.size() == 10) {
      ASSERT_OK(store_->CreateRuns(1));
    }
    if (page.before_id.empty()) break;
  }
  ASSERT_EQ(seen.size(), 25u);
  EXPECT_EQ(seen.front(), "r-0025");
  EXPECT_EQ(seen.back(), "r-0001");
}

TEST_F(SqliteStoreTest, FiltersRuns) {
  ASSERT_OK(store_->CreateRuns(3, "one"));
  ASSERT_OK(store_->CreateRuns(2, "two"));
  ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_FINISHED));
  ASSERT_OK(store_->SetState("r-0004", v1::RUN_STATE_RUNNING));
  RunChange verdict;
  verdict.run_id = "r-0001";
  verdict.verdict.emplace().set_verdict(v1::VERDICT_LEAK);
  ASSERT_OK(store_->Wait<std::vector<v1::RunEvent>>(
      [&](Store& s, auto got) { s.ChangeRun(verdict, std::move(got)); }));
  const auto count = [&](const RunFilter& filter) {
    auto page = store_->Wait<RunPage>([&](Store& s, auto got) { s.ListRuns(filter, {}, std::move(got)); });
    EXPECT_OK(page);
    return page.ok() ? page->runs.size() : 0;
  };
  EXPECT_EQ(count({.campaign_id = "c-0001"}), 3u);
  EXPECT_EQ(count({.state = v1::RUN_STATE_QUEUED}), 3u);
  EXPECT_EQ(count({.verdict = v1::VERDICT_LEAK}), 1u);
  EXPECT_EQ(count({.open_only = true}), 4u);
  EXPECT_EQ(count({.campaign_id = "c-0002", .state = v1::RUN_STATE_RUNNING, .open_only = true}), 1u);
  EXPECT_EQ(count({.agent = "nobody"}), 0u);
}

TEST_F(SqliteStoreTest, StoresAChangeOfARunWhole) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK_AND_ASSIGN(v1::Run run, store_->GetRun("r-0001"));
  run.set_state(v1::RUN_STATE_FINISHED);
  run.set_agent("lab-1");
  RunChange change;
  change.run_id = "r-0001";
  change.run = run;
  v1::RunVerdict& verdict = change.verdict.emplace();
  verdict.set_verdict(v1::VERDICT_LEAK);
  verdict.add_series()->set_series("rss");
  change.events.resize(2);
  change.events[1].set_message("finished");
  change.generations.emplace_back().set_generation(1);
  v1::FaultReport& fault = change.faults.emplace_back();
  fault.set_fault_id("f-1");
  fault.set_state(v1::FAULT_STATE_HEALED);
  ASSERT_OK_AND_ASSIGN(const auto events, store_->Wait<std::vector<v1::RunEvent>>([&](Store& s, auto got) {
    s.ChangeRun(change, std::move(got));
  }));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_LT(events[0].id(), events[1].id());
  Reopen();
  ASSERT_OK_AND_ASSIGN(const v1::Run stored, store_->GetRun("r-0001"));
  EXPECT_EQ(stored.agent(), "lab-1");
  EXPECT_EQ(stored.verdict().series(0).series(), "rss");
  ASSERT_OK_AND_ASSIGN(const auto listed, store_->Wait<std::vector<v1::RunEvent>>([&](Store& s, auto got) {
    s.ListEvents("r-0001", events[0].id(), 0, std::move(got));
  }));
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].message(), "finished");
  ASSERT_OK_AND_ASSIGN(const auto faults, store_->Wait<std::vector<v1::FaultReport>>(
      [&](Store& s, auto got) { s.ListFaults("", 0, std::move(got)); }));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].state(), v1::FAULT_STATE_HEALED);
}

TEST_F(SqliteStoreTest, AChangeThatFailsLeavesNothingBehind) {
  ASSERT_OK(store_->CreateRuns(1));
  RunChange change;
  change.run_id = "r-0001";
  change.verdict.emplace().set_verdict(v1::VERDICT_CLEAN);
  change.faults.emplace_back();  // without an id
  EXPECT_THAT(store_->Wait<std::vector<v1::RunEvent>>(
                  [&](Store& s, auto got) { s.ChangeRun(change, std::move(got)); }),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0001"));
  EXPECT_FALSE(run.has_verdict());
}

TEST_F(SqliteStoreTest, NamesWhatIsNotThere) {
  EXPECT_THAT(store_->GetRun("r-0009"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("r-0009")));
  EXPECT_THAT(store_->GetRun("'; DROP TABLE run"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->Append(MakeBatch("r-0009", 1, 1)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("r-0009")));
}

TEST_F(SqliteStoreTest, KeepsTheNewestLogLinesWithinTheLimit) {
  options_.max_log_bytes_per_source = 10'000;
  Reopen();
  ASSERT_OK(store_->CreateRuns(1));
  v1::LogBatch logs;
  logs.set_run_id("r-0001");
  for (int i = 0; i < 300; ++i) logs.add_lines()->set_text(absl::StrCat("line ", i, std::string(100, '.')));
  logs.mutable_lines(299)->set_text(std::string(5000, 'x'));
  logs.set_dropped_lines(12);
  ASSERT_OK(store_->WaitStatus([&](Store& s, auto done) { s.AppendLogs("lab-1", logs, std::move(done)); }));
  ASSERT_OK_AND_ASSIGN(const auto kept, store_->Wait<std::vector<StoredLog>>([&](Store& s, auto got) {
    s.ListLogs("r-0001", 0, 0, std::move(got));
  }));
  ASSERT_GT(kept.size(), 10u);
  EXPECT_LT(kept.size(), 60u);
  EXPECT_THAT(kept.back().line.text(), HasSubstr("12 lines dropped"));
  EXPECT_EQ(kept[kept.size() - 2].line.text().size(), 4096u);
}

TEST_F(SqliteStoreTest, KeepsArtefactsWholeOnceAndWithinTheirLimits) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK_AND_ASSIGN(v1::Run run, store_->GetRun("r-0001"));
  run.set_agent("lab-1");
  RunChange change;
  change.run_id = "r-0001";
  change.run = run;
  ASSERT_OK(store_->Wait<std::vector<v1::RunEvent>>([&](Store& s, auto done) { s.ChangeRun(change, std::move(done)); }));
  const std::string data(700 << 10, 'p');
  v1::Artefact artefact;
  artefact.set_run_id("r-0001");
  artefact.set_key("k1");
  artefact.set_name("01-heap-start.pb.gz");
  artefact.set_size(data.size());
  artefact.set_crc32c(Crc32c(data));
  const auto save = [&](const std::string& agent, const std::string& bytes) {
    return store_->WaitStatus([&](Store& s, auto done) { s.SaveArtefact(agent, artefact, bytes, std::move(done)); });
  };
  EXPECT_THAT(save("lab-2", data), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(save("lab-1", data + "x"), StatusIs(absl::StatusCode::kDataLoss));
  ASSERT_OK(save("lab-1", data));
  ASSERT_OK(save("lab-1", data)) << "sent again after a reconnect";
  artefact.set_key("k2");
  EXPECT_THAT(save("lab-1", data), StatusIs(absl::StatusCode::kAlreadyExists));
  ASSERT_OK_AND_ASSIGN(const auto listed, store_->Wait<std::vector<v1::Artefact>>([&](Store& s, auto got) {
    s.ListArtefacts("r-0001", std::move(got));
  }));
  ASSERT_EQ(listed.size(), 1u);
  std::string read;
  for (std::uint32_t piece = 0;; ++piece) {
    ASSERT_OK_AND_ASSIGN(const ArtefactPiece got, store_->Wait<ArtefactPiece>([&](Store& s, auto answer) {
      s.ReadArtefact("r-0001", "01-heap-start.pb.gz", piece, std::move(answer));
    }));
    read += got.data;
    if (got.last) break;
  }
  EXPECT_EQ(read, data);
  EXPECT_THAT(store_->Wait<ArtefactPiece>([&](Store& s, auto answer) { s.ReadArtefact("r-0001", "no", 0, std::move(answer)); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SqliteStoreTest, RemembersAgents) {
  v1::AgentInfo agent;
  agent.set_agent("lab-1");
  agent.set_slots(4);
  const auto save = [&] {
    return store_->WaitStatus([&](Store& s, auto done) { s.SaveAgent(agent, std::move(done)); });
  };
  ASSERT_OK(save());
  agent.set_slots(8);
  ASSERT_OK(save());
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto agents, store_->Wait<std::vector<v1::AgentInfo>>(
      [&](Store& s, auto got) { s.ListAgents(std::move(got)); }));
  ASSERT_EQ(agents.size(), 1u);
  EXPECT_EQ(agents[0].slots(), 8u);
}

TEST_F(SqliteStoreTest, RefusesASecondProcessInItsDirectory) {
  WaitingStore second;
  EXPECT_THAT(second.Open(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("in use by process ", getpid()))));
}

TEST_F(SqliteStoreTest, ASecondStartIsRefused) {
  EXPECT_THAT(store_->store().Start(), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(SqliteStoreTest, AnswersUnavailableOnceStopped) {
  store_->store().Stop();
  EXPECT_THAT(store_->GetRun("r-0001"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store_->CreateRuns(1), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(SqliteStoreTest, AFullQueueRefusesBatchesBeforeTheRest) {
  options_.max_queued_writes = 4;
  options_.commit_interval = absl::Seconds(20);  // patient work stays queued meanwhile
  Reopen();
  ASSERT_OK(store_->CreateRuns(1));
  absl::Notification all;
  int answered = 0, refused = 0;
  store_->loop().Post([&] {
    for (std::uint64_t i = 0; i < 10; ++i) {
      store_->store().AppendSamples(MakeBatch("r-0001", 1 + i, 1), [&](absl::StatusOr<AppendOutcome> got) {
        refused += got.status().code() == absl::StatusCode::kResourceExhausted;
        if (++answered == 10) all.Notify();
      });
    }
    // Has room of its own, and makes the queue move.
    store_->store().CancelCampaign("c-0001", [](absl::Status status) { EXPECT_OK(status); });
  });
  ASSERT_TRUE(all.WaitForNotificationWithTimeout(absl::Seconds(15)));
  EXPECT_EQ(refused, 6);
  EXPECT_EQ(store_->store().stats().refused, 6u);
  EXPECT_EQ(ReadAll("r-0001", 10).size(), 4u);
}

TEST(InlineSqliteStoreTest, AnswersOnTheSimulatedLoop) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-store-test"));
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  StoreOptions options;
  options.directory = directory.path();
  options.inline_for_simulation = true;
  ASSERT_OK_AND_ASSIGN(auto store, SqliteStore::Open(options, loop));
  ASSERT_OK(store->Start());
  NewCampaign campaign;
  campaign.runs.resize(1);
  std::string created;
  store->CreateCampaign(campaign, [&](absl::StatusOr<StoredCampaign> got) {
    ASSERT_OK(got);
    created = got->runs[0].run_id();
  });
  EXPECT_EQ(created, "") << "never inside the call";
  loop.RunReady();
  EXPECT_EQ(created, "r-0001");
}

}  // namespace
}  // namespace seep::storage
