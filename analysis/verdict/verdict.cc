#include "analysis/verdict/verdict.h"

namespace seep::analysis {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInvalid: return "INVALID";
    case Verdict::kInconclusive: return "INCONCLUSIVE";
    case Verdict::kClean: return "CLEAN";
    case Verdict::kSuspect: return "SUSPECT";
    case Verdict::kLeak: return "LEAK";
  }
  return "INVALID";
}

}  // namespace seep::analysis
