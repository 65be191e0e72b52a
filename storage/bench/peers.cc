#include "storage/bench/peers.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/bench/run_line.h"
#include "storage/chunks/testing/soak_figures.h"

namespace seep::storage::bench {
namespace {

constexpr std::uint64_t kRuns = 14, kSeconds = 7200;  // the span of a Prometheus block

// A header, then a line a sample: run, milliseconds, gauges; by time, runs in turn.
void WriteSamples(const std::string& path, std::uint64_t seconds) {
  std::ofstream out(path);
  out << "run,ms";
  for (const char* name : testing::kSoakGaugeNames) out << ',' << name;
  out << '\n';
  std::vector<testing::SoakTarget> targets;
  for (std::uint64_t run = 0; run < kRuns; ++run) targets.emplace_back(run + 1, run % 3 == 0 ? 100 : 0);
  out.precision(17);
  for (std::uint64_t second = 0; second < seconds; ++second) {
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      const testing::SoakFigures& figures = targets[run].Next();
      out << run << ',' << figures.monotonic_us / 1000;
      for (const double value : figures.values) out << ',' << value;
      out << '\n';
    }
  }
}

// "name value" lines; an absent peer's line is "prometheus.absent why".
PeerFigures ReadFigures(const std::string& path) {
  std::ifstream in(path);
  std::map<std::string, std::string> found;
  for (std::string name, rest; in >> name && std::getline(in >> std::ws, rest);) found[name] = rest;
  if (found.empty()) return NoPeers("peers.py gave no answer");
  const auto number = [&found](const char* name) { return std::atof(found[name].c_str()); };
  PeerFigures figures;
  figures.prometheus = found["prometheus.absent"];
  figures.postgresql = found["postgresql.absent"];
  figures.prometheus_cpu_10 = number("prometheus.cpu_10");
  figures.prometheus_cpu_100 = number("prometheus.cpu_100");
  figures.prometheus_bytes = number("prometheus.bytes");
  figures.postgresql_cpu = number("postgresql.cpu");
  figures.postgresql_bytes = number("postgresql.bytes");
  figures.postgresql_ask_per_sample = number("postgresql.ask_per_sample");
  return figures;
}

}  // namespace

PeerFigures NoPeers(const std::string& why) {
  PeerFigures figures;
  figures.prometheus = figures.postgresql = why;
  return figures;
}

PeerFigures MeasurePeers(std::uint64_t samples, const std::string& directory) {
  const std::string csv = directory + "/peers.csv", answer = directory + "/peers.txt";
  WriteSamples(csv, std::clamp<std::uint64_t>(samples / kRuns, 100, kSeconds));
  // Paths of our own making: nothing for a shell to misread.
  const std::string command = absl::StrCat("python3 -B '", SEEP_BENCH_PEERS, "' '", csv, "' '", directory, "' > '", answer, "'");
  if (std::system(command.c_str()) != 0) return NoPeers("peers.py failed");
  return ReadFigures(answer);
}

}  // namespace seep::storage::bench
