// Rows of `seep query`, printed while they arrive (a table waits for all, to
// know its widths).
#ifndef SEEP_CLI_RENDER_QUERY_ROWS_H_
#define SEEP_CLI_RENDER_QUERY_ROWS_H_

#include <string>
#include <vector>

#include "cli/render/listings.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

class QueryRows {
 public:
  QueryRows(Format format, const Style& style) : format_(format), style_(style) {}

  // What can be printed now.
  std::string Take(const v1::QueryResponse& message);
  std::string Finish();
  bool truncated() const { return truncated_; }
  std::size_t rows() const { return count_; }

 private:
  const Format format_;
  const Style style_;
  bool started_ = false;
  bool truncated_ = false;
  std::size_t count_ = 0;
  std::vector<std::string> columns_;
  std::vector<v1::QueryResponse::Row> held_;  // table, json, yaml; the server caps rows and bytes
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_QUERY_ROWS_H_
