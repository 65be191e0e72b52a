// What does one operation cost through the protocol, as the scenario engine
// pays it: HostConversation and HostPipes on an event loop, a real host behind
// two pipes? One call in flight, 16 and 64.
//
// Data: `disconnect` of a disconnected instance: it passes the host's whole
// path (parse, lane of its instance, answer, another thread or turn) and costs
// the SDK nothing. 64 instances take turns, as those of a soak do.
// Limits by measurement (raw loops, nothing else): C++ 158k a second with one
// in flight and 1.13M with 16; Node 85k and 440k.
//
// `cpu_us`: CPU time of this process an operation; `host_cpu_us`: of the host.
// A host that is not built is skipped with its name.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/driver_client/host_conversation.h"
#include "agent/driver_client/host_pipes.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"

namespace seep::agent {
namespace {

constexpr int kInstances = 64;
constexpr int kWarmUpCalls = 5000;
constexpr char kSeed[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

double OwnCpuSeconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double HostCpuSeconds(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 2), ' ');
  return (std::stod(fields[11]) + std::stod(fields[12])) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Cost {
  absl::Duration elapsed;
  double own_cpu = 0, host_cpu = 0;  // seconds
  int calls = 0;
};

// A host and the loop that drives it: connects, warms up, measures, stops.
class Driven {
 public:
  Driven(ChildProcess process, std::string directory, int in_flight)
      : process_(std::move(process)), directory_(std::move(directory)), in_flight_(in_flight), loop_(clock_),
        conversation_(loop_, {[this](std::string bytes) { pipes_.Write(std::move(bytes)); }, [this](const std::string& reason) { Fail(reason); },
                              [](const driver::Notification&) {}}),
        pipes_(loop_, std::move(process_.standard_input()), std::move(process_.standard_output()),
               [this](std::string_view bytes) { conversation_.Receive(bytes); }, [this](const std::string& reason) { Fail(reason); }) {
    for (int i = 0; i < kInstances; ++i) names_.push_back(absl::StrCat("wallet-", i));
  }

  absl::StatusOr<Cost> Measure() {
    conversation_.Initialize("{}", [this](const CallOutcome& outcome, const HostIdentity&) {
      if (outcome.ok()) Prepare(0);
      else Fail(outcome.error->message);
    });
    loop_.Run();
    if (!error_.empty()) return absl::InternalError(error_);
    return cost_;
  }

 private:
  void Prepare(std::size_t at) {
    if (at == names_.size()) return Round(kWarmUpCalls);
    conversation_.Call({"connect", names_[at], absl::StrCat(R"({"network":"local","storage_dir":")", directory_, R"(","seed":")", kSeed, "\"}")},
                       [this, at](const CallOutcome& connected) {
                         if (!connected.ok()) return Fail(connected.error->message);
                         conversation_.Call({"disconnect", names_[at]}, [this, at](const CallOutcome&) { Prepare(at + 1); });
                       });
  }

  // `count` calls, `in_flight_` at a time.
  void Round(int count) {
    measuring_ = count != kWarmUpCalls;
    to_send_ = to_answer_ = cost_.calls = count;
    began_ = clock_.Now();
    cost_.own_cpu = OwnCpuSeconds();
    cost_.host_cpu = HostCpuSeconds(process_.pid());
    for (int i = 0; i < in_flight_; ++i) Next();
  }

  void Next() {
    if (to_send_ == 0) return;
    --to_send_;
    conversation_.Call({"disconnect", names_[static_cast<std::size_t>(to_send_ % kInstances)]}, [this](const CallOutcome& outcome) {
      if (!outcome.ok()) return Fail(outcome.error->message);
      Next();
      if (--to_answer_ == 0) Finish();
    });
  }

  void Finish() {
    cost_.elapsed = clock_.Now() - began_;
    // As many calls as the warm-up did in a second or so.
    if (!measuring_) return Round(std::clamp(static_cast<int>(kWarmUpCalls / absl::ToDoubleSeconds(cost_.elapsed)), 2 * kWarmUpCalls, 1'000'000));
    cost_.own_cpu = OwnCpuSeconds() - cost_.own_cpu;
    cost_.host_cpu = HostCpuSeconds(process_.pid()) - cost_.host_cpu;
    loop_.Stop();
  }

  void Fail(const std::string& reason) {
    error_ = reason;
    loop_.Stop();
  }

  SystemClock clock_;
  ChildProcess process_;
  const std::string directory_;
  const int in_flight_;
  EpollEventLoop loop_;
  HostConversation conversation_;
  HostPipes pipes_;
  std::vector<std::string> names_;
  bool measuring_ = false;
  int to_send_ = 0, to_answer_ = 0;
  MonotonicTime began_;
  Cost cost_;
  std::string error_;
};

ChildOptions OptionsOf(const std::vector<std::string>& command) {
  ChildOptions options;
  options.argv = command;
  options.environment = {absl::StrCat("PATH=", std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin")};
  options.standard_input = options.standard_output = Stdio::kPipe;
  options.standard_error = Stdio::kNull;
  return options;
}

// The peer: what one would write in an afternoon. Blocking pipes and nlohmann's
// JSON; no deadlines, no event loop, nobody else served meanwhile.
class PlainLoop {
 public:
  explicit PlainLoop(ChildProcess& host) : host_(host) {}

  void Round(int count, int in_flight) {
    int sent = 0, answered = 0;
    while (answered < count) {
      std::string lines;
      while (sent < count && sent - answered < in_flight) lines += Request(sent++ % kInstances);
      if (!lines.empty() && ::write(host_.standard_input().get(), lines.data(), lines.size()) < 0) return;
      const int came = ReadSome();
      if (came < 0) return;
      answered += came;
    }
  }

  void Send(const nlohmann::json& message) {
    const std::string line = message.dump() + "\n";
    if (::write(host_.standard_input().get(), line.data(), line.size()) < 0) return;
    while (ReadSome() == 0) {
    }
  }

 private:
  std::string Request(int instance) {
    return nlohmann::json({{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", "disconnect"},
                           {"params", {{"deadline_ms", 30000}, {"instance", absl::StrCat("wallet-", instance)}}}}).dump() + "\n";
  }

  // How many answers came; -1 at the end.
  int ReadSome() {
    char chunk[64 << 10];
    const ssize_t got = ::read(host_.standard_output().get(), chunk, sizeof(chunk));
    if (got <= 0) return -1;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    int answers = 0;
    std::size_t start = 0;
    for (std::size_t end; (end = buffer_.find('\n', start)) != std::string::npos; start = end + 1) {
      answers += nlohmann::json::parse(buffer_.begin() + static_cast<std::ptrdiff_t>(start), buffer_.begin() + static_cast<std::ptrdiff_t>(end)).contains("id");
    }
    buffer_.erase(0, start);
    return answers;
  }

  ChildProcess& host_;
  std::string buffer_;
  std::int64_t id_ = 1'000'000;
};

void PlainRoundTrips(benchmark::State& state, const std::vector<std::string>& command) {
  for (auto _ : state) {
    auto process = ChildProcess::Start(OptionsOf(command));
    if (!process.ok()) return state.SkipWithError(std::string(process.status().message()).c_str());
    const auto directory = TempDirectory::Create("host-round-trips");
    PlainLoop loop(*process);
    loop.Send({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "initialize"}, {"params", {{"protocol", {{"major", 1}, {"minor", 0}}}}}});
    for (int i = 0; i < kInstances; ++i) {
      loop.Send({{"jsonrpc", "2.0"}, {"id", 2 + i}, {"method", "connect"},
                 {"params", {{"instance", absl::StrCat("wallet-", i)}, {"network", "local"}, {"storage_dir", directory->path()}, {"seed", kSeed}}}});
    }
    const auto in_flight = static_cast<int>(state.range(0));
    loop.Round(kWarmUpCalls, in_flight);
    const SystemClock clock;
    const MonotonicTime began = clock.Now();
    const double own = OwnCpuSeconds();
    loop.Round(4 * kWarmUpCalls, in_flight);
    const double elapsed = absl::ToDoubleSeconds(clock.Now() - began);
    state.SetIterationTime(elapsed);
    state.counters["calls_per_s"] = 4 * kWarmUpCalls / elapsed;
    state.counters["cpu_us"] = (OwnCpuSeconds() - own) / (4 * kWarmUpCalls) * 1e6;
  }
}

void RoundTrips(benchmark::State& state, const std::vector<std::string>& command) {
  for (auto _ : state) {
    auto process = ChildProcess::Start(OptionsOf(command));
    if (!process.ok()) return state.SkipWithError(std::string(process.status().message()).c_str());
    const auto directory = TempDirectory::Create("host-round-trips");
    const auto cost = Driven(*std::move(process), directory->path(), static_cast<int>(state.range(0))).Measure();
    if (!cost.ok()) return state.SkipWithError(std::string(cost.status().message()).c_str());
    const double elapsed = absl::ToDoubleSeconds(cost->elapsed);
    state.SetIterationTime(elapsed);
    state.counters["calls_per_s"] = cost->calls / elapsed;
    state.counters["cpu_us"] = cost->own_cpu / cost->calls * 1e6;
    state.counters["host_cpu_us"] = cost->host_cpu / cost->calls * 1e6;
  }
}

}  // namespace
}  // namespace seep::agent

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  benchmark::Initialize(&argc, argv);
  const auto directory = seep::OwnBinaryDirectory();
  const std::string bin = directory.ok() ? *directory : ".";
  const std::pair<const char*, std::vector<std::string>> hosts[] = {
      {"cpp", {bin + "/seep-wallet-host"}},
      {"node", {SEEP_SOURCE_DIR "/sdk/drivers/node/with_node.sh", SEEP_SOURCE_DIR "/sdk/drivers/node/example/run.sh"}},
      {"go", {bin + "/seep-go-example"}},
      {"rust", {bin + "/seep-rust-example"}},
      {"python", {"/usr/bin/python3", SEEP_SOURCE_DIR "/sdk/drivers/python/example/wallet_host.py"}}};
  benchmark::RegisterBenchmark("PlainNlohmannLoop/cpp", seep::agent::PlainRoundTrips, hosts[0].second)
      ->Arg(1)->Arg(16)->Arg(64)->UseManualTime()->Iterations(1)->Unit(benchmark::kSecond);
  for (const auto& [name, command] : hosts) {
    benchmark::RegisterBenchmark(("RoundTrips/" + std::string(name)).c_str(), seep::agent::RoundTrips, command)
        ->Arg(1)->Arg(16)->Arg(64)->UseManualTime()->Iterations(1)->Unit(benchmark::kSecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
