// Writes a golden database with the store of the checkout that it is compiled
// in: `write_golden DIRECTORY` leaves DIRECTORY/seep.db. See make_golden.sh.
#include <cstdio>
#include <utility>

#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/status/check.h"
#include "storage/migrations/golden/golden_content.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite_store.h"

namespace {

using namespace seep;           // NOLINT: one small program
using namespace seep::storage;  // NOLINT

template <typename T>
Callback<T> Expect(T* into = nullptr) {
  return [into](absl::StatusOr<T> got) {
    SEEP_CHECK(got.ok()) << got.status();
    if (into != nullptr) *into = *std::move(got);
  };
}
Done ExpectOk() {
  return [](absl::Status status) { SEEP_CHECK(status.ok()) << status; };
}

// Versions from 2 on keep files; the message came with them.
template <typename Message, typename AnyStore>
void SaveArtefact(AnyStore& store) {
  if constexpr (requires(Message made) { store.SaveArtefact(golden::kAgent, made, std::string(), ExpectOk()); }) {
    const std::string data = golden::ArtefactData();
    Message made;
    made.set_run_id(golden::RunId(golden::kLeaking));
    made.set_key("k-1");
    made.set_name("heap-g1-start.pb.gz");
    made.set_kind("heap");
    made.set_size(data.size());
    made.set_crc32c(Crc32c(data));
    store.SaveArtefact(golden::kAgent, made, data, ExpectOk());
  }
}

void Write(SqliteStore& store, SimulatedEventLoop& loop) {
  StoredCampaign campaign;
  store.CreateCampaign(golden::MakeCampaign(), Expect(&campaign));
  loop.RunReady();
  for (int run = golden::kLeaking; run <= golden::kOpen; ++run) {
    for (int first = 0; first < golden::kSamples; first += golden::kBatch) {
      store.AppendSamples(golden::MakeBatch(run, first), Expect<AppendOutcome>());
    }
    if (run == golden::kClean) store.RecordGap(golden::Key(run), golden::kGapThrough, golden::kGapReason, ExpectOk());
    store.AppendLogs(golden::kAgent, golden::MakeLogs(run), ExpectOk());
    store.ChangeRun(golden::MakeEnd(campaign.runs[static_cast<std::size_t>(run) - 1], run), Expect<std::vector<v1::RunEvent>>());
    loop.RunReady();
  }
#ifdef SEEP_GOLDEN_ARTEFACTS
  SaveArtefact<v1::Artefact>(store);
  loop.RunReady();
#endif
  // Versions from 4 on turn the samples of runs that are over into chunks, in
  // time and between writes.
  for (int i = 0; i < 20; ++i) {
    loop.Advance(absl::Seconds(6));
    v1::AgentInfo agent;
    agent.set_agent(golden::kAgent);
    agent.set_host("host-1");
    agent.set_slots(4);
    store.SaveAgent(agent, ExpectOk());
    loop.RunReady();
  }
}

}  // namespace

int main(int argc, char** argv) {
  SEEP_CHECK(argc == 2) << "usage: write_golden DIRECTORY";
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  StoreOptions options;
  options.directory = argv[1];
  options.inline_for_simulation = true;
  auto store = SqliteStore::Open(options, loop);
  SEEP_CHECK(store.ok()) << store.status();
  SEEP_CHECK((*store)->Start().ok());
  Write(**store, loop);
  (*store)->Stop();
  loop.RunReady();
  std::printf("%s schema version %d\n", (*store)->database_path().c_str(), (*store)->schema_version());
  return 0;
}
