// One flipped bit anywhere in the database or its WAL is either told of or
// changes nothing: no sample is missing, doubled or other than it was without
// an error that says so, or a count or an index that contradicts it, as
// `seep store check` looks for; and what the bit does not touch can still be read.
// SEEP_FLIPS (60) says how many bits are flipped, each in a fresh copy.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/os/temp_directory.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage {
namespace {

namespace fs = std::filesystem;
using testing::MakeBatch;
using testing::WaitingStore;

constexpr int kRuns = 4;

// All that the store says of a run's samples, as text to be compared.
absl::StatusOr<std::string> ReadRun(WaitingStore& store, const std::string& run_id) {
  std::string all;
  SampleCursor cursor;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const SamplePage page, store.Wait<SamplePage>([&](Store& s, auto got) {
      s.ReadSamples(run_id, cursor, 5000, std::move(got));
    }));
    for (const v1::GaugeDefinition& gauge : page.gauges) all += gauge.SerializeAsString();
    for (const v1::Sample& sample : page.samples) all += sample.SerializeAsString();
    cursor = page.next;
    if (page.at_end) break;
  }
  SEEP_ASSIGN_OR_RETURN(const v1::Run run, store.GetRun(run_id));
  SEEP_ASSIGN_OR_RETURN(const std::vector<Gap> gaps, store.Wait<std::vector<Gap>>([&](Store& s, auto got) {
    s.ListGaps(run_id, std::move(got));
  }));
  absl::StrAppend(&all, " ", run.samples(), " ", run.samples_lost());
  for (const Gap& gap : gaps) absl::StrAppend(&all, " ", gap.from_sequence, "-", gap.to_sequence);
  return all;
}

// Whether the rows contradict each other.
bool IsContradictory(const std::string& path) {
  const auto db = sqlite::Database::Open(path, sqlite::Access::kReadOnly);
  if (!db.ok()) return true;
  for (const char* const sound :
       {"SELECT integrity_check = 'ok' FROM pragma_integrity_check LIMIT 1",
        "SELECT NOT EXISTS (SELECT 1 FROM stream s WHERE s.samples <>"
        " (SELECT ifnull(sum(count), 0) FROM tail t WHERE t.stream_no = s.stream_no)"
        " + (SELECT ifnull(sum(count), 0) FROM chunk c WHERE c.stream_no = s.stream_no) OR s.lost <>"
        " (SELECT ifnull(sum(to_sequence - from_sequence + 1), 0) FROM gap g WHERE g.stream_no = s.stream_no))"}) {
    if ((*db)->QueryInteger(sound).value_or(0) == 0) return true;
  }
  return false;
}

class BitFlipTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-flip-test"));
    directory_.emplace(std::move(directory));
    const char* const flips = std::getenv("SEEP_FLIPS");
    if (flips != nullptr) flips_ = std::atoi(flips);
    Make();
  }

  // Two runs in chunks, one that goes on in chunks and tails, one in tails with
  // a hole; the latter two in part in the WAL.
  void Make() {
    StoreOptions options = Options("original");
    options.compaction.settle_after = absl::ZeroDuration();
    {
      WaitingStore store;
      ASSERT_OK(store.Open(options));
      ASSERT_OK(store.CreateRuns(kRuns));
      for (const char* const run : {"r-0001", "r-0002", "r-0003"}) Append(store, run, 1, 2500);
      Append(store, "r-0004", 1, 300);
      ASSERT_OK(store.SetState("r-0001", v1::RUN_STATE_FINISHED));
      ASSERT_OK(store.SetState("r-0002", v1::RUN_STATE_FINISHED));
      const absl::Time deadline = absl::Now() + absl::Seconds(60);
      while (store.store().stats().compaction.samples < 2 * 2500 + 2048) {
        ASSERT_LT(absl::Now(), deadline);
        ASSERT_OK(store.GetRun("r-0001"));
      }
    }
    WaitingStore store;
    options.compaction.settle_after = absl::Hours(1);
    ASSERT_OK(store.Open(options));
    Append(store, "r-0003", 2501, 500);
    v1::SampleBatch holed = MakeBatch("r-0004", 401, 50);
    holed.set_dropped_from(301);
    holed.set_dropped_reason("spool full");
    ASSERT_OK(store.Append(holed));
    Append(store, "r-0004", 451, 200);
    for (int i = 1; i <= kRuns; ++i) {
      ASSERT_OK_AND_ASSIGN(truth_[absl::StrCat("r-000", i)], ReadRun(store, absl::StrCat("r-000", i)));
    }
    // With the WAL, which closing would empty; nobody writes meanwhile.
    fs::copy(Options("original").directory, Options("copy").directory);
  }
  static void Append(WaitingStore& store, const std::string& run, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t at = first; at < first + count; at += 50) ASSERT_OK(store.Append(MakeBatch(run, at, 50)));
  }
  StoreOptions Options(const std::string& name) {
    StoreOptions options;
    options.directory = directory_->path() + "/" + name;
    options.commit_interval = absl::Milliseconds(1);
    return options;
  }

  // Of both files, as if they were one behind the other.
  std::string Flip(std::uint64_t bit, const std::string& directory) {
    std::string file = directory + "/seep.db";
    const std::uint64_t size = fs::file_size(file);
    std::uint64_t byte = bit / 8;
    if (byte >= size) {
      byte -= size;
      file += "-wal";
    }
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(byte));
    const char flipped = static_cast<char>(stream.get() ^ (1 << (bit % 8)));
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(flipped);
    return absl::StrCat("bit ", bit % 8, " of byte ", byte, " of ", file.substr(file.rfind('/') + 1));
  }

  enum class Outcome { kHarmless, kTold, kStoreUnreadable, kRunUnreadable };
  // Fails the test when data has changed and nobody said so.
  Outcome Try(std::uint64_t bit) {
    const std::string directory = Options("trial").directory;
    fs::remove_all(directory);
    fs::copy(Options("copy").directory, directory);
    const std::string where = Flip(bit, directory);
    SCOPED_TRACE(where);
    WaitingStore store;
    if (!store.Open(Options("trial")).ok()) return Outcome::kStoreUnreadable;
    bool told = !store.store().damage().empty();
    int unreadable = 0, changed = 0;
    for (const auto& [run, truth] : truth_) {
      const absl::StatusOr<std::string> found = ReadRun(store, run);
      if (!found.ok()) {
        ++unreadable;
      } else if (*found != truth) {
        ++changed;
      }
    }
    told = told || (changed > 0 && IsContradictory(store.store().database_path()));
    EXPECT_TRUE(changed == 0 || told) << changed << " runs changed silently";
    if (told) return Outcome::kTold;
    return unreadable == 0 ? Outcome::kHarmless : unreadable == kRuns ? Outcome::kStoreUnreadable : Outcome::kRunUnreadable;
  }

  std::optional<TempDirectory> directory_;
  std::map<std::string, std::string> truth_;
  int flips_ = 60;
};

TEST_F(BitFlipTest, EachFlipIsToldOfOrHarmless) {
  ASSERT_FALSE(IsContradictory(Options("copy").directory + "/seep.db"));
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const std::string copy = Options("copy").directory;
  const std::uint64_t bits = 8 * (fs::file_size(copy + "/seep.db") + fs::file_size(copy + "/seep.db-wal"));
  std::map<Outcome, int> outcomes;
  for (int i = 0; i < flips_ && !HasFatalFailure(); ++i) ++outcomes[Try(random.Below(bits))];
  std::printf("%d flips in %lu bytes: %d harmless, %d told of by the store's start or by its counts, %d by a run's reading alone, %d by all\n",
              flips_, static_cast<unsigned long>(bits / 8), outcomes[Outcome::kHarmless],
              outcomes[Outcome::kTold], outcomes[Outcome::kRunUnreadable], outcomes[Outcome::kStoreUnreadable]);
  EXPECT_GT(outcomes[Outcome::kRunUnreadable] + outcomes[Outcome::kTold], 0) << "the test shows nothing";
  // Only what all depends on (the schema, the catalogue's pages) takes all away.
  EXPECT_LE(outcomes[Outcome::kStoreUnreadable], 2 + flips_ / 10);
}

// The file's head, where SQLite keeps what all depends on.
TEST_F(BitFlipTest, NoBitOfTheHeadersIsSilent) {
  const std::uint64_t wal = 8 * fs::file_size(Options("copy").directory + "/seep.db");
  const int step = flips_ >= 1000 ? 1 : 17;
  for (std::uint64_t bit = 0; bit < 8 * 100 && !HasFailure(); bit += static_cast<std::uint64_t>(step)) (void)Try(bit);
  for (std::uint64_t bit = 0; bit < 8 * 56 && !HasFailure(); bit += static_cast<std::uint64_t>(step)) (void)Try(wal + bit);
}

}  // namespace
}  // namespace seep::storage
