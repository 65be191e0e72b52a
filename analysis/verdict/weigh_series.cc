#include "analysis/verdict/weigh_series.h"

#include <algorithm>
#include <set>

namespace seep::analysis {
namespace {

constexpr double kNothingSpeaks = 0.25;    // probability of growth
constexpr double kSilence = 0.1;           // the same, where the second opinion is weak
constexpr double kPeaksCarry = 0.4;        // of resident memory's growth
constexpr double kSharper = 0.7;           // resident memory's upper bound over the heap's, to answer for it
constexpr double kMayHide = 0.12;          // the same, of resident memory beside a clean heap: much
constexpr double kMayHideLittle = 0.2;     // or little
constexpr double kRatherGrows = 0.6;       // the same, of a count of things
constexpr double kMuchAbove = 1.8;         // its tolerance
constexpr double kHeapHoldsIt = 0.4;       // of resident memory's growth
constexpr double kAsSure = 0.001;         // memory as sure as other memory: the one named first speaks

bool IsReal(const Judged& j) {
  return j.series_class == SeriesClass::kHeapMemory || j.series_class == SeriesClass::kResidentMemory;
}

// Reserved memory keeps its high water: in a run too short for minutes it tells of
// the warm-up, and accuses nobody when all that is really held is clean.
bool TellsOfWarmUp(const Judged& j) {
  return j.series_class == SeriesClass::kReservedMemory && j.decision.verdict == Verdict::kSuspect &&
         j.evidence.span_min < kShortRunMin;
}

// Resident memory without the heap's word: the simplest story only, told clearly.
bool SureAlone(const Judged& j) {
  const Evidence& e = j.evidence;
  // Creep is a share of what a process has: one that surely more than doubles does not creep.
  if (j.decision.low * e.span_min > e.first_level) return true;
  const double errors = e.average.growth_slope / e.average.standard_error;
  if (e.average.growth_slope < 1.5 * e.bar) return false;
  if (e.average.best_nuisances.empty()) return e.average.probability >= 0.95 && errors >= 8;
  return e.average.best_nuisances.size() == 1 && e.average.probability >= 0.98 && errors >= 10;
}

// A collector that lets its garbage pile up higher from cycle to cycle carries
// resident memory along, while what the heap keeps hardly grows.
bool FollowsPeaks(const Evidence& resident, double heap_high) {
  const double growth = resident.average.growth_slope;
  return resident.peak_per_minute > kPeaksCarry * growth && heap_high < kPeaksCarry * growth;
}

// A breathing heap may be too noisy to tell; resident memory holds all of it,
// and when that does not grow, and nothing speaks for growth in the heap,
// resident memory answers for both.
const Judged* ResidentForHeap(const std::vector<Judged>& all) {
  const Judged *resident = nullptr, *heap = nullptr;
  for (const Judged& j : all) {
    if (j.process > 0 || !j.verdict.judged || !j.evidence.missing.empty()) continue;
    if (j.series_class == SeriesClass::kHeapMemory && heap == nullptr) heap = &j;
    if (j.series_class == SeriesClass::kResidentMemory && resident == nullptr) resident = &j;
  }
  if (heap == nullptr || resident == nullptr || heap->verdict.verdict != Verdict::kInconclusive) return nullptr;
  const auto& why = heap->decision.reasons;
  const bool cycles = std::find(why.begin(), why.end(), Reason::kFewCycles) != why.end();
  if (cycles || heap->evidence.average.probability > kNothingSpeaks) return nullptr;
  // Explained by the heap's own peaks it is hardly a second opinion.
  if (resident->evidence.explained_by_peak && heap->evidence.average.probability > kSilence) return nullptr;
  if (resident->decision.high > kSharper * heap->decision.high) return nullptr;
  return resident->verdict.verdict == Verdict::kClean && resident->evidence.average.probability < kNothingSpeaks ? resident
                                                                                                              : nullptr;
}

// Real memory speaks before address space, which only follows it; of a leak the
// heap, which tells what is kept, before resident memory, which adds the
// allocator's share; but a heap that holds little of what resident memory gains
// is not where the leak is. Memory before counts of things. Else the surer one.
bool SpeaksBefore(const Judged& a, const Judged& b, Verdict word) {
  if (IsReal(a) && b.series_class == SeriesClass::kReservedMemory) return true;
  if (a.series_class == SeriesClass::kReservedMemory && IsReal(b)) return false;
  if (word == Verdict::kLeak && IsReal(a) != IsReal(b)) return IsReal(a);
  if (word == Verdict::kLeak && IsReal(a) && IsReal(b) && a.series_class != b.series_class) {
    const bool a_is_heap = a.series_class == SeriesClass::kHeapMemory;
    const double heap = (a_is_heap ? a : b).verdict.slope_per_minute.value;
    const double resident = (a_is_heap ? b : a).verdict.slope_per_minute.value;
    return a_is_heap == (heap >= kHeapHoldsIt * resident);
  }
  const double surer = IsReal(a) && a.series_class == b.series_class ? kAsSure : 0;
  return a.verdict.probability > b.verdict.probability + surer;
}

// A clean heap clears neither native memory nor anything else: resident memory
// that may grow beside it, or a count that rather does, leaves the run open.
const Judged* HidesBeside(const Judged& heap, const std::vector<Judged>& all) {
  if (heap.verdict.verdict != Verdict::kClean) return nullptr;
  for (const Judged& j : all) {
    if (!j.verdict.judged || !j.evidence.missing.empty() || j.verdict.verdict != Verdict::kInconclusive) continue;
    const double p = j.evidence.average.probability;
    const double above = j.decision.high / j.decision.tolerance_per_minute;
    if (j.series_class == SeriesClass::kResidentMemory && p > (above > kMuchAbove ? kMayHide : kMayHideLittle) && above > 1) return &j;
    if (j.series_class == SeriesClass::kResource && p > kRatherGrows && above > kMuchAbove) return &j;
  }
  return nullptr;
}

// What memory says as a whole.
struct Chorus {
  bool heap_judged = false, heap_grows = false, resident_judged = false, resident_grows = false;
  bool real_memory_clean = true;
  double heap_high = 0;      // the most that any heap may grow a minute
  double resident_level = 0; // what the process held as it began to be fitted
};

// Of one process, or of the run itself.
Chorus Hear(const std::vector<Judged>& all, int process) {
  Chorus c;
  for (const Judged& j : all) {
    if (j.process != process || !j.verdict.judged || !j.evidence.missing.empty()) continue;
    const bool grows = j.decision.verdict >= Verdict::kSuspect;
    if (IsReal(j)) c.real_memory_clean &= j.decision.verdict == Verdict::kClean;
    if (j.series_class == SeriesClass::kHeapMemory) {
      c.heap_judged = true;
      c.heap_grows |= grows;
      c.heap_high = std::max(c.heap_high, j.decision.high);
    }
    if (j.series_class == SeriesClass::kResidentMemory) {
      c.resident_judged = true;
      c.resident_grows |= grows || j.evidence.average.probability > 0.5;
      c.resident_level = std::max(c.resident_level, j.evidence.first_level);
    }
  }
  return c;
}

// A runtime with a collector settles: compiled code, the young generation's pages
// and the allocator's own come by and by, up to a tenth of what the process
// holds, and in minutes no shape tells that from a line. It accuses nobody while
// no heap grows with it.
bool MaySettle(const Judged& j, const Chorus& chorus) {
  if (j.decision.verdict < Verdict::kSuspect || j.evidence.span_min >= kShortRunMin) return false;
  if (!chorus.heap_judged || chorus.heap_grows || !j.evidence.missing.empty()) return false;
  if (j.series_class != SeriesClass::kResidentMemory && j.series_class != SeriesClass::kReservedMemory) return false;
  return j.evidence.average.growth_slope * j.evidence.span_min < kRuntimeSettles * chorus.resident_level;
}

void Lower(Judged& j, Verdict verdict, Reason reason) {
  j.decision.verdict = verdict;
  j.decision.reasons = {reason};
}

void WeighOfProcess(int process, Collector collector, std::vector<Judged>& all) {
  const Chorus chorus = Hear(all, process);
  for (Judged& j : all) {
    if (j.process != process || !j.verdict.judged) continue;
    if (chorus.resident_judged && chorus.real_memory_clean && TellsOfWarmUp(j)) j.decision.verdict = Verdict::kInconclusive;
    if (collector != Collector::kNone && MaySettle(j, chorus)) {
      Lower(j, Verdict::kInconclusive, Reason::kRuntimeSettles);
    }
    if (j.decision.verdict != Verdict::kLeak) continue;
    // What is really kept shows in resident memory; in a short run a heap that
    // grows inside it is waiting for its collector.
    if (j.series_class == SeriesClass::kHeapMemory && chorus.resident_judged && !chorus.resident_grows &&
        j.evidence.span_min < kShortRunMin) {
      Lower(j, Verdict::kSuspect, Reason::kHeapAlone);
    }
    if (j.series_class == SeriesClass::kResidentMemory && chorus.heap_judged) {
      const bool alone = !chorus.heap_grows && !SureAlone(j);
      if (alone || FollowsPeaks(j.evidence, chorus.heap_high)) Lower(j, Verdict::kSuspect, Reason::kResidentAlone);
    }
    if (j.series_class == SeriesClass::kReservedMemory && chorus.resident_judged && !chorus.resident_grows) {
      Lower(j, Verdict::kSuspect, Reason::kReservedAlone);
    }
  }
}

// Who says `word` of the run itself, or of single processes, most loudly.
const Judged* Loudest(const std::vector<Judged>& all, Verdict word, bool of_processes) {
  const Judged* best = nullptr;
  for (const Judged& j : all) {
    if (!j.verdict.judged || j.verdict.verdict != word || (j.process > 0) != of_processes) continue;
    if (best == nullptr || SpeaksBefore(j, *best, word)) best = &j;
  }
  return best;
}

// Whether `word` is for single processes: all of them growing alike is the run's own story.
bool OnlySomeProcesses(const std::vector<Judged>& all, Verdict word) {
  std::set<int> accused, processes;
  for (const Judged& j : all) {
    if (j.process == 0 || !j.verdict.judged) continue;
    processes.insert(j.process);
    if (j.verdict.verdict >= word) accused.insert(j.process);
  }
  return accused.size() < processes.size();
}

}  // namespace

void WeighTogether(std::vector<Judged>& all, Collector collector) {
  std::set<int> processes;
  for (const Judged& j : all) processes.insert(j.process);
  for (const int process : processes) WeighOfProcess(process, collector, all);
}

const Judged* Deciding(const std::vector<Judged>& all) {
  for (Verdict word : {Verdict::kLeak, Verdict::kSuspect}) {
    const Judged* run = Loudest(all, word, false);
    const Judged* process = Loudest(all, word, true);
    if (run == nullptr && process == nullptr) continue;
    if (run == nullptr || process == nullptr) return run == nullptr ? process : run;
    return OnlySomeProcesses(all, word) ? process : run;
  }
  if (const Judged* resident = ResidentForHeap(all)) return resident;
  // Nobody accuses: the heap speaks for the run, else resident memory, else
  // whatever there is. A series that could be judged goes before one that not.
  for (bool with_evidence : {true, false}) {
    for (SeriesClass c : {SeriesClass::kHeapMemory, SeriesClass::kResidentMemory, SeriesClass::kReservedMemory,
                          SeriesClass::kResource}) {
      for (const Judged& j : all) {
        if (j.process > 0 || !j.verdict.judged || j.series_class != c || (j.evidence.missing.empty() != with_evidence)) continue;
        const Judged* beside = HidesBeside(j, all);
        return beside != nullptr ? beside : &j;
      }
    }
  }
  return nullptr;
}

}  // namespace seep::analysis
