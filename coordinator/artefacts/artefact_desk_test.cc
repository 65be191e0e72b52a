#include "coordinator/artefacts/artefact_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/checksum/crc32c.h"
#include "common/status/status_matchers.h"
#include "storage/testing/store_fixture.h"

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

class ArtefactDeskTest : public storage::testing::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    ASSERT_OK(store_->CreateRuns(1));
    ASSERT_OK_AND_ASSIGN(v1::Run run, store_->GetRun("r-0001"));
    run.set_agent("lab-1");
    storage::RunChange change;
    change.run_id = "r-0001";
    change.run = run;
    ASSERT_OK(store_->Wait<std::vector<v1::RunEvent>>(
        [&](storage::Store& s, auto done) { s.ChangeRun(change, std::move(done)); }));
  }
  static v1::ArtefactChunk Chunk(const std::string& all, std::size_t at, std::size_t size) {
    v1::ArtefactChunk chunk;
    chunk.mutable_artefact()->set_run_id("r-0001");
    chunk.mutable_artefact()->set_key("key");
    chunk.mutable_artefact()->set_name("01-heap-start.pb.gz");
    chunk.mutable_artefact()->set_size(all.size());
    chunk.mutable_artefact()->set_crc32c(Crc32c(all));
    chunk.set_offset(at);
    chunk.set_data(all.substr(at, size));
    return chunk;
  }
  // The answer to one piece, if it is answered before the store is.
  std::optional<v1::ArtefactAck> Send(ArtefactDesk& desk, const std::string& agent, v1::ArtefactChunk chunk) {
    std::optional<v1::ArtefactAck> got;
    desk.OnChunk(agent, std::move(chunk), [&](const v1::ArtefactAck& ack) { got = ack; });
    return got;
  }
  // The answer to the last piece, which comes through the store.
  v1::ArtefactAck SendLast(const std::string& agent, v1::ArtefactChunk chunk, ArtefactDesk& desk) {
    v1::ArtefactAck got;
    EXPECT_OK(store_->WaitStatus([&](storage::Store&, auto done) {
      desk.OnChunk(agent, std::move(chunk), [&got, done = std::make_shared<storage::Done>(std::move(done))](const v1::ArtefactAck& ack) {
        got = ack;
        (*done)(absl::OkStatus());
      });
    }));
    return got;
  }
  std::vector<v1::Artefact> Listed() {
    auto listed = store_->Wait<std::vector<v1::Artefact>>(
        [&](storage::Store& s, auto got) { s.ListArtefacts("r-0001", std::move(got)); });
    return listed.ok() ? *listed : std::vector<v1::Artefact>();
  }
};

TEST_F(ArtefactDeskTest, StoresWhatCameInPieces) {
  ArtefactDesk desk(store_->store());
  const std::string all(1000, 'x');
  const auto first = Send(desk, "lab-1", Chunk(all, 0, 600));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->received(), 600u);
  EXPECT_FALSE(first->over());
  const v1::ArtefactAck last = SendLast("lab-1", Chunk(all, 600, 400), desk);
  EXPECT_TRUE(last.over());
  EXPECT_EQ(last.refused(), "");
  ASSERT_EQ(Listed().size(), 1u);
  EXPECT_EQ(Listed()[0].size(), 1000u);
}

TEST_F(ArtefactDeskTest, BeginsAnewAfterAReconnect) {
  ArtefactDesk desk(store_->store());
  const std::string all(1000, 'x');
  Send(desk, "lab-1", Chunk(all, 0, 600));
  EXPECT_FALSE(Send(desk, "lab-1", Chunk(all, 800, 200)).has_value()) << "a piece is missing in between";
  Send(desk, "lab-1", Chunk(all, 0, 500));
  EXPECT_TRUE(SendLast("lab-1", Chunk(all, 500, 500), desk).over());
}

TEST_F(ArtefactDeskTest, RefusesForeignRunsBadNamesAndGiants) {
  ArtefactDesk desk(store_->store());
  const std::string all(10, 'x');
  EXPECT_THAT(SendLast("lab-2", Chunk(all, 0, 10), desk).refused(), HasSubstr("not this agent's"));
  v1::ArtefactChunk bad = Chunk(all, 0, 10);
  bad.mutable_artefact()->set_name("../../etc/passwd");
  EXPECT_THAT(Send(desk, "lab-1", bad)->refused(), HasSubstr("name"));
  bad = Chunk(all, 0, 10);
  bad.mutable_artefact()->set_size(storage::kMaxArtefactBytes + 1);
  EXPECT_THAT(Send(desk, "lab-1", bad)->refused(), HasSubstr("at most"));
  bad = Chunk(all, 0, 10);
  bad.mutable_artefact()->set_crc32c(1);
  EXPECT_THAT(SendLast("lab-1", bad, desk).refused(), HasSubstr("checksum"));
  EXPECT_TRUE(Listed().empty());
}

}  // namespace
}  // namespace seep::coordinator
