#include "coordinator/verdicts/sample_pump.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kPage = 2000;

struct Pumping : std::enable_shared_from_this<Pumping> {
  EventLoop& loop;
  EventLoop& worker;
  storage::Store& store;
  std::string run_id;
  SamplePump::Grain grain = SamplePump::Grain::kSamples;
  SamplePump::Take take;
  SamplePump::Finished done;

  Pumping(EventLoop& l, EventLoop& w, storage::Store& s) : loop(l), worker(w), store(s) {}

  void Read(storage::SampleCursor from) {
    storage::Callback<storage::SamplePage> got = [self = shared_from_this(), from](absl::StatusOr<storage::SamplePage> page) {
      if (!page.ok()) return self->done(page.status(), from);
      self->worker.Post([self, page = *std::move(page)] {
        self->take(page);
        self->loop.Post([self, next = page.next, at_end = page.at_end] {
          if (at_end) return self->done(absl::OkStatus(), next);
          self->Read(next);
        });
      });
    };
    grain == SamplePump::Grain::kTiers ? store.ReadTiers(run_id, from, kPage, std::move(got))
                                       : store.ReadSamples(run_id, from, kPage, std::move(got));
  }
};

}  // namespace

void SamplePump::Start(EventLoop& loop, EventLoop& worker, storage::Store& store, std::string run_id,
                       storage::SampleCursor from, Take take, Finished done, Grain grain) {
  auto pumping = std::make_shared<Pumping>(loop, worker, store);
  pumping->run_id = std::move(run_id);
  pumping->grain = grain;
  pumping->take = std::move(take);
  pumping->done = std::move(done);
  pumping->Read(from);
}

}  // namespace seep::coordinator
