#include "cli/arguments/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/arguments/across_options.h"
#include "cli/arguments/nearest_word.h"
#include "cli/arguments/run_options.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr char kFormats[] = "table, wide, json, jsonl, yaml or csv";

struct Parse {
  Invocation invocation;
  std::string format = "table";
  CLI::App app{"Seep finds memory leaks in SDKs: it soaks them, restarts them, measures them and gives a verdict."};
};

CLI::App& Add(CLI::App& parent, Invocation& invocation, const std::string& path, const std::string& help) {
  CLI::App* command = parent.add_subcommand(path.substr(path.rfind(' ') + 1), help);
  command->callback([&invocation, path] { invocation.command = path; });
  return *command;
}

void AddObject(CLI::App& command, Invocation& i, const char* name) {
  command.add_option(name, i.object, "Its id, as `ls` shows it")->required()->type_name("ID");
}

void AddGlobalOptions(Parse& parse) {
  Invocation& i = parse.invocation;
  const char* group = "Everywhere";
  parse.app.add_option("--server", i.server, "Coordinator HOST:PORT or unix:/PATH (SEEP_SERVER); without one, this machine")->group(group);
  parse.app.add_option("--tls-ca", i.tls.ca, "Certificate authority of the coordinator (SEEP_TLS_CA)")->type_name("FILE")->group(group);
  parse.app.add_option("--tls-cert", i.tls.certificate, "Own certificate (SEEP_TLS_CERT)")->type_name("FILE")->group(group);
  parse.app.add_option("--tls-key", i.tls.key, "Own key (SEEP_TLS_KEY)")->type_name("FILE")->group(group);
  parse.app.add_option("--tls-server-name", i.tls.server_name, "Name in the coordinator's certificate (SEEP_TLS_SERVER_NAME)")->group(group);
  parse.app.add_option("--data-dir", i.data_dir, "Where results of this machine are kept (SEEP_DATA_DIR; default ~/.local/share/seep)")->type_name("DIR")->group(group);
  parse.app.add_option("--drivers", i.drivers, "Drivers of embedded agents (SEEP_DRIVERS)")->type_name("FILE")->group(group);
  parse.app.add_option("-o,--output", parse.format, absl::StrCat(kFormats))->group(group);
  parse.app.add_option("--color", i.color, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}))->group(group);
  parse.app.add_flag("--ascii", i.ascii, "ASCII only")->group(group);
  parse.app.add_flag("-v,--verbose", i.verbose, "Show the logs of an embedded run")->group(group);
}

void AddSpecAndSet(CLI::App& command, Invocation& i) {
  command.add_option("spec", i.run.spec, "Campaign file, '-' for standard input")->required()->type_name("SPEC");
  command.add_option("--set", i.run.set, "Set a field, such as sdk.version=0.19.2")->allow_extra_args(false)->type_name("PATH=VALUE");
}

void AddRunCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  CLI::App& run = Add(parse.app, i, "run", "Soak: submit, watch, report (embedded on this machine without --server)");
  AddRunOptions(run, i.run);
  AddCompareTo(run, i);
  run.add_flag("--print-spec", i.print_spec, "Print the campaign that would be submitted, and stop");
  run.add_option("--driver", i.own_drivers, "A host of your own for an embedded run, such as 'mine=./my-host --flag'; alone, it is the one that is soaked")
      ->allow_extra_args(false)->type_name("NAME=COMMAND");
  run.add_option("--slots", i.slots, "Runs at a time of the embedded agent (default 4)")->check(CLI::Range(1, 256));
  run.add_option("--line-interval", i.line_interval, "Time between two lines (default: the sampling interval, at most about 60 lines)");
  CLI::App& demo = Add(parse.app, i, "demo", "A healthy and a leaking wallet SDK on two agents, for about a minute");
  demo.add_option("--duration", i.demo_duration, "How long to soak (default 60s)");
  demo.add_option("--line-interval", i.line_interval, "Time between two lines (default 5s)");
  AddSpecAndSet(Add(parse.app, i, "validate", "Check a campaign and list its runs"), i);
}

void AddCampaignCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  CLI::App* campaign = parse.app.add_subcommand("campaign", "Campaigns of a fleet");
  campaign->require_subcommand(1);
  AddSpecAndSet(Add(*campaign, i, "campaign submit", "Submit and return"), i);
  Add(*campaign, i, "campaign ls", "List, newest first").add_option("--limit", i.limit, "At most so many")->check(CLI::Range(1, 100000));
  AddObject(Add(*campaign, i, "campaign show", "One campaign, its runs and its document"), i, "campaign");
  AddObject(Add(*campaign, i, "campaign cancel", "Stop its runs"), i, "campaign");
}

void AddRunsCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  CLI::App* runs = parse.app.add_subcommand("runs", "Runs, past and present");
  runs->require_subcommand(1);
  CLI::App& ls = Add(*runs, i, "runs ls", "List, newest first, those that fit a filter");
  AddFilter(ls, i);
  ls.add_flag("--no-trend", i.across.no_trend, "Without the line of each run's memory");
  ls.add_option("--limit", i.limit, "At most so many (default 100)")->check(CLI::Range(1, 100000));
  ls.add_option("--state", i.state, "queued, running, finished, failed, ...");
  ls.add_option("--verdict", i.verdict, "LEAK, SUSPECT, CLEAN, INCONCLUSIVE or INVALID");
  ls.add_option("--campaign", i.campaign, "Of this campaign");
  AddObject(Add(*runs, i, "runs show", "One run"), i, "run");
  AddAnnotateOptions(Add(*runs, i, "runs annotate", "Note something about a run, with its time and your name"), i);
  AddObject(Add(*runs, i, "runs profile", "Take heap and goroutine profiles of a run's target now"), i, "run");
  CLI::App& logs = Add(*runs, i, "runs logs", "What the target, its load and the agent wrote");
  AddObject(logs, i, "run");
  logs.add_option("--grep", i.grep, "Only lines that match (RE2)")->type_name("RE");
  logs.add_option("--since", i.since, "Only lines of the last so long, such as 10m, counted back from the run's newest line");
  CLI::App& artefacts = Add(*runs, i, "runs artefacts", "Profiles and heap dumps kept with a run: list, or fetch");
  AddObject(artefacts, i, "run");
  artefacts.add_option("--fetch", i.artefact, "Fetch this one, by its name, or `all`")->type_name("NAME");
  artefacts.add_option("--to", i.out_file, "Directory to write to (default: the present one)")->type_name("DIR");
  CLI::App& watch = Add(*runs, i, "runs watch", "Its lines while it goes, then its report; Ctrl-C detaches");
  AddObject(watch, i, "run");
  watch.add_flag("--from-start", i.from_start, "Also what was measured before now");
  watch.add_option("--line-interval", i.line_interval, "Time between two lines");
  CLI::App& stop = Add(*runs, i, "runs stop", "Stop gracefully: last sample, disconnects, verdict");
  AddObject(stop, i, "run");
  stop.add_option("--reason", i.reason, "Recorded with the run");
}

void AddExchangeCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  CLI::App& exported = Add(parse.app, i, "export", "Runs as files: -o csv (default), jsonl or sqlite");
  exported.add_option("runs", i.objects, "Their ids, as `seep runs ls` shows them")->required()->type_name("RUN");
  exported.add_option("--format", i.format_name, "csv, jsonl or sqlite, as -o")->check(CLI::IsMember({"csv", "jsonl", "sqlite"}));
  exported.add_option("--layout", i.layout, "Columns of CSV: go-memtest, go-memtest-heap, rust-memtest, node-monitor or wide (default)");
  exported.add_option("--file", i.out_file, "Write here instead of standard output")->type_name("FILE");
  exported.add_option("--sqlite", i.sqlite_file, "A store of these runs alone: opens in sqlite3, as DIR/seep.db with --data-dir DIR")->type_name("FILE");
  exported.add_option("--artefacts", i.artefacts_dir, "Profiles, heap dumps and the log, into DIR/RUN/")->type_name("DIR");
  exported.add_option("--all", i.all_dir, "All of it: DIR/seep.db and, in DIR/RUN/, samples.csv, run.jsonl, report.json, log.txt, artefacts")->type_name("DIR");
  exported.add_flag("--force", i.force, "Replace files that exist");
  exported.add_flag("--crlf", i.crlf, "End lines of CSV as RFC 4180 has them (default: LF)");
  CLI::App& imported = Add(parse.app, i, "import", "Recordings as runs, judged like any: CSV as `seep analyze` reads it, jsonl, sqlite, Prometheus' query_range JSON");
  imported.add_option("files", i.files, "Recordings, or - for standard input")->required()->type_name("FILE");
  imported.add_option("--layout", i.import_layout, "What it must be: a CSV layout, csv, harness-log, jsonl, sqlite or prometheus (default: recognised)");
  imported.add_option("--map", i.map, "Columns or metrics that are what: time=t,rss=mem:KB,ops.payments=n")->type_name("NAME=COLUMN,...");
  imported.add_option("--name", i.import_name, "Of the runs (default: the file's)");
  imported.add_option("--sdk", i.import_sdk, "The SDK that was recorded");
  imported.add_option("--sdk-version", i.import_sdk_version, "Its version");
  imported.add_option("--scenario", i.import_scenario, "What it did, such as payments or payments+reconnect");
  imported.add_option("--label", i.labels, "A label of the runs")->allow_extra_args(false)->type_name("NAME=VALUE");
  imported.add_option("--rules", i.rules, "Rule sets beside the verdict: memtest, listings, soak")->allow_extra_args(false)->type_name("NAME");
  imported.add_option("--budget", i.budgets, "Ceiling that a series must stay below: rss<400MB, fds<500")->allow_extra_args(false)->type_name("SERIES<CEILING");
  imported.add_flag("--again", i.again, "Although the same content was imported before");
}

void AddAcrossCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  AddCompareOptions(Add(parse.app, i, "compare", "Did new runs become better or worse than a base? Differences with intervals"), i);
  AddLeaksOptions(Add(parse.app, i, "leaks", "Every leak by SDK, scenario and series: first version, last one, mended in"), i);
  CLI::App* baseline = parse.app.add_subcommand("baseline", "Names for runs to measure by");
  baseline->require_subcommand(1);
  AddBaselineSetOptions(Add(*baseline, i, "baseline set", "Give a run a name, or a name another run"), i);
  Add(*baseline, i, "baseline ls", "List, with what each stood for before");
  Add(*baseline, i, "baseline rm", "Forget a name; the run stays")
      .add_option("name", i.across.name, "As `ls` shows it")->required()->type_name("NAME");
}

void AddKeepingCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  CLI::App& runs = *parse.app.get_subcommand("runs");
  const auto objects = [&](CLI::App& command) -> CLI::App& {
    command.add_option("runs", i.objects, "Their ids, as `runs ls` shows them")->required()->type_name("ID");
    return command;
  };
  objects(Add(runs, i, "runs pin", "Keep their data whatever the retention rules say")).add_option("--note", i.note, "Why");
  objects(Add(runs, i, "runs unpin", "Let the retention rules have them again"));
  objects(Add(runs, i, "runs rm", "Remove for good, with all that hangs on them")).add_flag("-y,--yes", i.yes, "Do not ask");
  CLI::App* store = parse.app.add_subcommand("store", "The database: is it sound, a copy of it, its size (docs/store.md)");
  store->require_subcommand(1);
  CLI::App& check = Add(*store, i, "store check", "Checksums, sequences, counts, references, pages; exit 0 sound, 4 not");
  check.add_flag("--quick", i.quick, "Without the pages of the file and the references");
  check.add_option("--backup", i.backup_file, "A backup in the coordinator's backup directory instead of the live store")->type_name("NAME");
  check.add_option("--limit", i.limit, "At most so many findings (default 1000)")->check(CLI::Range(1, 10000));
  Add(*store, i, "store backup", "A checked copy while it is in use")
      .add_option("file", i.backup_file, "A plain NAME goes to the coordinator's backup directory; on this machine a path may be given, such as ./NAME")->type_name("FILE");
  Add(*store, i, "store compact", "Give free space back to the file system")
      .add_flag("--rewrite", i.rewrite, "Write the file anew; needs its size again, and no open runs");
  Add(*store, i, "store stats", "Sizes by kind, bytes a value, runs, budget");
  Add(*store, i, "store expire", "Carry the retention rules out now").add_flag("--dry-run", i.dry_run, "Only say what would leave");
}

void AddResultCommands(Parse& parse) {
  Invocation& i = parse.invocation;
  AddObject(Add(parse.app, i, "report", "Trend report of a run (-o text, json, csv)"), i, "run");
  AddExchangeCommands(parse);
  CLI::App& query = Add(parse.app, i, "query", "Read-only SQL across every run");
  query.add_option("sql", i.sql, "One SELECT, or @NAME of a saved query")->type_name("SQL");
  query.add_option("--limit", i.limit, "At most so many rows (default 100000)");
  query.add_flag("--schema", i.show_schema, "What there is to ask about: views and their columns");
  query.add_flag("--explain", i.explain_query, "How it would be answered, instead of the answer");
  query.add_option("--save", i.save_query, "Keep the SQL by this name instead of asking it")->type_name("NAME");
  query.add_flag("--saved", i.list_saved, "The queries that are kept");
  query.add_option("--forget", i.forget_query, "Drop a kept query")->type_name("NAME");
  CLI::App* agents = parse.app.add_subcommand("agents", "Agents of a fleet");
  agents->require_subcommand(1);
  Add(*agents, i, "agents ls", "List");
  CLI::App* chaos = parse.app.add_subcommand("chaos", "Faults that were injected");
  chaos->require_subcommand(1);
  CLI::App& faults = Add(*chaos, i, "chaos ls", "List, newest first");
  faults.add_option("--run", i.object, "Of this run");
  faults.add_option("--limit", i.limit, "At most so many");
  CLI::App& analyze = Add(parse.app, i, "analyze", "Verdict on recordings (CSV), without a server");
  analyze.add_option("files", i.files, "Recordings, or - for standard input; the seeds' layouts are recognised by their headers")->type_name("FILE.csv");
  analyze.add_option("--rules", i.rules, "Rule sets beside the verdict: memtest, listings, soak")->allow_extra_args(false)->type_name("NAME");
  analyze.add_option("--budget", i.budgets, "Ceiling that a series must stay below: rss<400MB, fds<500")->allow_extra_args(false)->type_name("SERIES<CEILING");
  analyze.add_option("--map", i.map, "Columns of another layout: time=t,rss=mem:KB,ops.payments=n")->type_name("NAME=COLUMN,...");
  analyze.add_option("--corpus", i.corpus, "Judge every recording that DIR/labels.csv names; with -o csv")->type_name("DIR");
  CLI::App* driver = parse.app.add_subcommand("driver", "SDK hosts");
  driver->require_subcommand(1);
  Add(*driver, i, "driver check", "Run a host through the driver protocol, rule by rule (its own --help)").allow_extras();
  Add(parse.app, i, "version", "Versions of this program and, with --server, of the coordinator");
}

// A global flag may stand anywhere.
void FallThrough(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands(nullptr)) {
    command->fallthrough();
    FallThrough(*command);
  }
}

// The deepest command that was named.
CLI::App& Deepest(CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : Deepest(*parsed.back());
}

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

std::string CommandName(const CLI::App& deepest) {
  std::string name = deepest.get_name();
  for (const CLI::App* parent = deepest.get_parent(); parent != nullptr && !parent->get_name().empty(); parent = parent->get_parent()) {
    name = parent->get_name() + " " + name;
  }
  return name.empty() || absl::StartsWith(name, "seep") ? name : "seep " + name;
}

std::string Complaint(CLI::App& app, const std::string& what) {
  CLI::App& deepest = Deepest(app);
  std::string text = what;
  for (const std::string& word : app.remaining(true)) {
    const bool flag = word.size() > 1 && word[0] == '-';
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string> known = flag ? FlagsOf(deepest) : CommandsOf(deepest);
    if (flag && &deepest != &app) {
      for (std::string& global : FlagsOf(app)) known.push_back(std::move(global));
    }
    if (flag) text = absl::StrCat("unknown flag '", Printable(name), "'", DidYouMean(name, known));
    else if (!known.empty()) text = absl::StrCat("unknown command '", Printable(word), "'", DidYouMean(word, known), "; there are ", absl::StrJoin(known, ", "));
    else text = absl::StrCat("unexpected argument '", Printable(word), "'");
    break;
  }
  const std::string name = CommandName(deepest).empty() ? "seep" : CommandName(deepest);
  return absl::StrCat(name, ": ", text, "\nTry `", name, " --help`.\n");
}

// The harnesses' flags had one dash ("-duration 30m"); so may these.
std::vector<std::string> WithTwoDashes(const std::vector<std::string>& arguments, const CLI::App& run) {
  const std::vector<std::string> known = FlagsOf(run);
  std::vector<std::string> out = arguments;
  for (std::string& argument : out) {
    if (argument == "--") break;
    if (argument.size() < 3 || argument[0] != '-' || argument[1] == '-') continue;
    const std::string flag = "-" + argument.substr(0, argument.find('='));
    if (std::find(known.begin(), known.end(), flag) != known.end()) argument.insert(0, "-");
  }
  return out;
}

void ApplyEnvironment(const Environment& environment, Invocation& i) {
  for (const auto& [value, variable] : std::initializer_list<std::pair<std::string*, const char*>>{
           {&i.server, "SEEP_SERVER"}, {&i.tls.ca, "SEEP_TLS_CA"}, {&i.tls.certificate, "SEEP_TLS_CERT"},
           {&i.tls.key, "SEEP_TLS_KEY"}, {&i.tls.server_name, "SEEP_TLS_SERVER_NAME"}}) {
    if (value->empty()) *value = environment.Get(variable);
  }
}

// Who brings one host and composes the campaign by flags means that host.
void UseOwnDriver(Invocation& i) {
  if (i.own_drivers.size() != 1 || !i.run.spec.empty() || i.run.sdk) return;
  i.run.sdk = i.own_drivers[0].substr(0, i.own_drivers[0].find('='));
}

}  // namespace

ParsedCommandLine ParseCommandLine(const std::vector<std::string>& arguments, const Environment& environment) {
  Parse parse;
  parse.app.name("seep");
  parse.app.require_subcommand(1);
  AddGlobalOptions(parse);
  AddRunCommands(parse);
  AddCampaignCommands(parse);
  AddRunsCommands(parse);
  AddAcrossCommands(parse);
  AddKeepingCommands(parse);
  AddResultCommands(parse);
  FallThrough(parse.app);
  std::vector<std::string> words = WithTwoDashes(arguments, *parse.app.get_subcommand("run"));
  // What stands behind "--" is the command of a process target, flags and all.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (std::find(words.begin(), dashes, "run") != dashes) {
    if (dashes != words.end()) parse.invocation.run.process.command.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  TurnNegatedWords(words);
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  ParsedCommandLine parsed;
  try {
    parse.app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    parsed.text = Deepest(parse.app).help();
    parsed.is_help = true;
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.text = Complaint(parse.app, Printable(error.what()));
    return parsed;
  }
  if (parse.invocation.command == "export" && parse.format == "sqlite") {  // no text, so no format elsewhere
    parse.invocation.format_name = std::exchange(parse.format, "table");
  }
  const auto format = ParseFormat(parse.format);
  if (!format) {
    parsed.text = absl::StrCat("seep: -o: no format '", Printable(parse.format), "'; there are ", kFormats, "\n");
    return parsed;
  }
  parse.invocation.format = *format;
  ApplyEnvironment(environment, parse.invocation);
  UseOwnDriver(parse.invocation);
  parsed.invocation = std::move(parse.invocation);
  return parsed;
}

}  // namespace seep::cli
