#include "cli/render/listings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/render/live_lines.h"
#include "cli/render/measures.h"
#include "cli/render/picture.h"
#include "cli/render/quantities.h"
#include "cli/render/store_listings.h"
#include "cli/render/verdict_so_far.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

// Maps of messages have no order of their own; people want a steady one.
template <typename Map>
std::string Pairs(const Map& map) {
  std::string text;
  for (const auto& [key, value] : std::map<std::string, std::string>(map.begin(), map.end())) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text.empty() ? "-" : text;
}

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

constexpr int kTrendColumn = 4;  // behind the verdict
// Scaled to itself alone, a clean run that wanders by a page would look like a leak.
constexpr double kFlatShare = 0.1;

std::string SparkLine(const v1::Spark& spark, bool ascii) {
  Picture picture;
  double highest = 0;
  for (const float level : spark.level()) {
    picture.Add(level);
    highest = std::max<double>(highest, level);
  }
  return picture.Text(ascii, Picture::kColumns, kFlatShare * highest);
}

std::string RunDuration(const v1::Run& run) {
  if (run.started_wall_us() <= 0 || run.ended_wall_us() < run.started_wall_us()) return "-";
  return FormatClock(run.ended_wall_us() - run.started_wall_us());
}

std::string Document(const std::string& name, JsonValue value, Format format) {
  if (format == Format::kJsonLines) return value.Json();
  JsonValue document = JsonValue::Object();
  document.Set("schema_version", JsonValue::Integer(kOutputSchemaVersion));
  document.Set(name, std::move(value));
  return format == Format::kYaml ? document.Yaml() : document.Json(2);
}

std::string Line(const char* name, const std::string& value) {
  return value.empty() || value == "-" ? "" : fmt::format("{:<14}{}\n", name, Printable(value));
}

}  // namespace

std::optional<Format> ParseFormat(std::string_view word) {
  static constexpr struct { std::string_view word; Format format; } kFormats[] = {
      {"table", Format::kTable}, {"text", Format::kTable}, {"wide", Format::kWide}, {"json", Format::kJson},
      {"jsonl", Format::kJsonLines}, {"yaml", Format::kYaml}, {"csv", Format::kCsv}};
  for (const auto& known : kFormats) {
    if (word == known.word) return known.format;
  }
  return std::nullopt;
}

std::string Listing::Text(Format format, const Style& style) const {
  switch (format) {
    case Format::kTable:
    case Format::kWide: return table.Text(style, format == Format::kWide);
    case Format::kCsv: return table.Csv();
    case Format::kJsonLines: {
      std::string lines;
      for (const JsonValue& object : objects) lines += object.Json();
      return lines;
    }
    case Format::kJson:
    case Format::kYaml: break;
  }
  JsonValue array = JsonValue::Array();
  for (const JsonValue& object : objects) array.Push(object);
  return Document(name, std::move(array), format);
}

Tint TintOf(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_LEAK: return Tint::kRed;
    case v1::VERDICT_SUSPECT:
    case v1::VERDICT_INVALID: return Tint::kYellow;
    case v1::VERDICT_CLEAN: return Tint::kGreen;
    default: return Tint::kNone;
  }
}

Listing ListRuns(const std::vector<v1::Run>& runs, const Sparks& sparks, bool ascii) {
  std::vector<Table::Column> columns = {{"RUN"}, {"NAME"}, {"STATE"}, {"VERDICT"}, {"SDK"}, {"AGENT"}, {"STARTED"}, {"LASTED"},
                                        {"CAMPAIGN", true}, {"SAMPLES", true}, {"GENERATION", true}, {"SEED", true}, {"LABELS", true},
                                        {"REASON", true}, {"HEADLINE", true}};
  if (!sparks.empty()) columns.insert(columns.begin() + kTrendColumn, {"TREND"});
  Listing listing{"runs", Table(std::move(columns)), {}};
  for (const v1::Run& run : runs) {
    const std::string version = run.sdk_version().empty() ? run.spec().target().version() : run.sdk_version();
    std::vector<Cell> row = {run.run_id(), OrDash(run.spec().name()), EnumWord(v1::RunState_Name(run.state())),
                       Cell(VerdictSoFar(run.verdict()), TintSoFar(run.verdict())),
                       OrDash(run.spec().target().driver()) + (version.empty() ? "" : " " + version), OrDash(run.agent()),
                       FormatWallTime(run.started_wall_us()), RunDuration(run), OrDash(run.campaign_id()),
                       fmt::format("{}", run.samples()), fmt::format("{}", run.generation()),
                       fmt::format("{}", run.spec().seed()), Pairs(run.spec().labels()), OrDash(run.state_reason()),
                       OrDash(HeadlineSoFar(run.verdict()))};
    const auto spark = sparks.find(run.run_id());
    if (!sparks.empty()) row.insert(row.begin() + kTrendColumn, Cell(spark == sparks.end() ? "-" : SparkLine(spark->second, ascii)));
    listing.table.Add(std::move(row));
    JsonValue object = JsonValue::OfMessage(run);
    if (spark != sparks.end()) object.Set("trend", JsonValue::OfMessage(spark->second));
    listing.objects.push_back(std::move(object));
  }
  return listing;
}

Listing ListCampaigns(const std::vector<v1::Campaign>& campaigns) {
  Listing listing{"campaigns", Table({{"CAMPAIGN"}, {"NAME"}, {"RUNS"}, {"CREATED"}, {"CANCELLED"}}), {}};
  for (const v1::Campaign& campaign : campaigns) {
    listing.table.Add({campaign.campaign_id(), campaign.name(), fmt::format("{}", campaign.run_ids_size()),
                       FormatWallTime(campaign.created_wall_us()), campaign.cancelled() ? "yes" : "no"});
    listing.objects.push_back(JsonValue::OfMessage(campaign));
  }
  return listing;
}

Listing ListAgents(const v1::ListAgentsResponse& agents) {
  Listing listing{"agents",
                  Table({{"AGENT"}, {"STATE"}, {"SLOTS"}, {"LABELS"}, {"DRIVERS"}, {"LAST SEEN"}, {"HOST", true}, {"VERSION", true}}),
                  {}};
  for (const v1::AgentInfo& agent : agents.agents()) {
    std::string drivers;
    for (const auto& driver : agent.drivers()) {
      drivers += fmt::format("{}{}", drivers.empty() ? "" : " ", driver.name());
      for (int i = 0; i < driver.versions_size(); ++i) drivers += (i == 0 ? "@" : ",") + driver.versions(i);
    }
    const char* state = !agent.connected() ? "silent" : agent.draining() ? "draining" : "connected";
    listing.table.Add({agent.agent(), state, fmt::format("{}/{}", agent.slots_used(), agent.slots()), Pairs(agent.labels()),
                       OrDash(drivers), FormatWallTime(agent.last_seen_wall_us()), OrDash(agent.host()), OrDash(agent.version())});
    listing.objects.push_back(JsonValue::OfMessage(agent));
  }
  return listing;
}

Listing ListFaults(const v1::ListFaultsResponse& faults) {
  Listing listing{"faults",
                  Table({{"FAULT"}, {"RUN"}, {"KIND"}, {"STATE"}, {"PLANNED"}, {"INJECTED"}, {"TOOK"}, {"GENERATION"}, {"PID"}, {"DETAIL", true}}),
                  {}};
  auto clock = [](std::uint64_t ms) { return ms == 0 ? std::string("-") : FormatClock(static_cast<std::int64_t>(ms) * 1000); };
  for (const v1::FaultReport& fault : faults.faults()) {
    const bool healed = fault.state() == v1::FAULT_STATE_HEALED && fault.healed_at_ms() >= fault.injected_at_ms();
    listing.table.Add({fault.fault_id(), fault.run_id(), EnumWord(v1::FaultKind_Name(fault.kind())),
                       EnumWord(v1::FaultState_Name(fault.state())), clock(fault.planned_at_ms()), clock(fault.injected_at_ms()),
                       healed ? fmt::format("{} ms", fault.healed_at_ms() - fault.injected_at_ms()) : std::string("-"),
                       healed ? fmt::format("{}→{}", fault.old_generation(), fault.new_generation()) : std::string("-"),
                       healed ? fmt::format("{}→{}", fault.old_pid(), fault.new_pid()) : std::string("-"), OrDash(fault.detail())});
    listing.objects.push_back(JsonValue::OfMessage(fault));
  }
  return listing;
}

std::string ShowRun(const v1::Run& run, Format format, const Style& style) {
  if (format == Format::kCsv) return ListRuns({run}).Text(format, style);
  if (format != Format::kTable && format != Format::kWide) return Document("run", JsonValue::OfMessage(run), format);
  const v1::RunSpec& spec = run.spec();
  std::string text = RunHeader(run) + "\n";
  text += Line("language", run.sdk_language());
  text += Line("state", EnumWord(v1::RunState_Name(run.state())));
  text += Line("reason", run.state_reason());
  text += Line("campaign", run.campaign_id());
  text += Line("created", FormatWallTime(run.created_wall_us()));
  text += Line("started", FormatWallTime(run.started_wall_us()));
  text += Line("ended", FormatWallTime(run.ended_wall_us()));
  text += Line("duration", FormatClock(static_cast<std::int64_t>(spec.duration_ms()) * 1000));
  if (run.has_origin()) {
    const v1::RunOrigin& origin = run.origin();
    text += Line("imported", fmt::format("{} from {} (layout {}{}, sha256 {})", FormatWallTime(origin.imported_wall_us()), Printable(origin.file_name()),
                                         Printable(origin.layout()), origin.run_id().empty() ? "" : ", there " + Printable(origin.run_id()),
                                         Printable(origin.sha256().substr(0, 16))));
  }
  text += Line("labels", Pairs(spec.labels()));
  text += Line("placement", Pairs(spec.placement()));
  text += Line("generation", fmt::format("{} (pid {})", run.generation(), run.pid()));
  if (run.has_load()) {
    const v1::LoadStatus& load = run.load();
    text += Line("load", fmt::format("{}: {}", Printable(load.entry()),
                                     load.running() ? "runs" : load.last_end().empty() ? "not begun" : Printable(load.last_end())) +
                             (load.ended() > 1 ? fmt::format(" (ended {} times, {} with an error)", load.ended(), load.failed()) : ""));
  }
  text += Line("samples", fmt::format("{} stored, {} lost", run.samples(), run.samples_lost()));
  text += Line("pinned", run.pinned() ? (run.pin_note().empty() ? "yes" : run.pin_note()) : "");
  text += Line("kept", KeptSamples(run));
  const std::string word(VerdictWord(run.verdict().verdict()));
  if (word != "-") {
    const std::string headline = run.verdict().headline().empty() ? VerdictSoFar(run.verdict()) : HeadlineSoFar(run.verdict());
    text += fmt::format("{:<14}{}{}\n", "verdict", headline, run.verdict().provisional() ? "  (provisional)" : "");
  }
  return style.ascii ? Asciified(text) : text;
}

std::string ShowCampaign(const v1::GetCampaignResponse& campaign, Format format, const Style& style) {
  if (format == Format::kJson || format == Format::kJsonLines || format == Format::kYaml) {
    const JsonValue document = JsonValue::Document(campaign);
    return format == Format::kYaml ? document.Yaml() : document.Json(format == Format::kJson ? 2 : -1);
  }
  const Listing runs = ListRuns({campaign.runs().begin(), campaign.runs().end()});
  if (format == Format::kCsv) return runs.Text(format, style);
  std::string text = fmt::format("campaign {}  {}  created {}{}\n\n", Printable(campaign.campaign().campaign_id()),
                                 Printable(campaign.campaign().name()), FormatWallTime(campaign.campaign().created_wall_us()),
                                 campaign.campaign().cancelled() ? "  cancelled" : "");
  text += runs.Text(format, style) + "\n" + LatencyTable(campaign.operations(), style, format == Format::kWide);
  if (campaign.operations_size() > 0) text += '\n';
  text += Printable(campaign.campaign().yaml(), true);
  if (text.back() != '\n') text += '\n';
  return text;
}

}  // namespace seep::cli
