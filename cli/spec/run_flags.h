// What `seep run` was asked for, as typed; unset means not given.
#ifndef SEEP_CLI_SPEC_RUN_FLAGS_H_
#define SEEP_CLI_SPEC_RUN_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/spec/process_flags.h"

namespace seep::cli {

struct RunFlags {
  std::string spec;  // file, "-" for standard input; empty: the flags compose one
  std::vector<std::string> scenarios;
  std::vector<std::string> set;  // PATH=VALUE, applied last
  std::optional<std::string> name, sdk, sdk_version, network;

  // The harnesses' own (seeds 000 and 001); their defaults are applied where
  // the spec is composed, so that a given value can be told from a default.
  std::optional<std::string> duration, interval, mem_interval;
  std::optional<std::uint64_t> amount;
  std::optional<std::string> payment_type;
  bool reconnect_cycles = false;
  std::optional<std::uint64_t> reconnect_every;
  bool listener_churn = false;
  bool frequent_sync = false;
  bool payment_history = false;
  std::optional<std::uint64_t> payment_history_limit;
  bool destroy_responses = false;
  bool force_gc = false;
  std::optional<std::uint64_t> extra_instances;
  std::optional<std::string> faucet_url;
  bool pprof = false;
  std::optional<std::uint64_t> pprof_port;
  std::optional<std::string> pprof_url;
  bool heap_dump = false;
  std::string csv;
  std::string csv_layout;

  ProcessFlags process;

  // Seep's own.
  std::optional<std::uint64_t> processes;
  std::optional<std::string> rate;
  std::vector<std::string> ramps;          // RATE:OVER
  bool poisson = false;
  std::optional<std::uint64_t> max_in_flight, backlog;
  std::optional<std::string> think_time;
  std::optional<std::string> warm_up, cool_down;
  std::vector<std::string> thresholds;
  std::optional<std::uint64_t> lifecycles;
  std::vector<std::string> leaks;          // NAME=SIZE
  std::vector<std::string> chaos_restarts; // kill|terminate|graceful[:EVERY[-EVERY]]
  std::vector<std::string> labels;         // K=V
  std::vector<std::string> placement;      // K=V
  std::vector<std::string> rules;
  bool stop_early = false;
  std::optional<std::uint64_t> seed;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_SPEC_RUN_FLAGS_H_
