#include "cli/render/store_listings.h"

#include <fmt/format.h>

#include "cli/render/json_value.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

std::string Size(std::uint64_t bytes) { return FormatBytes(static_cast<double>(bytes)); }

const char* TierWord(v1::SampleTier tier) {
  switch (tier) {
    case v1::SAMPLE_TIER_RAW: return "samples";
    case v1::SAMPLE_TIER_MINUTES: return "minutes";
    case v1::SAMPLE_TIER_HOURS: return "hours";
    default: return "nothing";
  }
}

std::string Row(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("{:<14}{}\n", name, Printable(value));
}

std::string BudgetLine(const v1::StoreBudget& budget) {
  std::string line = budget.max_bytes() == 0 ? "no limit" : fmt::format("{} at most", Size(budget.max_bytes()));
  if (budget.min_free_disk() > 0) line += fmt::format(", {} of the disk stay free", Size(budget.min_free_disk()));
  if (!budget.reason().empty()) line += fmt::format("; {}", budget.reason());
  return line;
}

}  // namespace

Listing ListFindings(const std::vector<v1::StoreFinding>& findings) {
  Listing listing{"findings", Table({{"KIND"}, {"RUN"}, {"PLACE"}, {"WHAT"}, {"ADVICE", true}}), {}};
  for (const v1::StoreFinding& finding : findings) {
    listing.table.Add({Cell(finding.kind(), Tint::kRed), finding.run_id().empty() ? "-" : finding.run_id(), finding.place(), finding.what(),
                       finding.advice().empty() ? "-" : finding.advice()});
    listing.objects.push_back(JsonValue::OfMessage(finding));
  }
  return listing;
}

std::string CheckSummary(const v1::CheckResult& result) {
  const std::string verdict = result.findings() == 0 ? "sound" : fmt::format("{} findings", result.findings());
  return fmt::format("{}: {} runs, {} streams, {} samples in {} batches and chunks, {} lost in {} gaps, {} expired{} ({:.1f} s)\n", verdict,
                     result.runs(), result.streams(), result.samples(), result.batches(), result.samples_lost(), result.gaps(),
                     result.samples_expired(), result.quick() ? "; pages and references not looked at" : "", result.seconds());
}

std::string ShowStats(const v1::GetStoreStatsResponse& stats, Format format, const Style& style) {
  if (format == Format::kJson || format == Format::kJsonLines || format == Format::kYaml) {
    const JsonValue document = JsonValue::Document(stats);
    return format == Format::kYaml ? document.Yaml() : document.Json(format == Format::kJson ? 2 : -1);
  }
  Table kinds({{"KIND"}, {"BYTES"}, {"ROWS"}});
  for (const v1::StoreKind& kind : stats.kinds()) {
    kinds.Add({kind.name(), format == Format::kCsv ? fmt::format("{}", kind.bytes()) : Size(kind.bytes()), fmt::format("{}", kind.rows())});
  }
  if (format == Format::kCsv) return kinds.Csv();
  std::string text = Row("file", stats.file());
  text += Row("schema", fmt::format("version {}", stats.schema_version()));
  text += Row("size", fmt::format("{} ({} free within), WAL {}", Size(stats.file_bytes()), Size(stats.free_bytes()), Size(stats.wal_bytes())));
  text += Row("disk", fmt::format("{} free", Size(stats.disk_free_bytes())));
  text += Row("budget", BudgetLine(stats.budget()));
  text += Row("runs", fmt::format("{} of {} campaigns; {} open, {} pinned, {} without raw samples", stats.runs(), stats.campaigns(),
                                  stats.open_runs(), stats.pinned_runs(), stats.runs_expired()));
  text += Row("created", fmt::format("{} to {}", FormatWallTime(stats.oldest_run_wall_us()), FormatWallTime(stats.newest_run_wall_us())));
  text += Row("samples", fmt::format("{} kept, {} expired", stats.samples(), stats.samples_expired()));
  if (stats.values() > 0) text += Row("values", fmt::format("about {}, {:.2f} B each", stats.values(), stats.bytes_per_value()));
  if (stats.migration_backup_bytes() > 0) {
    text += Row("old backups", fmt::format("{} from upgrades beside the file (*-backup); remove them when the upgrade has proved good",
                                           Size(stats.migration_backup_bytes())));
  }
  text += Row("backups to", stats.backup_directory());
  text += "\n" + kinds.Text(style, format == Format::kWide);
  return style.ascii ? Asciified(text) : text;
}

Listing ListExpired(const std::vector<v1::ExpiredRun>& runs) {
  Listing listing{"runs", Table({{"RUN"}, {"KEEPS"}, {"REASON"}}), {}};
  for (const v1::ExpiredRun& run : runs) {
    listing.table.Add({run.run_id(), TierWord(run.keeps()), run.reason()});
    listing.objects.push_back(JsonValue::OfMessage(run));
  }
  return listing;
}

std::string ProgressLine(const v1::UpkeepProgress& progress) {
  if (progress.unit().empty()) return progress.doing();
  if (progress.total() == 0) return fmt::format("{}: {} {}", progress.doing(), progress.done(), progress.unit());
  return fmt::format("{}: {}/{} {}", progress.doing(), progress.done(), progress.total(), progress.unit());
}

std::string KeptSamples(const v1::Run& run) {
  if (!run.has_expiry()) return "";
  const v1::SampleExpiry& expiry = run.expiry();
  if (expiry.keeps() == v1::SAMPLE_TIER_NONE) return "the run is being removed";
  return fmt::format("{} only; {} raw samples {} {} ({})", TierWord(expiry.keeps()), expiry.samples(),
                     expiry.under_way() ? "are leaving since" : "left", FormatWallTime(expiry.wall_us()), expiry.reason());
}

}  // namespace seep::cli
