#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/artefacts/artefact_delivery.h"
#include "common/checksum/crc32c.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;

class ArtefactsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-artefacts-test"));
    directory_.emplace(std::move(directory));
  }
  absl::Status Put(const std::string& name, const std::string& content) {
    v1::Artefact artefact;
    artefact.set_run_id("r-1");
    artefact.set_name(name);
    artefact.set_wall_us(++wall_);
    return ArtefactShelf(directory_->path()).Put(std::move(artefact), content);
  }
  v1::ArtefactAck AckOf(const v1::ArtefactChunk& chunk, bool over) {
    v1::ArtefactAck ack;
    ack.set_run_id("r-1");
    ack.set_key(chunk.artefact().key());
    ack.set_received(chunk.offset() + chunk.data().size());
    ack.set_over(over);
    return ack;
  }

  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  std::optional<TempDirectory> directory_;
  std::int64_t wall_ = 0;
  bool connected_ = true;
  std::vector<v1::ArtefactChunk> sent_;
  ArtefactDelivery delivery_{loop_, [this](v1::ArtefactChunk chunk) {
                               if (connected_) sent_.push_back(std::move(chunk));
                               return connected_;
                             }};
};

TEST_F(ArtefactsTest, DeliversInPiecesAndRemovesWhatWasStored) {
  const std::string big(600 << 10, 'b');
  ASSERT_OK(Put("01-a", big));
  ASSERT_OK(Put("02-b", "small"));
  delivery_.Add("r-1", directory_->path());
  std::string got;
  for (int piece = 0; piece < 3; ++piece) {
    ASSERT_EQ(sent_.size(), static_cast<std::size_t>(piece + 1)) << "one piece at a time";
    got += sent_.back().data();
    delivery_.OnAck(AckOf(sent_.back(), got.size() == big.size()));
  }
  EXPECT_EQ(got, big);
  EXPECT_EQ(sent_.front().artefact().crc32c(), Crc32c(big));
  EXPECT_EQ(sent_.back().artefact().name(), "02-b");
  EXPECT_TRUE(delivery_.Pending("r-1"));
  delivery_.OnAck(AckOf(sent_.back(), true));
  EXPECT_TRUE(delivery_.AllDelivered());
  EXPECT_TRUE(ArtefactShelf(directory_->path()).List().empty());
}

TEST_F(ArtefactsTest, KeepsTheFileUntilAcknowledgedAndBeginsAnewAfterAReconnect) {
  ASSERT_OK(Put("01-a", std::string(600 << 10, 'b')));
  connected_ = false;
  delivery_.Add("r-1", directory_->path());
  EXPECT_TRUE(sent_.empty());
  connected_ = true;
  delivery_.OnConnected();
  delivery_.OnAck(AckOf(sent_.back(), false));
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_GT(sent_.back().offset(), 0u);
  delivery_.OnConnected();
  EXPECT_EQ(sent_.back().offset(), 0u);
  EXPECT_EQ(ArtefactShelf(directory_->path()).List().size(), 1u);
}

TEST_F(ArtefactsTest, SendsAnewWhatNobodyAnswered) {
  ASSERT_OK(Put("01-a", "x"));
  delivery_.Add("r-1", directory_->path());
  loop_.RunUntil([&] { return sent_.size() == 2; }, absl::Seconds(31));
  EXPECT_EQ(sent_.size(), 2u);
}

TEST_F(ArtefactsTest, FindsWhatAKilledAgentLeft) {
  ASSERT_OK(Put("01-a", "x"));
  ArtefactDelivery next(loop_, [this](v1::ArtefactChunk chunk) {
    sent_.push_back(std::move(chunk));
    return true;
  });
  next.Add("r-1", directory_->path());
  next.Add("r-1", directory_->path());
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(ArtefactsTest, HasLimits) {
  EXPECT_THAT(Put("01-a", std::string(ArtefactShelf::kMaxBytes + 1, 'x')), StatusIs(absl::StatusCode::kResourceExhausted));
  for (std::size_t i = 0; i < ArtefactShelf::kMaxWaiting; ++i) ASSERT_OK(Put("a", "x"));
  EXPECT_THAT(Put("b", "x"), StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace seep::agent
