// Questions across runs against a real store: which runs a filter finds, by
// which index; leaks; curves; baselines and annotations.
#include "storage/across_runs.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/sqlite/database.h"
#include "storage/stores/run_conditions.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"

namespace seep::storage {
namespace {

using Field = RunTerm::Field;
using seep::testing::StatusIs;
using testing::MakeBatch;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kStart = 1'767'225'600'000'000;

RunTerm Term(Field field, RunTerm::Alternative alternative, bool negated = false) {
  return {field, negated, {std::move(alternative)}};
}
RunTerm Sdk(const std::string& name, const std::string& version) { return Term(Field::kSdk, {.text = name, .version = version}); }

class AcrossRunsTest : public testing::StoreFixture {
 protected:
  struct Made {
    std::string sdk = "breez", version = "4.2.0", agent = "lab-1", team = "x", name = "soak";
    v1::Verdict verdict = v1::VERDICT_CLEAN;
    int day = 0;
    bool reconnects = false;
    double kept = 0;
  };

  std::string Make(const Made& made) {
    NewCampaign campaign;
    campaign.campaign.set_name("nightly");
    v1::Run& run = campaign.runs.emplace_back();
    run.set_state(v1::RUN_STATE_QUEUED);
    run.mutable_spec()->set_name(made.name);
    run.mutable_spec()->mutable_target()->set_driver(made.sdk);
    run.mutable_spec()->mutable_scenario()->mutable_payments()->set_amount_sats(1);
    if (made.reconnects) run.mutable_spec()->mutable_scenario()->mutable_reconnect()->set_every_payments(5);
    (*run.mutable_spec()->mutable_labels())["team"] = made.team;
    auto stored = store_->Wait<StoredCampaign>([&](Store& s, auto got) { s.CreateCampaign(campaign, std::move(got)); });
    EXPECT_OK(stored);
    RunChange change;
    change.run = stored->runs[0];
    change.run_id = change.run->run_id();
    change.run->set_state(v1::RUN_STATE_FINISHED);
    change.run->set_agent(made.agent);
    change.run->set_sdk_version(made.version);
    change.run->set_started_wall_us(kStart + made.day * kDay);
    change.verdict = VerdictOf(made);
    EXPECT_OK(store_->Wait<std::vector<v1::RunEvent>>([&](Store& s, auto got) { s.ChangeRun(change, std::move(got)); }));
    return change.run_id;
  }

  static v1::RunVerdict VerdictOf(const Made& made) {
    v1::RunVerdict verdict;
    verdict.set_verdict(made.verdict);
    verdict.set_deciding_series("rss");
    v1::SeriesVerdict& rss = *verdict.add_series();
    rss.set_series("rss");
    rss.set_unit("bytes");
    rss.set_judged(true);
    rss.set_verdict(made.verdict);
    rss.set_operation("payments");
    rss.mutable_kept_per_operation()->set_value(made.kept);
    rss.mutable_kept_per_operation()->set_low(made.kept - 1);
    rss.mutable_kept_per_operation()->set_high(made.kept + 1);
    for (int i = 0; i < 40; ++i) {
      rss.mutable_curve()->add_t_s(static_cast<float>(i));
      rss.mutable_curve()->add_level(static_cast<float>(1000 + i * made.kept));
      rss.mutable_curve()->add_generation(0);
    }
    return verdict;
  }

  std::vector<std::string> Found(std::vector<RunTerm> terms) {
    RunFilter filter;
    filter.terms = std::move(terms);
    auto page = store_->Wait<RunPage>([&](Store& s, auto got) { s.ListRuns(filter, {}, std::move(got)); });
    EXPECT_OK(page);
    std::vector<std::string> ids;
    if (page.ok()) {
      for (const v1::Run& run : page->runs) ids.push_back(run.run_id());
    }
    return ids;
  }
  template <typename T, typename Call>
  absl::StatusOr<T> Ask(Call call) {
    return store_->Wait<T>([&](Store&, auto got) { call(static_cast<AcrossRuns&>(store_->store()), std::move(got)); });
  }
  absl::StatusOr<v1::SetBaselineResponse> SetBaseline(const std::string& name, const std::string& run) {
    v1::SetBaselineRequest request;
    request.set_name(name);
    request.set_run_id(run);
    request.set_by("ada@lab");
    return Ask<v1::SetBaselineResponse>([&](AcrossRuns& s, auto got) { s.SetBaseline(request, std::move(got)); });
  }
};

TEST_F(AcrossRunsTest, AVersionMatchesWhatGoesOnAfterADot) {
  for (const char* version : {"4.2", "4.2.1", "4.2-rc1", "4.20", "4.1.9", "14.2"}) Make({.version = version});
  EXPECT_THAT(Found({Sdk("", "4.2")}), ElementsAre("r-0003", "r-0002", "r-0001"));
  EXPECT_THAT(Found({Sdk("BREEZ", "4")}), ElementsAre("r-0005", "r-0004", "r-0003", "r-0002", "r-0001"));
  EXPECT_THAT(Found({Sdk("other", "4.2")}), IsEmpty());
}

TEST_F(AcrossRunsTest, TermsMustAllHoldAndMayBeTurnedRound) {
  Make({.agent = "lab-1", .team = "x"});
  Make({.agent = "lab-2", .team = "y", .verdict = v1::VERDICT_LEAK, .day = 3});
  Make({.agent = "lab-2", .team = "x", .verdict = v1::VERDICT_SUSPECT, .day = 9, .reconnects = true});
  EXPECT_THAT(Found({Term(Field::kAgent, {.text = "lab-2"})}), ElementsAre("r-0003", "r-0002"));
  EXPECT_THAT(Found({Term(Field::kAgent, {.text = "LAB*"}), Term(Field::kLabel, {.text = "team", .value = "x"})}),
              ElementsAre("r-0003", "r-0001"));
  EXPECT_THAT(Found({Term(Field::kLabel, {.text = "team", .value = "x"}, true)}), ElementsAre("r-0002"));
  EXPECT_THAT(Found({Term(Field::kLabel, {.text = "zone", .any_value = true})}), IsEmpty());
  EXPECT_THAT(Found({Term(Field::kBegan, {.wall_us = kStart + kDay})}), ElementsAre("r-0003", "r-0002"));
  EXPECT_THAT(Found({{Field::kVerdict, false, {{.number = v1::VERDICT_LEAK}, {.number = v1::VERDICT_SUSPECT}}}}),
              ElementsAre("r-0003", "r-0002"));
  EXPECT_THAT(Found({Term(Field::kScenario, {.text = "payments"})}), ElementsAre("r-0002", "r-0001"));
  EXPECT_THAT(Found({Term(Field::kScenario, {.text = "*reconnect*"})}), ElementsAre("r-0003"));
  EXPECT_THAT(Found({Term(Field::kSeries, {.text = "rss"})}), ElementsAre("r-0002"));
  EXPECT_THAT(Found({Term(Field::kCampaign, {.text = "c-0002"})}), ElementsAre("r-0002"));
  EXPECT_THAT(Found({Term(Field::kName, {.text = "100%_*"})}), IsEmpty()) << "no wildcard of SQL's own gets through";
}

TEST_F(AcrossRunsTest, PagesOfAFilterMeetWithoutOverlap) {
  for (int i = 0; i < 7; ++i) Make({.verdict = i % 2 == 0 ? v1::VERDICT_LEAK : v1::VERDICT_CLEAN});
  RunFilter filter;
  filter.terms = {Term(Field::kVerdict, {.number = v1::VERDICT_LEAK})};
  std::vector<std::string> all;
  PageRequest page{"", 2};
  while (true) {
    ASSERT_OK_AND_ASSIGN(const RunPage got, store_->Wait<RunPage>([&](Store& s, auto answer) { s.ListRuns(filter, page, std::move(answer)); }));
    for (const v1::Run& run : got.runs) all.push_back(run.run_id());
    if (got.next_before_id.empty()) break;
    page.before_id = got.next_before_id;
    Make({.verdict = v1::VERDICT_LEAK});  // newer runs do not shift the pages
  }
  EXPECT_THAT(all, ElementsAre("r-0007", "r-0005", "r-0003", "r-0001"));
}

// No filter may cost a walk over samples, whatever the planner knows.
TEST_F(AcrossRunsTest, NoFilterReadsSamplesAndSelectiveOnesUseTheirIndex) {
  Make({});
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store_->store().database_path(), sqlite::Access::kReadOnly));
  const std::vector<std::pair<RunTerm, std::string>> terms = {
      {Sdk("breez", ""), "run_by_sdk"},
      {Sdk("", "4.2"), "run_by_version"},
      {Term(Field::kVerdict, {.number = 5}), "run_by_verdict"},
      {Term(Field::kState, {.number = 6}), "run_by_state"},
      {Term(Field::kLabel, {.text = "team", .value = "x"}), "run_label_by_value"},
      {Term(Field::kAgent, {.text = "lab-1"}), "run_by_agent"},
      {Term(Field::kScenario, {.text = "payments"}), "run_by_scenario"},
      {Term(Field::kName, {.text = "soak"}), "run_by_name"},
      {Term(Field::kSeries, {.text = "rss"}), "series_leak"},
      {Term(Field::kAgent, {.text = "lab*"}), ""},
      {Term(Field::kAgent, {.text = "lab-1"}, true), ""},
  };
  for (const auto& [term, index] : terms) {
    RunFilter filter;
    filter.terms = {term};
    const RunConditions conditions = ConditionsOf(filter);
    ASSERT_OK_AND_ASSIGN(sqlite::Statement plan,
                         db->PrepareOnce(absl::StrCat("EXPLAIN QUERY PLAN SELECT r.record FROM run r WHERE r.run_no < ?",
                                                      conditions.sql, " ORDER BY r.run_no DESC LIMIT 100")));
    plan.BindInteger(1, INT64_MAX);
    conditions.Bind(plan, 2);
    std::string text;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const bool row, plan.Step());
      if (!row) break;
      absl::StrAppend(&text, plan.Text(3), "\n");
    }
    for (const char* table : {"sample_rollup", "tail", "chunk", "stream"}) EXPECT_THAT(text, Not(HasSubstr(table)));
    EXPECT_THAT(text, Not(HasSubstr("SCAN r\n"))) << conditions.sql;
    EXPECT_THAT(text, HasSubstr(index)) << conditions.sql;
  }
}

TEST_F(AcrossRunsTest, LeaksComeWithWhatOtherVersionsSaid) {
  Make({.version = "1.0.0"});
  Make({.version = "1.1.0", .verdict = v1::VERDICT_LEAK, .day = 1, .kept = 100});
  Make({.version = "1.2.0", .verdict = v1::VERDICT_LEAK, .day = 40, .kept = 120});
  Make({.version = "1.3.0", .day = 50});
  Make({.sdk = "another", .version = "1.3.0", .day = 50});
  RunFilter recent;
  recent.terms = {Term(Field::kBegan, {.wall_us = kStart + 30 * kDay})};
  ASSERT_OK_AND_ASSIGN(const Sightings found, Ask<Sightings>([&](AcrossRuns& s, auto got) { s.FindLeaks(recent, std::move(got)); }));
  ASSERT_EQ(found.leaks.size(), 1u);
  EXPECT_EQ(found.leaks[0].run_id, "r-0003");
  EXPECT_EQ(found.leaks[0].kept_per_operation.value(), 120);
  EXPECT_EQ(found.leaks[0].operation, "payments");
  ASSERT_EQ(found.all.size(), 4u) << "of all times, of this SDK alone";
  EXPECT_EQ(found.all.back().version, "1.0.0");
  EXPECT_FALSE(found.truncated);
}

TEST_F(AcrossRunsTest, CurvesStayOutOfListsAndComeWithComparisons) {
  const std::string run = Make({.kept = 10});
  ASSERT_OK_AND_ASSIGN(const v1::Run listed, store_->GetRun(run));
  EXPECT_FALSE(listed.verdict().series(0).has_curve());
  ASSERT_OK_AND_ASSIGN(const ComparableRun comparable,
                       Ask<ComparableRun>([&](AcrossRuns& s, auto got) { s.LoadComparable(run, std::move(got)); }));
  ASSERT_EQ(comparable.run.verdict().series(0).curve().level_size(), 40);
  ASSERT_OK_AND_ASSIGN(const auto sparks,
                       Ask<std::vector<v1::Spark>>([&](AcrossRuns& s, auto got) { s.DrawSparks({run}, std::move(got)); }));
  ASSERT_EQ(sparks.size(), 1u);
  EXPECT_EQ(sparks[0].series(), "rss");
  ASSERT_EQ(sparks[0].level_size(), AcrossRuns::kSparkPoints);
  EXPECT_LT(sparks[0].level(0), sparks[0].level(15));
}

TEST_F(AcrossRunsTest, ARunWithoutAVerdictIsDrawnFromItsMinutes) {
  ASSERT_OK(store_->CreateRuns(1));
  for (int first = 1; first < 20'000; first += 2500) ASSERT_OK(store_->Append(MakeBatch("r-0001", first, 2500)));
  ASSERT_OK_AND_ASSIGN(const auto sparks,
                       Ask<std::vector<v1::Spark>>([&](AcrossRuns& s, auto got) { s.DrawSparks({"r-0001"}, std::move(got)); }));
  ASSERT_EQ(sparks.size(), 1u);
  EXPECT_GT(sparks[0].level_size(), 8);
  EXPECT_LE(sparks[0].level_size(), AcrossRuns::kSparkPoints);
}

TEST_F(AcrossRunsTest, ABaselineStandsForARunAndRemembersTheOnesBefore) {
  const std::string first = Make({}), second = Make({});
  ASSERT_OK(SetBaseline("main", first));
  ASSERT_OK_AND_ASSIGN(const v1::SetBaselineResponse moved, SetBaseline("main", second));
  EXPECT_EQ(moved.previous_run_id(), first);
  ASSERT_EQ(moved.baseline().history_size(), 2);
  EXPECT_EQ(moved.baseline().history(1).run_id(), first);
  ASSERT_OK_AND_ASSIGN(const ComparableRun comparable,
                       Ask<ComparableRun>([&](AcrossRuns& s, auto got) { s.LoadComparable("main", std::move(got)); }));
  EXPECT_EQ(comparable.run.run_id(), second);
  EXPECT_EQ(comparable.baseline, "main");
  EXPECT_THAT(Ask<ComparableRun>([&](AcrossRuns& s, auto got) { s.LoadComparable("mian", std::move(got)); }),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("baselines are main")));
}

TEST_F(AcrossRunsTest, ABaselineIsAFinishedRunWithAPlainName) {
  ASSERT_OK(store_->CreateRuns(1));
  EXPECT_THAT(SetBaseline("main", "r-0001"), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not over")));
  const std::string run = Make({});
  EXPECT_THAT(SetBaseline("r-0002", run), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("looks like a run's id")));
  EXPECT_THAT(SetBaseline("two words", run), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("letters, digits")));
  EXPECT_THAT(SetBaseline("main", "r-0999"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("r-0999")));
}

TEST_F(AcrossRunsTest, TheRunOfABaselineCannotBeDeletedUnderIt) {
  const std::string run = Make({});
  ASSERT_OK(SetBaseline("main", run));
  store_->Close();
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(options_.directory + "/seep.db", sqlite::Access::kReadWrite));
  EXPECT_FALSE(db->Execute("DELETE FROM run").ok());
  EXPECT_FALSE(db->Execute("DELETE FROM campaign").ok());
  ASSERT_OK(db->Execute("DELETE FROM baseline; DELETE FROM run"));
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM series_curve").value_or(-1), 0);
}

TEST_F(AcrossRunsTest, AnnotationsKeepTimeAuthorAndOrder) {
  const std::string run = Make({});
  v1::AnnotateRunRequest request;
  request.set_run_id(run);
  request.set_author("ada@lab");
  request.set_text("faucet was down");
  request.set_has_time(true);
  request.set_at_ms(90'000);
  ASSERT_OK(Ask<v1::Annotation>([&](AcrossRuns& s, auto got) { s.Annotate(request, std::move(got)); }));
  request.set_has_time(false);
  request.set_text("ignore this one");
  ASSERT_OK(Ask<v1::Annotation>([&](AcrossRuns& s, auto got) { s.Annotate(request, std::move(got)); }));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto notes,
                       Ask<std::vector<v1::Annotation>>([&](AcrossRuns& s, auto got) { s.ListAnnotations(run, std::move(got)); }));
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_TRUE(notes[0].has_time());
  EXPECT_EQ(notes[0].at_ms(), 90'000u);
  EXPECT_FALSE(notes[1].has_time());
  EXPECT_EQ(notes[1].author(), "ada@lab");
  request.set_text(" \n");
  EXPECT_THAT(Ask<v1::Annotation>([&](AcrossRuns& s, auto got) { s.Annotate(request, std::move(got)); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("needs a text")));
}

TEST_F(AcrossRunsTest, RunsOfAnOlderStoreGetTheirFacetsWhenItIsOpened) {
  const std::string run = Make({.reconnects = true});
  store_->Close();
  {
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(options_.directory + "/seep.db", sqlite::Access::kReadWrite));
    ASSERT_OK(db->Execute("UPDATE run SET sdk = '', scenario = ''"));
  }
  Reopen();
  EXPECT_THAT(Found({Sdk("breez", ""), Term(Field::kScenario, {.text = "payments+reconnect"})}), ElementsAre(run));
}

}  // namespace
}  // namespace seep::storage
