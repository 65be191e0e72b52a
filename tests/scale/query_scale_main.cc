// Ten million samples over a hundred runs: fills a store through the store's own
// code, then asks the coordinator about it. See README.md.
#include <grpcpp/grpcpp.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "analysis/verdict/run_judge.h"
#include "common/checksum/crc32c.h"
#include "common/os/system_clock.h"
#include "coordinator/coordinator.h"
#include "proto/verdict/verdict_messages.h"
#include "seep/v1/control.grpc.pb.h"
#include "storage/testing/waiting_store.h"

namespace seep {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr double kLimitMs = 50, kLimitMb = 200;
constexpr int kRuns = 100, kSamplesPerRun = 100'000, kBatch = 2000, kSeriesPerRun = 20, kRounds = 200;
constexpr std::int64_t kStart = 1'767'225'600'000'000, kDay = 86'400'000'000;
const char* const kSeries[kSeriesPerRun] = {
    "rss", "pss", "uss", "anonymous", "swap", "vsz", "cpu_percent", "threads", "fds", "tcp_connections",
    "minor_faults", "major_faults", "context_switches", "heap_allocated", "heap_in_use", "heap_objects", "goroutines", "gc_count", "listeners", "payments"};

void Demand(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}

bool IsCounter(const std::string& name) {
  return name == "payments" || name == "gc_count" || name == "minor_faults" || name == "major_faults" || name == "context_switches";
}
bool IsBytes(int series) { return series <= 5 || series == 13 || series == 14; }

// Every fourth run leaks; levels wander by pages, as resident memory does.
double ValueOf(int run, int series, std::int64_t sequence, double noise) {
  const double t = static_cast<double>(sequence);
  if (IsCounter(kSeries[series])) return std::floor(t * (1 + series % 3));
  if (!IsBytes(series)) return 18 + series + (noise > 1.5 ? 1 : 0);
  const double leak = run % 4 == 0 ? 1000 * t : 0;
  return 4096 * std::floor((4e7 + 1e6 * series + 3e5 * noise + 2e6 * (1 - std::exp(-t / 600)) + leak) / 4096);
}

class Filler {
 public:
  explicit Filler(const std::string& directory) {
    storage::StoreOptions options;
    options.directory = directory;
    options.commit_interval = absl::Milliseconds(1);  // each batch is waited for
    Demand(store_.Open(options), "open");
  }

  void Fill() {
    for (int run = 0; run < kRuns; ++run) {
      FillRun(run);
      std::fprintf(stderr, "\rfilled %d of %d runs", run + 1, kRuns);
    }
    std::fprintf(stderr, "\n");
  }

 private:
  v1::Run Create(int run) {
    storage::NewCampaign campaign;
    campaign.campaign.set_name("scale");
    v1::Run& made = campaign.runs.emplace_back();
    made.set_state(v1::RUN_STATE_QUEUED);
    made.set_created_wall_us(kStart + run * kDay / 4);
    made.mutable_spec()->set_name(run % 2 == 0 ? "nightly" : "weekly");
    made.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
    made.mutable_spec()->mutable_scenario()->mutable_payments()->set_amount_sats(1000);
    made.mutable_spec()->set_seed(static_cast<std::uint64_t>(run));
    (*made.mutable_spec()->mutable_labels())["team"] = run % 3 == 0 ? "x" : "y";
    auto stored = store_.Wait<storage::StoredCampaign>([&](storage::Store& s, auto got) { s.CreateCampaign(campaign, std::move(got)); });
    Demand(stored.status(), "create");
    return stored->runs[0];
  }

  void FillRun(int run) {
    v1::Run row = Create(run);
    std::mt19937_64 random(static_cast<std::uint64_t>(run));
    std::normal_distribution<> normal;
    analysis::RunJudge judge({});
    for (int i = 0; i + 1 < kSeriesPerRun; ++i) judge.AddSeries(analysis::ClassifySeries(kSeries[i], IsBytes(i) ? "bytes" : "count", IsCounter(kSeries[i])));
    judge.AddOperation("payments");
    for (std::int64_t first = 1; first <= kSamplesPerRun; first += kBatch) {
      v1::SampleBatch batch = Batch(run, row.run_id(), first, random, normal, judge);
      Demand(store_.Append(std::move(batch)).status(), "append");
    }
    storage::RunChange change;
    change.run_id = row.run_id();
    row.set_state(v1::RUN_STATE_FINISHED);
    row.set_agent(run % 2 == 0 ? "lab-1" : "lab-2");
    row.set_sdk_version(absl::StrCat("4.", run / 10, ".0"));
    row.set_started_wall_us(row.created_wall_us());
    row.set_ended_wall_us(row.started_wall_us() + kSamplesPerRun * 1'000'000LL);
    change.run = row;
    const analysis::RunVerdict verdict = judge.Final();
    change.verdict = ToMessage(verdict);
    AddCurves(verdict, *change.verdict);
    Demand(store_.Wait<std::vector<v1::RunEvent>>([&](storage::Store& s, auto got) { s.ChangeRun(change, std::move(got)); }).status(), "finish");
  }

  v1::SampleBatch Batch(int run, const std::string& run_id, std::int64_t first, std::mt19937_64& random, std::normal_distribution<>& normal,
                        analysis::RunJudge& judge) {
    v1::SampleBlock block;
    for (int i = 0; first == 1 && i < kSeriesPerRun; ++i) {
      v1::GaugeDefinition& gauge = *block.add_gauges();
      gauge.set_id(static_cast<std::uint32_t>(i + 1));
      gauge.set_name(kSeries[i]);
      gauge.set_unit(IsBytes(i) ? "bytes" : "count");
      gauge.set_kind(IsCounter(kSeries[i]) ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
      gauge.set_origin(v1::GAUGE_ORIGIN_OUTSIDE);
      gauge.set_operation(i + 1 == kSeriesPerRun);
    }
    double values[kSeriesPerRun];
    for (std::int64_t sequence = first; sequence < first + kBatch; ++sequence) {
      v1::Sample& sample = *block.add_samples();
      sample.set_sequence(static_cast<std::uint64_t>(sequence));
      sample.set_monotonic_us(sequence * 1'000'000);
      sample.set_wall_us(kStart + sequence * 1'000'000);
      sample.set_generation(1);
      sample.set_phase(v1::PHASE_SOAK);
      const double noise = normal(random);
      for (int i = 0; i < kSeriesPerRun; ++i) {
        values[i] = ValueOf(run, i, sequence, noise);
        sample.add_gauge(static_cast<std::uint32_t>(i + 1));
        sample.add_value(values[i]);
      }
      judge.AddSample({static_cast<double>(sequence), 1, analysis::Phase::kSoak, {values, kSeriesPerRun - 1}, {values + kSeriesPerRun - 1, 1}, analysis::kUnknown});
    }
    v1::SampleBatch batch;
    batch.mutable_stream()->set_agent("lab-1");
    batch.mutable_stream()->set_boot_epoch("e1");
    batch.mutable_stream()->set_run_id(run_id);
    batch.set_first_sequence(static_cast<std::uint64_t>(first));
    batch.set_count(kBatch);
    batch.set_block(block.SerializeAsString());
    batch.set_crc32c(Crc32c(batch.block()));
    return batch;
  }

  storage::testing::WaitingStore store_;
};

double ResidentMb(const char* what) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind(what, 0) == 0) return std::strtod(line.c_str() + std::strlen(what), nullptr) / 1024;
  }
  return 0;
}

// The coordinator on a thread of its own, in this process: its memory includes
// ours, so what is printed is an upper bound.
class Asking {
 public:
  explicit Asking(const std::string& directory) {
    std::promise<absl::StatusOr<std::vector<std::string>>> started;
    auto listening = started.get_future();
    thread_ = std::thread([this, directory, started = std::move(started)]() mutable {
      coordinator::CoordinatorOptions options;
      options.listen = {"127.0.0.1:0"};
      options.data_directory = directory;
      options.release = "scale";
      auto opened = coordinator::Coordinator::Open(loop_, options);
      if (!opened.ok()) return started.set_value(opened.status());
      coordinator_ = *std::move(opened);
      coordinator_->Start([&](auto addresses) { started.set_value(std::move(addresses)); });
      loop_.Run();
      coordinator_.reset();
    });
    auto addresses = listening.get();
    Demand(addresses.status(), "start");
    stub_ = v1::Control::NewStub(grpc::CreateChannel(addresses->front(), grpc::InsecureChannelCredentials()));
  }
  ~Asking() {
    loop_.Post([this] { coordinator_->Stop([this] { loop_.Stop(); }); });
    thread_.join();
  }

  int Ask() {
    v1::ListRunsRequest list;
    list.set_limit(100);
    list.set_with_sparks(true);
    Measure("runs ls, 100 runs with sparks", [&](grpc::ClientContext& context) {
      v1::ListRunsResponse response;
      return stub_->ListRuns(&context, list, &response).ok() && response.runs_size() == 100 && response.sparks_size() == 100;
    });
    list.set_filter("sdk:4.2 verdict:leak label:team=x since:4000d");
    Measure("runs ls sdk:4.2 verdict:leak label:team=x since:", [&](grpc::ClientContext& context) {
      v1::ListRunsResponse response;
      return stub_->ListRuns(&context, list, &response).ok();
    });
    v1::CompareRunsRequest compare;
    compare.set_base("r-0002");
    compare.add_runs("r-0005");
    Measure("compare r-0002 r-0005, all series", [&](grpc::ClientContext& context) {
      v1::CompareRunsResponse response;
      return stub_->CompareRuns(&context, compare, &response).ok() && response.comparisons(0).series_size() > 5;
    });
    Measure("leaks", [&](grpc::ClientContext& context) {
      v1::ListLeaksRequest request;
      v1::ListLeaksResponse response;
      return stub_->ListLeaks(&context, request, &response).ok() && response.leaks_size() > 0;
    });
    AskSql("one run's series by the minute (SQL, child process)",
           "SELECT t_s, min, max, mean FROM sample_rollups WHERE run = 'r-0050' AND gauge = 'rss'", kSamplesPerRun / 60);
    AskSql("one run's series by its chunks (SQL, child process)",
           "SELECT * FROM chunks_summary WHERE run = 'r-0050' AND gauge = 'rss'", kSamplesPerRun / 1024 - 1);
    const double peak = ResidentMb("VmHWM:");
    std::printf("%-52s %8.1f MB %31s %.2f of %.0f MB\n", "resident memory, coordinator and asker, greatest", peak, "", peak / kLimitMb, kLimitMb);
    return worst_ <= 1 && peak <= kLimitMb ? 0 : 1;
  }

 private:
  void AskSql(const char* what, const std::string& sql, int rows) {
    Measure(what, [&](grpc::ClientContext& context) {
      v1::QueryRequest request;
      request.set_sql(sql);
      auto stream = stub_->Query(&context, request);
      v1::QueryResponse response;
      int got = 0;
      while (stream->Read(&response)) got += response.rows_size();
      const grpc::Status status = stream->Finish();
      if (!status.ok()) std::fprintf(stderr, "%s\n", status.error_message().c_str());
      return status.ok() && got >= rows;
    });
  }

  void Measure(const char* what, const std::function<bool(grpc::ClientContext&)>& call) {
    std::vector<double> took;
    for (int i = 0; i < kRounds; ++i) {
      grpc::ClientContext context;
      const auto began = std::chrono::steady_clock::now();
      if (!call(context)) {
        std::fprintf(stderr, "%s: not answered as it should be\n", what);
        std::exit(1);
      }
      took.push_back(Milliseconds(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(took.begin(), took.end());
    const double p50 = took[took.size() / 2], p95 = took[took.size() * 95 / 100];
    std::printf("%-52s p50 %7.2f ms  p95 %7.2f ms  %.2f of %.0f ms\n", what, p50, p95, p95 / kLimitMs, kLimitMs);
    std::fflush(stdout);
    worst_ = std::max(worst_, p95 / kLimitMs);
  }

  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  std::unique_ptr<coordinator::Coordinator> coordinator_;
  std::thread thread_;
  std::unique_ptr<v1::Control::Stub> stub_;
  double worst_ = 0;
};

}  // namespace
}  // namespace seep

int main(int argc, char** argv) {
  if (argc != 3 || (std::strcmp(argv[1], "fill") != 0 && std::strcmp(argv[1], "ask") != 0)) {
    std::fprintf(stderr, "usage: %s fill|ask DIR\n", argv[0]);
    return 2;
  }
  if (std::strcmp(argv[1], "ask") == 0) return seep::Asking(argv[2]).Ask();
  seep::Filler(argv[2]).Fill();
  return 0;
}
