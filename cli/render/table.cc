#include "cli/render/table.h"

#include <algorithm>

#include "common/os/files.h"
#include "common/status/check.h"

namespace seep::cli {

void Table::Add(std::vector<Cell> row) {
  SEEP_CHECK(row.size() == columns_.size());
  for (Cell& cell : row) cell.text = Printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::Text(const Style& style, bool wide) const {
  std::vector<std::size_t> shown;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (wide || !columns_[c].wide_only) shown.push_back(c);
  }
  auto displayed = [&style](const std::string& text) { return style.ascii ? Asciified(text) : text; };
  std::vector<std::vector<std::string>> texts(1);
  for (const std::size_t c : shown) texts[0].push_back(displayed(columns_[c].header));
  for (const auto& row : rows_) {
    auto& line = texts.emplace_back();
    for (const std::size_t c : shown) line.push_back(displayed(row[c].text));
  }
  std::vector<std::size_t> widths(shown.size(), 0);
  for (const auto& line : texts) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  const std::size_t limit = style.columns > 0 && !wide ? static_cast<std::size_t>(style.columns) : SIZE_MAX;
  std::string out;
  for (std::size_t r = 0; r < texts.size(); ++r) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < shown.size() && at < limit; ++i) {
      const std::string text = CutToWidth(texts[r][i], limit - at);
      const std::size_t width = DisplayWidth(text);
      out += Paint(text, r == 0 ? Tint::kBold : rows_[r - 1][shown[i]].tint, style);
      at += width;
      if (i + 1 == shown.size()) break;
      const std::size_t pad = std::min(widths[i] - std::min(width, widths[i]) + 2, limit - std::min(at, limit));
      out.append(pad, ' ');
      at += pad;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

std::string Table::Csv() const {
  std::vector<std::string> fields;
  for (const Column& column : columns_) fields.push_back(column.header);
  std::string out = CsvRow(fields);
  for (const auto& row : rows_) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(cell.text == "-" ? "" : cell.text);
    out += CsvRow(fields);
  }
  return out;
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string CsvRow(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    row += CsvField(fields[i]);
  }
  return row + "\n";
}

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string CutToWidth(std::string_view text, std::size_t limit) {
  std::size_t cells = 0, at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
    if (cells++ == limit) break;
  }
  return std::string(text.substr(0, at));
}

}  // namespace seep::cli
