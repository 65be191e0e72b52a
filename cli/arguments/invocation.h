// What the command line asked for, as plain values.
#ifndef SEEP_CLI_ARGUMENTS_INVOCATION_H_
#define SEEP_CLI_ARGUMENTS_INVOCATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/arguments/across_flags.h"
#include "cli/control/server_address.h"
#include "cli/render/listings.h"
#include "cli/spec/run_flags.h"

namespace seep::cli {

struct Invocation {
  std::string command;  // "run", "campaign submit", "runs ls", ...

  // Everywhere.
  std::string server;   // empty: embedded
  TlsFiles tls;
  std::string data_dir, drivers;
  std::vector<std::string> own_drivers;  // NAME=COMMAND
  std::string color = "auto";
  bool ascii = false;
  bool verbose = false;
  Format format = Format::kTable;

  RunFlags run;         // run; also the spec and --set of validate and campaign submit
  bool print_spec = false;
  std::uint32_t slots = 4;             // of an embedded agent
  std::string line_interval;           // run, demo, runs watch
  std::string object;                  // the campaign or run that show, stop, ... are about
  std::uint32_t limit = 0;             // ls
  std::string state, verdict, campaign; // runs ls
  AcrossFlags across;                  // questions across runs
  bool from_start = false;             // runs watch
  std::string reason;                  // runs stop
  std::string grep, since;             // runs logs
  std::string artefact;                // runs artefacts
  std::string format_name;             // export: csv, jsonl, sqlite; empty: as -o says
  std::vector<std::string> objects;    // export, runs pin, unpin, rm: runs
  std::string sqlite_file, artefacts_dir, all_dir;  // export
  bool force = false;                  // export
  bool yes = false;                    // runs rm
  std::string note;                    // runs pin
  std::string backup_file;             // store backup, store check
  bool quick = false, rewrite = false, dry_run = false;  // store check, compact, expire
  std::string layout = "wide";         // export
  bool crlf = false;                   // export
  std::string out_file;                // export, analyze
  std::string sql;                     // query: one SELECT, or @NAME
  std::string save_query, forget_query; // query: names
  bool list_saved = false, show_schema = false, explain_query = false;
  std::string demo_duration = "60s";

  std::vector<std::string> files;      // analyze
  std::vector<std::string> rules;
  std::vector<std::string> budgets;    // analyze: "rss<400MB"
  std::string map, corpus;             // analyze, import; analyze

  // import, beside files, map, rules and budgets.
  std::string import_layout;           // empty: recognised
  std::string import_name, import_sdk, import_sdk_version, import_scenario;
  std::vector<std::string> labels;     // "team=x"
  bool again = false;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_INVOCATION_H_
