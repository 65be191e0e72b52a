// What `leaks`, `baseline ls` and annotations look like.
#ifndef SEEP_CLI_RENDER_ACROSS_LISTINGS_H_
#define SEEP_CLI_RENDER_ACROSS_LISTINGS_H_

#include <string>
#include <vector>

#include "cli/render/listings.h"
#include "seep/v1/across.pb.h"

namespace seep::cli {

// One row a leak; as CSV one a leak and version.
std::string PrintedLeaks(const v1::ListLeaksResponse& response, Format format, const Style& style);

Listing ListBaselines(const std::vector<v1::Baseline>& baselines);

// "note  [00:01:30] ada@lab, 2026-11-21 11:04:10Z: faucet was down", a line each.
template <typename Annotations>
std::string Notes(const Annotations& annotations);
std::string NoteLine(const v1::Annotation& annotation);

template <typename Annotations>
std::string Notes(const Annotations& annotations) {
  std::string text;
  for (const v1::Annotation& annotation : annotations) text += NoteLine(annotation);
  return text;
}

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_ACROSS_LISTINGS_H_
