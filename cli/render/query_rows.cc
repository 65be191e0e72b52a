#include "cli/render/query_rows.h"

#include <fmt/format.h>

namespace seep::cli {
namespace {

using Value = v1::QueryResponse::Value;

std::string Hex(const std::string& bytes) {
  std::string hex = "x'";
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex + "'";
}

std::string TextOf(const Value& value, const char* null) {
  switch (value.value_case()) {
    case Value::kInteger: return fmt::format("{}", value.integer());
    case Value::kReal: return fmt::format("{}", value.real());
    case Value::kText: return value.text();
    case Value::kBlob: return Hex(value.blob());
    case Value::VALUE_NOT_SET: break;
  }
  return null;
}

JsonValue JsonOf(const Value& value) {
  switch (value.value_case()) {
    case Value::kInteger: return JsonValue::Integer(value.integer());
    case Value::kReal: return JsonValue::Number(value.real());
    case Value::kText: return JsonValue::String(value.text());
    case Value::kBlob: return JsonValue::String(Hex(value.blob()));
    case Value::VALUE_NOT_SET: break;
  }
  return {};
}

JsonValue ObjectOf(const v1::QueryResponse::Row& row, const std::vector<std::string>& columns) {
  JsonValue object = JsonValue::Object();
  for (int i = 0; i < row.values_size() && i < static_cast<int>(columns.size()); ++i) {
    object.Set(columns[static_cast<std::size_t>(i)], JsonOf(row.values(i)));
  }
  return object;
}

}  // namespace

std::string QueryRows::Take(const v1::QueryResponse& message) {
  std::string out;
  if (!started_) {
    started_ = true;
    columns_.assign(message.columns().begin(), message.columns().end());
    if (format_ == Format::kCsv) out += CsvRow(columns_);
  }
  truncated_ = truncated_ || message.truncated();
  for (const auto& row : message.rows()) {
    ++count_;
    if (format_ == Format::kCsv) {
      std::vector<std::string> fields;
      for (const Value& value : row.values()) fields.push_back(TextOf(value, ""));
      out += CsvRow(fields);
    } else if (format_ == Format::kJsonLines) {
      out += ObjectOf(row, columns_).Json();
    } else {
      held_.push_back(row);
    }
  }
  return out;
}

std::string QueryRows::Finish() {
  if (format_ == Format::kCsv || format_ == Format::kJsonLines) return {};
  if (format_ == Format::kJson || format_ == Format::kYaml) {
    JsonValue columns = JsonValue::Array(), rows = JsonValue::Array();
    for (const std::string& name : columns_) columns.Push(JsonValue::String(name));
    for (const auto& row : held_) {
      JsonValue values = JsonValue::Array();  // two columns may have one name
      for (const Value& value : row.values()) values.Push(JsonOf(value));
      rows.Push(std::move(values));
    }
    JsonValue document = JsonValue::Object();
    document.Set("schema_version", JsonValue::Integer(kOutputSchemaVersion));
    document.Set("columns", std::move(columns));
    document.Set("rows", std::move(rows));
    document.Set("truncated", JsonValue::Boolean(truncated_));
    return format_ == Format::kYaml ? document.Yaml() : document.Json(2);
  }
  std::vector<Table::Column> columns;
  for (const std::string& name : columns_) columns.push_back({name});
  if (columns.empty()) return {};
  Table table(columns);
  for (const auto& row : held_) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      cells.emplace_back(static_cast<int>(i) < row.values_size() ? TextOf(row.values(static_cast<int>(i)), "NULL") : "NULL");
    }
    table.Add(std::move(cells));
  }
  return table.Text(style_, format_ == Format::kWide);
}

}  // namespace seep::cli
