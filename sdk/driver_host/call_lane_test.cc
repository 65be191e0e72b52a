#include "sdk/driver_host/call_lane.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace seep::driver_host {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

// Calls that wait in here until told otherwise; counts what happens.
class CallLaneTest : public ::testing::Test {
 protected:
  CallLane::Task Held(CallLane::Place place = CallLane::Place::kBesideOthers) {
    return Task(place, [this] {
      std::unique_lock lock(mutex_);
      most_inside_ = std::max(most_inside_, ++inside_);
      changed_.notify_all();
      EXPECT_TRUE(changed_.wait_for(lock, absl::ToChronoNanoseconds(kPatience), [this] { return open_; }));
      --inside_;
    });
  }
  CallLane::Task Task(CallLane::Place place, std::function<void()> body) {
    return {place,
            [body = std::move(body)] {
              body();
              return Outcome("{}");
            },
            [this](const Outcome&) { Note([this] { ++answers_; }); }};
  }
  void Note(const std::function<void()>& change) {
    std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  void Open() {
    Note([this] { open_ = true; });
  }
  void WaitUntil(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, absl::ToChronoNanoseconds(kPatience), condition));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0, most_inside_ = 0, answers_ = 0;
  bool open_ = false;
};

TEST_F(CallLaneTest, RunsAsManyAtOnceAsItIsWideAndTheRestAfterwards) {
  CallLane lane(4);
  for (int i = 0; i < 10; ++i) lane.Post(Held());
  WaitUntil([this] { return inside_ == 4; });
  Open();
  WaitUntil([this] { return answers_ == 10; });
  EXPECT_EQ(most_inside_, 4);
}

TEST_F(CallLaneTest, StuckCallsDelayNobodyWhileThereIsRoom) {
  CallLane lane(3);
  lane.Post(Held());
  lane.Post(Held());
  for (int i = 0; i < 100; ++i) lane.Post(Task(CallLane::Place::kBesideOthers, [] {}));
  WaitUntil([this] { return answers_ == 100; });
  EXPECT_EQ(inside_, 2);
  Open();
  WaitUntil([this] { return answers_ == 102; });
}

TEST_F(CallLaneTest, ACallThatIsAloneWaitsForAllBeforeItAndHoldsAllAfterIt) {
  CallLane lane(8);
  std::atomic<int> before = 0, answered_before_it = -1;
  std::atomic<bool> alone_ended = false, overtaken = false;
  for (int i = 0; i < 6; ++i) lane.Post(Held());
  lane.Post(Task(CallLane::Place::kAlone, [&] {
    std::lock_guard lock(mutex_);
    before = inside_;
    answered_before_it = answers_;
    alone_ended = true;
  }));
  for (int i = 0; i < 6; ++i) {
    lane.Post(Task(CallLane::Place::kBesideOthers, [&] { overtaken = overtaken || !alone_ended; }));
  }
  WaitUntil([this] { return inside_ == 6; });
  EXPECT_FALSE(alone_ended);
  Open();
  WaitUntil([this] { return answers_ == 13; });
  EXPECT_EQ(before, 0);
  EXPECT_EQ(answered_before_it, 6);
  EXPECT_FALSE(overtaken);
}

TEST_F(CallLaneTest, OfWidthOneAnswersInOrder) {
  CallLane lane(1);
  std::string order;  // one thread: guarded by the promise under test
  for (char name = 'a'; name <= 'z'; ++name) {
    lane.Post({name % 5 ? CallLane::Place::kBesideOthers : CallLane::Place::kAlone,
               [&order, name] {
                 order += name;
                 return Outcome("{}");
               },
               [this, &order](const Outcome&) {
                 order += '.';
                 Note([this] { ++answers_; });
               }});
  }
  WaitUntil([this] { return answers_ == 26; });
  EXPECT_EQ(order, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.");
}

TEST_F(CallLaneTest, IsDoneOnceEveryCallIsAnswered) {
  CallLane lane(4);
  for (int i = 0; i < 8; ++i) lane.Post(Held());
  lane.Finish();
  EXPECT_FALSE(lane.WaitUntilDone(absl::Milliseconds(5)));
  Open();
  EXPECT_TRUE(lane.WaitUntilDone(kPatience));
  EXPECT_EQ(answers_, 8);
}

}  // namespace
}  // namespace seep::driver_host
