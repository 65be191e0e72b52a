// seep-generate-families DIR [--seed N] [--per-family K]
//
// Writes our own families as a labelled corpus (ID.csv, labels.csv) in the
// columns that seep-score-corpus and any other scorer of the corpus read.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "analysis/scoring/family.h"

namespace {

using seep::analysis::Families;
using seep::analysis::Family;
using seep::analysis::SimulatedRun;
using seep::analysis::Simulate;

bool Write(const std::string& path, const SimulatedRun& run) {
  std::ofstream out(path);
  out << "t_s,rss_kb,heap_kb,threads,fds,conns,listeners,ops_pay,ops_reconnect,inflight,epoch\n";
  char row[300];
  for (std::size_t i = 0; i < run.t_s.size(); ++i) {
    std::string heap;
    if (!run.heap_kb.empty()) heap.assign(row, std::snprintf(row, sizeof row, "%.1f", run.heap_kb[i]));
    const int n = std::snprintf(row, sizeof row, "%.3f,%.0f,%s,%.0f,%.0f,%.0f,,%.0f,%.0f,%.0f,%d\n", run.t_s[i],
                                run.rss_kb[i], heap.c_str(), run.threads[i], run.fds[i], run.connections[i],
                                run.payments[i], run.reconnects[i], run.load[i], run.generation[i]);
    out.write(row, n);
  }
  return static_cast<bool>(out);
}

int Generate(const std::string& dir, std::uint64_t seed, int per_family) {
  std::ofstream labels(dir + "/labels.csv");
  labels << "id,family,label,accept,metric,rate_end,onset_s,op,bytes_per_op,dt_s,duration_s,n,oracle_z,grade\n";
  for (const Family& family : Families()) {
    for (int i = 0; i < per_family; ++i) {
      const SimulatedRun run = Simulate(family, seed, i);
      const std::string id = family.name + "-" + std::to_string(seed) + "-" + std::to_string(i);
      if (!Write(dir + "/" + id + ".csv", run)) {
        std::cerr << dir << "/" << id << ".csv: cannot be written\n";
        return 2;
      }
      labels << id << "," << family.name << "," << (family.leaks ? "LEAK,LEAK," : "HEALTHY,HEALTHY,")
             << (run.leaking_series.empty() ? "heap_kb" : run.leaking_series) << "," << run.rate_per_minute << ",0,"
             << (run.bytes_per_payment > 0 ? "ops_pay," + std::to_string(run.bytes_per_payment) : ",") << ","
             << run.step_s << "," << run.t_s.back() << "," << run.t_s.size() << ",99,A\n";
    }
  }
  return labels ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::string dir;
  long seed = 1, per_family = 10;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) seed = std::atol(argv[++i]);
    else if (std::strcmp(argv[i], "--per-family") == 0 && i + 1 < argc) per_family = std::atol(argv[++i]);
    else if (argv[i][0] != '-' && dir.empty()) dir = argv[i];
    else dir.clear(), i = argc;
  }
  if (dir.empty() || seed < 0 || per_family < 1 || per_family > 10000) {
    std::cerr << "usage: seep-generate-families DIR [--seed N] [--per-family 1..10000]\n";
    return 2;
  }
  return Generate(dir, static_cast<std::uint64_t>(seed), static_cast<int>(per_family));
}
