// Columns of text with a header, as `-o table|wide` print them; and the same
// rows as CSV.
#ifndef SEEP_CLI_RENDER_TABLE_H_
#define SEEP_CLI_RENDER_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "cli/console/console.h"

namespace seep::cli {

struct Cell {
  Cell(std::string text) : text(std::move(text)) {}  // NOLINT: rows are written as lists of strings
  Cell(const char* text) : text(text) {}             // NOLINT
  Cell(std::string text, Tint tint) : text(std::move(text)), tint(tint) {}
  std::string text;
  Tint tint = Tint::kNone;
};

class Table {
 public:
  struct Column {
    std::string header;
    bool wide_only = false;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void Add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  // Control characters are replaced, lines are cut at the style's width (not
  // with `wide`), the last column is not padded.
  std::string Text(const Style& style, bool wide) const;
  std::string Csv() const;  // every column

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// RFC 4180's quoting: fields with comma, quote or line break are quoted.
std::string CsvField(std::string_view text);
std::string CsvRow(const std::vector<std::string>& fields);

// How many terminal cells `text` takes (code points; our own text has no wide ones).
std::size_t DisplayWidth(std::string_view text);
// At most `limit` cells of `text`.
std::string CutToWidth(std::string_view text, std::size_t limit);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_TABLE_H_
