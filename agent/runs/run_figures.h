// What a run adds to each sample besides what is read outside and what its
// host tells: the target's Prometheus figures, the load's counters, the lines
// of its log that were dropped.
//
// Threads: the loop's only.
// Owns:    the scraper. Borrows the log and the load, which may be absent.
#ifndef SEEP_AGENT_RUNS_RUN_FIGURES_H_
#define SEEP_AGENT_RUNS_RUN_FIGURES_H_

#include <memory>
#include <vector>

#include "agent/runs/agent_parts.h"
#include "agent/scrape/figure_scraper.h"
#include "agent/supervisor/load_command.h"

namespace seep::agent {

class RunFigures {
 public:
  RunFigures(EventLoop& loop, absl::Duration interval, const LogLines& log);
  ~RunFigures();

  // Begins to fetch; without endpoints nothing is fetched.
  void Scrape(std::vector<v1::MetricsEndpoint> endpoints, FigureScraper::Note note);
  void set_load(const LoadCommand* load) { load_ = load; }

  // For the sample that is being taken; has the endpoints asked again ahead of
  // the next one.
  std::vector<GaugeValue> Take();

 private:
  EventLoop& loop_;
  const absl::Duration interval_;
  const LogLines& log_;
  const LoadCommand* load_ = nullptr;
  std::unique_ptr<FigureScraper> scraper_;
  TimerId ask_timer_ = TimerId::kNone;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_FIGURES_H_
