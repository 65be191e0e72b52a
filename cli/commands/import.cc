// seep import: recordings made elsewhere become runs.
#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/arguments/nearest_word.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/judged_recording.h"
#include "cli/commands/run_copy.h"
#include "cli/recordings/csv_source.h"
#include "cli/recordings/harness_log_source.h"
#include "cli/recordings/hashed_file.h"
#include "cli/recordings/json_lines_source.h"
#include "cli/recordings/prometheus_source.h"
#include "cli/recordings/run_sender.h"
#include "cli/render/csv_layouts.h"
#include "cli/render/json_value.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// "payments+reconnect": the parts of a ScenarioSpec by their names.
absl::Status SetScenario(const std::string& text, v1::ScenarioSpec& scenario) {
  const auto* descriptor = scenario.GetDescriptor();
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(text, absl::ByAnyChar("+,"), absl::SkipEmpty()))) {
    const auto* field = descriptor->FindFieldByName(part);
    if (field != nullptr) {
      scenario.GetReflection()->MutableMessage(&scenario, field);
      continue;
    }
    std::vector<std::string> names;
    for (int i = 0; i < descriptor->field_count(); ++i) names.push_back(descriptor->field(i)->name());
    return absl::InvalidArgumentError(absl::StrCat("--scenario: no '", Printable(part), "'; there are ", absl::StrJoin(names, ", "), DidYouMean(part, names)));
  }
  return absl::OkStatus();
}

// What the person says of every run of the files.
absl::StatusOr<v1::Run> ToldRun(const Invocation& invocation) {
  v1::Run run;
  run.set_sdk_name(Printable(invocation.import_sdk));
  run.set_sdk_version(Printable(invocation.import_sdk_version));
  run.mutable_spec()->set_name(Printable(invocation.import_name));
  run.mutable_spec()->mutable_target()->set_driver(Printable(invocation.import_sdk));
  run.mutable_spec()->mutable_target()->set_version(Printable(invocation.import_sdk_version));
  if (!invocation.import_scenario.empty()) SEEP_RETURN_IF_ERROR(SetScenario(invocation.import_scenario, *run.mutable_spec()->mutable_scenario()));
  for (const std::string& label : invocation.labels) {
    const std::pair<std::string, std::string> sides = absl::StrSplit(label, absl::MaxSplits('=', 1));
    if (sides.first.empty() || label.find('=') == std::string::npos || label.size() > 256) {
      return absl::InvalidArgumentError(absl::StrCat("--label: '", Printable(label.substr(0, 80)), "' is not NAME=VALUE"));
    }
    (*run.mutable_spec()->mutable_labels())[Printable(sides.first)] = Printable(sides.second);
  }
  SEEP_ASSIGN_OR_RETURN(const analysis::ReplayOptions judging, ReplayOptionsOf(invocation));
  for (const std::string& rules : judging.policy.rule_sets) run.mutable_judging()->add_rule_sets(rules);
  for (const analysis::Budget& budget : judging.policy.budgets) {
    run.mutable_judging()->add_budgets()->set_series(budget.series);
    run.mutable_judging()->mutable_budgets()->rbegin()->set_ceiling(budget.ceiling);
  }
  return run;
}

struct FileKind {
  RecordingKind kind;
  std::string layout;  // a CSV layout that is asked for
};

absl::StatusOr<FileKind> KindOf(HashedFile& file, const std::string& asked) {
  std::vector<std::string> names = CsvLayoutNames();
  for (const char* more : {"seep-wide", "corpus", "recordings", "by column names", "mapped", "csv", "harness-log", "jsonl", "sqlite", "prometheus"}) names.emplace_back(more);
  if (!asked.empty() && std::find(names.begin(), names.end(), asked) == names.end()) {
    return absl::InvalidArgumentError(absl::StrCat("--layout: no '", Printable(asked), "'; there are ", absl::StrJoin(names, ", "), DidYouMean(asked, names)));
  }
  const RecordingKind found = file.Kind();
  static constexpr std::pair<std::string_view, RecordingKind> kNamed[] = {
      {"harness-log", RecordingKind::kHarnessLog}, {"jsonl", RecordingKind::kJsonLines}, {"sqlite", RecordingKind::kSqlite}, {"prometheus", RecordingKind::kPrometheus}};
  for (const auto& [name, kind] : kNamed) {
    if (asked == name && found != kind) return absl::InvalidArgumentError(absl::StrCat(file.name(), ": by its beginning this is no ", asked, " file; leave --layout out"));
    if (asked == name || (asked.empty() && found == kind)) return FileKind{kind, ""};
  }
  return FileKind{RecordingKind::kCsv, asked};
}

const char* LayoutName(RecordingKind kind) {
  switch (kind) {
    case RecordingKind::kHarnessLog: return "harness-log";
    case RecordingKind::kJsonLines: return "jsonl";
    case RecordingKind::kSqlite: return "sqlite";
    case RecordingKind::kPrometheus: return "prometheus";
    case RecordingKind::kCsv: return "csv";
  }
  return "";
}

class FileImport {
 public:
  FileImport(Session& session, const std::string& path, const v1::Run& told) : session_(session), path_(path), told_(told) {}

  absl::StatusOr<v1::ImportRunsResponse> Carry(ControlClient& client) {
    SEEP_ASSIGN_OR_RETURN(file_, HashedFile::Open(path_));
    SEEP_ASSIGN_OR_RETURN(kind_, KindOf(*file_, session_.invocation.import_layout));
    return client.Import([this](const ControlClient::SendImport& send) { return Produce(send); });
  }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  absl::Status Produce(const ControlClient::SendImport& send) {
    RunSender sender(send, [this](v1::Run& run) { Dress(run); });
    v1::ImportHeader header;
    header.set_name(Name());
    header.set_again(session_.invocation.again);
    v1::RunOrigin& origin = *header.mutable_origin();
    origin.set_file_name(path_ == "-" ? "standard input" : Printable(path_.substr(path_.rfind('/') + 1)).substr(0, 512));
    origin.set_layout(kind_.layout.empty() ? LayoutName(kind_.kind) : kind_.layout);
    origin.set_column_map(session_.invocation.map);
    SEEP_RETURN_IF_ERROR(sender.Header(std::move(header)));
    SEEP_RETURN_IF_ERROR(Read(sender));
    SEEP_ASSIGN_OR_RETURN(const std::string sha256, file_->Sha256());
    return sender.End(sha256);
  }

  absl::Status Read(RunSender& sender) {
    if (kind_.kind == RecordingKind::kJsonLines) return SendJsonLines(*file_, file_->name(), sender);
    if (kind_.kind == RecordingKind::kSqlite) return SendStore(session_, *file_, path_, sender);
    if (kind_.kind == RecordingKind::kPrometheus) {
      SEEP_ASSIGN_OR_RETURN(notes_, SendPrometheus(*file_, file_->name(), session_.invocation.map, Bare(), sender));
      return absl::OkStatus();
    }
    std::istream in(file_.get());
    if (kind_.kind == RecordingKind::kHarnessLog) return SendHarnessLog(in, file_->name(), Bare(), sender);
    SEEP_ASSIGN_OR_RETURN(const CsvRecording recording, SendCsv(in, file_->name(), session_.invocation.map, kind_.layout, Bare(), sender));
    notes_ = recording.notes;
    return absl::OkStatus();
  }

  std::string Name() const {
    if (!session_.invocation.import_name.empty()) return Printable(session_.invocation.import_name);
    if (path_ == "-") return "standard input";
    const std::string base = Printable(path_.substr(path_.rfind('/') + 1));
    return base.substr(0, base.rfind('.') == 0 ? std::string::npos : base.rfind('.')).substr(0, 128);
  }
  v1::Run Bare() const {
    v1::Run run;
    run.mutable_spec()->set_name(Name());
    return run;
  }
  // What was said goes over what the file says.
  void Dress(v1::Run& run) const {
    v1::Run told = told_;
    if (told.spec().name().empty()) told.mutable_spec()->clear_name();
    if (told.judging().rule_sets_size() > 0) run.mutable_judging()->clear_rule_sets();
    run.MergeFrom(told);
  }

  Session& session_;
  const std::string& path_;
  const v1::Run& told_;
  std::unique_ptr<HashedFile> file_;
  FileKind kind_{RecordingKind::kCsv, ""};
  std::vector<std::string> notes_;
};

void Print(Session& session, const std::string& path, const v1::ImportRunsResponse& response) {
  const Format format = session.invocation.format;
  if (format == Format::kJson || format == Format::kJsonLines) {
    return session.console.Out(JsonValue::Document(response).Json(format == Format::kJson ? 2 : -1));
  }
  if (format == Format::kYaml) return session.console.Out("---\n" + JsonValue::Document(response).Yaml());
  if (response.existed()) {
    session.console.ErrLine(fmt::format("{}: was imported before ({}), nothing new was made; --again imports it anew",
                                        Printable(path), Printable(response.campaign().campaign_id())));
  }
  for (const v1::Run& run : response.runs()) {
    const std::string headline = Printable(run.verdict().headline());
    session.console.Out(fmt::format("{}  {}  {} samples  {}\n", Printable(run.run_id()), Printable(run.spec().name()), run.samples(),
                                    headline.empty() ? VerdictWord(run.verdict().verdict()) : headline));
  }
}

}  // namespace

ExitCode Import(Session& session) {
  const auto told = ToldRun(session.invocation);
  if (!told.ok()) return Fail(session, told.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  ExitCode code = ExitCode::kClean;
  for (const std::string& path : session.invocation.files) {
    FileImport file(session, path, *told);
    const auto imported = file.Carry(connection->client());
    for (const std::string& note : file.notes()) session.console.ErrLine("seep import: " + Printable(note));
    if (imported.ok()) {
      Print(session, path, *imported);
      continue;
    }
    // Other files are no worse for it; a person's Ctrl-C means all of them.
    code = Fail(session, imported.status());
    if (imported.status().code() == absl::StatusCode::kCancelled) break;
  }
  return code;
}

}  // namespace seep::cli
