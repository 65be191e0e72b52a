#include "cli/render/json_lines.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/render/csv_layouts.h"
#include "cli/render/json_value.h"
#include "cli/render/quantities.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kMaxGaugeId = 1'000'000;

absl::StatusOr<std::string> Json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return absl::InternalError(absl::StrCat("a record cannot be spelled as JSON: ", std::string(status.message())));
  return text;
}

template <typename Messages>
absl::Status AddLines(std::string_view type, const Messages& messages, std::string& out) {
  for (const auto& message : messages) {
    SEEP_ASSIGN_OR_RETURN(const std::string json, Json(message));
    absl::StrAppend(&out, "{\"type\":\"", std::string(type), "\",\"", std::string(type), "\":", json, "}\n");
  }
  return absl::OkStatus();
}

// What another store gives anew says where the run was, not what it was.
std::string SourceOf(const v1::Run& run) {
  JsonValue source = JsonValue::Object();
  source.Set("run_id", JsonValue::String(run.run_id())).Set("campaign_id", JsonValue::String(run.campaign_id()));
  source.Set("agent", JsonValue::String(run.agent())).Set("created", JsonValue::String(FormatRfc3339(run.created_wall_us())));
  if (run.has_origin()) source.Set("imported_from", JsonValue::String(run.origin().file_name()));
  std::string line = source.Json();
  line.pop_back();  // its end of line
  return line;
}

v1::Run Portable(v1::Run run) {
  run.clear_run_id();
  run.clear_campaign_id();
  run.clear_agent();
  run.clear_created_wall_us();
  run.clear_verdict();  // judged again wherever it is read
  run.clear_samples();
  run.clear_samples_lost();
  run.clear_pinned();
  run.clear_pin_note();
  run.clear_expiry();
  run.mutable_spec()->clear_run_id();
  run.mutable_spec()->clear_campaign_id();
  const std::string invalid = run.origin().invalid();
  run.clear_origin();
  if (!invalid.empty()) run.mutable_origin()->set_invalid(invalid);
  return run;
}

void AddOperation(const v1::OperationDelta& operation, std::string& out) {
  absl::StrAppend(&out, "{\"operation\":", JsonQuoted(operation.operation()));
  if (operation.warm_up()) out += ",\"warm_up\":true";
  if (operation.has_latency()) {
    const auto& latency = operation.latency();
    const auto list = [&](const char* name, const auto& values) {
      absl::StrAppend(&out, "\"", name, "\":[");
      for (int i = 0; i < values.size(); ++i) absl::StrAppend(&out, i > 0 ? "," : "", values[i]);
      out += "],";
    };
    out += ",\"latency\":{";
    list("bucket", latency.bucket());
    list("count", latency.count());
    absl::StrAppend(&out, "\"sum_us\":", latency.sum_us(), ",\"min_us\":", latency.min_us(), ",\"max_us\":", latency.max_us(), "}");
  }
  if (operation.errors_size() > 0) {
    out += ",\"errors\":{";
    for (int i = 0; i < operation.errors_size(); ++i) {
      absl::StrAppend(&out, i > 0 ? "," : "", JsonQuoted(operation.errors(i).kind()), ":", operation.errors(i).count());
    }
    out += "}";
  }
  out += "}";
}

}  // namespace

absl::StatusOr<std::string> JsonLines::Take(const v1::ExportSamplesResponse& message) {
  if (message.has_run()) run_ = message.run();
  SEEP_RETURN_IF_ERROR(AddLines("generation", message.generations(), notes_));
  SEEP_RETURN_IF_ERROR(AddLines("gap", message.gaps(), notes_));
  for (v1::FaultReport fault : message.faults()) {
    fault.clear_run_id();
    SEEP_RETURN_IF_ERROR(AddLines("fault", std::vector<v1::FaultReport>{fault}, notes_));
  }
  for (v1::RunEvent event : message.events()) {
    if (event.kind() == "import") continue;  // says how it came here, not what it was
    event.clear_id();
    event.clear_run_id();
    SEEP_RETURN_IF_ERROR(AddLines("event", std::vector<v1::RunEvent>{event}, notes_));
  }
  for (const v1::GaugeDefinition& gauge : message.gauges()) {
    if (gauge.id() > kMaxGaugeId) return absl::InternalError(absl::StrCat("gauge ", gauge.name(), " has the id ", gauge.id()));
    if (gauge.id() >= keys_.size()) keys_.resize(gauge.id() + 1);
    if (keys_[gauge.id()].empty()) gauges_.push_back(gauge);
    keys_[gauge.id()] = absl::StrCat("\"", gauge.name(), "\":");
  }
  std::string out;
  if (message.samples_size() > 0) SEEP_RETURN_IF_ERROR(AddRun(out));
  for (const v1::Sample& sample : message.samples()) AddSample(sample, out);
  samples_ += static_cast<std::uint64_t>(message.samples_size());
  return out;
}

absl::Status JsonLines::AddRun(std::string& out) {
  if (std::exchange(told_, true)) return absl::OkStatus();
  absl::StrAppend(&out, "{\"type\":\"run\",\"schema_version\":", kOutputSchemaVersion, ",\"source\":", SourceOf(run_), ",\"gauges\":[");
  for (std::size_t i = 0; i < gauges_.size(); ++i) {
    v1::GaugeDefinition gauge = gauges_[i];
    gauge.clear_id();
    SEEP_ASSIGN_OR_RETURN(const std::string json, Json(gauge));
    absl::StrAppend(&out, i > 0 ? "," : "", json);
  }
  SEEP_ASSIGN_OR_RETURN(const std::string run, Json(Portable(run_)));
  absl::StrAppend(&out, "],\"run\":", run, "}\n", std::exchange(notes_, {}));
  return absl::OkStatus();
}

void JsonLines::AddSample(const v1::Sample& sample, std::string& out) const {
  fmt::format_to(std::back_inserter(out), "{{\"type\":\"sample\",\"sequence\":{},\"monotonic_us\":{},\"wall_us\":{},\"generation\":{},\"phase\":\"{}\",\"gauges\":{{",
                 sample.sequence(), sample.monotonic_us(), sample.wall_us(), sample.generation(), EnumWord(v1::Phase_Name(sample.phase())));
  const int count = std::min(sample.gauge_size(), sample.value_size());
  bool first = true;
  for (int i = 0; i < count; ++i) {
    if (sample.gauge(i) >= keys_.size() || !std::isfinite(sample.value(i))) continue;
    if (!std::exchange(first, false)) out += ',';
    out += keys_[sample.gauge(i)];
    AddNumber(sample.value(i), out);
  }
  out += '}';
  for (int i = 0; i < sample.operations_size(); ++i) {
    out += i == 0 ? ",\"operations\":[" : ",";
    AddOperation(sample.operations(i), out);
  }
  out += sample.operations_size() > 0 ? "]}\n" : "}\n";
}

absl::StatusOr<std::string> JsonLines::Finish() {
  std::string out;
  SEEP_RETURN_IF_ERROR(AddRun(out));
  absl::StrAppend(&out, std::exchange(notes_, {}), "{\"type\":\"end\",\"samples\":", samples_, "}\n");
  *this = JsonLines();
  return out;
}

}  // namespace seep::cli
