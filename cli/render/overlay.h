// Two curves of one series in one picture: where they part is where the new run
// began to differ.
//
// Bounded by the curves (a few dozen points each) and the terminal's width.
#ifndef SEEP_CLI_RENDER_OVERLAY_H_
#define SEEP_CLI_RENDER_OVERLAY_H_

#include <string>
#include <vector>

#include "cli/console/console.h"
#include "seep/v1/across.pb.h"

namespace seep::cli {

struct OverlayInput {
  const v1::Curve* base = nullptr;
  const v1::Curve* run = nullptr;
  std::string unit, base_name, run_name;
  bool by_operations = false;   // else by time
  std::vector<double> notes;    // positions of annotations of the new run; marked on the axis
};

// Empty where either has nothing to draw.
std::string Overlay(const OverlayInput& input, const Style& style);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_OVERLAY_H_
