#include "agent/runs/run_figures.h"

#include <algorithm>

namespace seep::agent {
namespace {

// How long before a sample the endpoints are asked: most answer in time, and
// their figures are hardly older than the sample.
constexpr absl::Duration kMaxLead = absl::Milliseconds(500);
constexpr absl::Duration kDefaultInterval = absl::Seconds(30);

GaugeValue Counter(std::string name, bool operation, double value) {
  return {std::move(name), "count", v1::GAUGE_KIND_COUNTER, v1::GAUGE_ORIGIN_SCENARIO, operation, value};
}

}  // namespace

RunFigures::RunFigures(EventLoop& loop, absl::Duration interval, const LogLines& log)
    : loop_(loop), interval_(interval > absl::ZeroDuration() ? interval : kDefaultInterval), log_(log) {}

RunFigures::~RunFigures() { loop_.Cancel(ask_timer_); }

void RunFigures::Scrape(std::vector<v1::MetricsEndpoint> endpoints, FigureScraper::Note note) {
  if (endpoints.empty()) return;
  scraper_ = std::make_unique<FigureScraper>(loop_, std::move(endpoints), std::move(note));
  scraper_->Fetch();
}

std::vector<GaugeValue> RunFigures::Take() {
  std::vector<GaugeValue> values;
  if (scraper_) {
    values = scraper_->Take();
    loop_.Cancel(ask_timer_);
    ask_timer_ = loop_.RunAfter(interval_ - std::min(interval_ / 2, kMaxLead), [this] { scraper_->Fetch(); });
  }
  if (load_ != nullptr) {
    for (const auto& [name, count] : load_->Counters()) values.push_back(Counter(name, true, count));
    values.push_back(Counter("load_runs", true, load_->status().ended() - load_->status().failed()));
    values.push_back(Counter("load_failures", false, load_->status().failed()));
  }
  if (log_.dropped_in_all() > 0) values.push_back(Counter("log_lines_dropped", false, static_cast<double>(log_.dropped_in_all())));
  return values;
}

}  // namespace seep::agent
